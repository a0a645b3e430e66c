"""Decisions, claims, addresses and leavers in the ledger, on both databases."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import insert

from bot.domain.hygiene.finding import FindingKind
from bot.domain.ids import AccountName
from bot.domain.lifecycle import GrantState
from bot.domain.ownership.claim import Claim, ClaimState
from bot.domain.ownership.leavers import Leaver
from bot.domain.ownership.owner import OwnerDecision, Ownership, Source
from bot.store import tables
from bot.store.rows import write
from bot.store.work import SqlUnitOfWork
from tests.fakes import ALICE, BOB, CAROL, DAVE, START
from tests.store.rows import DAY, HOUR, a_finding, a_grant, plant_grants
from tests.store.test_inventory import MAIN, OTHER, a_key, a_user, store

CLAIM = Claim("c1", MAIN, "carol", ALICE, ALICE, None, "carol", START)
GROUP = f"subteam-S{'0' * 30}"


def test_the_latest_decision_counts(work: SqlUnitOfWork) -> None:
    first = OwnerDecision(MAIN, "carol", START - DAY, GROUP, "slack=U1", BOB, START)
    with work.begin() as tx:
        tx.owners.decide(first)
        tx.owners.decide(replace(first, iam_user="dave"))
        tx.owners.decide(replace(first, owner=None, at=START + HOUR))
        assert tx.owners.decisions(MAIN, ["carol", "eve"]) == {"carol": replace(first, owner=None, at=START + HOUR)}
        assert tx.owners.decisions(OTHER, ["carol"]) == {}


def test_one_open_claim_for_each_person_and_user(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        assert tx.owners.claim(CLAIM)
        assert not tx.owners.claim(replace(CLAIM, id="c2"))
        assert tx.owners.claim(replace(CLAIM, id="c3", claimant=CAROL))
        assert tx.owners.claim(replace(CLAIM, id="c4", account=OTHER))
        assert [each.id for each in tx.owners.open_on(MAIN, ["carol"])] == ["c1", "c3"]
        assert tx.owners.settle("c1", ClaimState.CONFIRMED, BOB, START + HOUR)
        assert not tx.owners.settle("c1", ClaimState.DECLINED, BOB, START + HOUR)
        assert tx.owners.get("c1") == replace(
            CLAIM, state=ClaimState.CONFIRMED, decided_by=BOB, decided_at=START + HOUR
        )
        assert tx.owners.claim(replace(CLAIM, id="c5"))


def test_addresses_wait_for_slack_and_are_asked_for_once_a_day(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        tx.owners.request_lookups(["old@example.com"], START - 3 * DAY)
        tx.owners.request_lookups(["alice@example.com", "bob@example.com"], START)
        tx.owners.request_lookups([], START)
        tx.owners.store_lookup("alice@example.com", ALICE, START)
        tx.owners.store_lookup("old@example.com", None, START - 3 * DAY)
        assert tx.owners.lookup_answers(["alice@example.com", "bob@example.com", "old@example.com"]) == {
            "alice@example.com": ALICE,
            "old@example.com": None,
        }
        assert tx.owners.lookups_due(START - DAY, START - DAY, 9) == ("bob@example.com",)
        later = START + 25 * HOUR
        assert tx.owners.lookups_due(START - DAY, later - DAY, 9) == ("bob@example.com", "alice@example.com")
        assert tx.owners.lookups_due(START - DAY, later - DAY, 1) == ("bob@example.com",)
        tx.owners.request_lookups(["alice@example.com"], later)
        assert tx.owners.lookup_answers(["alice@example.com"]) == {"alice@example.com": ALICE}


def test_a_leaver_is_notified_each_stage_once_and_may_leave_again(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        assert tx.owners.add_leaver(Leaver("l1", ALICE, START))
        assert not tx.owners.add_leaver(Leaver("l2", ALICE, START))
        assert tx.owners.mark_reminded(ALICE, 14 * DAY)
        assert not tx.owners.mark_reminded(ALICE, 14 * DAY)
        assert tx.owners.mark_reminded(ALICE, timedelta(0))
        assert not tx.owners.mark_reminded(ALICE, DAY), "a stage that was slept over"
        assert tx.owners.mark_returned(ALICE, START + DAY)
        assert not tx.owners.mark_returned(ALICE, START + DAY)
        assert tx.owners.leaver(ALICE) is None
        assert tx.owners.leavers() == ()
        assert tx.owners.leaver_by_id("l1") == Leaver("l1", ALICE, START, timedelta(0), START + DAY)
        assert tx.owners.add_leaver(Leaver("l3", ALICE, START + 2 * DAY))
        assert [each.id for each in tx.owners.leavers()] == ["l3"]


def test_holders_have_an_open_grant_or_a_found_key_and_were_members(work: SqlUnitOfWork) -> None:
    plant_grants(work, a_grant(state=GrantState.ACTIVE))
    store(
        work,
        [
            a_user(owner=CAROL, member_at=START, owner_by=Source.TAG),
            a_user("unseen", owner=DAVE),
            a_user("grouped", owner=GROUP, member_at=START),
            a_user("gone", owner=BOB, member_at=START, gone_at=START),
        ],
        [],
    )
    with work.begin() as tx:
        everybody = tx.owners.holders("", 9)
        assert sorted(everybody) == sorted([ALICE, CAROL, GROUP])
        assert tx.owners.holders(everybody[0], 1) == everybody[1:2]


def test_a_user_is_locked_and_gets_an_owner(work: SqlUnitOfWork) -> None:
    store(work, [a_user(), a_user(account=OTHER)], [a_key()])
    with work.begin() as tx:
        assert tx.inventory.lock(MAIN, "carol") == a_user()
        assert tx.inventory.lock(MAIN, "nobody") is None
        tx.inventory.set_owner(MAIN, "carol", Ownership(GROUP, Source.SAID, START))
        assert tx.inventory.of_owner(GROUP) == (a_user(owner=GROUP, owner_by=Source.SAID, member_at=START),)
        assert [each.account for each in tx.inventory.named([MAIN, OTHER], "carol")] == [MAIN, OTHER]
        assert [each.account for each in tx.inventory.named([OTHER, AccountName("no")], "carol")] == [OTHER]


def test_users_with_unmatched_tags(work: SqlUnitOfWork) -> None:
    rows = [a_user(doubt="x"), a_user("nobodys", doubt="x", owner=None), a_user("gone", doubt="x", gone_at=START)]
    store(work, [*rows, a_user("clear"), a_user(account=OTHER, doubt="x")], [])
    with work.begin() as tx:
        assert tx.inventory.with_unmatched_tags(MAIN, 9) == (a_user(doubt="x"),)


def test_what_is_open_is_transferred_and_reported_again(work: SqlUnitOfWork) -> None:
    def finding(name: str, kind: FindingKind, **changes: object) -> dict[str, object]:
        row = {"credential": None, "owner": ALICE, "account": MAIN, "iam_user": "carol", "told_at": START, **changes}
        return write(replace(a_finding(name, kind=kind), **row))  # type: ignore[arg-type]

    rows = [
        finding("f1", FindingKind.STALE),
        finding("f2", FindingKind.UNUSED, closed_at=START),
        finding("f3", FindingKind.ROOT_KEY),
        finding("f4", FindingKind.STALE, iam_user="dave"),
        finding("f5", FindingKind.NO_MFA, owner=GROUP),
    ]
    with work._engine.begin() as connection:
        connection.execute(insert(tables.finding), rows)
    with work.begin() as tx:
        tx.findings.transfer(MAIN, ["carol"], GROUP)
        found = {name: tx.findings.get(name) for name in ("f1", "f2", "f3", "f4", "f5")}
        assert {name: (each.owner, each.told_at) for name, each in found.items() if each} == {
            "f1": (GROUP, None),
            "f2": (ALICE, START),
            "f3": (ALICE, START),
            "f4": (ALICE, START),
            "f5": (GROUP, START),
        }
        tx.findings.transfer(MAIN, ["carol"], None)
        assert [each.owner for each in tx.findings.open_on(MAIN, ["carol"])].count(None) == 2
        assert [each.id for each in tx.findings.of_kind(MAIN, FindingKind.STALE, 9)] == ["f1", "f4"]
        assert (
            tx.findings.count_of(MAIN, FindingKind.STALE),
            len(tx.findings.of_kind(MAIN, FindingKind.STALE, 1)),
        ) == (2, 1)


def test_who_owned_it_is_remembered_with_the_last_moment_it_was_so(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        tx.owners.record_owners(MAIN, {"job": [BOB, ALICE], "other": [CAROL]}, START)
        tx.owners.record_owners(MAIN, {"job": [ALICE]}, START + DAY)
        tx.owners.record_owners(MAIN, {"job": [ALICE]}, START)  # a scan that began earlier and ended later
        tx.owners.record_owners(MAIN, {}, START)
        assert tx.owners.owners_since(MAIN, "job", START) == {ALICE, BOB}
        assert tx.owners.owners_since(MAIN, "job", START + DAY) == {ALICE}
        assert tx.owners.owners_since(MAIN, "job", START + 2 * DAY) == frozenset()
