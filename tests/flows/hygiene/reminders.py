"""A world whose reminders run hourly: daily check, digests, escalation, enforcement, and an inbox of Slack messages."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from bot.domain.hygiene.finding import Finding, Step
from bot.domain.ids import AccessKeyId, CredentialId, GrantId, SlackUserId
from bot.flows.hygiene import digest, dry_run, enforce, escalate, keep, own_keys
from bot.ports import Reading
from bot.store import tables
from tests.fakes import ALICE
from tests.flows.catalog import MAIN, catalog, entitlement
from tests.flows.hygiene.found_keys import Found
from tests.flows.slack_inbox import Post
from tests.flows.world import World

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
YEAR = timedelta(days=400)


Hours = tuple[int, ...]  # of a day, in UTC, in which the worker runs
MORNING: Hours = (9,)
MORNING_AND_AFTERNOON: Hours = (9, 14)
AROUND_THE_CLOCK: Hours = (0, 9, 14, 20)  # somewhere these are working hours
# a Wednesday: notices on the 6th and 13th, and to the approvers on the 16th
DUE = datetime(2026, 11, 18, 9, tzinfo=UTC)


def _next(now: datetime, hours: Hours) -> datetime:
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    moments = (day + timedelta(days=ahead, hours=hour) for ahead in (0, 1) for hour in hours)
    return next(each for each in moments if each > now)


@dataclass
class Minder:
    world: World
    retire_found: enforce.RetireFound | None = None
    hours: Hours = MORNING_AND_AFTERNOON
    off: list[datetime] = field(default_factory=list)  # when a key was deactivated

    def __post_init__(self) -> None:
        self.found, self.post = Found(self.world), Post(self.world)
        self.account()

    def account(self, **changes: object) -> None:
        """The account's settings, and a never-used rule of three days."""
        account = replace(MAIN, **changes)  # type: ignore[arg-type]
        made = catalog(entitlement("reports-long", max_duration=YEAR))
        hygiene = replace(made.hygiene, never_used=3 * DAY)
        self.world.catalog = replace(made, accounts={account.name: account}, hygiene=hygiene)

    def first_read(self, at: datetime | None) -> None:
        with self.world.work.begin() as tx:
            tx.inventory.store_reading(Reading(MAIN.name, self.world.clock.now() + YEAR, first_read_at=at))

    def old_account(self) -> None:
        """Scanned and enforcing for a long time."""
        self.first_read(self.world.clock.now() - YEAR)
        self.enforced_since(self.world.clock.now() - YEAR)

    def enforced_since(self, at: datetime) -> None:
        """What the account enforces now."""
        (account,) = self.world.catalog.accounts.values()
        began = {f"own/{account.name}": account.enforce, f"found/{account.name}": account.enforce and account.adopt}
        with self.world.work.begin() as tx:
            tx.set_flag(dry_run.ENFORCED, json.dumps({name: at.isoformat() for name, on in began.items() if on}))

    def key(self) -> tuple[GrantId, CredentialId]:
        """Issued by Latchkey, alice's for a year; from the third day on it counts as never used."""
        return self.world.live("reports-long", "365d")

    def foreign(self, user: str = "reporting", owner: str | None = ALICE, **seen: timedelta) -> AccessKeyId:
        """A key that Latchkey didn't issue, by default an old one."""
        account = self.world.catalog.accounts[MAIN.name]
        if owner:
            self.found.reader.user(account, user, tags={"Slack": owner})
        return self.found.reader.key(account, user, **({"age": 100 * DAY, "idle": 10 * DAY} | seen))  # type: ignore[arg-type]

    # --- time -------------------------------------------------------------------------------------------------------

    def enforce(self) -> int:
        return enforce.enforce(self.world.context, self.retire_found)

    def run(self) -> int:
        """Everything on the worker's schedule, once. Returns how many keys were deactivated."""
        world = self.world
        own_keys.look_over(world.context)
        digest.digest(world.context)
        escalate.escalate(world.context)
        went = self.enforce()
        self.off += [world.clock.now()] * went
        self.post.deliver()
        return went

    def pass_days(self, days: float, every: timedelta | None = None, hours: Hours = ()) -> None:
        """The worker runs at these hours, by default its own, or every `every`, and at the end."""
        now, end = self.world.clock.now(), self.world.clock.now() + timedelta(days=days)
        while now < end:
            now = min(now + every if every else _next(now, hours or self.hours), end)
            self.until(now)
            self.world.beat()
            self.run()

    def until(self, moment: datetime) -> None:
        """Only the clock moves: the worker is down."""
        self.world.clock.advance(moment - self.world.clock.now())

    # --- questions --------------------------------------------------------------------------------------------------

    def findings(self, owner: SlackUserId = ALICE) -> list[Finding]:
        """Open ones, on whatever key."""
        with self.world.work.begin() as tx:
            rows = [row for grant in tx.grants.of_owner(owner) for row in tx.credentials.of(grant.id)]
            own = [each for row in rows for each in tx.findings.open_of(row.id)]
            users = [name for _, name in self.world.iam.users]
            return own + list(tx.findings.open_on(MAIN.name, users))

    def keep(self, until: timedelta, why: str = "the yearly job", by: SlackUserId = ALICE) -> None:
        (finding,) = self.findings()
        world = self.world
        keep.keep(
            world.context, finding=finding.id, by=by, until=world.clock.now() + until, justification=why, delivery=None
        )

    def change(self, **columns: object) -> None:
        """Directly in the rows of all findings."""
        with self.world.work._engine.begin() as connection:  # type: ignore[attr-defined]
            connection.execute(update(tables.finding).values(**columns))


def enforcing(world: World) -> Minder:
    """In an account that enforces, and was first scanned long ago. What is done twice a day, test_digest.py checks."""
    made = Minder(world, hours=MORNING)
    made.account(enforce=True)
    made.old_account()
    return made


def ripe(minder: Minder) -> tuple[GrantId, CredentialId]:
    """A never-used key, an hour before it would be deactivated."""
    pair = minder.key()
    minder.pass_days((DUE - minder.world.clock.now()) / DAY - 1 / 24, hours=MORNING)
    (finding,) = minder.findings()
    assert (finding.step, finding.due_at, minder.off) == (Step.OFF, DUE, [])
    return pair


class Road:
    """The flow of adopted keys, as far as enforcement uses it."""

    def __init__(self, minder: Minder, *, takes: bool = True) -> None:
        self.minder, self.taken, self.takes = minder, list[AccessKeyId](), takes

    def __call__(self, key: AccessKeyId) -> bool:
        self.taken.append(key)
        if self.takes:
            self.minder.world.iam.all_keys()[key].active = False
        return self.takes
