"""ports.Trail with boto3: one LookupEvents call under the Reader role, its events trimmed and made safe.

CloudTrail's event history holds 90 days of management events and answers 2 requests a second for each account and
region (docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html). A user agent, an error and a
role's name are text that whoever has the key can choose.
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from bot.aws.accounts import Accounts
from bot.aws.errors import PATIENCE, TOO_MANY, Heard, code_of, status_of
from bot.aws.trail_targets import HIDDEN, KEY, call_name, told
from bot.domain.catalog import Account
from bot.domain.errors import Unreadable
from bot.domain.ids import AccessKeyId
from bot.domain.usage.key_usage import SERVICE, Event, TrailUnread, Unread
from bot.ports.usage import Page

PAGE = 50  # maximum of LookupEvents
REFUSED_FOR = timedelta(minutes=5)
AGENT_MOST, WORD_MOST = 2048, 128
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
REGION_OFF = frozenset(
    {
        "UnrecognizedClientException",  # a disabled region doesn't know the session's token
        "InvalidClientTokenId",
        "OptInRequired",
        "RegionDisabledException",
        "InvalidRegionError",
    }
)
WORD, NAME = re.compile(r"[\w.:/+=,@ -]{1,128}", re.ASCII), re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
ROLE = re.compile(r"arn:aws[\w-]*:iam::\d{12}:role/[\w+=,.@/-]{1,512}", re.ASCII)
ENDPOINT = re.compile(r"vpce-[0-9a-f]{8,32}")


class AwsTrail:
    def __init__(self, accounts: Accounts, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._accounts, self._sleep = accounts, sleep
        self._refused: dict[tuple[Account, str], tuple[datetime, str]] = {}

    def events(self, account: Account, key: AccessKeyId, region: str, since: datetime, page: str | None) -> Page:
        return self._page(account, ("AccessKeyId", key), key, region, since, page)

    def named(self, account: Account, call: str, region: str, since: datetime, page: str | None) -> Page:
        return self._page(account, ("EventName", call), None, region, since, page)

    def _page(
        self,
        account: Account,
        asked: tuple[str, str],
        key: AccessKeyId | None,
        region: str,
        since: datetime,
        page: str | None,
    ) -> Page:
        """One refusal stands for all keys of the account and region: else 500 keys make a thousand refusals an hour."""
        where, now = (account, region), self._accounts.now()
        at, code = self._refused.get(where, (now, ""))
        if code and at <= now < at + REFUSED_FOR:
            raise TrailUnread(Unread.DENIED, code)
        try:
            answer = self._look_up(account, asked, region, since, page)
        except TrailUnread as error:
            if error.why is Unread.DENIED:
                self._refused[where] = now, error.code
            raise
        return Page(tuple(_events(answer, account, key, region)), answer.get("NextToken") or None)

    def _look_up(
        self, account: Account, asked: tuple[str, str], region: str, since: datetime, page: str | None
    ) -> Mapping[str, Any]:
        words: dict[str, Any] = {"NextToken": page} if page else {}
        try:
            answer: Mapping[str, Any] = self._accounts.trail(account, region).lookup_events(
                LookupAttributes=[{"AttributeKey": asked[0], "AttributeValue": asked[1]}],
                StartTime=since,
                MaxResults=PAGE,
                **words,
            )
        except Unreadable as error:  # the Reader role
            raise TrailUnread(_why(error.code), error.code) from None
        except Heard as error:
            code = code_of(error)
            throttled = isinstance(error, ClientError) and status_of(error) == TOO_MANY
            raise TrailUnread(Unread.THROTTLED if throttled else _why(code), code) from None
        return answer

    def wait(self, span: timedelta) -> None:
        self._sleep(max(span.total_seconds(), 0.0))


def _why(code: str) -> Unread:
    if code in PATIENCE:
        return Unread.THROTTLED
    if code in DENIED:
        return Unread.DENIED
    return Unread.REGION_OFF if code in REGION_OFF else Unread.FAILED


def _events(answer: Mapping[str, Any], account: Account, key: AccessKeyId | None, region: str) -> Iterator[Event]:
    for row in answer.get("Events") or ():
        found = event(row, account.id, key, region)
        if found is not None:
            yield found


def event(row: Mapping[str, Any], account_id: str, key: AccessKeyId | None, region: str) -> Event | None:
    """None for an event without a time, and for one of another account or another key.

    Without `key`, of any key that the event names.
    """
    at, said = row.get("EventTime"), _parsed(row.get("CloudTrailEvent"))
    who = _part(said, "userIdentity")
    if not isinstance(at, datetime) or at.tzinfo is None:
        return None
    by = _fits(KEY, who.get("accessKeyId", key))
    if who.get("accountId", account_id) != account_id or by is None or by != (key or by):
        return None
    source = _fits(WORD, said.get("eventSource") or row.get("EventSource")) or "unknown"
    name = call_name(_fits(WORD, said.get("eventName") or row.get("EventName")) or "unknown")
    about = told(source.removesuffix(SERVICE), name, said)
    role = _part(said, "requestParameters").get("roleArn") if name.startswith("AssumeRole") else None
    return Event(
        at.astimezone(UTC),
        source,
        name,
        _fits(WORD, said.get("awsRegion")) or region,
        _plain(said.get("sourceIPAddress"), WORD_MOST),
        _plain(said.get("userAgent"), AGENT_MOST),
        _fits(WORD, said.get("errorCode")),
        _fits(ROLE, role),
        _fits(NAME, who.get("userName")) or _fits(NAME, row.get("Username")),
        _fits(ENDPOINT, said.get("vpcEndpointId")),
        by=AccessKeyId(by),
        target=about.target,
        detail=about.detail,
        key=about.key,
        read_only=_read_only(said.get("readOnly"), row.get("ReadOnly")),
    )


def _read_only(inside: object, outside: object) -> bool | None:
    """CloudTrail says it twice: as JSON in the event, and as a word beside it."""
    return inside if isinstance(inside, bool) else {"true": True, "false": False}.get(str(outside).lower())


def _parsed(text: object) -> Mapping[str, Any]:
    """The event itself, as JSON inside the answer."""
    try:
        found = json.loads(text) if isinstance(text, str) else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _part(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = said.get(name)
    return found if isinstance(found, dict) else {}


def _fits(shape: re.Pattern[str], text: object) -> str | None:
    return text if isinstance(text, str) and shape.fullmatch(text) else None


def _plain(text: object, most: int) -> str:
    """Without control and direction characters."""
    return HIDDEN.sub("", text[: 2 * most])[:most] if isinstance(text, str) else ""
