"""Who may do what and when: every act by every role in every state, before, at and after its deadline.

What is expected is read from a table of plain words, written apart from the product's own rules.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.authorization import Act, Facts, Quorum, Role, approved_duration, count, judge, possible
from bot.domain.errors import Reason
from bot.domain.lifecycle import GrantState, RequestState
from bot.domain.requests.request import Answer, Decision
from tests.fakes import ALICE, BOB, CAROL, DAVE, START

WORDS = """
    act        | may                      | never           | while             | others read     | too late reads
    request    | owner                    |                 | any               | not-requestable |
    approve    | approver                 | requester owner | requested         | not-approver    | already-decided
    decline    | approver                 | requester owner | requested         | not-approver    | already-decided
    ask        | approver                 | requester owner | requested         | not-approver    | already-decided
    answer     | requester                |                 | requested         | not-owner       | already-decided
    pre-approve      | approver           | requester owner | any               | not-approver    |
    end-pre-approval | approver admin     |                 | any               | not-approver    |
    review     | approver admin           | requester owner | any               | not-approver    |
    cancel     | requester owner          |                 | requested         | not-owner       | already-decided
    nudge      | requester owner          |                 | requested         | not-owner       | already-decided
    issue      | owner                    |                 | request approved  | not-owner       | already-decided
    extend     | owner                    |                 | request approved  | not-owner       | already-decided
    collect    | owner                    |                 | approved active   | not-owner       | grant-over
    rotate     | owner                    |                 | any               | not-owner       |
    renew      | owner                    |                 | active            | not-owner       | grant-over
    give-back  | owner                    |                 | any               | not-owner       |
    revoke     | owner approver admin     |                 | any               | not-owner       |
    retire     | owner approver admin     |                 | any               | not-owner       |
    reactivate | owner approver admin     |                 | any               | not-owner       |
    take-note  | owner approver admin     |                 | any               | not-approver    |
    put-back   | approver admin           |                 | any               | not-approver    |
    pause      | admin                    |                 | any               | not-admin       |
    contain    | owner approver admin     |                 | any               | may-not-contain |
    end-sessions | approver admin         |                 | any               | not-approver    |
"""
TABLE = {row[0]: row[1:] for row in ([cell.strip() for cell in line.split("|")] for line in WORDS.strip().splitlines())}
ABOUT_A_REQUEST = {"approve", "decline", "ask", "answer", "cancel", "nudge", "issue", "extend", "pre-approve"}
SOMEBODY = [frozenset(each) for size in range(3) for each in combinations(Role, size)]
TIMES = {"before": timedelta(seconds=-1), "at": timedelta(0), "after": timedelta(seconds=1)}
Row = tuple[Act, frozenset[Role], RequestState | GrantState, str]


def rows() -> Iterator[Row]:
    for act in Act:
        states = list(RequestState) if act.value in ABOUT_A_REQUEST else list(GrantState)
        yield from ((act, roles, state, time) for roles in SOMEBODY for state in states for time in TIMES)


def expected(act: Act, roles: frozenset[Role], state: RequestState | GrantState, time: str) -> str:
    """In plain words: the reason, or `allowed`."""
    may, never, during, others, late = TABLE[act.value]
    now = state.value
    if time != "before":  # a state that has a deadline is over from the deadline on
        now = {"requested": "lapsed", "approved": "lapsed", "active": "expired"}.get(now, now)
        if act.value in ABOUT_A_REQUEST and state is RequestState.APPROVED:
            now = "approved"  # a decision has no deadline
    words = [] if during == "any" else during.removeprefix("request ").split()
    if words and now not in words:
        return "not-running" if act is Act.RENEW and now == "approved" else late
    names = {each.value for each in roles}
    if not names & set(may.split()):
        return "joined-later" if may == "approver" and "newcomer" in names else others
    own = "own-review" if act is Act.REVIEW else "own-request"
    return own if names & set(never.split()) else "allowed"


def answered(act: Act, roles: frozenset[Role], state: RequestState | GrantState, time: str) -> str:
    facts = Facts(roles=roles, state=state, until=START, now=START + TIMES[time])
    refusal = judge(act, facts)
    return refusal.reason.value if refusal else "allowed"


def test_the_table_is_large_and_names_every_act() -> None:
    assert len(list(rows())) >= 500
    assert set(TABLE) - {"act"} == {each.value for each in Act}


@pytest.mark.parametrize("act", Act)
def test_every_role_in_every_state_at_every_time(act: Act) -> None:
    mine = [row for row in rows() if row[0] is act]
    assert {row: answered(*row) for row in mine} == {row: expected(*row) for row in mine}


R, G = RequestState, GrantState


@pytest.mark.parametrize(
    ("act", "roles", "state", "time", "said"),
    [
        ("approve", "approver", R.REQUESTED, "before", "allowed"),
        ("approve", "approver", R.REQUESTED, "at", "already-decided"),
        ("approve", "approver", R.REQUESTED, "after", "already-decided"),
        ("approve", "approver", R.APPROVED, "before", "already-decided"),
        ("approve", "approver", R.CANCELLED, "before", "already-decided"),
        ("approve", "approver requester", R.REQUESTED, "before", "own-request"),
        ("approve", "approver owner", R.REQUESTED, "before", "own-request"),
        ("approve", "requester", R.REQUESTED, "before", "not-approver"),
        ("approve", "admin", R.REQUESTED, "before", "not-approver"),
        ("approve", "newcomer", R.REQUESTED, "before", "joined-later"),
        ("approve", "", R.DECLINED, "after", "already-decided"),
        ("decline", "approver", R.REQUESTED, "before", "allowed"),
        ("decline", "owner approver", R.REQUESTED, "before", "own-request"),
        ("ask", "approver", R.REQUESTED, "before", "allowed"),
        ("ask", "approver", R.LAPSED, "before", "already-decided"),
        ("answer", "requester", R.REQUESTED, "before", "allowed"),
        ("answer", "owner", R.REQUESTED, "before", "not-owner"),
        ("answer", "requester", R.APPROVED, "before", "already-decided"),
        ("cancel", "owner", R.REQUESTED, "before", "allowed"),
        ("cancel", "approver", R.REQUESTED, "before", "not-owner"),
        ("nudge", "requester", R.REQUESTED, "at", "already-decided"),
        ("issue", "owner", R.APPROVED, "after", "allowed"),
        ("issue", "owner", R.REQUESTED, "before", "already-decided"),
        ("extend", "owner", R.CANCELLED, "before", "already-decided"),
        ("collect", "owner", G.APPROVED, "before", "allowed"),
        ("collect", "owner", G.APPROVED, "at", "grant-over"),
        ("collect", "owner", G.ACTIVE, "at", "grant-over"),
        ("collect", "requester", G.ACTIVE, "before", "not-owner"),
        ("renew", "owner", G.APPROVED, "before", "not-running"),
        ("renew", "owner", G.ACTIVE, "before", "allowed"),
        ("renew", "owner", G.REVOKED, "before", "grant-over"),
        ("revoke", "admin", G.ACTIVE, "before", "allowed"),
        ("revoke", "requester", G.ACTIVE, "before", "not-owner"),
        ("put-back", "owner", G.ACTIVE, "before", "not-approver"),
        ("pause", "approver", G.ACTIVE, "before", "not-admin"),
    ],
)
def test_rows_that_were_written_by_hand(act: str, roles: str, state: R | G, time: str, said: str) -> None:
    assert answered(Act(act), frozenset(map(Role, roles.split())), state, time) == said


DAY = timedelta(days=1)
APPROVER, OWNER = frozenset({Role.APPROVER}), frozenset({Role.OWNER})


@pytest.mark.parametrize(
    ("act", "facts", "said"),
    [
        (Act.APPROVE, Facts(roles=APPROVER, member=False), Reason.NOT_A_MEMBER),
        (Act.APPROVE, Facts(roles=APPROVER, done_before=True), Reason.ALREADY_VOTED),
        (Act.APPROVE, Facts(roles=APPROVER, duration=DAY, asked=DAY), None),
        (Act.APPROVE, Facts(roles=APPROVER, duration=2 * DAY, asked=DAY), Reason.LONGER_THAN_ASKED),
        (Act.ANSWER, Facts(roles=frozenset({Role.REQUESTER}), done_before=True), Reason.ALREADY_ANSWERED),
        (Act.NUDGE, Facts(roles=OWNER, now=START, not_before=START + DAY), Reason.TOO_SOON),
        (Act.NUDGE, Facts(roles=OWNER, now=START, not_before=START), None),
        (Act.REQUEST, Facts(roles=OWNER, duration=DAY, longest=DAY), None),
        (Act.REQUEST, Facts(roles=OWNER, duration=2 * DAY, longest=DAY), Reason.TOO_LONG),
        (Act.REQUEST, Facts(roles=OWNER, quorum=possible(frozenset({ALICE, BOB}), frozenset({ALICE}), 1)), None),
        (
            Act.REQUEST,
            Facts(roles=OWNER, quorum=possible(frozenset({ALICE, BOB}), frozenset({ALICE}), 2)),
            Reason.NOT_REQUESTABLE,
        ),
        (Act.ISSUE, Facts(roles=OWNER, quorum=Quorum(frozenset({BOB}), frozenset(), 1)), None),
        (Act.ISSUE, Facts(roles=OWNER, quorum=Quorum(frozenset({BOB}), frozenset(), 2)), Reason.NOT_APPROVER),
        (Act.ISSUE, Facts(roles=OWNER, quorum=Quorum(frozenset({BOB}), frozenset({DAVE}), 1)), Reason.NOT_APPROVER),
        (Act.EXTEND, Facts(roles=OWNER, quorum=Quorum(frozenset(), frozenset(), 1)), Reason.NOT_APPROVER),
    ],
)
def test_who_did_it_before_how_much_and_how_many(act: Act, facts: Facts, said: Reason | None) -> None:
    refusal = judge(act, facts)
    assert (refusal.reason if refusal else None) == said


PEOPLE = st.sampled_from([ALICE, BOB, CAROL, DAVE])
GIVEN = st.one_of(st.none(), st.timedeltas(timedelta(hours=1), timedelta(days=30)))
ROWS = st.lists(st.builds(Decision, st.just("r"), PEOPLE, st.sampled_from(Answer), st.just(""), st.just(START), GIVEN))


@given(ROWS)
def test_the_requester_never_counts_and_no_one_counts_twice(rows: list[Decision]) -> None:
    quorum = count(rows, needed=2, parties=frozenset({ALICE}), approvers=frozenset({ALICE, BOB, DAVE}))
    assert quorum.approved_by <= {BOB, DAVE}
    assert quorum.reached is (not quorum.declined_by and quorum.approved_by == {BOB, DAVE})


@given(ROWS, st.timedeltas(timedelta(hours=1), timedelta(days=30)))
def test_no_approval_makes_it_longer_and_the_shortest_holds(rows: list[Decision], asked: timedelta) -> None:
    lasts = approved_duration(asked, rows)
    assert lasts <= asked
    assert all(lasts <= each.duration for each in rows if each.answer is Answer.APPROVE and each.duration)


def test_a_deadline_without_a_clock_is_a_state_as_it_is() -> None:
    assert judge(Act.APPROVE, Facts(roles=APPROVER, state=R.REQUESTED, until=START)) is None
