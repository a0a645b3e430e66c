"""A whole Latchkey between the fake Slack and a fake AWS: real requests in, the worker's steps called by the test."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

from bot.domain.catalog import Catalog
from bot.domain.credential import Credential
from bot.domain.events import Event
from bot.domain.grant import Grant
from bot.domain.ids import AccessKeyId, AccountName, GrantId
from bot.flows.context import AwsContext
from bot.flows.hygiene import digest, inventory, own_keys
from bot.flows.issuing import mint, reveal
from bot.flows.lifecycle import receipt as receipts
from bot.flows.ownership import ownerless
from bot.runtime.schedule import sweeps
from bot.runtime.worker import Sweep
from bot.sandbox.slack import Answer, Message, StandIn, View
from bot.sealing import proof_of, unb64
from bot.slack.app import build_app, make_client
from bot.slack.context import Deps
from bot.slack.http_gate import events
from bot.slack.link_modal import SlackNotifier
from bot.slack.manifest import EVENTS, WATCH_EVENTS, scopes
from bot.slack.people import SlackPeople
from bot.slack.sender import Sender
from bot.slack.workspace import Workspace
from bot.store.work import SqlUnitOfWork
from bot.web.app import create_app
from tests.fakes import ALICE, BOB, CAROL, DAVE, FakeClock, FakeIam, FixedEntropy
from tests.fakes.reader import FakeReader
from tests.fakes.trail import FakeTrail
from tests.flows.aws_context import aws_context
from tests.flows.world import catalog as small_catalog
from tests.sandbox.slack_kit import served
from tests.setup_cache import cached_setup
from tests.slack.house_state import HouseState, Tick
from tests.slack.press import Hand, Listeners, button_in, top

PUBLIC_URL = "https://keys.example.com"
GUIDE = f"{PUBLIC_URL}/guide"
WORKER = "w1"
JUSTIFIED = "quarterly report"
DAILY = {"own-keys", "digest", "inventory", "ownerless"}  # called directly, with look_over() and read_account()
UPKEEP = {"prune", "clock-jumps"}  # nothing that a person sees; the tests of the schedule run them


class House(HouseState):
    """The test's environment: the people of Slack, and the worker's steps."""

    def __init__(self, slack: StandIn, work: SqlUnitOfWork, clock: FakeClock, catalog: Catalog) -> None:
        self.slack, self.work, self.clock, self.catalog = slack, work, clock, catalog
        self.entropy, self.tick = FixedEntropy(), Tick()
        self.iam = FakeIam(clock)
        self.reader, self.trail = FakeReader(self.iam), FakeTrail()
        client = make_client("xoxb-sandbox", slack.api_url)
        workspace = Workspace(client)
        self.people = SlackPeople(client, workspace, self.tick)
        self.deps = Deps(work, clock, self.entropy, self.people, catalog, client, lambda: None, "/key", GUIDE)
        self.listeners = Listeners()
        self.app = build_app(self.deps, workspace, self.listeners)
        self.notifier = SlackNotifier(client, sleep=lambda _seconds: None)
        self.sender = Sender(self.deps)
        hands = (Hand(slack.as_person(each), self.listeners) for each in (ALICE, BOB, CAROL, DAVE))
        self.alice, self.bob, self.carol, self.dave = hands
        self.beat()

    def wsgi(self) -> Any:
        return create_app(
            about=lambda *_: None,
            reveal=lambda *_: None,
            receipt=lambda *_: False,
            ready=lambda: {"ok": True},
            metrics=lambda: b"",
            slack_events=events(self.app, "sandbox-signing-secret"),
            public_url=PUBLIC_URL,
            proxy_hops=0,
        )

    # --- the worker ----------------------------------------------------------------------------------------------

    def beat(self) -> None:
        with self.work.begin() as tx:
            tx.beat(WORKER, self.clock.now())

    def advance(self, by: timedelta | None = None, **span: float) -> None:
        self.clock.advance(by, **span)
        self.beat()

    def send(self) -> None:
        """Empty the outbox, as far as it is due."""
        while self.sender.run_once():
            pass

    def mint(self) -> None:
        with self.work.begin() as tx:
            wanted = tx.credentials.to_issue(self.clock.now(), 10)
        for each in wanted:
            minter = mint.Minter(self.context, self.notifier, PUBLIC_URL, WORKER)
            mint.mint(minter, each.id)
        self.send()

    def sweep(self) -> None:
        """What the worker's schedule does for people, once."""
        for each in self.sweeps():
            if each.name not in DAILY | UPKEEP:
                each.run()
        self.send()

    def sweeps(self) -> tuple[Sweep, ...]:
        return sweeps(self.context)

    @property
    def context(self) -> AwsContext:
        return aws_context(
            self.work,
            self.clock,
            self.entropy,
            self.people,
            self.catalog,
            self.iam,
            reader=self.reader,
            trail=self.trail,
        )

    def look_over(self) -> None:
        own_keys.look_over(self.context)
        digest.digest(self.context)
        self.send()

    @cached_setup
    def read_account(self, name: str = "main") -> inventory.Outcome:
        seen = inventory.read_account(self.context, self.catalog.accounts[AccountName(name)])
        ownerless.post(self.context)
        digest.digest(self.context)
        self.send()
        return seen

    # --- the story -----------------------------------------------------------------------------------------------

    def ask(
        self, what: str = "reports-read", duration: str = "7d", why: str = JUSTIFIED, by: Hand | None = None
    ) -> Answer:
        actor = by or self.alice
        opened = actor.command("/key request")
        assert opened.ok, opened
        answer = actor.submit(top(actor), {"entitlement": what, "duration": duration, "justification": why})
        self.send()
        return answer

    @cached_setup
    def requested(self, what: str = "reports-read", duration: str = "7d") -> Message:
        """The approvers' message of a fresh request."""
        assert self.ask(what, duration).ok
        return self.bob.channel("C01OPS")[-1]

    def approve(self, message: Message, by: Hand | None = None) -> Answer:
        answer = (by or self.bob).press(message, "request:approve")
        self.send()
        return answer

    @cached_setup
    def granted(self, what: str = "reports-read", duration: str = "7d") -> Message:
        """The owner's message with Collect."""
        self.approve(self.requested(what, duration))
        return button_in(self.alice.dms(), "grant:collect")

    def collect(self, message: Message, by: Hand | None = None) -> Answer:
        answer = (by or self.alice).press(message, "grant:collect")
        self.mint()
        return answer

    def link(self, actor: Hand | None = None) -> tuple[str, bytes]:
        """Envelope id and seed of the link in the person's modal."""
        words = top(actor or self.alice).words
        assert f"{PUBLIC_URL}/c/" in words, words
        rest = words.split(f"{PUBLIC_URL}/c/", 1)[1]
        envelope, _, seed = rest.partition("#")
        return envelope, unb64(seed[:43])

    def reveal(self, link: tuple[str, bytes] | None = None, *, receipt: bool = True) -> Any:
        envelope, seed = link or self.link()
        proof = proof_of(seed, envelope)
        found = reveal.reveal(
            self.work, self.clock, envelope=envelope, proof=proof, ip="203.0.113.7", browser="Chrome on macOS"
        )  # type: ignore[arg-type]
        if receipt:
            receipts.receipt(self.work, self.clock, self.catalog, envelope=envelope, proof=proof)  # type: ignore[arg-type]
        self.send()
        return found

    @cached_setup
    def live(self, what: str = "reports-read", duration: str = "7d") -> Message:
        """The owner's message of a collected key; its modal is closed."""
        self.collect(self.granted(what, duration))
        self.reveal()
        self.alice.close(top(self.alice))
        return button_in(self.alice.dms(), "grant:return")

    # --- questions -----------------------------------------------------------------------------------------------

    def grant(self) -> Grant:
        """Alice's newest one."""
        with self.work.begin() as tx:
            return tx.grants.of_owner(ALICE, over_since=self.clock.now() - timedelta(days=999))[0]

    def credentials(self) -> tuple[Credential, ...]:
        grant = self.grant().id
        with self.work.begin() as tx:
            return tx.credentials.of(grant)

    def windows(self, user: str) -> list[View]:
        """Every open view of a person, on every device."""
        return [view for stack in self.slack.world.windows._stacks.get(user, []) for view in stack]

    def key(self) -> AccessKeyId:
        found = self.credentials()[-1].access_key_id
        assert found is not None
        return found

    def audit(self, subject: str) -> tuple[Event, ...]:
        with self.work.begin() as tx:
            return tx.audit.of(subject)

    def grant_state(self, of: GrantId | None = None) -> str:
        wanted = of or self.grant().id
        with self.work.begin() as tx:
            found = tx.grants.get(wanted)
        assert found is not None
        return found.state.value


@contextmanager
def house(work: SqlUnitOfWork, clock: FakeClock, catalog: Catalog | None = None) -> Iterator[House]:
    """In HTTP mode, with exactly the manifest's scopes; a complaint of the fake Slack fails the test."""
    with ExitStack() as stack:
        watch = catalog is not None and bool(catalog.watch_channels)
        subscribed = (*EVENTS, *(WATCH_EVENTS if watch else ()))
        slack = stack.enter_context(StandIn(scopes=scopes(watch=watch), events=subscribed))
        made = House(slack, work, clock, catalog or small_catalog())
        slack.deliver_to(stack.enter_context(served(made.wsgi())) + "/slack/events")
        yield made
        made.listeners.finish()
        assert slack.complaints == []
