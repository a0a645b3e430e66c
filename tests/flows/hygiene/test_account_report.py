"""Account report: weekly to the account's channel, and at once for those who may ask."""

from dataclasses import replace

import pytest

from bot.domain.errors import Reason, Refused
from bot.domain.events import LATCHKEY, Tag
from bot.domain.hygiene.finding import FindingKind
from bot.domain.ids import AccountName
from bot.domain.subjects import AccountAt
from bot.flows.hygiene import account_report
from tests.fakes import ALICE, BOB, CAROL
from tests.flows.catalog import MAIN
from tests.flows.hygiene.found_keys import DAY, HOUR, SECOND, Found
from tests.flows.world import World

OPS = replace(MAIN, channel="C01OPS")


@pytest.fixture
def found(world: World) -> Found:
    found = Found(world)
    found.with_accounts(OPS)
    return found


def sent(world: World) -> list[tuple[str, str]]:
    """Subject and place of each report."""
    with world.work.begin() as tx:
        due = tx.outbox.due(world.clock.now() + HOUR, 99)
    return [(each.subject, each.to) for each in due if each.notice == "account:report"]


def weekly(world: World) -> int:
    return account_report.weekly(world.context)


def test_the_first_comes_with_the_first_inventory(found: Found) -> None:
    assert weekly(found.world) == 0
    found.look(OPS)
    assert weekly(found.world) == 1
    assert [to for _, to in sent(found.world)] == ["C01OPS"]


def test_then_one_a_week_from_monday_morning_however_often_it_is_looked(found: Found) -> None:
    found.look(OPS)
    days = []
    for hour in range(24 * 29):
        if weekly(found.world):
            days.append((hour, f"{found.world.clock.now():%a %H}"))
        found.world.clock.advance(hours=1)
    assert [day for _, day in days[1:]] == ["Mon 08"] * 4


def test_a_week_that_was_slept_through_is_made_up_for_once(found: Found) -> None:
    found.look(OPS)
    weekly(found.world)
    found.world.clock.advance(days=23)
    assert [weekly(found.world) for _ in range(3)] == [1, 0, 0]


def test_an_account_without_a_channel_has_none(found: Found) -> None:
    found.with_accounts(MAIN)
    found.look(MAIN)
    assert MAIN.channel is None
    assert weekly(found.world) == 0


def ask(world: World, by: str = BOB, named: str = "") -> tuple[str, ...]:
    return account_report.ask(world.context, named=named, by=by, delivery=None)  # fmt: skip


def test_an_approver_asks_for_the_accounts_in_which_they_decide(found: Found) -> None:
    found.with_accounts(OPS, SECOND)
    found.world.catalog = replace(found.world.catalog, admins=(ALICE,))
    assert ask(found.world, BOB) == ("main",)
    assert ask(found.world, ALICE) == ("main", "second")
    assert ask(found.world, ALICE, "SECOND") == ("second",)
    assert {to for _, to in sent(found.world)} == {BOB, ALICE}


def test_each_report_is_an_audit_event_that_says_where_it_went_and_who_asked(found: Found) -> None:
    found.look(OPS)
    weekly(found.world)
    ask(found.world, BOB)
    with found.world.work.begin() as tx:
        events = [each for each in tx.audit.of("main") if each.tag is Tag.REPORT_SENT]
    assert [(each.actor, dict(each.facts)) for each in events] == [(LATCHKEY, {"to": "C01OPS"}), (BOB, {"to": BOB})]


@pytest.mark.parametrize("by", [ALICE, CAROL])
def test_no_one_else_may(found: Found, by: str) -> None:
    with pytest.raises(Refused) as refused:
        ask(found.world, by)
    assert refused.value.reason in {Reason.NOT_CONCERNED, Reason.NOT_A_MEMBER}
    assert sent(found.world) == []


def test_an_account_that_is_not_theirs_is_named_with_those_that_are(found: Found) -> None:
    found.with_accounts(OPS, SECOND)
    found.world.catalog = replace(found.world.catalog, admins=())
    with pytest.raises(Refused) as refused:
        ask(found.world, BOB, "second")
    assert refused.value.reason is Reason.NO_ACCOUNT
    assert refused.value.facts["accounts"] == ("main",)


def test_it_is_drawn_from_what_inventory_wrote(found: Found) -> None:
    old = found.reader.key(MAIN, "ci", age=200 * DAY, idle=2 * DAY)
    found.reader.key(MAIN, "ci", age=3 * DAY, active=False)
    found.look(OPS)
    with found.world.work.begin() as tx:
        drawn = account_report.of(tx, AccountAt(AccountName("main"), found.world.clock.now() + HOUR))
        elsewhere = account_report.of(tx, AccountAt(AccountName("second"), found.world.clock.now()))
    assert [(each.name, each.user) for each in drawn.oldest] == [(old, "ci")]
    assert [each.label for each in drawn.idle if each.keys] == ["1 to 7 d"]
    assert {each.kind: (each.opened, each.standing) for each in drawn.findings}[FindingKind.STALE] == (1, 1)
    assert (elsewhere.keys, elsewhere.findings) == (0, ())
