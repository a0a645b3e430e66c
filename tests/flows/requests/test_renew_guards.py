"""What prevents a forged or stale row from extending a lease: a second check, under the lock."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.domain.errors import AwsRefused, Reason, Refused
from bot.domain.events import Notice
from bot.domain.ids import GrantId
from bot.flows.lifecycle import expiry_notices, renew_apply
from tests.fakes import ALICE, BOB, DAVE
from tests.flows.catalog import catalog, entitlement
from tests.flows.renewals import approved, ask, carry_out, in_aws, lease, renewed, why
from tests.flows.world import World

DAY = timedelta(days=1)


def sql(world: World, statement: str, **values: object) -> None:
    with world.work._engine.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(text(statement), values)


def claim(world: World, grant: GrantId) -> Any:
    return renew_apply._claim(world.context, world.grant(grant))


def outbox_items(world: World, notice: Notice) -> list[str]:
    return [to for each, to in world.items() if each == notice.value]


FORGED = {
    "a request for something new": "UPDATE request SET kind = 'new' WHERE id = :asked",
    "somebody else's request": "UPDATE request SET owner = 'U04DAVE' WHERE id = :asked",
    "another grant's": """UPDATE request SET "grant" = 'other' WHERE id = :asked""",
    "another entitlement's": "UPDATE request SET entitlement = 'reports-two' WHERE id = :asked",
    "an undecided one": "UPDATE request SET state = 'requested' WHERE id = :asked",
}


@pytest.mark.parametrize("how", FORGED)
def test_an_intent_for_another_request_changes_nothing(world: World, how: str) -> None:
    grant, _ = world.live()
    before = lease(world, grant)
    sql(world, FORGED[how], asked=approved(world, grant))
    assert carry_out(world) == 0
    assert (lease(world, grant), world.iam.count("extend"), len(why(world, grant))) == (before, 0, 1)


def test_what_changed_since_the_approval_counts_when_the_worker_comes(world: World) -> None:
    changes: dict[str, Any] = {
        "not-a-member": lambda: world.people.people.update(
            {ALICE: replace(world.people.find(ALICE), full_member=False)}
        ),
        "entitlement-gone": lambda: setattr(world, "catalog", catalog(entitlement("reports-read", requesters=(BOB,)))),
        "too-long": lambda: setattr(world, "catalog", catalog(entitlement("reports-read", max_duration=DAY))),
    }
    people, offers = dict(world.people.people), world.catalog
    for word, change in changes.items():
        world.people.people, world.catalog = dict(people), offers
        grant, _ = world.live()
        before = lease(world, grant)
        approved(world, grant)
        change()
        assert carry_out(world) == 0
        assert (why(world, grant), lease(world, grant)) == ([word], before)
        assert outbox_items(world, Notice.OUTCOME)


def test_asking_needs_approvers_besides_the_owner_and_the_account_it_was_made_in(world: World) -> None:
    grant, _ = world.live()
    plain = world.catalog
    for changed in (
        replace(plain, approvers={"platform": replace(plain.approvers["platform"], users=(ALICE,), usergroups=())}),
        replace(plain, entitlements={**plain.entitlements, **_moved(plain)}),
    ):
        world.catalog = changed
        with pytest.raises(Refused) as refusal:
            ask(world, grant)
        assert refusal.value.reason is Reason.NOT_REQUESTABLE


def _moved(plain: Any) -> dict[Any, Any]:
    row = plain.entitlements["reports-read"]
    return {row.id: replace(row, account="other")}


def test_it_is_to_be_decided_while_the_lease_runs(world: World) -> None:
    grant, _ = world.live()
    world.clock.advance(days=6)
    request = ask(world, grant)
    with world.work.begin() as tx:
        asked = tx.requests.get(request)
    assert asked is not None
    assert asked.decide_by == lease(world, grant)


def test_an_approval_looks_at_the_grant_itself(world: World) -> None:
    grant, _ = world.live()
    asked = ask(world, grant)
    sql(world, "UPDATE grants SET state = 'revoked', ended_at = made_at WHERE id = :grant", grant=grant)
    with pytest.raises(Refused) as refusal:
        world.approve(asked)
    assert refusal.value.reason is Reason.GRANT_OVER
    assert world.grant(grant).renew_until is None


def test_a_grant_that_ended_since_it_was_read_is_not_claimed(world: World) -> None:
    grant, _ = world.live()
    approved(world, grant)
    seen = world.grant(grant)
    world.give_back(grant)
    assert renew_apply._claim(world.context, seen) is None


def test_the_approvers_message_of_a_renewal_that_came_too_late_is_brought_up_to_date(world: World) -> None:
    grant, _ = world.live()
    approved(world, grant)
    with world.work.begin() as tx:
        for each in tx.outbox.due(world.clock.now(), 100):
            tx.outbox.mark_delivered(each.id, tx.outbox.wanted_revision(each.id), world.clock.now())
    world.give_back(grant)
    assert outbox_items(world, Notice.APPROVAL) == ["C01OPS"]


# --- two at once --------------------------------------------------------------------------------------------------


def test_a_longer_one_approved_while_aws_refuses_the_first_is_tried_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant, _ = world.live()
    approved(world, grant, "14d")

    def refuse(*_args: Any, **_words: Any) -> None:
        monkeypatch.undo()
        approved(world, grant, "30d")
        raise AwsRefused("TagUser", "AccessDenied")

    monkeypatch.setattr(world.iam, "extend", refuse)
    assert carry_out(world) == 0
    assert carry_out(world) == 1
    assert in_aws(world, grant) == lease(world, grant) == world.clock.now() + 30 * DAY


def test_one_approved_while_aws_is_brought_back_is_tried_next(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    grant, _ = world.live()
    approved(world, grant, "14d")
    world.iam.fail_at("extend", AwsRefused("TagUser", "AccessDenied"))
    carry_out(world)
    real = world.iam.extend

    def decide_meanwhile(*args: Any, **words: Any) -> None:
        monkeypatch.undo()
        real(*args, **words)
        approved(world, grant, "30d")

    monkeypatch.setattr(world.iam, "extend", decide_meanwhile)
    assert carry_out(world) == 0
    assert carry_out(world) == 1
    assert in_aws(world, grant) == lease(world, grant) == world.clock.now() + 30 * DAY


def test_a_late_call_that_lands_in_the_middle_of_anothers_has_that_one_done_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant, _ = world.live()
    approved(world, grant, "14d")
    late = claim(world, grant)
    world.clock.advance(minutes=3)
    approved(world, grant, "30d")
    real = world.iam.extend

    def late_lands(*args: Any, **words: Any) -> None:
        monkeypatch.undo()
        real(*args, **words)
        assert renew_apply._extend(late) is False

    monkeypatch.setattr(world.iam, "extend", late_lands)
    assert carry_out(world) == 0
    assert carry_out(world) == 1
    assert in_aws(world, grant) == lease(world, grant) == world.clock.now() + 30 * DAY


# --- reminders ---------------------------------------------------------------------------------------------------


def test_a_lease_renewed_while_its_last_use_was_read_is_not_announced(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant, _ = world.live()
    world.clock.advance(days=6)
    real = world.iam.last_used

    def renew_meanwhile(*args: Any) -> Any:
        monkeypatch.undo()
        renewed(world, grant)
        return real(*args)

    monkeypatch.setattr(world.iam, "last_used", renew_meanwhile)
    assert expiry_notices.announce(world.context) == 0
    assert world.grant(grant).told_stage is None


def test_the_admins_are_notified_where_the_catalog_names_no_approvers_any_more(world: World) -> None:
    _, credential = world.live()
    world.iam.uses[world.key(credential)] = None
    world.clock.advance(days=6)
    offered = {name: each for name, each in world.catalog.entitlements.items() if name != "reports-read"}
    world.catalog = replace(world.catalog, entitlements=offered, admins=(DAVE,))
    assert expiry_notices.announce(world.context) == 1
    assert outbox_items(world, Notice.GRANT_IN_USE) == [DAVE]
