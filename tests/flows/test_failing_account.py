"""Two accounts, one of them failing at every call: each sweep does the other's work and loses nothing."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.batch_size import AWS_ROWS
from bot.domain.catalog import Account
from bot.domain.errors import AwsError, AwsRefused, Throttled, Unreadable
from bot.domain.ids import AccountName, CredentialId, GrantId
from bot.domain.lifecycle import CredentialState as C
from bot.domain.lifecycle import GrantState as G
from bot.domain.usage.last_used import LastUsed
from bot.ports import UserSpec
from bot.runtime.schedule import sweeps
from tests.fakes import ALICE
from tests.flows import renewals
from tests.flows.catalog import MAIN, catalog, entitlement
from tests.flows.copies import copies
from tests.flows.world import World
from tests.forget_limits import forget_limits

OTHER = Account(AccountName("other"), "210987654321", boundary_arn="arn:aws:iam::210987654321:policy/latchkey/boundary")
READS = {"keys_of", "last_used", "users_under", "user_quota"}
MANY = AWS_ROWS + 3  # in the failing account: more than one run takes
DAY = timedelta(days=1)


@dataclass
class PartlyDown:
    """AWS, failing for one account."""

    iam: Any
    broken: bool = False
    silent: bool = False  # it doesn't answer; otherwise it refuses

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.iam, name)
        if not callable(found):
            return found

        def call(*args: Any, **words: Any) -> Any:
            accounts = [each.account if isinstance(each, UserSpec) else each for each in args]
            if self.broken and MAIN in accounts and name != "session_seconds":
                raise self._error(name)
            return found(*args, **words)

        return call

    def _error(self, name: str) -> AwsError:
        if name in READS:
            return Unreadable(name, "AccessDenied")
        return Throttled(name, "ReadTimeoutError") if self.silent else AwsRefused(name, "AccessDenied")


@pytest.fixture(params=["refuses", "is silent"])
def aws(world: World, request: pytest.FixtureRequest) -> PartlyDown:
    more = catalog(entitlement("other-read", account="other"))
    hygiene = replace(more.hygiene, overlap=DAY, undo=DAY)
    world.catalog = replace(more, accounts={MAIN.name: MAIN, OTHER.name: OTHER}, hygiene=hygiene)
    made = PartlyDown(world.iam, silent=request.param == "is silent")
    world.iam = made  # type: ignore[assignment]
    return made


def run(world: World, *names: str) -> None:
    every = sweeps(world.context)
    assert {each.name for each in every} >= set(names)
    for each in every:
        if each.name in names:
            each.run()


def both(world: World, make: Callable[[str], Any]) -> tuple[list[Any], Any]:
    """Many in the failing account first, so that they are in the way; then one in the other."""
    first = make("reports-read")
    with world.work.begin() as tx:
        (grant,) = tx.grants.of_owner(ALICE)
    return [first, *(each[first] for each in copies(world, grant.id, MANY - 1))], make("other-read")


def rotated(world: World, what: str) -> CredentialId:
    grant, old = world.live(what)
    world.clock.advance(seconds=1)
    world.rotated(grant)
    return old


def users_of(world: World, account: Account) -> int:
    return sum(owner == account.id for owner, _ in world.iam.users)


def again(world: World, aws: PartlyDown, *names: str) -> None:
    """The account works again."""
    aws.broken = False
    for _ in range(4):
        world.clock.advance(minutes=6)
        run(world, *names)


def test_tear_down(world: World, aws: PartlyDown) -> None:
    broken, well = both(world, lambda what: world.live(what)[0])
    for each in [*broken, well]:
        world.give_back(each)
    aws.broken = True
    run(world, "tear-down")
    run(world, "tear-down")
    assert (users_of(world, MAIN), users_of(world, OTHER)) == (MANY, 0)
    again(world, aws, "tear-down")
    assert users_of(world, MAIN) == 0


def test_extend(world: World, aws: PartlyDown) -> None:
    broken, well = both(world, lambda what: world.live(what)[0])
    for each in [*broken, well]:
        forget_limits(world.work._engine)  # type: ignore[attr-defined]  # alice stands for many
        renewals.approved(world, each)
    before = renewals.lease(world, broken[0])
    aws.broken = True
    for _ in range(3):  # refused ones are deferred first
        run(world, "extend")
    assert renewals.lease(world, well) > before + DAY
    assert {renewals.lease(world, each) for each in broken} == {before}


def test_pending_actions(world: World, aws: PartlyDown) -> None:
    broken, well = both(world, lambda what: world.live(what)[1])
    for each in [*broken, well]:
        world.retire(each)
    aws.broken = True
    run(world, "activation")
    assert world.credential(well).state is C.RETIRING
    assert {world.credential(each).state for each in broken} == {C.LIVE}
    again(world, aws, "activation")
    assert {world.credential(each).state for each in broken} == {C.RETIRING}


def test_the_clock_of_a_rotation(world: World, aws: PartlyDown) -> None:
    broken, well = [rotated(world, "reports-read") for _ in range(3)], rotated(world, "other-read")
    world.clock.advance(DAY)
    aws.broken = True
    run(world, "retire-due")
    assert (world.credential(well).state, world.credential(broken[0]).state) == (C.RETIRING, C.LIVE)
    aws.broken = False
    world.clock.advance(minutes=1)
    run(world, "retire-due")
    world.clock.advance(DAY)
    aws.broken = True
    run(world, "delete-due")
    assert (world.credential(well).state, world.credential(broken[0]).state) == (C.DELETED, C.RETIRING)
    again(world, aws, "delete-due")
    assert {world.credential(each).state for each in broken} == {C.DELETED}


def test_the_proof_of_a_rotation(world: World, aws: PartlyDown) -> None:
    _, well = both(world, lambda what: rotated(world, what))
    used = LastUsed(world.clock.now(), "s3", "eu-central-1")
    aws.iam.uses = dict.fromkeys(world.iam.all_keys(), used)
    aws.broken = True
    run(world, "switchovers")
    run(world, "switchovers")
    assert world.credential(well).used_service == "s3"


def discarded(world: World, what: str) -> GrantId:
    grant = world.granted(what)
    world.mint(world.collect(grant).id)
    return grant


def test_uncollected_grants(world: World, aws: PartlyDown) -> None:
    broken, well = [discarded(world, "reports-read") for _ in range(MANY)], discarded(world, "other-read")
    world.clock.advance(minutes=11)
    aws.broken = True
    for _ in range(2):
        run(world, "discard-sealed", "clear-gone")
    keys = {owner: len(user.keys) for (owner, _), user in world.iam.users.items() if owner == OTHER.id}
    assert keys == {OTHER.id: 0}
    assert well
    again(world, aws, "clear-gone")
    assert world.iam.all_keys() == {}
    assert len(broken) == MANY


def test_orphans(world: World, aws: PartlyDown) -> None:
    broken, well = both(world, lambda what: world.live(what)[0])
    planted = {each: aws.iam.plant_key(MAIN, world.grant(each).iam_user) for each in broken}
    aws.iam.plant_key(OTHER, world.grant(well).iam_user)
    with world.work.begin() as tx:
        for each in [*planted, well]:
            tx.grants.try_again_at(each, world.clock.now())
    aws.broken = True
    run(world, "orphans")
    run(world, "orphans")
    with world.work.begin() as tx:
        waiting = [each.id for each in tx.grants.to_reconcile(world.clock.now() + DAY, 99)]
    assert well not in waiting
    assert set(waiting) <= set(broken)


def test_reminders_of_an_end(world: World, aws: PartlyDown) -> None:
    broken, well = both(world, lambda what: world.live(what, "14d")[0])
    world.clock.advance(timedelta(days=7, minutes=1))
    aws.broken = True
    run(world, "announce-endings")
    told = {each for each in [*broken, well] if world.grant(each).told_stage == timedelta(days=7)}
    assert told == {*broken, well}, "unknown use is told as unknown, and holds nothing up"


def test_quota_unknown_users_and_the_daily_check(world: World, aws: PartlyDown) -> None:
    _, well = both(world, lambda what: world.live(what)[1])
    stray = world.live("other-read")[0]
    world.give_back(stray)
    for _ in range(2):
        run(world, "tear-down")
        world.clock.advance(minutes=2)
    aws.iam.plant_key(OTHER, world.grant(stray).iam_user)
    aws.iam.users[OTHER.id, world.grant(stray).iam_user].grant = stray
    world.clock.advance(timedelta(days=1))
    aws.broken = True
    run(world, "iam-quota", "stray-users", "own-keys")
    with world.work.begin() as tx:
        assert (tx.flag("room/main"), tx.flag("room/other")) == (None, f"{MANY + 2}/5000")
    run(world, "tear-down")
    assert not any(name == world.grant(stray).iam_user for _, name in world.iam.users)
    assert world.credential(well).used_read_at == world.clock.now()


def test_ended_leases_end_in_the_ledger_whatever_aws_says(world: World, aws: PartlyDown) -> None:
    broken, well = both(world, lambda what: world.live(what, "1d")[0])
    world.clock.advance(timedelta(days=1, minutes=1))
    aws.broken = True
    run(world, "expire")
    run(world, "tear-down")
    run(world, "tear-down")
    assert {world.grant(each).state for each in [*broken, well]} == {G.EXPIRED}
    assert users_of(world, OTHER) == 0
