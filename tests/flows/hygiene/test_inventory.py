"""The inventory of an account: what is found, identified and resolved; and what is unknown and left alone."""

from datetime import timedelta

from bot.domain.errors import Unreadable
from bot.domain.events import Tag
from bot.domain.hygiene.finding import FindingKind
from bot.domain.usage.last_used import LastUsed
from bot.flows.hygiene.key_ids import CHANGED, TWINS
from tests import credential_reports
from tests.fakes import BOB, CAROL
from tests.flows.catalog import MAIN
from tests.flows.hygiene.found_keys import DAY, HOUR, Found


def test_a_key_without_a_finding_is_known_by_its_slot_and_costs_no_call_of_its_own(found: Found) -> None:
    found.reader.key(MAIN, "carol", age=20 * DAY, idle=DAY)
    seen = found.look()
    assert (seen.users, len(seen.keys), seen.findings, seen.problem) == (1, 1, [], None)
    assert found.calls() == ["report", "users", "service_credentials"]
    (key,) = found.keys("carol")
    assert (key.slot, key.access_key_id, key.used_service) == (1, None, "s3")
    assert seen.owners == {"carol": CAROL}


def test_a_found_key_is_named_once_and_then_by_the_ledger(found: Found) -> None:
    key = found.reader.key(MAIN, "carol", age=100 * DAY, idle=DAY)
    assert found.look().opened == 1
    assert found.findings("carol") == {(FindingKind.STALE, "carol", key)}
    assert found.calls() == ["report", "users", "service_credentials", "keys_of"]
    found.forget_calls()
    found.world.clock.advance(6 * HOUR)
    again = found.look()
    assert (again.opened, again.closed, len(again.findings)) == (0, 0, 1)
    assert found.calls() == ["report", "users", "service_credentials"]


def test_slot_order_is_not_the_order_of_making(found: Found) -> None:
    old = found.reader.key(MAIN, "carol", age=300 * DAY, idle=DAY)
    young = found.reader.key(MAIN, "carol", age=20 * DAY, idle=DAY)
    keys = found.world.iam.users[MAIN.id, "carol"].keys
    keys[old].created_at, keys[young].created_at = keys[young].created_at, keys[old].created_at
    found.look()
    assert {each.slot: each.access_key_id for each in found.keys("carol")} == {1: old, 2: young}
    assert (FindingKind.STALE, "carol", young) in found.findings("carol")
    assert (FindingKind.STALE, "carol", old) not in found.findings("carol")


def test_two_keys_of_one_second_are_ambiguous_and_no_finding_names_one(found: Found) -> None:
    for _ in range(2):
        found.reader.key(MAIN, "carol", age=100 * DAY, idle=DAY)
    seen = found.look()
    assert {each.unclear for each in found.keys("carol")} == {TWINS}
    assert {kind for kind, _, _ in found.findings("carol")} == {FindingKind.TWO_ACTIVE}
    assert len(seen.unclear) == 2
    assert ("account:unread", BOB) in found.world.items()


def test_a_key_that_changed_since_the_report_is_reported_and_left(found: Found) -> None:
    key = found.reader.key(MAIN, "carol", age=100 * DAY, idle=DAY)
    row = credential_reports.Key(found.world.clock.now() - 99 * DAY)
    found.reader.content = credential_reports.written(credential_reports.line("carol", found.reader.born, row))
    seen = found.look()
    assert [each.unclear for each in seen.keys] == [CHANGED]
    assert found.findings("carol") == set()
    assert found.world.iam.all_keys()[key].active


def test_a_list_that_does_not_answer_leaves_the_key_nameless_until_the_next_reading(found: Found) -> None:
    key = found.reader.key(MAIN, "carol", age=100 * DAY, idle=DAY)
    found.world.iam.fail_at("keys_of", Unreadable("ListAccessKeys", "Throttling"))
    assert found.look().findings == []
    found.world.clock.advance(6 * HOUR)
    found.look()
    assert found.findings("carol") == {(FindingKind.STALE, "carol", key)}


def test_unknown_use_opens_nothing_and_settles_nothing(found: Found) -> None:
    key = found.reader.key(MAIN, "carol", age=100 * DAY, idle=50 * DAY)
    found.look()
    before = found.open("carol")
    found.world.iam.uses[key] = None
    other = found.reader.key(MAIN, "carol", age=20 * DAY)
    found.world.iam.uses[other] = None
    found.look()
    assert {each for each in found.open("carol") if each.access_key_id} == set(before)


def test_what_looks_different_now_is_settled_and_a_new_key_begins_anew(found: Found) -> None:
    key = found.reader.key(MAIN, "carol", age=100 * DAY, idle=50 * DAY)
    found.look()
    assert found.findings("carol") == {(FindingKind.UNUSED, "carol", key)}
    found.world.iam.uses[key] = LastUsed(found.world.clock.now(), "s3", "eu-central-1")
    found.look()
    assert found.findings("carol") == {(FindingKind.STALE, "carol", key)}
    (before,) = found.keys("carol")
    del found.world.iam.users[MAIN.id, "carol"].keys[key]
    found.reader.key(MAIN, "carol", age=DAY, idle=HOUR)
    found.look()
    assert found.findings("carol") == set()
    (after,) = found.keys("carol")
    assert (after.slot, after.access_key_id) == (before.slot, None)
    assert after.id != before.id


def test_every_opening_and_settling_is_in_the_audit_trail(found: Found) -> None:
    key = found.reader.key(MAIN, "carol", age=100 * DAY, idle=DAY)
    found.look()
    (finding,) = found.open("carol")
    assert (finding.owner, finding.account, finding.evidence) == (
        CAROL, "main", "made 25 July 2026, last used 01 November 2026 with s3 in eu-central-1",
    )  # fmt: skip
    del found.world.iam.users[MAIN.id, "carol"].keys[key]
    found.look()
    with found.world.work.begin() as tx:
        assert [each.tag for each in tx.audit.of(finding.id)] == [Tag.FINDING_OPENED, Tag.FINDING_CLOSED]


def test_a_deleted_user_takes_its_findings_along(found: Found) -> None:
    found.reader.user(MAIN, "dave", password=True)
    found.reader.key(MAIN, "dave", age=DAY)
    found.look()
    kinds = {FindingKind.NO_MFA, FindingKind.OWNERLESS, FindingKind.CONSOLE_AND_KEY}
    assert {kind for kind, _, _ in found.findings("dave")} == kinds
    found.world.iam.users.pop((MAIN.id, "dave"))
    found.world.clock.advance(6 * HOUR)
    found.look()
    assert found.findings("dave") == set()
    assert found.keys("dave") == ()


# --- more than two keys ---------------------------------------------------------------------------------------------


def test_keys_beyond_the_two_that_the_report_shows_are_listed_and_their_use_is_asked_for(found: Found) -> None:
    ages = (30, 29, 28, 27)
    ids = [found.reader.key(MAIN, "carol", age=each * DAY, idle=(each - 1) * DAY) for each in ages]
    found.reader.profiles["carol"].more = "2 more access keys; call ListAccessKeys"
    found.look()
    assert [name for name in found.calls() if name != "keys_of"] == [
        "report",
        "users",
        "service_credentials",
        "last_used",
        "last_used",
    ]
    keys = {each.access_key_id: each for each in found.keys("carol")}
    assert keys.keys() == set(ids)
    assert [keys[each].slot for each in ids] == [1, 2, None, None]
    assert keys[ids[3]].used_at == found.world.clock.now() - 26 * DAY
    assert (FindingKind.MORE_THAN_TWO, "carol", "") in found.findings("carol")
    before = {each.id for each in found.keys("carol")}
    found.look()
    assert {each.id for each in found.keys("carol")} == before


def test_a_hidden_key_stays_known_while_the_list_does_not_answer(found: Found) -> None:
    for each in (30, 29, 28):
        found.reader.key(MAIN, "carol", age=each * DAY, idle=DAY)
    found.reader.profiles["carol"].more = "1 more access key"
    found.look()
    found.world.iam.fail_at("keys_of", Unreadable("ListAccessKeys"))
    found.look()
    assert len(found.keys("carol")) == 3


def test_a_key_made_since_the_report_is_not_one_that_the_report_hides(found: Found) -> None:
    found.reader.key(MAIN, "carol", age=100 * DAY, idle=DAY)
    found.reader.key(MAIN, "carol", age=3 * DAY, idle=DAY)
    found.reader.key(MAIN, "carol", age=timedelta(minutes=30))
    found.reader.age = HOUR
    found.look()
    assert [each.slot for each in found.keys("carol")] == [1, 2]
    assert {kind for kind, _, _ in found.findings("carol")} == {FindingKind.STALE}


def test_what_was_deleted_since_the_report_is_gone_and_no_riddle(found: Found) -> None:
    old = found.reader.key(MAIN, "carol", age=100 * DAY, idle=DAY)
    young = found.reader.key(MAIN, "carol", age=DAY, idle=HOUR)
    found.reader.content = found.reader.report(MAIN).content
    del found.world.iam.users[MAIN.id, "carol"].keys[old]
    seen = found.look()
    assert [(each.access_key_id, each.unclear) for each in seen.keys] == [(young, None)]
    assert found.findings("carol") == set()
    listed = found.reader.users(MAIN)
    found.reader.users = lambda _account: listed  # type: ignore[method-assign]
    found.world.iam.users.pop((MAIN.id, "carol"))
    assert found.look().keys == []
    assert found.keys("carol") == ()


def test_a_hidden_key_does_not_make_a_riddle_of_a_deleted_one(found: Found) -> None:
    keys = [found.reader.key(MAIN, "carol", age=each * DAY, idle=DAY) for each in (100, 4, 3)]
    found.reader.profiles["carol"].more = "1 more access key"
    found.look()
    found.reader.content = found.reader.report(MAIN).content
    del found.world.iam.users[MAIN.id, "carol"].keys[keys[0]]
    found.look()
    assert {each.access_key_id for each in found.keys("carol")} == set(keys[1:])
    assert {each.unclear for each in found.keys("carol")} == {None}
    assert found.findings("carol") == set()


def test_a_user_who_is_not_in_the_report_yet_is_not_judged_by_what_was_known_before(found: Found) -> None:
    found.reader.key(MAIN, "carol", age=89 * DAY, idle=DAY)
    found.look()
    found.world.clock.advance(2 * DAY)
    found.reader.hidden.add("carol")
    found.reader.profiles["carol"].made_at = found.world.clock.now()  # recreated under the same name
    found.reader.key(MAIN, "dave", age=DAY, idle=HOUR)
    seen = found.look()
    assert (seen.problem, found.findings("carol")) == (None, set())
    assert found.keys("carol") == (), "made before the user that now has this name"
