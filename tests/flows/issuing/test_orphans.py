"""A mint in doubt: one call, and an unowned key is found and removed, however late IAM lists it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.domain.catalog import Account
from bot.domain.errors import Doubtful
from bot.domain.events import Tag
from bot.domain.ids import AccessKeyId, GrantId
from bot.domain.lifecycle import CredentialState as C
from bot.domain.usage.last_used import LastUsed
from bot.flows.issuing import orphans
from bot.flows.lifecycle import teardown
from bot.store import tables
from tests.fakes import ALICE, BOB, FakeKey
from tests.flows.catalog import MAIN
from tests.flows.world import World


def test_a_lost_answer_makes_no_second_call_and_the_orphan_goes(world: World) -> None:
    grant = world.granted()
    world.iam.fail_at("create_key", Doubtful("CreateAccessKey"), after=True)
    first = world.collect(grant).id
    world.mint(first)
    assert world.iam.count("create_key") == 1
    assert len(world.iam.all_keys()) == 1
    world.reconcile()
    assert world.iam.all_keys() == {}
    world.mint(world.collect(grant).id)
    assert world.open(world.reveal())["access_key_id"] in world.iam.all_keys()


def test_an_orphan_that_iam_lists_late_is_found_by_a_later_pass(world: World) -> None:
    grant = world.granted()
    world.iam.fail_at("create_key", Doubtful("CreateAccessKey"), after=True)
    world.mint(world.collect(grant).id)
    late = next(iter(world.iam.all_keys()))
    world.iam.unlisted.add(late)
    world.reconcile()
    world.clock.advance(seconds=10)
    world.reconcile()
    assert late in world.iam.all_keys()
    world.iam.unlisted.clear()
    world.clock.advance(minutes=5)
    world.reconcile()
    assert world.iam.all_keys() == {}


def test_a_used_orphan_is_reported_and_left(world: World) -> None:
    grant = world.granted()
    world.iam.fail_at("create_key", Doubtful("CreateAccessKey"), after=True)
    world.mint(world.collect(grant).id)
    key = next(iter(world.iam.all_keys()))
    world.iam.uses[key] = LastUsed(world.clock.now(), "s3", "eu-west-1")
    world.reconcile()
    assert key in world.iam.all_keys()
    assert ("orphan:found", ALICE) in world.items()
    assert ("orphan:found", "C01OPS") in world.items()


def doubtful(world: World, grant: GrantId, *, made: bool = True, press: str = "collect") -> None:
    world.iam.fail_at("create_key", Doubtful("CreateAccessKey"), after=made)
    world.mint(getattr(world, press)(grant).id)


@pytest.mark.parametrize("made", [True, False])
@pytest.mark.parametrize("press", ["collect", "rotate"])
def test_after_a_lost_answer_the_owner_collects_within_a_minute(world: World, press: str, made: bool) -> None:
    """Also in a rotation, where the doubtful key takes the only free slot."""
    grant = world.granted() if press == "collect" else world.live()[0]
    calls = world.iam.count("create_key")
    doubtful(world, grant, made=made, press=press)
    assert world.iam.count("create_key") == calls + 1, "a call in doubt was sent again"
    world.pass_time(60)
    world.mint(getattr(world, press)(grant).id)
    assert world.open(world.reveal())["access_key_id"] in world.iam.all_keys()
    assert set(world.iam.all_keys()) == world.ledger_keys()


def test_it_looks_at_once_and_after_ten_seconds_five_minutes_and_an_hour(world: World) -> None:
    doubtful(world, world.granted(), made=False)
    start, looks, before = world.clock.now(), [], world.iam.count("keys_of")
    around = {moment + each for moment in (0, 10, 300, 3600) for each in range(-10, 15, 5)}
    for second in sorted({*range(0, 3600, 60), *around} - {-10, -5}):
        world.clock.advance(start + timedelta(seconds=second) - world.clock.now())
        world.reconcile()
        if world.iam.count("keys_of") > before:
            looks.append((world.clock.now() - start).total_seconds())
            before = world.iam.count("keys_of")
    assert looks == [0, 10, 300, 3600]


def test_an_unreadable_last_use_leads_to_no_deletion(world: World) -> None:
    doubtful(world, world.granted())
    key = next(iter(world.iam.all_keys()))
    world.iam.uses[key] = None
    world.reconcile()
    assert not world.iam.all_keys()[key].active
    world.iam.uses[key] = LastUsed(None)
    world.pass_time(15)
    assert world.iam.all_keys() == {}


def test_a_key_that_someone_made_by_hand_is_reported_once_and_left(world: World) -> None:
    grant, credential = world.live()
    by_hand = world.iam.plant_key(MAIN, world.grant(grant).iam_user).id
    world.clock.advance(hours=1)
    doubtful(world, grant, made=False, press="rotate")
    world.pass_time(600, every=30)
    assert by_hand in world.iam.all_keys()
    assert world.iam.all_keys()[by_hand].active
    assert [to for notice, to in world.items() if notice == "orphan:found"] == ["C01OPS", ALICE]
    with world.work.begin() as tx:
        found = [event for event in tx.audit.of(grant) if event.tag is Tag.ORPHAN_FOUND]
    assert [event.facts["key"] for event in found] == [by_hand]
    assert world.credential(credential).state is C.LIVE


def test_where_no_channel_and_no_one_is_named_the_admins_are_notified_of_it(world: World) -> None:
    groups = {"platform": replace(world.catalog.approvers["platform"], users=(), channel=None)}
    world.catalog = replace(world.catalog, approvers=groups)
    doubtful(world, world.granted())
    key = next(iter(world.iam.all_keys()))
    world.iam.uses[key] = LastUsed(world.clock.now(), "s3", "eu-west-1")
    world.reconcile()
    assert ("orphan:found", BOB) in world.items()


def test_the_finding_on_an_orphan_closes_with_the_grant(world: World) -> None:
    grant = world.granted()
    doubtful(world, grant)
    key = next(iter(world.iam.all_keys()))
    world.iam.uses[key] = LastUsed(world.clock.now(), "s3", "eu-west-1")
    world.reconcile()
    world.look_over()
    with world.work.begin() as tx:
        (row,) = tx.credentials.of(grant)
        assert len(tx.findings.open_of(row.id)) == 1
    world.give_back(grant)
    world.reconcile()
    with world.work.begin() as tx:
        assert tx.findings.open_of(row.id) == ()


def test_a_revoke_while_it_looks_keeps_its_tear_down(world: World) -> None:
    """Both use the same retry time: a pass that ends later must not postpone the tear-down forever."""
    grant = world.granted()
    doubtful(world, grant)
    before = world.iam.keys_of

    def look_and_be_revoked(*args: object) -> object:
        world.iam.keys_of = before  # type: ignore[method-assign]
        world.give_back(grant)
        return before(*args)  # type: ignore[arg-type]

    world.iam.keys_of = look_and_be_revoked  # type: ignore[method-assign,assignment]
    orphans.orphans(world.context)
    teardown.tear_down(world.context)
    assert world.iam.users == {}


def test_a_discarded_key_that_aws_shows_late_is_removed_after_all(world: World) -> None:
    """IAM didn't know the key when it was to be deleted: NoSuchEntity doesn't prove that it is gone."""
    grant = world.granted()
    world.notifier.closed.add("V1")
    late: dict[AccessKeyId, FakeKey] = {}
    delete = world.iam.delete_key

    def not_there_yet(account: Account, user: str, key: AccessKeyId, *, by: str) -> None:
        late[key] = world.iam.all_keys()[key]
        delete(account, user, key, by=by)

    world.iam.delete_key = not_there_yet  # type: ignore[method-assign]
    credential = world.collect(grant).id
    world.mint(credential)
    assert world.credential(credential).gone_at
    world.iam.delete_key = delete  # type: ignore[method-assign]
    for user in world.iam.users.values():
        user.keys.update(late)
    world.pass_time(20)
    assert world.iam.all_keys() == {}


def test_the_slow_worker_that_makes_its_key_after_all(world: World) -> None:
    """It was given up, its slot freed, the grant torn down; then its CreateAccessKey succeeds."""
    grant = world.granted()
    credential = world.collect(grant).id
    before = world.iam.create_key

    def very_slow(*args: object, **words: object) -> object:
        world.clock.advance(minutes=6)
        world.sweep()
        world.clock.advance(seconds=10)
        world.sweep()
        assert world.credential(credential).gone_at
        return before(*args, **words)  # type: ignore[arg-type]

    world.iam.create_key = very_slow  # type: ignore[method-assign,assignment]
    world.mint(credential)
    assert world.notifier.links == []
    world.pass_time(15)
    assert world.iam.all_keys() == {}


def test_the_user_that_a_slow_worker_made_after_the_end_is_torn_down(world: World) -> None:
    grant = world.granted()
    credential = world.collect(grant).id
    before = world.iam.prepare

    def very_slow(*args: object, **words: object) -> None:
        world.clock.advance(minutes=6)
        world.sweep()
        world.give_back(grant)
        world.sweep()
        assert world.grant(grant).torn_down_at
        before(*args, **words)  # type: ignore[arg-type]

    world.iam.prepare = very_slow  # type: ignore[method-assign,assignment]
    world.mint(credential)
    assert world.iam.users
    world.pass_time(20)
    assert world.iam.users == {}


def test_a_grant_whose_account_left_the_catalog_blocks_no_other(world: World) -> None:
    for _ in range(21):
        doubtful(world, world.granted(), made=False)
    with world.work.begin() as tx:
        rows = tx.grants.to_reconcile(world.clock.now(), 99)
    with world.work._engine.begin() as connection:  # type: ignore[attr-defined]
        old = [each.id for each in rows[:20]]
        connection.execute(update(tables.grants).where(tables.grants.c.id.in_(old)).values(account="gone"))
    for _ in range(2):
        world.reconcile()
    assert world.iam.count("keys_of") == 1
