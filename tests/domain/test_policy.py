"""Who may do what, and how approvals are counted."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.policy import ALLOWED, Act, Standing, count, may
from bot.domain.request import Answer, Decision
from tests.fakes import ALICE, BOB, CAROL, DAVE, START

PEOPLE = st.sampled_from([ALICE, BOB, CAROL, DAVE])
ROWS = st.lists(st.builds(Decision, st.just("r"), PEOPLE, st.sampled_from(Answer), st.just(""), st.just(START)))


@pytest.mark.parametrize(("act", "standing"), list(product(Act, Standing)))
def test_the_table_of_acts(act: Act, standing: Standing) -> None:
    assert may(act, {standing}) is (standing in ALLOWED[act])


@pytest.mark.parametrize("act", Act)
def test_an_outsider_may_do_nothing(act: Act) -> None:
    assert not may(act, set())


@given(ROWS)
def test_the_requester_never_counts_and_no_one_counts_twice(rows: list[Decision]) -> None:
    quorum = count(rows, needed=2, parties=frozenset({ALICE}), approvers=frozenset({ALICE, BOB, DAVE}))
    assert quorum.approved_by <= {BOB, DAVE}
    assert quorum.reached is (not quorum.declined_by and quorum.approved_by == {BOB, DAVE})
