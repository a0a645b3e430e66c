"""What AWS Health and GitHub send about a leaked key, read from their JSON. Everything in it was written outside.

AWS Health puts the key's id into `affectedEntities` (github.com/aws/aws-health-tools, AWS_RISK_CREDENTIALS_EXPOSED).
GitHub's webhook describes the alert and leaves the secret out: only the alert's page shows it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from bot.domain.errors import LatchkeyError
from bot.domain.ids import AccessKeyId
from bot.domain.leaks.incident import Source
from bot.domain.leaks.keys_in_text import scan

EVENTS_MOST = 100  # in one request; EventBridge Pipes sends batches
ENTITIES_MOST = 50
LINK_MOST, ABOUT_MOST = 500, 200  # characters
RISK = "AWS_RISK_CREDENTIALS_"  # …EXPOSED, …EXPOSURE_SUSPECTED
EVENT_LOG = "https://health.console.aws.amazon.com/health/home#/account/event-log?eventID="
GITHUB_ACTS = frozenset({"created", "publicly_leaked", "reopened"})

_KEY = re.compile(r"A[KS]IA[A-Z0-9]{12,124}", re.ASCII)
_USER = re.compile(r"(?:arn:aws[a-z-]{0,10}:iam::[0-9]{12}:user/(?:[!-~]{1,512}/)?)?([\w+=,.@-]{1,64})", re.ASCII)
_NUMBER = re.compile(r"[0-9]{12}", re.ASCII)


class BadEvent(LatchkeyError):
    """Not what the sender sends."""


@dataclass(frozen=True, slots=True)
class LeakEvent:
    """Any of its `ids` tells that it was sent before. `users` are IAM users whose keys leaked; empty beside `keys`."""

    source: Source
    ids: tuple[str, ...]
    keys: tuple[AccessKeyId, ...] = ()
    users: tuple[str, ...] = ()
    account_number: str | None = None
    link: str | None = None
    about: str = ""  # a repository
    at: datetime | None = None


def of_aws(body: Any) -> tuple[LeakEvent, ...]:
    """One event of EventBridge, or a list of them. Others than of exposed credentials are left out. Raises BadEvent."""
    events = body if isinstance(body, list) else [body]
    if not 0 < len(events) <= EVENTS_MOST:
        raise BadEvent(f"1 to {EVENTS_MOST} events in a request")
    return tuple(found for each in events if (found := _of_aws(each)) is not None)


def _of_aws(event: Any) -> LeakEvent | None:
    match event:
        case {"id": str(id_), "source": str(source), "detail": {"eventTypeCode": str(code), **detail}} if id_:
            pass
        case _:
            raise BadEvent("not an event of AWS Health")
    if source != "aws.health" or not code.startswith(RISK) or detail.get("statusCode") == "closed":
        return None
    said = _entities(detail.get("affectedEntities"))
    keys = tuple(dict.fromkeys(AccessKeyId(each) for each in said if _KEY.fullmatch(each)))
    keys = keys or scan(_described(detail.get("eventDescription"))).keys
    users = () if keys else tuple(dict.fromkeys(found[1] for each in said if (found := _USER.fullmatch(each))))
    arn, number = detail.get("eventArn"), detail.get("affectedAccount") or event.get("account")
    return LeakEvent(
        Source.AWS_HEALTH,
        (id_,),
        keys,
        users,
        number if isinstance(number, str) and _NUMBER.fullmatch(number) else None,
        EVENT_LOG + quote(arn[:LINK_MOST], safe="", errors="replace") if isinstance(arn, str) else None,
        at=_moment(event.get("time")),
    )


def _entities(rows: Any) -> Sequence[str]:
    listed = rows[:ENTITIES_MOST] if isinstance(rows, list) else []
    values = (each.get("entityValue") for each in listed if isinstance(each, dict))
    return [each.strip() for each in values if isinstance(each, str)]


def _described(rows: Any) -> str:
    listed = rows[:ENTITIES_MOST] if isinstance(rows, list) else []
    return "\n".join(str(each.get("latestDescription", "")) for each in listed if isinstance(each, dict))


def of_github(ids: tuple[str, ...], body: Any) -> LeakEvent | None:
    """A secret scanning alert; None if it isn't about AWS, or says that it was resolved. Raises BadEvent."""
    match body:
        case {"action": str(action), "alert": {"secret_type": str(kind)} as alert}:
            pass
        case _:
            raise BadEvent("not a secret scanning alert")
    if action not in GITHUB_ACTS or "aws" not in kind.lower():
        return None
    secret, repository = alert.get("secret"), body.get("repository")
    name = repository.get("full_name") if isinstance(repository, dict) else None
    return LeakEvent(
        Source.GITHUB,
        ids,
        scan(secret).keys if isinstance(secret, str) else (),
        link=_address(alert.get("html_url")),
        about=_plain(name) if isinstance(name, str) else "",
        at=max(filter(None, map(_moment, (alert.get("created_at"), alert.get("updated_at")))), default=None),
    )


def _address(text: Any) -> str | None:
    """An https address, or None for anything else."""
    if not isinstance(text, str) or len(text) > LINK_MOST or not text.isascii() or not text.isprintable():
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    odd = parts.scheme != "https" or not parts.hostname or "@" in parts.netloc or any(each in text for each in ' <>|"')
    return None if odd else text


def _plain(text: str) -> str:
    return "".join(_printable(text))[:ABOUT_MOST]


def _printable(text: str) -> Iterator[str]:
    return (each for each in text[: ABOUT_MOST * 4] if each.isprintable())


def _moment(text: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None
