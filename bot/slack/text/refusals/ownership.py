"""Refusals about found keys, their owners and reports."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.domain.errors import Reason
from bot.domain.hygiene.inventory import FoundKey, FoundUser
from bot.slack.text import adopted
from bot.slack.text.formatting import date, escape, people, person
from bot.slack.text.hygiene import found_keys
from bot.slack.text.refusals.sentence import Sentence


def _kept(facts: Mapping[str, Any]) -> str:
    day: datetime | None = facts.get("latest")
    said = f"You can keep a key until {date(day)}." if day else "You can't keep a key that long."
    return f"{said} Choose an earlier day, or ask an approver to keep it longer."


def _accounts(facts: Mapping[str, Any]) -> str:
    named = f"is called `{escape(str(facts['named']))}`" if facts.get("named") else "has that name"
    others = ", ".join(escape(str(each)) for each in facts.get("accounts", ()))
    return f"None of your accounts {named}. {f'You can ask for: {others}.' if others else 'The catalog names them.'}"


def _there_are(facts: Mapping[str, Any]) -> str:
    return ", ".join(escape(str(each)) for each in facts.get("accounts", ())) or "several accounts"


def _first(facts: Mapping[str, Any]) -> str:
    return escape(str(next(iter(facts.get("accounts", ())), "ACCOUNT")))


def _is(facts: Mapping[str, Any]) -> str:
    return f"{person(str(facts['owner']))} owns it" if facts.get("owner") else "it has an owner"


def _by_hand(facts: Mapping[str, Any]) -> str:
    verb = facts.get("verb")
    if verb is None:
        return f"{found_keys.NOT_ADOPTED} {found_keys.ADOPT_IT}"
    return _of_key(facts, lambda user, seen: found_keys.by_hand(verb, user, seen), found_keys.NOT_ADOPTED)


def _of_key(facts: Mapping[str, Any], say: Callable[[FoundUser, FoundKey], str], otherwise: str) -> str:
    user, seen = facts.get("user"), facts.get("key")
    return say(user, seen) if isinstance(user, FoundUser) and isinstance(seen, FoundKey) else otherwise


SENTENCES: Mapping[Reason, Sentence] = {
    Reason.NOT_CONCERNED: "Only approvers and Latchkey's admins can see the report of an account.",
    Reason.NO_ACCOUNT: _accounts,
    Reason.NO_SUCH_KEY: lambda facts: (
        f"Latchkey hasn't found a key or an IAM user `{escape(str(facts.get('key', '')))}`. New ones appear within six "
        "hours. If a key has no findings, claim it by the name of its IAM user."
    ),
    Reason.SEVERAL_ACCOUNTS: lambda facts: (
        f"{_there_are(facts)} have an IAM user with this name. Put the account in front: "
        f"`{{command}} claim {_first(facts)}/{escape(str(facts.get('name', 'NAME')))}`."
    ),
    Reason.UNDER_A_GRANT: lambda facts: (
        f"Latchkey created this key, and {_is(facts)}. Ask for one of your own with `{{command}} request`; the owner "
        "can give this one back."
    ),
    Reason.RUNS_LATCHKEY: lambda facts: (
        f"Latchkey itself runs as the IAM user {escape(str(facts.get('name', '')))}, so nobody can claim it. Its "
        "keys are rotated by the people who run Latchkey."
    ),
    Reason.YOURS_ALREADY: "This is already yours, so there's nothing to confirm.",
    Reason.CLAIMED_ALREADY: "This was already asked and is waiting for an answer.",
    Reason.OWN_CLAIM: "You can't confirm your own claim. Ask another approver.",
    Reason.NO_DECIDER: "Nobody but you could confirm this. Ask Latchkey's admins to name another approver.",
    Reason.NOT_NAMED: "Only the person who was named can say whether it's theirs.",
    Reason.NAMES_NOBODY: "Choose someone else who is a full member of this workspace. Nothing was changed.",
    Reason.PROTECTED: lambda facts: adopted.never(facts.get("why")),
    Reason.NOT_ADOPTED: _by_hand,
    Reason.OFF_BY_HAND: lambda facts: _of_key(facts, found_keys.off_by_hand, found_keys.OFF_BY_HAND),
    Reason.NO_DELETER: lambda facts: _of_key(facts, found_keys.no_deleter, found_keys.NO_DELETER),
    Reason.NO_LEASE: lambda facts: _of_key(facts, found_keys.no_lease, found_keys.NO_LEASE),
    Reason.NOTHING_INSTEAD: lambda facts: (
        f"The catalog offers you no access key in the account {escape(str(facts.get('account', '')))}, so nothing can "
        "replace this one. Ask Latchkey's admins to offer one."
    ),
    Reason.REPLACED_ALREADY: "A replacement for this key is already requested or collected. Check your messages.",
    Reason.TWO_APPROVERS: lambda facts: (
        "Reactivating this key takes two approvers, and anyone who owned it when it was switched off, in the 90 days "
        f"before or since doesn't count. That leaves {people(facts.get('able', ()))}. Someone with IAM rights can "
        "reactivate it in AWS, or you can ask for a new key with `{command} request`."
    ),
    Reason.NOT_AHEAD: "Choose a day in the future.",
    Reason.KEPT_TOO_LONG: _kept,
    Reason.NOT_KEPT: "Nobody keeps this key at the moment, so there's nothing to stop.",
}
