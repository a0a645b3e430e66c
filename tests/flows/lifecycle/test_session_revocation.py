"""A session that someone ended is revoked in AWS, whatever AWS answers; if that is impossible, the ledger says so."""

from collections.abc import Callable

import pytest

from bot.domain import retry
from bot.domain.errors import AwsError, AwsRefused, Throttled
from bot.domain.ids import CredentialId, GrantId
from bot.domain.lifecycle import CredentialState as C
from bot.flows.lifecycle import session_revocation, teardown
from tests.fakes import ALICE, BOB
from tests.fakes.responder import FakeResponder
from tests.flows.lifecycle.sessions import carry_out, denied, may_revoke, name_of, session
from tests.flows.renewals import tags
from tests.flows.world import World

REFUSED = AwsRefused("PutRolePolicy", "AccessDenied")


@pytest.fixture
def able(world: World) -> World:
    """An account that lets Latchkey revoke sessions."""
    return may_revoke(world)


ENDS: dict[str, Callable[[World, GrantId, CredentialId], object]] = {
    "revoke": lambda world, grant, _: world.revoke(grant),
    "give back": lambda world, grant, _: world.give_back(grant),
    "disown": lambda world, _, credential: world.disown(credential),
}


@pytest.mark.parametrize("how", ENDS)
def test_every_session_of_the_grant_is_refused_by_aws_and_only_then_it_is_deleted(able: World, how: str) -> None:
    grant, first = session(able)
    able.clock.advance(minutes=5)
    second = able.collect(grant).id
    able.mint(second)
    able.reveal()
    _, other = session(able)
    ENDS[how](able, grant, first)
    teardown.tear_down(able.context)
    assert able.credential(first).state is C.LIVE, "it works until AWS refuses it"
    assert able.grant(grant).torn_down_at is None
    assert carry_out(able) == 1
    assert denied(able) == {name_of(able, each) for each in (first, second)}
    assert name_of(able, other) not in denied(able)
    for each in (first, second):
        row = able.credential(each)
        assert (row.state, row.revoked_at, row.gone_at) == (C.DELETED, able.clock.now(), able.clock.now())
        assert tags(able, each).count("credential:revoked") == 1
    teardown.tear_down(able.context)
    assert able.grant(grant).torn_down_at == able.clock.now()


def test_one_that_was_given_up_for_a_new_one_is_revoked_alone(able: World) -> None:
    grant = able.granted("reports-session", "8h")
    old = able.collect(grant).id
    able.mint(old)
    able.reveal()
    new = able.replace(old).id
    able.mint(new)
    able.reveal()
    carry_out(able)
    assert denied(able) == {name_of(able, old)}
    assert able.credential(old).revoked_at == able.clock.now()
    assert able.credential(new).revoke_at is None


def test_a_revoke_on_a_clock_that_is_behind_still_works(able: World) -> None:
    """AWS compares with the time at which it issued the session, on its own clock."""
    grant, credential = session(able)
    able.clock.advance(minutes=-20)
    able.revoke(grant)
    responder = FakeResponder(able.iam)
    carry_out(able, responder)
    (entry,) = responder.asked
    assert entry.before == able.credential(credential).ends_at


def test_each_name_is_of_one_session_alone_and_begins_as_the_trust_policy_may_demand(able: World) -> None:
    grant, first = session(able)
    again = able.collect(grant).id
    able.mint(again)
    names = [name_of(able, each) for each in (first, again, session(able)[1])]
    assert len(set(names)) == 3, "nor do two sessions of one grant share a name"
    assert all(each.startswith("latchkey-") and len(each) <= 64 for each in names)
    assert [by for call, _, by in able.iam.acts if call == "assume"] == [ALICE] * 3


@pytest.mark.parametrize("name", ["*", "latchkey-*", "latchkey-????????????", "somebody-else", "latchkey-g-c"])
def test_a_writer_of_the_database_cuts_no_one_else_off_the_role(able: World, name: str) -> None:
    grant, credential = session(able)
    able.revoke(grant)
    with able.work.begin() as tx:
        tx.credentials.set(credential, session_name=name)
    carry_out(able)
    assert denied(able) == frozenset()
    assert able.credential(credential).revoked_at is None


def test_a_lease_that_is_over_needs_no_policy(able: World) -> None:
    grant, credential = session(able)
    able.clock.advance(hours=8)
    able.sweep()
    assert able.iam.count("revoke_sessions") == 0
    assert able.credential(credential).state is C.DELETED
    assert able.grant(grant).torn_down_at


def test_a_session_that_would_outlast_its_lease_counts_as_over_with_it(able: World) -> None:
    """AWS issues none under 15 minutes, and its policy ends it with the lease."""
    grant, _ = session(able)
    able.clock.advance(hours=7, minutes=55)
    late = able.collect(grant).id
    able.mint(late)
    opened = able.open(able.reveal())
    assert able.credential(late).ends_at == able.grant(grant).lease_until
    assert opened["expires_at"] == able.credential(late).ends_at.isoformat()  # type: ignore[union-attr]


class Refusing(FakeResponder):
    def __init__(self, iam: object, error: AwsError) -> None:
        super().__init__(iam)  # type: ignore[arg-type]
        self.error, self.asked = error, 0

    def revoke_sessions(self, *_: object, **__: object) -> frozenset[str]:
        self.asked += 1
        raise self.error

    def took(self) -> int:
        asked, self.asked = self.asked, 0
        return asked


# --- if AWS refuses --------------------------------------------------------------------------------------------------


def test_without_the_right_it_is_live_until_its_end_and_so_is_its_grant_not_torn_down(world: World) -> None:
    grant, credential = session(world)
    world.revoke(grant)
    world.pass_time(60, every=15)
    assert world.iam.count("revoke_sessions") == 0
    row = world.credential(credential)
    assert (row.state, row.revoked_at) == (C.LIVE, None)
    assert world.grant(grant).torn_down_at is None
    world.clock.advance(hours=8)
    world.sweep()
    assert world.credential(credential).state is C.DELETED
    assert world.grant(grant).torn_down_at == world.clock.now()


def test_the_right_may_come_later(world: World) -> None:
    grant, credential = session(world)
    world.revoke(grant)
    world.sweep()
    may_revoke(world)
    world.clock.advance(retry.wait(retry.SESSION_REVOCATION, 9))
    carry_out(world)
    assert world.credential(credential).revoked_at == world.clock.now()


def test_a_session_without_a_name_of_its_own_runs_to_its_end(able: World) -> None:
    """Minted before this release: its name is that of its whole grant, and its role isn't known."""
    grant, credential = session(able)
    with able.work.begin() as tx:
        tx.credentials.set(credential, session_name=None, role_arn=None)
    able.revoke(grant)
    able.sweep()
    assert able.iam.count("revoke_sessions") == 0
    assert able.credential(credential).state is C.LIVE


def test_what_aws_refuses_is_said_at_once_and_tried_again_until_it_is_done(able: World) -> None:
    grant, credential = session(able)
    able.revoke(grant)
    able.iam.fail_at("revoke_sessions", REFUSED)
    carry_out(able)
    assert able.credential(credential).revoke_refused == "PutRolePolicy: AccessDenied"
    assert able.grant(grant).stuck_on == "keys; PutRolePolicy: AccessDenied"
    assert ("grant:stuck", BOB) in able.items()
    assert tags(able, credential).count("credential:not-revoked") == 1
    able.clock.advance(seconds=5)
    carry_out(able)
    row = able.credential(credential)
    assert (row.revoke_refused, row.revoked_at) == (None, able.clock.now())


def test_it_is_asked_with_backoff_and_reports_only_changes(able: World) -> None:
    grant, credential = session(able)
    able.revoke(grant)
    hand, asked = Refusing(able.iam, REFUSED), list[int]()
    for second in range(2000):
        asked += [second] * (carry_out(able, hand) or hand.took())
        able.clock.advance(seconds=1)
    assert asked == [0, 5, 15, 35, 75, 155, 315, 615, 915, 1215, 1515, 1815]
    assert tags(able, credential).count("credential:not-revoked") == 1


@pytest.mark.parametrize("error", [Throttled("PutRolePolicy", "Throttling"), Throttled("AssumeRole", "Timeout")])
def test_a_missing_answer_is_tolerated_twice_before_it_is_reported(able: World, error: AwsError) -> None:
    grant, credential = session(able)
    able.revoke(grant)
    said = []
    for _ in range(3):
        able.iam.fail_at("revoke_sessions", error)
        carry_out(able)
        said.append(able.credential(credential).revoke_refused)
        able.clock.advance(minutes=1)
    assert said == [None, None, f"{error.call}: {error.code}"]


def test_what_the_policy_cannot_hold_is_said_and_let_in_as_the_others_end(able: World) -> None:
    early, first = session(able)
    able.clock.advance(hours=1)
    late, second = session(able)
    able.revoke(early)
    hand = FakeResponder(able.iam, room=1)
    carry_out(able, hand)
    able.revoke(late)
    carry_out(able, hand)
    assert denied(able) == {name_of(able, first)}, "who is in stays in"
    assert able.credential(second).revoke_refused == session_revocation.NO_ROOM
    able.clock.advance(hours=7)
    carry_out(able, hand)
    assert able.credential(second).revoked_at == able.clock.now()
