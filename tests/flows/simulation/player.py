"""The player of the state machine: the people, and what they remember of their grants, requests and links."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from bot.domain.credential import Credential
from bot.domain.errors import AwsError, AwsRefused, Doubtful, Refused, Throttled
from bot.domain.ids import AccessKeyId, EnvelopeId, GrantId, RequestId
from bot.domain.lifecycle import CredentialState
from bot.domain.usage.last_used import LastUsed
from bot.flows.issuing.reveal import Opened
from bot.sealing import unb64
from tests.fakes import ALICE, START
from tests.flows import renewals
from tests.flows.world import World

LISTED_WITHIN = timedelta(minutes=30)  # IAM is eventually consistent
FAULTS: dict[str, tuple[AwsError, ...]] = {
    "prepare": (Throttled("CreateUser"), AwsRefused("PutUserPolicy", "AccessDenied")),
    "create_key": (Doubtful("CreateAccessKey"), Throttled("CreateAccessKey"), AwsRefused("CreateAccessKey", "Denied")),
    "extend": (Throttled("PutUserPolicy"), AwsRefused("TagUser", "AccessDenied")),
    "set_active": (Throttled("UpdateAccessKey"), AwsRefused("UpdateAccessKey", "AccessDenied")),
    "delete_key": (Throttled("DeleteAccessKey"), AwsRefused("DeleteAccessKey", "AccessDenied")),
    "tear_down": (Throttled("DeleteUser"), AwsRefused("DetachUserPolicy", "AccessDenied")),
    "keys_of": (Throttled("ListAccessKeys"),),
    "last_used": (Throttled("GetAccessKeyLastUsed"),),
}
LOST = frozenset({"prepare", "create_key", "extend", "set_active", "delete_key", "tear_down"})
"""Calls whose answer may be lost after they were carried out."""


class Player:
    def __init__(self, world: World) -> None:
        self.world = world
        self.grants: list[GrantId] = []
        self.asked: list[RequestId] = []
        self._opened: set[EnvelopeId] = set()
        self._hidden: dict[AccessKeyId, datetime] = {}

    def standing(self) -> int:
        with self.world.work.begin() as tx:
            return len(tx.grants.of_owner(ALICE)) + len(tx.requests.open_of(ALICE))

    def credentials(self, *states: CredentialState) -> list[Credential]:
        with self.world.work.begin() as tx:
            rows = [row for each in self.grants for row in tx.credentials.of(each)]
        return [each for each in rows if not states or each.state in states]

    def approve(self, request: RequestId) -> None:
        with suppress(Refused):
            self.world.approve(request)
        self.look()

    def mint(self, press: Callable[[GrantId], Credential], grant: GrantId) -> None:
        """The click, and the worker's answer. A key whose answer is lost is also listed late."""
        before = set(self.world.iam.all_keys())
        fault = self.world.iam._faults.get("create_key")
        with suppress(Refused):
            self.world.mint(press(grant).id)
        if fault is not None and isinstance(fault.error, Doubtful):
            late = self.world.clock.now() + LISTED_WITHIN
            self._hidden |= dict.fromkeys(set(self.world.iam.all_keys()) - before, late)

    def reveal(self, which: int = -1, *, receipt: bool = True) -> None:
        """A link, by default the newest. Raises AssertionError if a secret is handed out twice."""
        if not self.world.notifier.links:
            return
        where, _, seed = self.world.notifier.links[which][1].reveal().partition("#")
        link = EnvelopeId(where.rsplit("/", 1)[1]), unb64(seed)
        if isinstance(self.world.reveal(link), Opened):
            assert link[0] not in self._opened, "a secret was handed out twice"
            self._opened.add(link[0])
        if receipt:
            self.world.receipt(link)

    def press(self, verb: str, credential: Credential) -> None:
        self.world.beat()
        with suppress(Refused):
            getattr(self.world, verb)(credential.id)

    def renew(self, grant: GrantId, duration: str, *, approve: bool) -> None:
        with suppress(Refused):
            self.asked.append(renewals.ask(self.world, grant, duration))
            if approve:
                self.approve(self.asked[-1])

    def usable(self) -> list[AccessKeyId]:
        """Keys in the ledger: a key whose secret was never handed out isn't used."""
        known = self.world.ledger_keys()
        return [each for each in self.world.iam.all_keys() if each in known]

    def use(self, key: AccessKeyId) -> None:
        self.world.iam.uses[key] = LastUsed(self.world.clock.now(), "s3", "eu-central-1")

    def aws_is_to_fail(self, call: str, error: AwsError, *, after: bool) -> None:
        """The next call of this kind. A refused one isn't carried out; a lost answer leaves that unknown."""
        self.world.iam.fail_at(call, error, after=after and call in LOST and not isinstance(error, AwsRefused))

    def sweep(self) -> None:
        now = self.world.clock.now()
        self.world.beat()
        self.world.iam.unlisted = {key for key, until in self._hidden.items() if until > now}
        self.world.sweep()

    def heir(self) -> None:
        """Another process, which only has the ledger."""
        self.world.worker = f"w{int(self.world.worker[1:]) + 1}"
        self.look()

    def look(self) -> None:
        with self.world.work.begin() as tx:
            self.asked = [each.id for each in tx.requests.open_all()]
            self.grants = [each.id for each in tx.grants.of_owner(ALICE, over_since=START - timedelta(days=1))]
