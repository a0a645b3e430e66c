"""The schema of each table in the catalog file: its keys, and what a value of each looks like."""

import ipaddress
import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StrictBool, StrictInt, StrictStr

from bot import catalog_regex
from bot.domain.catalog import ESCALATE_AFTER, EVERY_CHANNEL, REMIND_AFTER, Containment, Kind
from bot.domain.errors import BadDuration
from bot.domain.hygiene.escalation import off_days
from bot.domain.ids import SlackUserId
from bot.domain.policies.forbidden_services import NEVER_OFFERED
from bot.domain.schedule import parse_duration

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
URL_MOST = 1000  # characters
OPTION_TEXT = 75  # Slack's limit for the text of a select option


def shaped(pattern: str, words: str) -> Callable[[str], str]:
    compiled = re.compile(pattern, re.ASCII)

    def check(text: str) -> str:
        if compiled.fullmatch(text) is None:
            raise ValueError(f"{text!r} isn't {words}")
        return text

    return check


def _duration(value: object) -> timedelta:
    if not isinstance(value, str):
        raise ValueError('must be text in quotes, like "8h" or "30d"')  # noqa: TRY004  # pydantic catches ValueError
    try:
        return parse_duration(value)
    except BadDuration as wrong:
        raise ValueError(str(wrong)) from None


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError:
        raise ValueError(f"{text!r} isn't an address range, like 203.0.113.0/24") from None


def _service(text: str) -> str:
    shaped(r"[a-z0-9-]{1,63}", 'the prefix of one AWS service, like "s3"; name each one, never "*"')(text)
    if text in NEVER_OFFERED:
        raise ValueError(f"{text!r} can't be offered: {NEVER_OFFERED[text]}")
    return text


def _kind(value: object) -> Kind:
    if value not in {"access_key", "session"}:
        raise ValueError(f'{value!r} isn\'t a kind; write "access_key" or "session"')
    return Kind(str(value))


def _days(names: tuple[str, ...]) -> tuple[str, ...]:
    """At least three in a row: a key is deactivated only on a day between two workdays."""
    if wrong := [each for each in names if each not in DAYS]:
        raise ValueError(f"{wrong[0]!r} isn't a day; write {', '.join(DAYS)}")
    if not off_days([DAYS.index(each) for each in names]):
        raise ValueError("must include three days in a row: a key is deactivated only between two workdays")
    return names


def _at_least_one(number: int) -> int:
    if number < 1:
        raise ValueError("must be at least 1: every request needs an approval")
    return number


def _expression(text: str) -> str:
    if not text:
        raise ValueError("is empty; write a regular expression that the whole ticket matches, like 'FIN-[0-9]+'")
    try:
        catalog_regex.whole(text)
    except ValueError as wrong:
        raise ValueError(f"isn't a regular expression that Latchkey can match: {wrong}") from None
    return text


def _ticket_url(text: str) -> str:
    host, path, _ = text.removeprefix("https://").partition("/")
    written = len(text) <= URL_MOST and not any(each.isspace() or each in "<>|" for each in text)
    if not (text.startswith("https://") and written and host and path and "{" not in host):
        raise ValueError(f"{text!r} isn't an https address, like https://tickets.example.com/{{ticket}}")
    if text.count("{ticket}") != 1 or "{" in text.replace("{ticket}", ""):
        raise ValueError(f"{text!r} doesn't have {{ticket}} in it once; write it where the ticket belongs")
    return text


def _text(pattern: str, words: str) -> Any:
    return AfterValidator(shaped(pattern, words))


_ARN = r"arn:aws(-cn|-us-gov)?:iam::"
_ROLE = "the ARN of a role, like arn:aws:iam::123456789012:role/name"
_POLICY = "the ARN of a policy, like arn:aws:iam::123456789012:policy/name"

Duration = Annotated[timedelta, BeforeValidator(_duration)]
UserId = Annotated[StrictStr, _text(r"[UW][A-Z0-9]{2,30}", "a Slack user id, like U02BOB")]
GroupId = Annotated[StrictStr, _text(r"S[A-Z0-9]{2,30}", "a Slack user group id, like S0PLATFORM")]
Requester = Annotated[
    StrictStr, _text(r"[UWS][A-Z0-9]{2,30}", "a Slack user id or user group id, like U01ALICE or S0PLATFORM")
]
Watched = Annotated[StrictStr, _text(r"[CG][A-Z0-9]{2,30}|\*", 'a Slack channel id, like C01OPS, or "*" for every one')]
ChannelId = Annotated[StrictStr, _text(r"[CG][A-Z0-9]{2,30}", "a Slack channel id, like C01OPS")]
AccountId = Annotated[StrictStr, _text(r"[0-9]{12}", "the 12 digits of an AWS account")]
RoleArn = Annotated[StrictStr, _text(_ARN + r"[0-9]{12}:role/[\w+=,.@/-]{1,512}", _ROLE)]
RolePattern = Annotated[StrictStr, _text(_ARN + r"[0-9]{12}:role/[\w+=,.@/*-]{1,512}", _ROLE)]
PolicyArn = Annotated[StrictStr, _text(_ARN + r"([0-9]{12}|aws):policy/[\w+=,.@/-]{1,512}", _POLICY)]
ExternalId = Annotated[StrictStr, _text(r"[\w+=,.@:/-]{2,1224}", "an external id: letters, digits and + = , . @ : / -")]
StartUrl = Annotated[
    StrictStr,
    _text(
        r"https://[A-Za-z0-9.-]{1,200}/start/?#?/?",
        "the start URL of Identity Center, like https://d-1234567890.awsapps.com/start",
    ),
]
Region = Annotated[StrictStr, _text(r"[a-z]{2}(-[a-z]{2,12}){1,2}-[0-9]{1,2}", "a region, like eu-west-1")]
Vpce = Annotated[StrictStr, _text(r"vpce-[0-9a-f]{8,17}", "the id of a VPC endpoint, like vpce-0a1b2c3d4e5f67890")]
Name = Annotated[StrictStr, _text(r"[a-z0-9][a-z0-9_-]{0,62}", "a name of lower-case letters, digits, - and _")]
Title = Annotated[StrictStr, _text(rf"(?=.*\S)[^\n]{{1,{OPTION_TEXT}}}", f"a line of 1 to {OPTION_TEXT} characters")]


def _watched(channels: tuple[str, ...]) -> tuple[str, ...]:
    if EVERY_CHANNEL in channels and len(channels) > 1:
        raise ValueError('has "*", which is every channel that the app is a member of; leave the others out')
    return channels


def people_in(requesters: Iterable[str]) -> tuple[SlackUserId, ...]:
    return tuple(SlackUserId(each) for each in requesters if not each.startswith("S"))


def groups_in(requesters: Iterable[str]) -> tuple[str, ...]:
    return tuple(each for each in requesters if each.startswith("S"))


class Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AccountRow(Row):
    id: AccountId
    boundary_arn: PolicyArn | None = None
    reader_role_arn: RoleArn | None = None
    issuer_role_arn: RoleArn | None = None
    responder_role_arn: RoleArn | None = None
    deleter_role_arn: RoleArn | None = None
    external_id: ExternalId | None = None
    channel: ChannelId | None = None
    adopt: StrictBool = False
    enforce: StrictBool = False
    match_email: StrictBool = False
    usage: StrictBool = True
    sso_start_url: StartUrl | None = None
    sso_region: Region | None = None
    contain: Containment = Containment.DENY
    revoke_sessions: StrictBool | None = None  # absent: true if there is a responder role


class ApproversRow(Row):
    users: tuple[UserId, ...] = ()
    usergroups: tuple[GroupId, ...] = ()
    silent: tuple[UserId, ...] = ()
    channel: ChannelId | None = None
    remind_after: Duration = REMIND_AFTER
    escalate_after: Duration = ESCALATE_AFTER
    escalate_to: StrictStr | None = None


class EntitlementRow(Row):
    id: Name
    title: Title
    account: StrictStr
    kind: Annotated[Kind, BeforeValidator(_kind)]
    max_duration: Duration
    approvers: StrictStr
    policy: StrictStr | None = None
    policy_arns: tuple[PolicyArn, ...] = ()
    services: tuple[Annotated[StrictStr, AfterValidator(_service)], ...] = ()
    role_arn: RoleArn | None = None
    source_ips: tuple[Annotated[StrictStr, AfterValidator(_network)], ...] = ()
    source_vpces: tuple[Vpce, ...] = ()
    may_assume: tuple[RolePattern, ...] = ()
    mfa: StrictBool = False
    dangerous: StrictBool = False
    approvals: Annotated[StrictInt, AfterValidator(_at_least_one)] = 1
    rotate_every: Duration | None = None
    ticket: Annotated[StrictStr, AfterValidator(_expression)] | None = None
    ticket_url: Annotated[StrictStr, AfterValidator(_ticket_url)] | None = None
    break_glass: Duration | None = None
    requesters: tuple[Requester, ...] = ()
    instead_of: tuple[StrictStr, ...] = ()


class HygieneRow(Row):
    stale: Duration = timedelta(days=90)
    unused: Duration = timedelta(days=45)
    never_used: Duration = timedelta(days=14)
    overlap: Duration = timedelta(days=7)
    undo: Duration = timedelta(days=7)
    keep_most: Duration = timedelta(days=180)
    workdays: Annotated[tuple[StrictStr, ...], AfterValidator(_days)] = DAYS[:5]

    @property
    def weekdays(self) -> frozenset[int]:
        """Monday is 0."""
        return frozenset(map(DAYS.index, self.workdays))


class TopRow(Row):
    """The keys above the first table."""

    admins: tuple[UserId, ...] = ()
    collect_within: Duration = timedelta(hours=72)
    decide_within: Duration = timedelta(hours=72)
    watch_channels: Annotated[tuple[Watched, ...], AfterValidator(_watched)] = ()
