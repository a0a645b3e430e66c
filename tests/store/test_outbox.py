"""What the outbox, the messages and the findings promise in ports.py, on both databases."""

from dataclasses import replace

from bot.domain.events import Notice
from bot.domain.hygiene import FindingKind
from bot.domain.ids import CredentialId, SlackUserId
from bot.domain.lifecycle import CredentialState
from bot.ports import Errand, Posted
from bot.store.work import SqlWork
from tests.fakes import ALICE, BOB, CAROL, START
from tests.store.rows import DAY, HOUR, a_credential, a_finding, a_grant, plant, plant_grants


def only(work: SqlWork) -> Errand:
    with work.begin() as tx:
        (errand,) = tx.outbox.due(START, 9)
    return errand


def test_every_place_is_wanted_for_itself(work: SqlWork) -> None:
    with work.begin() as tx:
        tx.outbox.want(Notice.APPROVAL, "r1", "C01OPS", BOB)
        tx.outbox.want(Notice.APPROVAL, "r1", "C01OPS")
        tx.outbox.want(Notice.RECEIPT, "r1", ALICE)
        due = tx.outbox.due(START, 9)
        assert [(each.notice, each.subject, each.to, each.tries) for each in due] == [
            (Notice.APPROVAL, "r1", "C01OPS", 0),
            (Notice.APPROVAL, "r1", BOB, 0),
            (Notice.RECEIPT, "r1", ALICE, 0),
        ]
        assert [tx.outbox.wanted_revision(each.id) for each in due] == [2, 1, 1]
        assert len(tx.outbox.due(START, 2)) == 2


def test_done_is_done(work: SqlWork) -> None:
    with work.begin() as tx:
        tx.outbox.want(Notice.GRANT, "g1", ALICE)
    errand = only(work)
    with work.begin() as tx:
        assert tx.outbox.claim(errand.id, START, START + HOUR)
        assert tx.outbox.due(START, 9) == ()
        assert tx.outbox.done(errand.id, 1)
        assert tx.outbox.due(START + DAY, 9) == ()
        assert not tx.outbox.claim(errand.id, START + DAY, START + 2 * DAY)


def test_more_wanted_meanwhile_is_due_again(work: SqlWork) -> None:
    with work.begin() as tx:
        tx.outbox.want(Notice.GRANT, "g1", ALICE)
    errand = only(work)
    with work.begin() as tx:
        tx.outbox.claim(errand.id, START, START + HOUR)
        tx.outbox.want(Notice.GRANT, "g1", ALICE)
        assert tx.outbox.due(START, 9) == ()
        assert not tx.outbox.done(errand.id, 1)
    assert only(work).id == errand.id
    with work.begin() as tx:
        assert tx.outbox.claim(errand.id, START, START + HOUR)
        assert tx.outbox.done(errand.id, 2)


def test_a_dead_senders_claim_runs_out(work: SqlWork) -> None:
    with work.begin() as tx:
        tx.outbox.want(Notice.GRANT, "g1", ALICE)
    errand = only(work)
    with work.begin() as tx:
        assert tx.outbox.claim(errand.id, START, START + HOUR)
        assert not tx.outbox.claim(errand.id, START + HOUR / 2, START + HOUR)
        assert [each.tries for each in tx.outbox.due(START + HOUR, 9)] == [1]
        assert tx.outbox.claim(errand.id, START + HOUR, START + 2 * HOUR)


def test_later_waits_and_lets_go(work: SqlWork) -> None:
    with work.begin() as tx:
        tx.outbox.want(Notice.GRANT, "g1", ALICE)
    errand = only(work)
    with work.begin() as tx:
        tx.outbox.claim(errand.id, START, START + DAY)
        tx.outbox.later(errand.id, START + HOUR, "ratelimited " * 99)
        assert tx.outbox.due(START, 9) == ()
        assert tx.outbox.due(START + HOUR, 9) == (replace(errand, tries=1),)
        tx.outbox.want(Notice.GRANT, "g1", ALICE)
        assert tx.outbox.due(START, 9) == (errand,)


def test_again_raises_every_place_that_shows_it(work: SqlWork) -> None:
    with work.begin() as tx:
        tx.outbox.want(Notice.APPROVAL, "r1", "C01OPS", BOB)
        tx.outbox.want(Notice.APPROVAL, "r2", BOB)
        for each in tx.outbox.due(START, 9):
            tx.outbox.done(each.id, 1)
        tx.outbox.again(Notice.APPROVAL, "r1")
        tx.outbox.again(Notice.RECEIPT, "r1")
        assert [(each.subject, each.to) for each in tx.outbox.due(START, 9)] == [("r1", "C01OPS"), ("r1", BOB)]


def test_a_message_is_kept_once_for_each_place(work: SqlWork) -> None:
    with work.begin() as tx:
        assert tx.messages.shown(Notice.GRANT, "g1", ALICE) is None
        tx.messages.keep(Notice.GRANT, "g1", ALICE, Posted("D1", "1.2", 1))
        tx.messages.keep(Notice.GRANT, "g1", ALICE, Posted("D1", "1.2", 3))
        tx.messages.keep(Notice.GRANT, "g1", BOB, Posted("D2", "2.2", 1))
    with work.begin() as tx:
        assert tx.messages.shown(Notice.GRANT, "g1", ALICE) == Posted("D1", "1.2", 3)
        assert tx.messages.shown(Notice.GRANT, "g1", BOB) == Posted("D2", "2.2", 1)
        assert tx.messages.shown(Notice.GRANT_ENDED, "g1", ALICE) is None


def test_a_finding_is_opened_once_until_it_is_closed(work: SqlWork) -> None:
    plant_grants(work, a_grant())
    plant(work, a_credential(state=CredentialState.LIVE))
    mine = a_finding(credential=CredentialId("c1"))
    with work.begin() as tx:
        assert tx.findings.open(mine)
        assert not tx.findings.open(replace(mine, id="f2"))
        assert tx.findings.open(replace(mine, id="f3", kind=FindingKind.STALE))
        assert tx.findings.get("f1") == mine
        assert tx.findings.get("f2") is None
        assert {each.id for each in tx.findings.open_of(CredentialId("c1"))} == {"f1", "f3"}
        assert tx.findings.close("f1", START + HOUR)
        assert not tx.findings.close("f1", START + HOUR)
        assert tx.findings.open(replace(mine, id="f2"))
        assert {each.id for each in tx.findings.open_of(CredentialId("c1"))} == {"f2", "f3"}


def test_an_owner_is_told_once_and_never_what_is_kept(work: SqlWork) -> None:
    plant(
        work,
        a_finding("f2", access_key_id="AKIA2", opened_at=START + HOUR),
        a_finding("f1", access_key_id="AKIA1"),
        a_finding("f3", access_key_id="AKIA3", kept_until=START + DAY, kept_why="until the audit"),
        a_finding("f4", access_key_id="AKIA4", closed_at=START),
        a_finding("f5", access_key_id="AKIA5", owner=CAROL),
    )
    with work.begin() as tx:
        assert [each.id for each in tx.findings.untold_of(ALICE, START)] == ["f1", "f2"]
        assert set(tx.findings.owners_to_tell(START)) == {ALICE, CAROL}
        tx.findings.told(["f1", "f2", "f5"], START)
        assert tx.findings.owners_to_tell(START) == ()
        assert [each.id for each in tx.findings.untold_of(ALICE, START + DAY)] == ["f3"]
        assert [each.id for each in tx.findings.told_on(ALICE, START, START + DAY)] == ["f1", "f2"]
        assert tx.findings.told_on(SlackUserId("U09"), START, START + DAY) == ()
        tx.findings.told([], START)


def test_a_finding_is_kept_while_it_is_open(work: SqlWork) -> None:
    plant(work, a_finding(), a_finding("f2", access_key_id="AKIA2", closed_at=START))
    with work.begin() as tx:
        assert tx.findings.keep("f1", START + DAY, "the auditors want it")
        assert not tx.findings.keep("f2", START + DAY, "no")
        assert tx.findings.get("f1") == a_finding(kept_until=START + DAY, kept_why="the auditors want it")
        assert tx.findings.untold_of(ALICE, START) == ()


def test_what_was_kept_for_a_time_is_told_again_once_when_it_is_over(work: SqlWork) -> None:
    plant(work, a_finding(told_at=START - HOUR, kept_until=START + DAY, kept_why="the yearly job"))
    with work.begin() as tx:
        assert tx.findings.owners_to_tell(START) == ()
        assert tx.findings.owners_to_tell(START + DAY) == (ALICE,)
        assert [each.id for each in tx.findings.untold_of(ALICE, START + DAY)] == ["f1"]
        tx.findings.told(["f1"], START + DAY)
        assert tx.findings.owners_to_tell(START + 9 * DAY) == ()
