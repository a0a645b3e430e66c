"""LookupEvents: management events of the last 90 days in one region, newest first, as CloudTrail's API reference says.

Where the reference is silent: a StartTime is "outside the range of possible values" once it is more than a day before
the 90 days, so that a window computed when a reader began stays valid while it pages.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.sandbox.aws.cloudtrail.event import event_id, shown, source, username
from bot.sandbox.aws.cloudtrail.kinds import is_data, only_reads
from bot.sandbox.aws.history import Recorded
from bot.sandbox.aws.principals import Directory
from bot.sandbox.aws.signature import Signed
from bot.sandbox.aws.wire import Answer, Message, Refusal, json_answer

LASTS = timedelta(days=90)
SLACK = timedelta(days=1)
PAGE = 50
KEY, VALUE, VALUE_MOST = "AttributeKey", "AttributeValue", 2000

ATTRIBUTES: Mapping[str, Callable[[Recorded], Iterable[str]]] = {
    "AccessKeyId": lambda event: (event.key,),
    "EventId": lambda event: (event_id(event),),
    "EventName": lambda event: (event.name,),
    "EventSource": lambda event: (source(event),),
    "ReadOnly": lambda event: (str(only_reads(event.name)).lower(),),
    "ResourceName": lambda event: (name for _, name in event.resources),
    "ResourceType": lambda event: (kind for kind, _ in event.resources),
    "Username": lambda event: (username(event),),
}


def answer(action: str, message: Message, claim: Signed, directory: Directory) -> Answer | None:
    """None passes the call to moto."""
    return lookup_events(message, claim.region, directory) if action == "LookupEvents" else None


def lookup_events(message: Message, region: str, directory: Directory) -> Answer:
    """Raises Refusal with the exceptions that the API reference names."""
    now = directory.clock()
    if not directory.history.may_look_up(region, now):
        raise Refusal("ThrottlingException", "Rate exceeded", 400)
    params = _params(message)
    start, end = _window(params, now)
    end = min(end, now - directory.history.delay)
    asked = _attribute(params)
    most = _most(params)
    before = _anchor(params)
    if params.get("EventCategory") == "insight":  # the stand-in has none
        return json_answer({"Events": []})
    events = sorted(
        (each for each in _candidates(directory, asked) if start <= each.at <= end and _is_shown(each, region, asked)),
        key=_place,
        reverse=True,
    )
    rest = [each for each in events if before is None or _place(each) < before]
    page = rest[:most]
    body: dict[str, Any] = {"Events": [shown(each, directory.account) for each in page]}
    if len(rest) > most:
        body["NextToken"] = _token(params, page[-1])
    return json_answer(body)


def _params(message: Message) -> dict[str, Any]:
    try:
        params = json.loads(message.body or b"{}")
    except ValueError:
        raise Refusal("SerializationException", "The request body is not valid JSON.", 400) from None
    if not isinstance(params, dict):
        raise Refusal("SerializationException", "The request body is not a JSON object.", 400)
    if (category := params.get("EventCategory")) not in (None, "insight"):
        raise Refusal("InvalidEventCategoryException", f"The event category {category} is not valid.", 400)
    return params


def _window(params: Mapping[str, Any], now: datetime) -> tuple[datetime, datetime]:
    oldest = now - LASTS
    start, end = (
        datetime.fromtimestamp(params[name], UTC) if name in params else default
        for name, default in (("StartTime", oldest), ("EndTime", now))
    )
    if start > end:
        raise Refusal("InvalidTimeRangeException", "The start time is after the end time.", 400)
    if start < oldest - SLACK:
        raise Refusal("InvalidTimeRangeException", "The time range is outside the range of possible values.", 400)
    return max(start, oldest), end


def _attribute(params: Mapping[str, Any]) -> tuple[str, str] | None:
    attributes = params.get("LookupAttributes", [])
    if not attributes:
        return None
    if len(attributes) > 1:
        raise Refusal("InvalidLookupAttributesException", "You can specify only one lookup attribute.", 400)
    key, value = attributes[0].get(KEY), attributes[0].get(VALUE)
    if key not in ATTRIBUTES:
        raise Refusal("InvalidLookupAttributesException", f"{key} is not a valid lookup attribute.", 400)
    if not value or len(value) > VALUE_MOST:
        raise Refusal("InvalidLookupAttributesException", f"The value of {key} is empty or too long.", 400)
    return key, value


def _most(params: Mapping[str, Any]) -> int:
    most = int(params.get("MaxResults", PAGE))
    if not 1 <= most <= PAGE:
        raise Refusal("InvalidMaxResultsException", f"MaxResults must be between 1 and {PAGE}.", 400)
    return most


def _candidates(directory: Directory, asked: tuple[str, str] | None) -> Iterable[Recorded]:
    if asked is not None and asked[0] == "AccessKeyId":
        return directory.history.of(asked[1])
    return directory.history.all()


def _is_shown(event: Recorded, region: str, asked: tuple[str, str] | None) -> bool:
    if event.region != region or is_data(event.service, event.name):
        return False
    return asked is None or asked[1] in ATTRIBUTES[asked[0]](event)


def _place(event: Recorded) -> tuple[float, int]:
    return event.at.timestamp(), event.number


def _anchor(params: Mapping[str, Any]) -> tuple[float, int] | None:
    """Where the previous page ended. A token is good only for the parameters that it was made for."""
    token = params.get("NextToken")
    if token is None:
        return None
    try:
        same, at, number = json.loads(base64.b64decode(token, validate=True))
    except ValueError:
        raise Refusal("InvalidNextTokenException", "The token is not valid.", 400) from None
    if same != _fingerprint(params):
        raise Refusal("InvalidNextTokenException", "The token was used before with different parameters.", 400)
    return float(at), int(number)


def _token(params: Mapping[str, Any], last: Recorded) -> str:
    return base64.b64encode(json.dumps([_fingerprint(params), *_place(last)]).encode()).decode()


def _fingerprint(params: Mapping[str, Any]) -> str:
    same = {name: value for name, value in params.items() if name != "NextToken"}
    return hashlib.sha256(json.dumps(same, sort_keys=True).encode()).hexdigest()[:16]
