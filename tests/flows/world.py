"""A small world for a key's life: the real ledger on SQLite, everything else a fake that can fail on demand."""

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import ClassVar

from bot import sealing
from bot.domain.catalog import Catalog, Kind
from bot.domain.credential import Credential
from bot.domain.grant import Grant
from bot.domain.ids import AccessKeyId, CredentialId, EnvelopeId, GrantId, RequestId, SlackUserId
from bot.domain.schedule import parse_duration
from bot.flows.context import AwsContext
from bot.flows.hygiene import digest, own_keys
from bot.flows.issuing import collect, intent, mint, reveal
from bot.flows.leaks import disown
from bot.flows.lifecycle import receipt, revoke, rotate
from bot.flows.requests import ask as request
from bot.flows.requests import decide
from bot.ports import UnitOfWork
from bot.sealing import unb64
from bot.store.work import in_transaction
from tests.fakes import ALICE, BOB, FakeClock, FakeIam, FakeNotifier, FakePeople, FixedEntropy
from tests.flows import sweeps
from tests.flows.aws_context import aws_context
from tests.flows.catalog import catalog
from tests.forget_limits import forget_limits
from tests.setup_cache import Parts, cached_setup, each_of

PUBLIC_URL = "https://keys.example.com"
FAKES = {"clock": FakeClock, "entropy": FixedEntropy, "people": FakePeople, "notifier": FakeNotifier, "iam": FakeIam}


@dataclass
class World:
    work: UnitOfWork
    clock: FakeClock = field(default_factory=FakeClock)
    entropy: FixedEntropy = field(default_factory=FixedEntropy)
    people: FakePeople = field(default_factory=FakePeople)
    notifier: FakeNotifier = field(default_factory=FakeNotifier)
    catalog: Catalog = field(default_factory=catalog)
    caches_setup: bool = False  # see tests/setup_cache.py
    address: ClassVar = ""

    def __post_init__(self) -> None:
        self.iam = FakeIam(self.clock, in_transaction=in_transaction)
        self.people.in_transaction = self.notifier.in_transaction = in_transaction
        self.worker, self.views = "w1", 0
        self.beat()

    @property
    def minter(self) -> mint.Minter:
        return mint.Minter(self.context, self.notifier, PUBLIC_URL, self.worker)

    @property
    def context(self) -> AwsContext:
        """The current one: tests replace the catalog or the people."""
        return aws_context(self.work, self.clock, self.entropy, self.people, self.catalog, self.iam)

    def is_comparable(self) -> bool:
        return all(type(getattr(self, name)) is fake for name, fake in FAKES.items())

    def parts(self) -> Parts:
        fakes = each_of(*(getattr(self, name) for name in FAKES), but=("clock",))
        return [(self, "catalog"), (self, "worker"), (self, "views"), *fakes]

    def beat(self) -> None:
        with self.work.begin() as tx:
            tx.beat(self.worker, self.clock.now())

    # --- actions -------------------------------------------------------------------------------------------------

    def ask(self, what: str = "reports-read", by: SlackUserId = ALICE, duration: str = "7d") -> RequestId:
        return request.ask(
            self.context,
            entitlement=self.catalog.entitlements[what].id,
            duration=parse_duration(duration),
            justification="quarterly report",
            by=by,
            delivery=None,
        ).id

    def approve(self, of: RequestId, by: SlackUserId = BOB) -> decide.Outcome:
        return decide.approve(self.context, request=of, by=by, delivery=None)

    @cached_setup
    def granted(self, what: str = "reports-read", duration: str = "7d") -> GrantId:
        forget_limits(self.work._engine)  # type: ignore[attr-defined]  # alice stands for as many people as a test wants
        asked = self.ask(what, duration=duration)
        self.approve(asked)
        with self.work.begin() as tx:
            found = tx.grants.of_request(asked)
        assert found is not None
        return found.id

    def collect(self, grant: GrantId, by: SlackUserId = ALICE) -> Credential:
        self.beat()
        self.views += 1
        return collect.begin(
            self.context, grant=grant, by=by, window=intent.Window(f"V{self.views}", self.clock.now()), delivery=None
        )

    def rotate(self, grant: GrantId, by: SlackUserId = ALICE) -> Credential:
        self.beat()
        self.views += 1
        return rotate.begin(
            self.context, grant=grant, by=by, window=intent.Window(f"V{self.views}", self.clock.now()), delivery=None
        )

    def replace(self, credential: CredentialId, by: SlackUserId = ALICE) -> Credential:
        """No, make a new one."""
        self.beat()
        self.views += 1
        return collect.replace(
            self.context,
            credential=credential,
            by=by,
            window=intent.Window(f"V{self.views}", self.clock.now()),
            delivery=None,
        )

    def confirm(self, credential: CredentialId, by: SlackUserId = ALICE) -> None:
        """Yes, I got it."""
        receipt.confirm(self.context, credential=credential, by=by, delivery=None)

    def retire(self, credential: CredentialId, by: SlackUserId = ALICE) -> None:
        rotate.retire(self.context, credential=credential, by=by, delivery=None)

    def reactivate(self, credential: CredentialId, by: SlackUserId = ALICE) -> None:
        rotate.reactivate(self.context, credential=credential, by=by, delivery=None)

    def wait(self, credential: CredentialId, by: SlackUserId = ALICE) -> None:
        rotate.wait(self.context, credential=credential, by=by, delivery=None)

    def mint(self, credential: CredentialId) -> bool:
        return mint.mint(self.minter, credential)

    def link(self) -> tuple[EnvelopeId, bytes]:
        """Id and seed of the newest link that the owner saw."""
        url = self.notifier.links[-1][1].reveal()
        where, _, seed = url.partition("#")
        return EnvelopeId(where.rsplit("/", 1)[1]), unb64(seed)

    def reveal(self, link: tuple[EnvelopeId, bytes] | None = None) -> reveal.Opened | reveal.Dead | None:
        envelope, seed = link or self.link()
        proof = sealing.proof_of(seed, envelope)
        return reveal.reveal(
            self.work, self.clock, envelope=envelope, proof=proof, ip="203.0.113.7", browser="Chrome on macOS"
        )

    def receipt(self, link: tuple[EnvelopeId, bytes] | None = None) -> bool:
        envelope, seed = link or self.link()
        proof = sealing.proof_of(seed, envelope)
        return receipt.receipt(self.work, self.clock, self.catalog, envelope=envelope, proof=proof)

    def open(self, opened: object) -> dict[str, str]:
        assert isinstance(opened, reveal.Opened)
        envelope, seed = self.link()
        sealed = sealing.Sealed(opened.nonce, opened.aad, opened.ciphertext)
        found: dict[str, str] = json.loads(sealing.open_sealed(seed, envelope, sealed))
        return found

    @cached_setup
    def live(self, what: str = "reports-read", duration: str = "7d") -> tuple[GrantId, CredentialId]:
        """A key that its owner has."""
        grant = self.granted(what, duration)
        credential = self.collect(grant).id
        self.mint(credential)
        self.reveal()
        self.receipt()
        return grant, credential

    def rotated(self, grant: GrantId) -> CredentialId:
        credential = self.rotate(grant).id
        self.mint(credential)
        self.reveal()
        self.receipt()
        return credential

    def give_back(self, grant: GrantId, by: SlackUserId = ALICE) -> Grant:
        return revoke.give_back(self.context, grant=grant, by=by, delivery=None)

    def revoke(self, grant: GrantId, by: SlackUserId = BOB, why: str = "over") -> Grant:
        return revoke.revoke(self.context, grant=grant, by=by, justification=why, delivery=None)

    def disown(self, credential: CredentialId, by: SlackUserId = ALICE) -> Grant:
        """This wasn't me."""
        return disown.disown(self.context, credential=credential, by=by, delivery=None)

    def sweep(self) -> None:
        """Everything on the worker's schedule, once."""
        sweeps.sweep_all(self)

    def reconcile(self) -> None:
        sweeps.reconcile_all(self)

    def look_over(self) -> int:
        seen = own_keys.look_over(self.context)
        digest.digest(self.context)
        return seen

    def pass_time(self, seconds: int, every: int = 5) -> None:
        """The clock moves, and the worker's sweeps run."""
        for _ in range(seconds // every):
            self.clock.advance(seconds=every)
            self.beat()
            self.sweep()

    # --- questions -----------------------------------------------------------------------------------------------

    def credential(self, credential: CredentialId) -> Credential:
        with self.work.begin() as tx:
            found = tx.credentials.get(credential)
        assert found is not None
        return found

    def key(self, credential: CredentialId) -> AccessKeyId:
        found = self.credential(credential).access_key_id
        assert found is not None
        return found

    def change(self, **changes: object) -> None:
        """Another catalog: `hygiene` fields by name."""
        self.catalog = replace(self.catalog, hygiene=replace(self.catalog.hygiene, **changes))

    def grant(self, grant: GrantId) -> Grant:
        with self.work.begin() as tx:
            found = tx.grants.get(grant)
        assert found is not None
        return found

    def items(self, now_plus: timedelta = timedelta(0)) -> list[tuple[str, str]]:
        with self.work.begin() as tx:
            return [(each.notice.value, each.to) for each in tx.outbox.due(self.clock.now() + now_plus, 1000)]

    def ledger_keys(self) -> set[str]:
        """The key ids that AWS should hold by the ledger."""
        held = {"sealed", "revealed", "live", "retiring"}
        found: set[str] = set()
        with self.work.begin() as tx:
            for owner in (ALICE, BOB):
                for grant in tx.grants.of_owner(owner, over_since=self.clock.now() - timedelta(days=3650)):
                    rows = tx.credentials.of(grant.id)
                    keys = (each for each in rows if each.kind is Kind.ACCESS_KEY and each.state.value in held)
                    found |= {str(each.access_key_id) for each in keys}
        return found
