"""The contract of requests, decisions and grants in bot.ports, on both databases."""

from dataclasses import replace

from bot.domain.grant import Grant
from bot.domain.ids import GrantId, RequestId
from bot.domain.lifecycle import GrantState, RequestState
from bot.domain.requests.request import Answer, Decision, Request, RequestKind
from bot.store.work import SqlUnitOfWork
from tests.fakes import ALICE, BOB, CAROL, START
from tests.store.rows import DAY, HOUR, a_grant, a_request, plant, plant_grants

R, G = RequestState, GrantState


def ids(rows: tuple[Request | Grant, ...]) -> list[str]:
    return [each.id for each in rows]


def test_a_request_comes_back_whole(work: SqlUnitOfWork) -> None:
    whole = a_request(kind=RequestKind.RENEW, grant=GrantId("g7"), justification="für „Märkte“ 🔑 <@U03CAROL>")
    with work.begin() as tx:
        tx.requests.add(whole)
    with work.begin() as tx:
        assert tx.requests.get(RequestId("r1")) == whole
        assert tx.requests.get(RequestId("r2")) is None


def test_a_request_is_locked_while_it_is_open(work: SqlUnitOfWork) -> None:
    plant(work, a_request(), *(a_request(state.value, state=state) for state in R if state is not R.REQUESTED))
    with work.begin() as tx:
        assert tx.requests.lock(RequestId("r1"))
        assert not tx.requests.lock(RequestId("nobody"))
        assert not any(tx.requests.lock(RequestId(each.value)) for each in R)


def test_open_requests_are_listed_oldest_first(work: SqlUnitOfWork) -> None:
    plant(
        work,
        a_request("r2", made_at=START + HOUR),
        a_request("r1"),
        a_request("r3", requester=CAROL, owner=CAROL),
        a_request("r4", state=R.DECLINED),
    )
    with work.begin() as tx:
        assert ids(tx.requests.open_of(ALICE)) == ["r1", "r2"]
        assert sorted(ids(tx.requests.open_all())) == ["r1", "r2", "r3"]
        assert tx.requests.open_all()[-1].id == "r2"
        assert tx.requests.open_of(BOB) == ()


def test_a_request_is_due_at_decide_by(work: SqlUnitOfWork) -> None:
    plant(
        work,
        a_request("r2", decide_by=START + 2 * HOUR),
        a_request("r1", decide_by=START + HOUR),
        a_request("r0", decide_by=START, state=R.APPROVED),
    )
    with work.begin() as tx:
        assert ids(tx.requests.due(START, 9)) == []
        assert ids(tx.requests.due(START + HOUR, 9)) == ["r1"]
        assert ids(tx.requests.due(START + DAY, 9)) == ["r1", "r2"]
        assert ids(tx.requests.due(START + DAY, 1)) == ["r1"]


def test_an_approver_decides_once(work: SqlUnitOfWork) -> None:
    plant(work, a_request(), a_request("r2"))
    yes = Decision(RequestId("r1"), BOB, Answer.APPROVE, "fine", START)
    no = Decision(RequestId("r1"), CAROL, Answer.DECLINE, "not now", START + HOUR)
    with work.begin() as tx:
        assert tx.decisions.add(no)
        assert tx.decisions.add(yes)
        assert not tx.decisions.add(replace(yes, answer=Answer.DECLINE))
        assert tx.decisions.add(replace(yes, request=RequestId("r2")))
        assert tx.decisions.of(RequestId("r1")) == (yes, no)
        assert tx.decisions.of(RequestId("r3")) == ()


def test_a_grant_comes_back_whole(work: SqlUnitOfWork) -> None:
    plant(work, a_request())
    whole = a_grant(state=G.REVOKED, lease_until=START + DAY, ended_at=START + HOUR, torn_down_at=START + 2 * HOUR)
    with work.begin() as tx:
        tx.grants.add(whole)
    with work.begin() as tx:
        assert tx.grants.get(GrantId("g1")) == tx.grants.of_request(RequestId("r1")) == whole
        assert tx.grants.get(GrantId("g2")) is None
        assert tx.grants.of_request(RequestId("r2")) is None


def test_an_owner_sees_the_newest_first(work: SqlUnitOfWork) -> None:
    plant_grants(
        work,
        a_grant("g1", "r1"),
        a_grant("g2", "r2", state=G.ACTIVE, made_at=START + HOUR),
        a_grant("g3", "r3", state=G.EXPIRED, ended_at=START),
        a_grant("g4", "r4", state=G.REVOKED, made_at=START - HOUR, ended_at=START + HOUR),
        a_grant("g5", "r5", owner=CAROL),
    )
    with work.begin() as tx:
        assert ids(tx.grants.of_owner(ALICE)) == ["g2", "g1"]
        assert ids(tx.grants.of_owner(ALICE, over_since=START + HOUR / 2)) == ["g2", "g1", "g4"]
        assert ids(tx.grants.of_owner(CAROL)) == ["g5"]


def test_a_grant_is_locked_in_any_state_and_read_again(work: SqlUnitOfWork) -> None:
    plant_grants(work, *(a_grant(f"g-{each}", f"r-{each}", state=each) for each in G))
    with work.begin() as tx:
        assert [tx.grants.lock(GrantId(f"g-{each}")) for each in G] == [
            a_grant(f"g-{each}", f"r-{each}", state=each) for each in G
        ]
        assert tx.grants.lock(GrantId("nobody")) is None


def test_a_lease_is_set_and_cleared(work: SqlUnitOfWork) -> None:
    plant_grants(work, a_grant(), a_grant("g2", "r2"))
    for until in (START + DAY, None):
        with work.begin() as tx:
            tx.grants.set_lease(GrantId("g1"), until)
            assert tx.grants.get(GrantId("g1")) == a_grant(lease_until=until)
            assert tx.grants.get(GrantId("g2")) == a_grant("g2", "r2")


def test_what_is_past_its_time(work: SqlUnitOfWork) -> None:
    plant_grants(
        work,
        a_grant("g1", "r1", collect_by=START + HOUR),
        a_grant("g2", "r2", state=G.ACTIVE, collect_by=START, lease_until=START + HOUR),
        a_grant("g3", "r3", state=G.ACTIVE, collect_by=START, lease_until=START + DAY),
        a_grant("g4", "r4", state=G.REVOKED, collect_by=START, lease_until=START),
    )
    with work.begin() as tx:
        for due in (tx.grants.uncollected_past, tx.grants.ended_leases):
            assert ids(due(START, 9)) == []
        assert ids(tx.grants.uncollected_past(START + DAY, 9)) == ["g1"]
        assert ids(tx.grants.ended_leases(START + HOUR, 9)) == ["g2"]
        assert ids(tx.grants.ended_leases(START + DAY, 9)) == ["g2", "g3"]
        assert ids(tx.grants.ended_leases(START + DAY, 1)) == ["g2"]


def test_an_end_is_announced_once_at_each_stage_that_its_lease_is_longer_than(work: SqlUnitOfWork) -> None:
    running = {"state": G.ACTIVE, "lease_until": START + DAY}
    plant_grants(
        work,
        a_grant(duration=30 * DAY, **running),
        a_grant("g2", "r2"),
        a_grant("g3", "r3", duration=7 * DAY, **running),
        a_grant("g4", "r4", duration=DAY, **running),
    )
    long, short = GrantId("g1"), GrantId("g3")
    with work.begin() as tx:
        for each in (long, short, GrantId("g4")):
            tx.grants.set_lease(each, START + 20 * DAY)
        assert ids(tx.grants.ending(START + 6 * DAY - HOUR, 9)) == []
        assert ids(tx.grants.ending(START + 6 * DAY, 9)) == ["g1"]
        assert tx.grants.mark_expiry_notified(long, 14 * DAY, START)
        assert not tx.grants.mark_expiry_notified(long, 14 * DAY, START)
        assert ids(tx.grants.ending(START + 13 * DAY - HOUR, 9)) == []
        assert tx.grants.mark_expiry_notified(long, 7 * DAY, START)
        assert not tx.grants.mark_expiry_notified(long, 14 * DAY, START)
        assert sorted(ids(tx.grants.ending(START + 19 * DAY, 9))) == ["g1", "g3"]
        assert ids(tx.grants.ending(START + 20 * DAY, 9)) == []  # ended
        tx.grants.complete_renewal(long, START + 40 * DAY, 30 * DAY)
        assert ids(tx.grants.ending(START + 26 * DAY, 9)) == ["g1"]


def test_a_renewal_is_due_while_its_lease_runs_and_no_one_has_claimed_it(work: SqlUnitOfWork) -> None:
    running = {"state": G.ACTIVE, "lease_until": START + DAY}
    plant_grants(work, a_grant(**running), a_grant("g2", "r2", **running), a_grant("g3", "r3"))
    with work.begin() as tx:
        for each in ("g1", "g3"):
            tx.grants.set_renewal(GrantId(each), START + 9 * DAY, RequestId("r9"))
        assert ids(tx.grants.to_renew(START, 9)) == ["g1"]
        tx.grants.renew_try_at(GrantId("g1"), START + HOUR)
        assert ids(tx.grants.to_renew(START, 9)) == []
        assert ids(tx.grants.to_renew(START + HOUR, 9)) == ["g1"]
        assert ids(tx.grants.to_renew(START + DAY, 9)) == []
        tx.grants.complete_renewal(GrantId("g1"), START + 9 * DAY, 9 * DAY)
        found = tx.grants.get(GrantId("g1"))
        assert found is not None
        assert (found.lease_until, found.duration) == (START + 9 * DAY, 9 * DAY)
        assert (found.renew_until, found.renew_request, found.renew_try_at) == (None, None, None)


def test_the_open_renewals_of_a_grant(work: SqlUnitOfWork) -> None:
    one, other = a_request("r1", grant=GrantId("g1")), a_request("r2", grant=GrantId("g2"))
    plant(work, one, other, a_request("r3", grant=GrantId("g1"), state=R.DECLINED), a_request("r4"))
    with work.begin() as tx:
        assert tx.requests.renewals_of(GrantId("g1")) == (one,)


def test_tearing_down_is_tried_when_asked_for_until_it_is_done(work: SqlUnitOfWork) -> None:
    over = [a_grant(f"g-{each}", f"r-{each}", state=each) for each in (G.LAPSED, G.EXPIRED, G.REVOKED)]
    plant_grants(work, a_grant(), *over)
    with work.begin() as tx:
        assert ids(tx.grants.to_tear_down(START, 9)) == []
        for each in (*over, a_grant()):
            tx.grants.try_again_at(each.id, START + HOUR)
        assert ids(tx.grants.to_tear_down(START, 9)) == []
        assert set(ids(tx.grants.to_tear_down(START + HOUR, 9))) == {each.id for each in over}
        assert ids(tx.grants.to_reconcile(START + HOUR, 9)) == ["g1"]
        tx.grants.mark_torn_down(over[0].id, START + HOUR)
        tx.grants.try_again_at(over[1].id, START + DAY)
        assert ids(tx.grants.to_tear_down(START + HOUR, 9)) == [over[2].id]
        found = tx.grants.get(over[0].id)
        assert found is not None
        assert found.torn_down_at == START + HOUR


def test_what_came_late_is_torn_down_once_more(work: SqlUnitOfWork) -> None:
    plant_grants(work, a_grant(state=G.REVOKED))
    with work.begin() as tx:
        tx.grants.mark_torn_down(GrantId("g1"), START)
        assert ids(tx.grants.to_tear_down(START + DAY, 9)) == []
        tx.grants.try_again_at(GrantId("g1"), START + HOUR)
        assert ids(tx.grants.to_tear_down(START + HOUR, 9)) == ["g1"]


def test_the_orphan_pass_comes_when_asked_for(work: SqlUnitOfWork) -> None:
    plant_grants(work, a_grant(), a_grant("g2", "r2", state=G.ACTIVE), a_grant("g3", "r3", state=G.REVOKED))
    with work.begin() as tx:
        for each in ("g1", "g2", "g3"):
            tx.grants.try_again_at(GrantId(each), START)
        assert sorted(ids(tx.grants.to_reconcile(START, 9))) == ["g1", "g2"]
        tx.grants.try_again_at(GrantId("g1"), None)
        assert ids(tx.grants.to_reconcile(START + DAY, 9)) == ["g2"]


def test_the_daily_sweep_pages_by_id(work: SqlUnitOfWork) -> None:
    plant_grants(work, *(a_grant(f"g{each}", f"r{each}", state=G.ACTIVE) for each in (3, 1, 2)), a_grant("g0", "r0"))
    with work.begin() as tx:
        assert ids(tx.grants.active(None, 2)) == ["g1", "g2"]
        assert ids(tx.grants.active(GrantId("g2"), 2)) == ["g3"]
        assert ids(tx.grants.active(GrantId("g3"), 2)) == []
