"""An IAM user of the in-memory AWS: its keys, the spec it was created from, and manual changes."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.catalog import Account, Entitlement
from bot.domain.drift.difference import DifferenceKind
from bot.domain.drift.observe import Shape, UserSeen
from bot.domain.grant import IAM_PATH
from bot.domain.ids import AccessKeyId, AccountName, GrantId
from bot.domain.leaks.leaked_user import Standing, UserKey
from bot.ports import UserSpec


@dataclass
class FakeKey:
    id: AccessKeyId
    created_at: datetime
    active: bool = True


@dataclass
class FakeUser:
    name: str
    grant: GrantId | None
    spec: UserSpec | None = None
    keys: dict[AccessKeyId, FakeKey] = field(default_factory=dict)
    by_hand: dict[str, object] = field(default_factory=dict)  # fields of UserSeen that were changed by hand
    attached: set[str] = field(default_factory=set)  # ARNs of policies besides those of its spec
    inline: dict[str, str] = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    login_at: datetime | None = None
    ended_before: datetime | None = None  # sessions from before this are denied everything
    path: str = ""  # "/", or /latchkey/ for a grant's own user

    def follow(self, spec: UserSpec) -> None:
        """Its policies and tags match this spec again, whatever was changed by hand."""
        self.put_back_policies(spec)
        self.by_hand.pop("tags", None)

    def put_back(self, spec: UserSpec, kind: DifferenceKind) -> None:
        match kind:
            case DifferenceKind.BOUNDARY:
                self.put_back_boundary(spec)
            case DifferenceKind.TAGS:
                self.by_hand.pop("tags", None)
            case _:
                self.put_back_policies(spec)

    def put_back_policies(self, spec: UserSpec) -> None:
        self.spec = spec
        if "shape" in self.by_hand:
            policies = shape_of(spec.account, spec.entitlement).policies
            self.by_hand["shape"] = replace(self.seen().shape, policies=policies)
        self.by_hand.pop("lease_until", None)

    def put_back_boundary(self, spec: UserSpec) -> None:
        self.by_hand["shape"] = replace(self.seen().shape, boundary=spec.account.boundary_arn)

    def is_of(self, spec: UserSpec, *, bounded: bool = True) -> bool:
        """Whether path, tag and boundary match."""
        seen = self.seen()
        right = seen.path == IAM_PATH and seen.tags.get("grant") == spec.grant.id
        return right and (not bounded or seen.shape.boundary == spec.account.boundary_arn)

    def standing(self, account: Account) -> Standing:
        shape = self.seen().shape.policies
        keys = tuple(UserKey(each.id, each.active, each.created_at) for each in self.keys.values())
        arn = f"arn:aws:iam::{account.id}:user{self.path or (IAM_PATH if self.grant else '/')}{self.name}"
        policies = {**shape, **self.inline, **dict.fromkeys(self.attached, "")}
        return Standing(arn, keys, policies, self.groups, self.ended_before, login_known=True, login_at=self.login_at)

    def seen(self) -> UserSeen:
        if self.spec is None:
            return UserSeen("/", Shape(None, {}), None, {})
        grant, shape = self.spec.grant, shape_of(self.spec.account, self.spec.entitlement)
        until = grant.lease_until.replace(microsecond=0) if grant.lease_until else None
        tags = {"grant": grant.id, "owner": grant.owner, "entitlement": grant.entitlement}
        made = UserSeen(IAM_PATH, shape, until, tags | {"expires": until.isoformat() if until else ""})
        return replace(made, **self.by_hand)  # type: ignore[arg-type]


def shape_of(account: Account, entitlement: Entitlement) -> Shape:
    policies = {"latchkey-deny": ",".join(entitlement.source_ips), "latchkey-allow": entitlement.policy or ""}
    return Shape(account.boundary_arn, policies)


NO_ACCOUNT = Account(AccountName(""), "")
