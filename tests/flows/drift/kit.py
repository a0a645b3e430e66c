"""Manual changes in AWS, and drift detection, as the flow tests play them."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.domain.drift.difference import Difference
from bot.domain.drift.difference import DifferenceKind as K
from bot.domain.events import Event
from bot.domain.ids import AccessKeyId, CredentialId, GrantId, SlackUserId
from bot.flows.drift import detect as flow
from bot.flows.drift import repair
from bot.flows.drift import repair_request as pressing
from tests.fakes import BOB, FakeUser
from tests.flows.catalog import MAIN
from tests.flows.world import World

FOREIGN = "arn:aws:iam::aws:policy/PowerUserAccess"


def compare_once(world: World) -> int:
    return flow.compare(world.context)


def compare(world: World) -> int:
    """The hourly pass, and the second check five minutes later."""
    world.clock.advance(hours=1)
    told = compare_once(world)
    world.clock.advance(minutes=5)
    return told + compare_once(world)


def repair_now(world: World, kind: K, by: SlackUserId = BOB) -> Difference:
    """Pressed, and carried out by the worker as far as possible."""
    row = one(world, kind)
    press(world, row, by)
    carry_out(world)
    return row


def press(world: World, row: Difference, by: SlackUserId = BOB) -> None:
    pressing.repair(world.context, difference=row.id, by=by, delivery=None)


def carry_out(world: World) -> int:
    return repair.carry_out(world.context)


def one(world: World, kind: K) -> Difference:
    (row,) = [each for each in told(world) if each.kind is kind]
    return row


def told(world: World) -> list[Difference]:
    """Open and reported drift."""
    with world.work.begin() as tx:
        grants = tx.grants.active(None, 100)
        rows = [row for grant in grants for row in tx.differences.open_of(grant.id)]
    return [each for each in rows if each.told_at]


def again(world: World, row: Difference) -> Difference:
    with world.work.begin() as tx:
        found = tx.differences.get(row.id)
    assert found is not None
    return found


def trail(world: World, grant: GrantId) -> list[Event]:
    with world.work.begin() as tx:
        return [each for each in tx.audit.of(grant) if each.tag.startswith("difference:")]


def heard(world: World) -> set[str]:
    return {to for notice, to in world.items() if notice == "difference:found"}


# --- manual changes ----------------------------------------------------------------------------------------------


@dataclass
class ConsoleUser:
    """Someone with the console open, on the user of one grant."""

    world: World
    grant: GrantId
    key: AccessKeyId

    def __post_init__(self) -> None:
        self.before = deepcopy(self.user)

    def undo(self) -> None:
        """Everything as before."""
        self.world.iam.users[MAIN.id, self.before.name] = deepcopy(self.before)

    @property
    def user(self) -> FakeUser:
        return self.world.iam.users[MAIN.id, f"latchkey-{self.grant}"]

    def delete_key(self) -> None:
        del self.user.keys[self.key]

    def switch(self, *, active: bool) -> None:
        self.user.keys[self.key].active = active

    def add_key(self) -> AccessKeyId:
        return self.world.iam.plant_key(MAIN, self.user.name).id

    def delete_user(self) -> None:
        del self.world.iam.users[MAIN.id, self.user.name]

    def widen(self) -> None:
        shape = self.user.seen().shape
        self.user.by_hand["shape"] = replace(shape, policies={**shape.policies, FOREIGN: ""})

    def lengthen(self) -> None:
        until = self.user.seen().lease_until
        assert until is not None
        self.user.by_hand["lease_until"] = until + timedelta(days=365)

    def unbind(self) -> None:
        self.user.by_hand["shape"] = replace(self.user.seen().shape, boundary=None)

    def retag(self) -> None:
        self.user.by_hand["tags"] = {**self.user.seen().tags, "owner": "somebody"}

    def move(self) -> None:
        self.user.by_hand["path"] = "/people/"

    def join(self) -> None:
        self.user.by_hand["groups"] = ("admins",)


def console_user(world: World, duration: str = "7d") -> ConsoleUser:
    grant, credential = world.live(duration=duration)
    return ConsoleUser(world, grant, world.key(credential))


def retiring(world: World) -> tuple[ConsoleUser, CredentialId]:
    """The older of two keys, deactivated by Latchkey."""
    grant, old = world.live()
    world.rotated(grant)
    world.sweep()
    world.retire(old)
    world.sweep()
    return ConsoleUser(world, grant, world.key(old)), old


def switched_on(world: World) -> ConsoleUser:
    who, _ = retiring(world)
    who.switch(active=True)
    return who


def done(act: Callable[[ConsoleUser], object]) -> Callable[[World], ConsoleUser]:
    def make(world: World) -> ConsoleUser:
        who = console_user(world)
        act(who)
        return who

    return make


BY_HAND: dict[K, Callable[[World], ConsoleUser]] = {
    K.KEY_GONE: done(ConsoleUser.delete_key),
    K.KEY_OFF: done(lambda who: who.switch(active=False)),
    K.KEY_ON: switched_on,
    K.FOREIGN_KEY: done(ConsoleUser.add_key),
    K.USER_GONE: done(ConsoleUser.delete_user),
    K.POLICY: done(ConsoleUser.widen),
    K.BOUNDARY: done(ConsoleUser.unbind),
    K.TAGS: done(ConsoleUser.retag),
    K.PATH: done(ConsoleUser.move),
    K.GROUPS: done(ConsoleUser.join),
}
"""Each difference, made by hand."""
