"""The tear-down: retried until AWS has nothing left, and no grant blocks another's."""

import pytest

from bot.domain.errors import AwsRefused
from bot.domain.hygiene.finding import FindingKind
from bot.domain.ids import AccessKeyId, GrantId
from bot.domain.lifecycle import CredentialState as C
from bot.flows.lifecycle import teardown
from tests.fakes import ALICE
from tests.flows.renewals import tags
from tests.flows.world import World
from tests.store.rows import a_finding


def run(world: World) -> int:
    return teardown.tear_down(world.context)


def ended(world: World, how_many: int) -> list[GrantId]:
    grants = [world.live()[0] for _ in range(how_many)]
    for each in grants:
        world.give_back(each)
    return grants


def test_one_that_breaks_the_run_does_not_break_the_next(world: World) -> None:
    """After an unexpected error: the grant goes to the end of the queue before AWS is called."""
    first, second = ended(world, 2)
    world.iam.fail_at("tear_down", KeyError("what botocore had never answered before"))
    try:
        run(world)
    except KeyError:
        assert run(world) == 1
    torn = [bool(world.grant(each).torn_down_at) for each in (first, second)]
    assert sorted(torn) == [False, True]
    world.pass_time(15)
    assert world.iam.users == {}


def test_twenty_that_aws_refuses_do_not_hold_up_the_others(world: World) -> None:
    grants = ended(world, 22)
    before = world.iam.tear_down

    def refuse(grant: object, *args: object, **words: object) -> None:
        if grant.id in grants[:20]:  # type: ignore[attr-defined]
            raise AwsRefused("DeleteUser", "DeleteConflict")
        before(grant, *args, **words)  # type: ignore[arg-type]

    world.iam.tear_down = refuse  # type: ignore[method-assign,assignment]
    assert [run(world) for _ in range(2)] == [0, 2]


def test_a_grant_without_any_key_needs_no_call(world: World) -> None:
    grant = world.granted()
    world.give_back(grant)
    assert run(world) == 1
    assert world.iam.calls == []


def test_while_a_mint_is_under_way_it_is_not_written_down_as_done(world: World) -> None:
    grant = world.granted()
    credential = world.collect(grant).id
    with world.work.begin() as tx:
        assert tx.credentials.claim(credential, "w1", world.clock.now())
    world.give_back(grant)
    assert run(world) == 0
    assert world.grant(grant).torn_down_at is None
    world.worker = "w2"
    world.pass_time(60, every=15)
    assert world.grant(grant).torn_down_at
    assert world.credential(credential).state is C.FAILED


def test_what_was_found_on_its_keys_is_settled(world: World) -> None:
    grant, credential = world.live()
    found = a_finding(credential=credential, access_key_id=AccessKeyId("AKIAOLD"), kind=FindingKind.STALE)
    with world.work.begin() as tx:
        assert tx.findings.open(found)
    world.give_back(grant)
    run(world)
    with world.work.begin() as tx:
        assert tx.findings.open_of(credential) == ()


def test_the_owner_is_notified_once_that_it_ended(world: World) -> None:
    ended(world, 1)
    world.pass_time(30)
    assert [to for notice, to in world.items() if notice == "grant:ended"] == [ALICE]


def test_a_user_that_iam_did_not_show_yet_is_asked_for_once_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Revoked within its first minute: AWS said that there is no such user, although there was one."""
    grant, _ = world.live()
    monkeypatch.setattr(world.iam, "tear_down", lambda *_, **__: None)
    world.give_back(grant)
    run(world)
    monkeypatch.undo()
    torn_down = world.grant(grant).torn_down_at
    assert torn_down is not None
    assert len(world.iam.all_keys()) == 1
    world.clock.advance(minutes=1)
    run(world)
    assert world.iam.users == {}
    world.clock.advance(minutes=1)
    assert run(world) == 0, "and then no more"
    assert world.grant(grant).torn_down_at == torn_down
    assert tags(world, grant).count("grant:torn-down") == 1
