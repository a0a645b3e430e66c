"""A request as somebody types it: an entitlement, then `for 8h`, then `because …`, all but the first optional."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.errors import BadDuration
from bot.domain.requests.request import TICKET_MOST
from bot.domain.schedule import parse_duration

BECAUSE, FOR, OF = "because", "for", "of "
AROUND = ".,;:!?()[]<>\"'`"  # signs around a ticket in a sentence
WORDS_MOST = 100  # that are tried as a ticket


@dataclass(frozen=True, slots=True)
class RequestText:
    what: str  # an entitlement's id or title
    duration: str = ""  # as typed, if it is one: 8h
    justification: str = ""


def parse(text: str) -> RequestText:
    """Only a whole duration after `for` is one; any other `for` is part of the name."""
    words = text.split()
    lower = [each.casefold() for each in words]
    at = lower.index(BECAUSE) if BECAUSE in lower else len(words)
    head, why = words[:at], reason(_after(text, at))
    for number in range(len(head) - 1, 0, -1):
        if lower[number - 1] == FOR and _is_duration(lower[number]):
            what = [*head[: number - 1], *head[number + 1 :]]
            return RequestText(" ".join(what), lower[number], why)
    return RequestText(" ".join(head), "", why)


def reason(text: str) -> str:
    """Without a leading `because`, which reads like a sentence in a command. `because of …` stays whole."""
    first, rest = [*text.split(None, 1), "", ""][:2]
    whole = first.casefold() != BECAUSE or rest.casefold().startswith(OF)
    return (text if whole else rest).strip()


def _after(text: str, count: int) -> str:
    """What comes after so many words, with its own line breaks."""
    parts = text.split(None, count)
    return parts[count].strip() if len(parts) > count else ""


def _is_duration(word: str) -> bool:
    try:
        parse_duration(word)
    except BadDuration:
        return False
    return True


def ticket_in(text: str, fits: Callable[[str], bool]) -> str:
    """The first word of the text that is a ticket; empty without one."""
    for word in text.split()[:WORDS_MOST]:
        for each in (word, word.strip(AROUND)):
            if 0 < len(each) <= TICKET_MOST and fits(each):
                return each
    return ""
