"""What the tags of an IAM user say about its owner: Slack user ids, user groups and email addresses."""

import re
from collections.abc import Iterator, Mapping

PERSON = re.compile(r"[UW][A-Z0-9]{2,30}", re.ASCII)
GROUP = re.compile(r"subteam[-^](S[A-Z0-9]{2,30})", re.ASCII)
ADDRESS = re.compile(r"[^@\s<>]{1,64}@[^@\s<>.]+(?:\.[^@\s<>.]+)+")
ADDRESS_MOST = 254
SLACK, OWNER, EMAIL, OWN = "slack", "owner", "email", "latchkey:owner"  # IAM tag keys are case-insensitive
NAMING = (SLACK, OWNER, EMAIL, OWN)


def _folded(tags: Mapping[str, str]) -> dict[str, str]:
    return {key.casefold(): value.strip() for key, value in tags.items() if key.casefold() in NAMING and value.strip()}


def naming(tags: Mapping[str, str]) -> str:
    """Everything the tags say about an owner, as one text."""
    return "\n".join(f"{key}={value}" for key, value in sorted(_folded(tags).items()))


def named(value: str) -> str | None:
    """A Slack user id, or subteam-S… for a user group."""
    if PERSON.fullmatch(value):
        return value
    group = GROUP.fullmatch(value)
    return f"subteam-{group[1]}" if group else None


def tagged(tags: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    folded = _folded(tags)
    for key in (SLACK, OWNER, OWN):
        if owner := named(folded.get(key, "")):
            yield key.capitalize() if key == SLACK else key, owner


def unreadable(tags: Mapping[str, str]) -> Iterator[str]:
    """The value of an owner tag that is neither an id nor an address."""
    folded = _folded(tags)
    for key in (SLACK, OWNER):
        value = folded.get(key)
        if value and named(value) is None and (key == SLACK or not ADDRESS.fullmatch(value)):
            yield f"the tag {key.capitalize() if key == SLACK else key} says “{value}”, which isn't a Slack user id"


def addresses(name: str, tags: Mapping[str, str]) -> tuple[str, ...]:
    """Addresses from the tags email and owner, and from a user name that is an address; each once, case-folded."""
    folded = _folded(tags)
    found = (each.casefold() for each in (folded.get(EMAIL, ""), folded.get(OWNER, ""), name))
    return tuple(dict.fromkeys(each for each in found if len(each) <= ADDRESS_MOST and ADDRESS.fullmatch(each)))
