"""Two workers and one policy: no revoked session is lost, whichever dies or is late. On both databases."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.catalog import Account
from bot.domain.ids import AccountName
from bot.domain.issuing.session import RevokedSession
from bot.domain.schedule import REVOKE_CLAIM, REVOKED_CHECKED_EVERY
from tests.fakes import Crash
from tests.fakes.responder import FakeResponder
from tests.flows.catalog import MAIN
from tests.flows.lifecycle.sessions import carry_out, denied, may_revoke, name_of, session
from tests.flows.world import World


@pytest.fixture
def both_able(both: World) -> World:
    return may_revoke(both)


@pytest.fixture
def able(world: World) -> World:
    """An account that lets Latchkey revoke sessions."""
    return may_revoke(world)


class Meanwhile(FakeResponder):
    """Something else happens during this worker's call."""

    def __init__(self, world: World, act: Callable[[], object]) -> None:
        super().__init__(world.iam)
        self.act = act

    def revoke_sessions(
        self, account: Account, role_arn: str, sessions: Sequence[RevokedSession], *, by: str
    ) -> frozenset[str]:
        act, self.act = self.act, lambda: None
        act()
        return super().revoke_sessions(account, role_arn, sessions, by=by)


def test_a_revoke_during_the_write_is_written_by_the_next_worker(both_able: World) -> None:
    world = both_able
    (first, one), (second, two) = session(world), session(world)
    world.revoke(first)
    carry_out(world, Meanwhile(world, lambda: world.revoke(second)))
    assert denied(world) == {name_of(world, one)}
    assert carry_out(world) == 1
    assert denied(world) == {name_of(world, one), name_of(world, two)}


def test_while_one_writes_the_other_waits_and_a_dead_ones_claim_runs_out(both_able: World) -> None:
    world = both_able
    grant, credential = session(world)
    world.revoke(grant)
    took = list[int]()
    carry_out(world, Meanwhile(world, lambda: took.append(carry_out(world))))
    assert took == [0]
    other, second = session(world)
    world.revoke(other)
    world.iam.crash_at(len(world.iam.calls))
    with pytest.raises(Crash):
        carry_out(world)
    assert carry_out(world) == 0
    world.clock.advance(REVOKE_CLAIM)
    assert carry_out(world) == 1
    assert denied(world) == {name_of(world, credential), name_of(world, second)}
    assert world.credential(second).revoked_at


def test_who_saw_the_role_due_before_another_claimed_it_does_not_write_beside_them(both_able: World) -> None:
    """Also if a session was revoked meanwhile, which makes the role due again at once."""
    world = both_able
    (first, _), (second, _) = session(world), session(world)
    world.revoke(first)
    now = world.clock.now()
    with world.work.begin() as tx:
        (seen,) = tx.session_roles.due(now, 10)
        assert tx.session_roles.claim(seen.role_arn, "one", now, now + REVOKE_CLAIM)
    world.revoke(second)
    with world.work.begin() as tx:
        assert tx.session_roles.due(now, 10) == ()
        assert not tx.session_roles.claim(seen.role_arn, "two", now, now + REVOKE_CLAIM)


def test_a_slow_worker_that_overwrites_a_newer_document_puts_it_right(both_able: World) -> None:
    """Its claim expired, another worker wrote more, and then its own old document reached AWS."""
    world = both_able
    (first, one), (second, two) = session(world), session(world)
    world.revoke(first)

    def overtake() -> None:
        world.revoke(second)
        world.clock.advance(REVOKE_CLAIM)
        assert carry_out(world) == 1
        assert denied(world) == {name_of(world, one), name_of(world, two)}

    carry_out(world, Meanwhile(world, overtake))
    assert denied(world) == {name_of(world, one)}
    assert carry_out(world) == 1
    assert denied(world) == {name_of(world, one), name_of(world, two)}


def test_a_crash_after_the_write_loses_no_notice(able: World) -> None:
    grant, credential = session(able)
    able.revoke(grant)
    able.iam.crash_at(len(able.iam.calls), after=True)
    with pytest.raises(Crash):
        carry_out(able)
    assert able.credential(credential).revoked_at is None
    able.clock.advance(REVOKE_CLAIM)
    carry_out(able)
    assert able.credential(credential).revoked_at


def test_the_policy_is_compared_again_while_a_session_would_run_and_cleared_after(able: World) -> None:
    grant, credential = session(able)
    able.revoke(grant)
    carry_out(able)
    able.iam.revoked.clear()  # by hand
    able.clock.advance(REVOKED_CHECKED_EVERY)
    carry_out(able)
    assert denied(able) == {name_of(able, credential)}
    able.clock.advance(hours=8)
    assert carry_out(able) == 1
    assert denied(able) == frozenset()
    able.clock.advance(timedelta(days=1))
    assert carry_out(able) == 0, "and then nothing is due any more"


def test_an_account_that_the_catalog_names_no_more_is_left_alone(able: World) -> None:
    grant, credential = session(able)
    able.revoke(grant)
    able.catalog = replace(able.catalog, accounts={AccountName("other"): replace(MAIN, name=AccountName("other"))})
    assert carry_out(able) == 0
    assert able.credential(credential).revoked_at is None
