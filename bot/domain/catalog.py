"""The catalog: what can be requested, in which account, and who approves it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from bot.domain.ids import AccountName, EntitlementId, SlackUserId
from bot.domain.requests.auto_approve import AutoApprove
from bot.domain.schedule import WORKDAYS

EVERY_CHANNEL = "*"  # that the app is a member of
REMIND_AFTER, ESCALATE_AFTER = timedelta(hours=2), timedelta(hours=8)


class Kind(StrEnum):
    ACCESS_KEY = "access_key"
    SESSION = "session"


class Containment(StrEnum):
    """What is put on the IAM user of a leaked key that Latchkey didn't issue."""

    DENY = "deny"  # AWSDenyAll
    QUARANTINE = "quarantine"  # AWSCompromisedKeyQuarantineV3, which leaves much open


@dataclass(frozen=True, slots=True)
class Account:
    name: AccountName
    id: str
    boundary_arn: str | None = None
    reader_role_arn: str | None = None
    issuer_role_arn: str | None = None
    responder_role_arn: str | None = None
    deleter_role_arn: str | None = None  # deletes adopted keys; None: someone deletes them by hand
    external_id: str | None = None
    partition: str = "aws"  # aws, aws-cn or aws-us-gov, taken from the ARNs in the catalog
    channel: str | None = None
    adopt: bool = False
    enforce: bool = False
    match_email: bool = False
    usage: bool = True  # whether CloudTrail is read for keys of this account
    sso_start_url: str | None = None  # of Identity Center, whose people sign in to this account; with sso_region
    sso_region: str | None = None
    contain: Containment = Containment.DENY
    revoke_sessions: bool = False  # whether the Responder may end sessions in AWS, through a policy on their role


@dataclass(frozen=True, slots=True)
class Approvers:
    name: str
    users: tuple[SlackUserId, ...] = ()
    usergroups: tuple[str, ...] = ()
    silent: tuple[SlackUserId, ...] = ()  # may decide, but aren't mentioned and get no DM
    channel: str | None = None
    remind_after: timedelta = REMIND_AFTER
    escalate_after: timedelta = ESCALATE_AFTER
    escalate_to: str | None = None


@dataclass(frozen=True, slots=True)
class Entitlement:
    id: EntitlementId
    title: str
    account: AccountName
    kind: Kind
    max_duration: timedelta
    approvers: str
    policy: str | None = None
    policy_arns: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    role_arn: str | None = None
    source_ips: tuple[str, ...] = ()
    source_vpces: tuple[str, ...] = ()
    may_assume: tuple[str, ...] = ()
    mfa: bool = False
    dangerous: bool = False
    approvals: int = 1
    rotate_every: timedelta | None = None
    requesters: tuple[SlackUserId, ...] = ()  # with requester_groups: who may have it; both empty: every full member
    requester_groups: tuple[str, ...] = ()  # Slack user groups
    instead_of: tuple[EntitlementId, ...] = ()
    ticket: str | None = None  # a regular expression (RE2) that the whole ticket matches
    ticket_url: str | None = None  # https, with {ticket} in it
    break_glass: timedelta | None = None  # longest lease of an emergency, which is issued before anybody decides
    longest_as_written: str = ""  # max_duration as written in the catalog: 24h, where we'd print 1d

    def offered_to(self, person: SlackUserId, groups: Collection[str] = ()) -> bool:
        """`groups`: those of the catalog's user groups that this person is known to be in."""
        everybody = not self.requesters and not self.requester_groups
        return everybody or person in self.requesters or any(each in groups for each in self.requester_groups)


@dataclass(frozen=True, slots=True)
class Hygiene:
    stale: timedelta = timedelta(days=90)
    unused: timedelta = timedelta(days=45)
    never_used: timedelta = timedelta(days=14)
    overlap: timedelta = timedelta(days=7)
    undo: timedelta = timedelta(days=7)
    keep_most: timedelta = timedelta(days=180)
    workdays: frozenset[int] = WORKDAYS


@dataclass(frozen=True, slots=True)
class Catalog:
    admins: tuple[SlackUserId, ...]
    collect_within: timedelta
    decide_within: timedelta
    accounts: Mapping[AccountName, Account]
    approvers: Mapping[str, Approvers]
    entitlements: Mapping[EntitlementId, Entitlement]
    auto_approve: tuple[AutoApprove, ...] = ()  # in the catalog's order
    hygiene: Hygiene = field(default_factory=Hygiene)
    watch_channels: tuple[str, ...] = ()  # Slack channels whose messages are searched for leaked keys, or EVERY_CHANNEL

    def watches(self, channel: str) -> bool:
        return channel in self.watch_channels or EVERY_CHANNEL in self.watch_channels

    def offered_to(self, person: SlackUserId, groups: Collection[str]) -> tuple[Entitlement, ...]:
        """What this person, who is in these user groups, may have.

        Sessions come first: a credential that expires on its own is the safer choice.
        """
        mine = [each for each in self.entitlements.values() if each.offered_to(person, groups)]
        return tuple(sorted(mine, key=lambda each: (each.kind is not Kind.SESSION, each.title.casefold())))

    def safer_than(self, entitlement: Entitlement) -> Entitlement | None:
        """The session that the catalog offers instead of this key, if any."""
        for each in self.entitlements.values():
            if each.kind is Kind.SESSION and entitlement.id in each.instead_of:
                return each
        return None

    def approvers_of(self, entitlement: Entitlement) -> Approvers:
        return self.approvers[entitlement.approvers]

    def chain_of(self, entitlement: Entitlement) -> tuple[Approvers, ...]:
        """Its approvers, then the groups that a request is escalated to, one after another. Each group comes once."""
        found = [self.approvers_of(entitlement)]
        while (further := self.approvers.get(found[-1].escalate_to or "")) is not None and further not in found:
            found.append(further)
        return tuple(found)

    def account_of(self, entitlement: Entitlement) -> Account:
        return self.accounts[entitlement.account]

    def revokes_sessions(self, account: AccountName) -> bool:
        """False for an account that is no longer in the catalog."""
        found = self.accounts.get(account)
        return found is not None and found.revoke_sessions

    def rotate_after(self, entitlement: Entitlement) -> timedelta:
        return entitlement.rotate_every or self.hygiene.stale
