"""The demo opens with a month behind it: requests to decide, keys in every state, an audit trail, first steps."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from moto.iam.models import iam_backends
from sqlalchemy import Engine, select

from bot.commands.demo_history import OFFERED, play
from bot.domain.lifecycle import CredentialState, GrantState, RequestState
from bot.sandbox.aws import AwsStandIn
from bot.sandbox.demo import first_steps, invitation, leaked
from bot.sandbox.environment import Environment, set_up
from bot.sandbox.key_user import users_of_latchkey
from bot.sandbox.people import OPS, value_of
from bot.store import tables
from bot.store.engine import make_engine

pytestmark = pytest.mark.long
PATIENCE_SECONDS = 120.0


@pytest.fixture(scope="module")
def environment() -> Iterator[Environment]:
    with set_up(
        os.environ, port=0, log_level="INFO", offered=OFFERED, old_keys=AwsStandIn.plant_demo_keys, history=play
    ) as running:
        yield running


@pytest.fixture(scope="module")
def ledger(environment: Environment) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{environment.ledger}")
    yield engine
    engine.dispose()


def states(ledger: Engine, table: str) -> set[str]:
    column = tables.metadata.tables[table].c.state
    with ledger.connect() as connection:
        return {str(each) for each in connection.execute(select(column)).scalars()}


def active(ledger: Engine) -> list[str]:
    """Grants with an IAM user: of sessions there is none."""
    with ledger.connect() as connection:
        rows = tables.grants.c
        return list(connection.execute(select(rows.id).where(rows.state == GrantState.ACTIVE)).scalars())


def test_requests_wait_for_bob(environment: Environment) -> None:
    bob = environment.slack.as_person("U02BOB")

    def waiting() -> set[str]:
        return {value for each in bob.channel(OPS) if (value := value_of(each, "request:approve"))}

    assert environment.slack.wait_for(lambda: len(waiting()) == 3, PATIENCE_SECONDS)


def test_requests_grants_and_keys_are_in_every_state_that_lasts(ledger: Engine) -> None:
    assert states(ledger, "request") >= {
        RequestState.REQUESTED, RequestState.APPROVED, RequestState.DECLINED, RequestState.LAPSED
    }  # fmt: skip
    assert states(ledger, "grants") >= {
        GrantState.APPROVED, GrantState.ACTIVE, GrantState.EXPIRED, GrantState.REVOKED
    }  # fmt: skip
    lasting = {CredentialState.LIVE, CredentialState.RETIRING, CredentialState.DELETED}
    assert states(ledger, "credential") >= lasting


def test_the_audit_trail_goes_back_for_weeks_and_in_order(ledger: Engine) -> None:
    with ledger.connect() as connection:
        times = list(connection.execute(select(tables.audit.c.at).order_by(tables.audit.c.id)).scalars())
    past = [each for each in times if datetime.now(UTC) - each > timedelta(minutes=10)]  # the workers' own may overlap
    assert past == sorted(past)
    assert datetime.now(UTC) - times[0] > timedelta(days=21)


def test_aws_has_the_keys_that_the_ledger_holds(environment: Environment, ledger: Engine) -> None:
    rows = tables.credential.c
    held = select(rows.access_key_id).where(rows.state.in_(["live", "retiring"]), rows.kind == "access_key")
    with ledger.connect() as connection:
        expected = set(connection.execute(held).scalars())
    assert expected
    assert expected <= set(iam_backends[environment.aws.account]["aws"].access_keys)
    assert len(users_of_latchkey(environment.aws)) == len(active(ledger))


def test_people_have_something_to_press(environment: Environment) -> None:
    alice = environment.slack.as_person("U01ALICE")
    for action in ("grant:collect", "credential:retire", "finding:keep"):
        found = environment.slack.wait_for(
            lambda action=action: any(value_of(each, action) for each in alice.dms()), PATIENCE_SECONDS
        )
        assert found, action


def test_three_lines_say_what_to_press_first(environment: Environment) -> None:
    steps = first_steps(environment)
    assert len(steps) == 3
    said = invitation(environment)
    assert leaked(environment) in said
    assert all(f"{number}. {each}\n" in said for number, each in enumerate(steps, 1))


def test_an_emergency_waits_for_its_review(environment: Environment) -> None:
    bob = environment.slack.as_person("U02BOB")
    assert environment.slack.wait_for(
        lambda: any(value_of(each, "review:close") for each in bob.channel(OPS)), PATIENCE_SECONDS
    )


def test_slack_has_no_complaints(environment: Environment) -> None:
    assert environment.slack.complaints == []


def test_usage_is_read_before_the_demo_opens(environment: Environment, ledger: Engine) -> None:
    with ledger.connect() as connection:
        read = {row.access_key_id: row for row in connection.execute(select(tables.usage))}
    assert set(environment.aws.access_keys) <= set(read)
    assert {each.unread for each in read.values()} == {None}
    dave = environment.slack.as_person("U04DAVE")
    assert environment.slack.wait_for(
        lambda: any("Terraform 1.9" in each.words for each in dave.dms()), PATIENCE_SECONDS
    ), "the reminder says what uses the key"
