"""A company of a hundred people with keys and habits, and a worker whose whole schedule runs on an injected clock.

Each time zone's working hours contain two steps. Sweeps that read every key or table run less often.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from bot.domain.catalog import Account
from bot.domain.events import LATCHKEY, Notice
from bot.domain.hygiene import escalation
from bot.domain.hygiene.finding import Finding
from bot.domain.ids import AccessKeyId, GrantId, SlackUserId
from bot.domain.usage.last_used import LastUsed
from bot.flows.hygiene import keep
from bot.ports import Person
from bot.runtime.schedule import sweeps
from bot.runtime.worker import Sweep
from tests.fakes import ALICE, BOB, TEAM
from tests.fakes.responder import FakeResponder
from tests.flows.catalog import MAIN, catalog, entitlement
from tests.flows.hygiene.reminders import Minder
from tests.flows.simulation.people import Off, Owner
from tests.flows.world import World

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MINUTE = timedelta(minutes=1)
STEP = 4 * HOUR
ASKING = 3  # minutes at the end of a step, enough to look up a hundred people
SOON = 60  # seconds: sweeps with a shorter interval run again and finish what others began
SELDOM = {"prune": DAY, "drift": DAY / 2, "stray-users": DAY, "clock-jumps": DAY}  # the others: at each step
OUTAGE = (30 * DAY, 39 * DAY)  # since the start: the worker is down
LEAVES, LEAVER = 20 * DAY, 31
DEAF = 2  # Slack rejects messages to this person
OUT_OF_USE = ("idle", "unused", "own-idle")


@dataclass
class Company:
    world: World
    owners: dict[SlackUserId, Owner] = field(default_factory=dict)
    off: list[Off] = field(default_factory=list)
    overdue: list[Finding] = field(default_factory=list)  # when the worker came back
    step: timedelta = STEP
    due: dict[str, timedelta] = field(default_factory=dict)  # by sweep: at what age it runs next

    def __post_init__(self) -> None:
        self.minder = Minder(self.world)
        self.start = self.world.clock.now()
        self._offers()
        self.world.people.usergroups["S0PLATFORM"] = frozenset({ALICE, BOB})  # two people who could undo a deactivation
        people = self.world.people.people
        for number in range(100):
            owner = Owner(number, AccessKeyId(""))
            people[owner.id] = Person(owner.id, TEAM, full_member=True, time_zone=owner.zone)
            self.owners[owner.id] = owner
            self._give(owner)
        self.minder.post.deaf.add(f"U{DEAF:04}")
        self._watch()
        self.world.iam.most_users = 120  # so full that the admins are notified

    def _offers(self) -> None:
        account = replace(MAIN, enforce=True, adopt=True, channel="C02MAIN")
        long = entitlement("reports-long", max_duration=400 * DAY, rotate_every=33 * DAY)
        self.world.catalog = replace(catalog(long), accounts={account.name: account})

    def _give(self, owner: Owner) -> None:
        seen: dict[str, dict[str, timedelta]] = {
            "busy": {"age": 100 * DAY, "idle": HOUR},
            "weekly": {"age": 95 * DAY, "idle": 3 * DAY},
            "idle": {"age": 30 * DAY},
            "unused": {"age": 200 * DAY, "idle": 60 * DAY},
            "rotates": {"age": 57 * DAY, "idle": HOUR},  # becomes old while the worker is down
            "keeps": {"age": 120 * DAY, "idle": DAY},
            "two": {"age": 40 * DAY, "idle": HOUR},
            "young": {"age": DAY, "idle": HOUR},
        }
        if owner.habit.startswith("own-"):
            owner.grant = self._grant(owner)
            with self.world.work.begin() as tx:
                owner.key = tx.credentials.of(owner.grant)[-1].access_key_id or owner.key
            return
        reader = self.minder.found.reader
        reader.user(MAIN, owner.user, tags={"Slack": owner.id})
        owner.key = reader.key(MAIN, owner.user, **seen[owner.habit])  # type: ignore[arg-type]
        if owner.habit == "two":
            reader.key(MAIN, owner.user, age=20 * DAY, idle=HOUR)

    def _grant(self, owner: Owner) -> GrantId:
        world = self.world
        asked = world.ask("reports-long", owner.id, "365d")
        world.approve(asked, BOB)
        with world.work.begin() as tx:
            grant = tx.grants.of_request(asked)
        assert grant is not None
        world.mint(world.collect(grant.id, owner.id).id)
        world.reveal()
        world.receipt()
        return grant.id

    def _watch(self) -> None:
        """Record every key that Latchkey deactivates, with its last use."""
        iam, switch = self.world.iam, self.world.iam.set_active
        off = self.responder.switch_off

        def set_active(account: Account, user: str, key: AccessKeyId, *, active: bool, by: str) -> None:
            if by == LATCHKEY and not active and iam.all_keys()[key].active:
                self._note(key)
            switch(account, user, key, active=active, by=by)

        def switch_off(account: Account, user_arn: str, key: AccessKeyId, *, by: str) -> None:
            if by == LATCHKEY:
                self._note(key)
            off(account, user_arn, key, by=by)

        iam.set_active = set_active  # type: ignore[method-assign]
        self.responder.switch_off = switch_off  # type: ignore[method-assign]

    def _note(self, key: AccessKeyId) -> None:
        used = self.world.iam.uses.get(key, LastUsed(None))
        assert used is not None
        self.off.append(Off(self.world.clock.now(), key, used.at))

    # --- time -------------------------------------------------------------------------------------------------------

    @property
    def age(self) -> timedelta:
        return self.world.clock.now() - self.start

    def live(self, days: int) -> None:
        while self.age < days * DAY:
            away = OUTAGE[0] <= self.age + self.step < OUTAGE[1]
            self._catch_up(self.step, asks=not away)
            if self.age == LEAVES:
                self._leave()
            self._use()
            if away:
                continue
            if self.age == OUTAGE[1]:
                self.overdue = list(self._due())
            self._work()
            self._answer()

    def _catch_up(self, step: timedelta, *, asks: bool) -> None:
        """The last minutes of a step: look up, within Slack's limits, the people whom sweeps couldn't."""
        self.world.clock.advance(step - ASKING * MINUTE)
        for _ in range(ASKING):
            if asks:
                self._sweep("ask-wanted").run()
            self.world.clock.advance(MINUTE)

    def _leave(self) -> None:
        gone = SlackUserId(f"U{LEAVER:04}")
        self.world.people.people[gone] = replace(self.world.people.people[gone], full_member=False)

    def _use(self) -> None:
        now, keys = self.world.clock.now(), self.world.iam.all_keys()
        for each in self.owners.values():
            weekly = each.habit in {"weekly", "keeps"} and (self.age // DAY) % 7 == each.number % 7
            if each.key in keys and (weekly or each.habit in {"busy", "rotates", "own-rotates", "two", "young"}):
                self.world.iam.uses[each.key] = LastUsed(now, "s3", "eu-central-1")

    def _work(self) -> None:
        """Every sweep that is due, then the frequent ones again: they finish what others began."""
        self.world.beat()
        for each in self.schedule:
            if self.age >= self.due.get(each.name, self.age):
                self.due[each.name] = self.age + SELDOM.get(each.name, self.step)
                each.run()
        for each in self.schedule:
            if each.seconds <= SOON and each.name not in SELDOM:
                each.run()
        self.minder.post.deliver()

    def _sweep(self, name: str) -> Sweep:
        return next(each for each in self.schedule if each.name == name)

    @cached_property
    def schedule(self) -> tuple[Sweep, ...]:
        context = replace(self.minder.found.context, responder=self.responder, reactivator=self.responder)
        return sweeps(context)

    @cached_property
    def responder(self) -> FakeResponder:
        return FakeResponder(self.world.iam)

    def _due(self) -> Iterator[Finding]:
        now = self.world.clock.now()
        with self.world.work.begin() as tx:
            for owner in tx.findings.owners_due(now, 1000):
                yield from tx.findings.due_of(owner, now)

    # --- answers ----------------------------------------------------------------------------------------------------

    def _answer(self) -> None:
        """Some do what the digest says, and some never read it."""
        now = self.world.clock.now()
        for each in self.minder.post.taken[-100:]:
            if each.notice is Notice.DIGEST and each.at == now:
                self._react(self.owners[SlackUserId(each.to)], each.subject)

    def _react(self, owner: Owner, subject: str) -> None:
        owner.answered += 1
        keys = self.world.iam.users.get((MAIN.id, owner.user))
        if owner.habit == "unused" and keys is not None:
            keys.keys[owner.key].active = False
        elif owner.habit == "rotates" and owner.answered == 2 and keys is not None:
            del keys.keys[owner.key]
            owner.key = self.minder.found.reader.key(MAIN, owner.user)
        elif owner.habit == "own-rotates" and owner.grant is not None and owner.answered == 1:
            self._rotate(owner, owner.grant)
        elif owner.habit == "keeps":
            self._keep(owner, subject)

    def _rotate(self, owner: Owner, grant: GrantId) -> None:
        made = self.world.rotate(grant, owner.id).id
        self.world.mint(made)
        self.world.reveal()
        self.world.receipt()
        owner.key = self.world.key(made)

    def _keep(self, owner: Owner, subject: str) -> None:
        world = self.world
        with world.work.begin() as tx:
            rows = [each for each in tx.findings.in_message(Notice.DIGEST, subject) if each.closed_at is None]
        for each in rows:
            keep.keep(
                world.context,
                finding=each.id,
                by=owner.id,
                until=world.clock.now() + 30 * DAY,
                justification="the quarterly job",
                delivery=None,
            )

    def local(self, at: datetime, who: str) -> datetime:
        return at.astimezone(escalation.zone_of(self.owners[SlackUserId(who)].zone))
