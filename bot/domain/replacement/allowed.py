"""What an IAM user may do, as inventory read it, and how it compares with the services that its key used."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.catalog import Entitlement
from bot.domain.policies.document import ANY, statements
from bot.domain.replacement.shell import document
from bot.domain.usage.key_usage import Usage
from bot.domain.usage.last_accessed import services_of

STS = "sts"  # every session may ask who it is
EVERYTHING = frozenset({"AdministratorAccess", "PowerUserAccess"})
PREFIX = {  # of IAM actions, where CloudTrail's event source has another name
    "monitoring": "cloudwatch",
    "email": "ses",
    "streams.dynamodb": "dynamodb",
    "tagging": "tag",
    "api.ecr": "ecr",
    "signin": "signin",
}


@dataclass(frozen=True, slots=True)
class Allowed:
    """From GetAccountAuthorizationDetails: ARNs of managed policies, inline documents, groups, boundary."""

    managed: tuple[str, ...] = ()
    inline: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    groups: tuple[str, ...] = ()
    boundary: str | None = None

    @classmethod
    def read(cls, stored: Mapping[str, Any] | None) -> "Allowed | None":
        """From the ledger. None if inventory hasn't read it yet."""
        if stored is None:
            return None
        inline = tuple(sorted((str(name), policy) for name, policy in stored.get("inline", {}).items()))
        return cls(tuple(stored.get("managed", ())), inline, tuple(stored.get("groups", ())), stored.get("boundary"))

    def stored(self) -> dict[str, Any]:
        return {
            "managed": list(self.managed),
            "inline": {name: dict(policy) for name, policy in self.inline},
            "groups": list(self.groups),
            "boundary": self.boundary,
        }

    @property
    def services(self) -> frozenset[str]:
        """That the inline policies allow; "*" for all. Managed policies aren't read, but two of AWS's allow all."""
        texts = [document(policy) for _, policy in self.inline]
        rows = (each for text in texts for each in statements(text) if each.allows)
        found = {service for each in rows for service in ((ANY,) if each.except_actions else each.services)}
        return frozenset(found | ({ANY} if any(name(each) in EVERYTHING for each in self.managed) else set()))

    @property
    def unread(self) -> tuple[str, ...]:
        """Names of policies and groups whose services the ledger doesn't know."""
        return (*(name(each) for each in self.managed if name(each) not in EVERYTHING), *self.groups)


@dataclass(frozen=True, slots=True)
class Difference:
    """Services by their IAM prefix."""

    used: tuple[str, ...] = ()  # allowed and used
    unused: tuple[str, ...] = ()  # allowed, and no event seen
    elsewhere: tuple[str, ...] = ()  # used, and allowed by a policy that isn't read
    everything: bool = False  # "*" is allowed, so that whatever wasn't used can go


def compare(allowed: Allowed, usage: Usage | None) -> Difference | None:
    """None if usage is unknown: nothing can be said then."""
    if usage is None or not usage.known or usage.silent:
        return None
    used = frozenset(prefix(each.name) for each in usage.services)
    may = allowed.services
    return Difference(_sorted(used & may), _sorted(may - used - {ANY}), _sorted(used - may), everything=ANY in may)


def reaches(session: Entitlement, usage: Usage | None) -> bool:
    """Whether the session's policy allows every service that the key used. What isn't known counts as allowed."""
    if session.policy is None or usage is None or not usage.known:
        return True
    may = services_of(session)
    return ANY in may or {prefix(each.name) for each in usage.services} - {STS} <= may


def prefix(source: str) -> str:
    """The IAM prefix of an event source, or of a service as usage names it."""
    short = source.casefold().removesuffix(".cn").removesuffix(".amazonaws.com")
    return PREFIX.get(short, short)


def name(arn: str) -> str:
    return arn.rpartition("/")[2]


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names))
