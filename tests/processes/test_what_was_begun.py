"""SIGTERM in the middle of a mint: the key that AWS is making is sealed and shown before the end."""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from bot import catalog_file
from bot.aws.documents import boundary
from bot.sandbox.aws import AwsStandIn
from bot.sandbox.slack import Actor, Message, StandIn
from bot.store.engine import make_engine
from tests.processes.conftest import Start
from tests.processes.running import EXAMPLE, PATIENCE, until
from tests.processes.test_worker_alone import beating, talking_to

ASKED = {"entitlement": "reports-read", "duration": "8h", "justification": "The quarterly numbers"}


@pytest.fixture
def aws() -> Iterator[AwsStandIn]:
    catalog = catalog_file.load(EXAMPLE)
    with AwsStandIn() as running:
        running.seed_demo(boundary(catalog, next(iter(catalog.accounts.values()))), {})
        yield running


def with_aws(aws: AwsStandIn) -> dict[str, str]:
    key, secret = aws.admin
    return {
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_DEFAULT_REGION": aws.region,
    }


def ask_and_approve(alice: Actor, bob: Actor) -> None:
    alice.command("/key request")
    until(alice.modal, "the request window is open")
    assert alice.submit(alice.modal(), ASKED).ok
    press(bob, "request:approve", "C01OPS")


def press(who: Actor, action: str, channel: str = "") -> None:
    """The newest such button, as soon as it is there."""

    def with_button() -> list[Message]:
        return [each for each in (who.channel(channel) if channel else who.dms()) if action in str(each.blocks)]

    until(with_button, f"{who.id} has {action}")
    assert who.press(with_button()[-1], action).ok


@pytest.mark.parametrize("command", ["worker", ""])
def test_a_mint_that_was_begun_is_handed_over(
    slack: StandIn, aws: AwsStandIn, sqlite_url: str, command: str, start: Start
) -> None:
    latchkey = start(command, DATABASE_URL=sqlite_url, **talking_to(slack), **with_aws(aws))
    until(lambda: beating(latchkey) and slack.socket.connected, "it works")
    alice, bob = slack.as_person("U01ALICE"), slack.as_person("U02BOB")
    ask_and_approve(alice, bob)
    begun, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        begun.set()
        go_on.wait(PATIENCE)

    aws.faults.call_back("CreateAccessKey", hold)
    press(alice, "grant:collect")
    assert begun.wait(PATIENCE)
    latchkey.process.terminate()
    until(lambda: not slack.socket.connected, "nothing new is taken")
    assert not latchkey.died()
    go_on.set()
    assert latchkey.process.wait(PATIENCE) == 0
    assert "/c/" in alice.modal().words
    assert states(sqlite_url) == ["sealed"]
    assert aws.count("CreateAccessKey") == 1
    assert slack.complaints == []


def states(url: str) -> list[str]:
    engine = make_engine(url)
    with engine.begin() as connection:
        found = [str(each) for each in connection.execute(text("SELECT state FROM credential")).scalars()]
    engine.dispose()
    return found
