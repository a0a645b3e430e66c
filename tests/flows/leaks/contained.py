"""A leaked key that somebody had contained: issued to alice, or found on carol's user."""

from dataclasses import dataclass, field, replace
from typing import Any

from bot.domain.ids import AccessKeyId, CredentialId, GrantId
from bot.domain.leaks.incident import Incident, Source, Step, StepKind, StepState, Whose
from bot.domain.lifecycle import IncidentState
from bot.flows.context import AwsContext
from bot.flows.leaks import contain
from tests.fakes import ALICE
from tests.fakes.iam_user import FakeUser
from tests.fakes.responder import FakeResponder
from tests.flows.adopted.account import USER, Adopting
from tests.flows.catalog import MAIN
from tests.flows.world import World

DONE, REFUSED, SKIPPED, WAITING = StepState.DONE, StepState.REFUSED, StepState.SKIPPED, StepState.WAITING
NOTHING = {"managed": [], "inline": {}, "groups": [], "boundary": None}


@dataclass
class Leak:
    """An open incident in a world. `hand` stands between the flows and the found keys of AWS."""

    world: World
    id: str
    key: AccessKeyId
    hand: FakeResponder = field(init=False)

    def __post_init__(self) -> None:
        self.hand = FakeResponder(self.world.iam)

    @property
    def context(self) -> AwsContext:
        return replace(self.world.context, responder=self.hand, reactivator=self.hand)

    def work(self) -> int:
        return contain.carry_out(self.context)

    def until_contained(self, tries: int = 8) -> None:
        """As the worker does: again and again, while the clock moves."""
        for _ in range(tries):
            self.work()
            if self.now.state is not IncidentState.CONTAINING:
                return
            self.world.clock.advance(seconds=30)

    # --- questions ------------------------------------------------------------------------------------------------

    @property
    def now(self) -> Incident:
        with self.world.work.begin() as tx:
            found = tx.incidents.get(self.id)
        assert found is not None
        return found

    @property
    def steps(self) -> dict[StepKind, tuple[StepState, str | None]]:
        """Of the newest round of each kind."""
        return {each.kind: (each.state, each.why) for each in self.rows}

    @property
    def rows(self) -> tuple[Step, ...]:
        with self.world.work.begin() as tx:
            return tx.incidents.steps(self.id)

    @property
    def user(self) -> FakeUser:
        users = (each for each in self.world.iam.users.values() if each.name == self.now.user)
        return next(users)

    @property
    def active(self) -> bool | None:
        found = self.world.iam.all_keys().get(self.key)
        return None if found is None else found.active

    def tags(self) -> list[str]:
        with self.world.work.begin() as tx:
            return [each.tag.value for each in tx.audit.of(self.id)]

    def alarms(self) -> list[str]:
        return [to for what, to in self.world.items() if what == "leak:alarm"]


def open_incident(world: World, key: AccessKeyId, **columns: Any) -> Leak:
    """Alice reported it, and it is to be contained."""
    now, id_ = world.clock.now(), world.context.fresh_id()
    account = MAIN.name
    columns = {"contain_by": ALICE, "contain_at": now, "account": account, "account_number": MAIN.id} | columns
    fresh = Incident(id_, key, IncidentState.REPORTED, Source.COMMAND, now, ALICE, **columns)
    with world.work.begin() as tx:
        assert tx.incidents.add(fresh)
        tx.transition(id_, IncidentState.REPORTED, IncidentState.CONTAINING, by=ALICE, at=now)
    return Leak(world, id_, key)


def issued(world: World) -> Leak:
    return issued_of(world, *world.live())


def issued_of(world: World, grant: GrantId, credential: CredentialId) -> Leak:
    user = world.grant(grant).iam_user
    arn = f"arn:aws:iam::{MAIN.id}:user/latchkey/{user}"
    about = {"whose": Whose.ISSUED, "user": user, "user_arn": arn, "credential": credential, "grant": grant}
    return open_incident(world, world.key(credential), **about)


def found(world: World, *, read: bool = True, **changes: Any) -> tuple[Leak, Adopting]:
    """An old key that the inventory found. `changes`: keys of the account's table. `read`: its policies too."""
    a = Adopting(world)
    if changes:
        a.account(**{"adopt": True, **changes})
    row = a.plant(**({"allowed": NOTHING} if read else {}))
    about = {"whose": Whose.FOUND, "user": USER, "user_arn": f"arn:aws:iam::{MAIN.id}:user/{USER}", "found_key": row}
    return open_incident(world, a.key_id, **about), a


def session(world: World, *, may: bool = True) -> tuple[Leak, CredentialId]:
    world.catalog = replace(world.catalog, accounts={MAIN.name: replace(MAIN, revoke_sessions=may)})
    grant, credential = world.live("reports-session", "8h")
    about = {"whose": Whose.SESSION, "credential": credential, "grant": grant}
    return open_incident(world, world.key(credential), **about), credential
