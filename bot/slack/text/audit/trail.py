"""A page of the audit log in words: when, who, what, and what they wrote about it."""

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from bot.domain.catalog import Catalog
from bot.domain.events import Tag
from bot.domain.ids import EntitlementId
from bot.domain.requests.auto_approve import ACTOR
from bot.domain.requests.review import BREAK_GLASS
from bot.flows.audit.trail import ALL, MENTION, About, Read
from bot.slack.text.audit.events import SENTENCES
from bot.slack.text.formatting import cut, day, escape, key_of, moment, named, person

PERSON = re.compile(r"[UW][A-Z0-9]{2,30}", re.ASCII)
TYPED = ("justification", "why", "said", "note")
DETAILS = {"duration": "for {}", "until": "until {}", "ticket": "ticket {}", "ip": "from {}", "call": "AWS said {}"}
TYPED_MOST = 200  # characters


def heading(catalog: Catalog, written: str) -> str:
    if not written:
        return "*Audit log*: what you did, and what happened to your requests and keys"
    if written.lower() == ALL:
        return "*Audit log*: everything that you may see"
    if found := MENTION.fullmatch(written):
        return f"*Audit log* of {person(found[1])}"
    return f"*Audit log* of {named(catalog.entitlements.get(EntitlementId(written)), written)}"


def nothing() -> str:
    return "Nothing has happened here yet."


def sentence(catalog: Catalog, read: Read) -> str:
    """One line, escaped: facts and subjects can be what somebody typed."""
    event = read.event
    facts = {name: _fact(name, str(value)) for name, value in event.facts.items() if name not in TYPED}
    words = defaultdict(str, facts, who=_who(event.actor), what=_what(catalog, event.actor, event.subject, read.about))
    said = _sentence(event.event).format_map(words)
    more = [text.format(facts[name]) for name, text in DETAILS.items() if facts.get(name)]
    details = f" ({', '.join(more)})" if more else ""
    return f"{moment(event.at)}  {said[:1].upper()}{said[1:]}{details}{_typed(event.facts)}"


def _sentence(event: str) -> str:
    """An event of another release has no sentence here: its name says what there is."""
    try:
        return SENTENCES[Tag(event)]
    except (ValueError, KeyError):
        return f"{{who}}: `{escape(event).replace('{', '').replace('}', '')}` on {{what}}"


def _who(actor: str) -> str:
    if PERSON.fullmatch(actor):
        return person(actor)
    if actor == BREAK_GLASS:
        return "Break-glass"
    return f"Rule {escape(actor.removeprefix(ACTOR))} of the catalog" if actor.startswith(ACTOR) else "Latchkey"


def _what(catalog: Catalog, actor: str, subject: str, about: About) -> str:
    key = escape(about.key) if about.key else None
    if about.entitlement is not None:
        what = key_of(named(catalog.entitlements.get(EntitlementId(about.entitlement)), about.entitlement), key)
        return f"{what} for {person(about.owner)}" if about.owner and about.owner != actor else what
    if about.user is not None:
        return key_of(f"`{escape(about.user)}`", key)
    if key is not None:
        return f"`{key}`"
    return person(subject) if PERSON.fullmatch(subject) else f"`{escape(subject)}`"


def _fact(name: str, value: str) -> str:
    if name == "until":
        try:
            return day(datetime.fromisoformat(value))
        except ValueError:
            return escape(value)
    if name in {"action", "reason", "key", "policy", "kind"}:
        return f"`{escape(value).replace('`', '')}`"
    return escape(cut(value, TYPED_MOST))


def _typed(facts: Mapping[str, str]) -> str:
    text = " ".join(str(next((facts[each] for each in TYPED if facts.get(each)), "")).split())
    return f": “{escape(cut(text, TYPED_MOST))}”" if text else ""
