"""Refusals: what, why and what to do next. One sentence for each Reason."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.domain.catalog import Kind
from bot.domain.errors import Reason, Refused
from bot.slack.text import adopted, limits, switchover
from bot.slack.text.formatting import date, escape, holder, moment, people, person, place, plainly, span

Sentence = str | Callable[[Mapping[str, Any]], str]


def _unknown(facts: Mapping[str, Any]) -> str:
    what = f"the key `{escape(str(facts['key']))}`" if facts.get("key") else "this, or it no longer exists"
    return f"Latchkey doesn't know {what}. `{{command}} list` shows what you have."


def _whose(facts: Mapping[str, Any]) -> str:
    who = holder(str(facts["owner"])) if facts.get("owner") else "its owner"
    return f"This button isn't for you. Only {who} can use it. Ask for your own with `{{command}} request`."


ALREADY = {
    "approved": "approved",
    "declined": "declined",
    "cancelled": "cancelled",
    "lapsed": "lapsed",
    "confirmed": "confirmed",
    "retiring": "switched off",
    "off": "switched off",
    "live": "on",
    "on": "on",
    "gone": "deleted",
    "mended": "fixed",
    "being mended": "being fixed",
    "somebody else's": "owned by someone else",
    "over": "resolved another way",
    "go": "answered with *Go on*",
    "stop": "answered with *Stop*",
}
"""What a state means to the one who was too late. A state that isn't here is written as it is."""


ENDED = {
    "given back": "was given back",
    "revoked": "was revoked",
    "expired": "has expired",
    "lapsed": "wasn't collected in time",
}


def _already(facts: Mapping[str, Any]) -> str:
    state = str(facts.get("state") or "requested")
    if state == "requested":
        return "Someone else answered this a moment ago, so nothing was changed."
    by = f" by {person(str(facts['by']))}" if str(facts.get("by") or "").startswith(("U", "W")) else ""
    at = f" {moment(facts['at'])}" if facts.get("at") else ""
    return f"Already {ALREADY.get(state, state)}{by}{at}."


def _revealed(facts: Mapping[str, Any]) -> str:
    where = place(facts.get("at"), facts.get("browser"), facts.get("ip"))
    return f"This credential was opened {where}. If you have it, there's nothing to do."


def _longest(facts: Mapping[str, Any]) -> str:
    longest: timedelta = facts["longest"]
    return f"You can have this for {span(longest)} at most. Choose a shorter time."


def _kept(facts: Mapping[str, Any]) -> str:
    day: datetime | None = facts.get("latest")
    said = f"You can keep a key until {date(day)}." if day else "You can't keep a key that long."
    return f"{said} Choose an earlier day, or ask an approver to keep it longer."


def _runs(facts: Mapping[str, Any]) -> str:
    until = f"until {moment(facts['until'])}" if facts.get("until") else "longer"
    return f"This already runs {until}, and a renewal never shortens it. Choose a longer time."


def _slots(facts: Mapping[str, Any]) -> str:
    held = facts.get("held", ())
    which = f":\n{switchover.two_keys(held, facts['lease_until'], facts['now'])}\n" if held else ". "
    return (
        f"AWS allows two keys at a time, including those switched off, and this grant has two{which}Switch off the one "
        "nothing uses. Once it's deleted there's room for a new one; until then Undo brings it back. Latchkey never "
        "deletes a key to make room."
    )


def _accounts(facts: Mapping[str, Any]) -> str:
    named = f"is called `{escape(str(facts['named']))}`" if facts.get("named") else "has that name"
    others = ", ".join(escape(str(each)) for each in facts.get("accounts", ()))
    return f"None of your accounts {named}. {f'You can ask for: {others}.' if others else 'The catalog names them.'}"


def _there_are(facts: Mapping[str, Any]) -> str:
    return ", ".join(escape(str(each)) for each in facts.get("accounts", ())) or "several accounts"


def _who(facts: Mapping[str, Any]) -> str:
    return person(str(facts["by"])) if facts.get("by") else "Someone else"


def _first(facts: Mapping[str, Any]) -> str:
    return escape(str(next(iter(facts.get("accounts", ())), "ACCOUNT")))


def _is(facts: Mapping[str, Any]) -> str:
    return f"{person(str(facts['owner']))} owns it" if facts.get("owner") else "it has an owner"


def _kind(facts: Mapping[str, Any]) -> str:
    return "a session" if facts.get("now") is Kind.SESSION else "an access key"


SENTENCES: Mapping[Reason, Sentence] = {
    **limits.SENTENCES,
    Reason.NOT_A_MEMBER: "Only full members of this workspace can use Latchkey. Ask someone on your team to do it.",
    Reason.PEOPLE_UNREADABLE: (
        "Latchkey couldn't reach Slack to check who you are. Nothing was done; try again in a minute."
    ),
    Reason.NOT_FOUND: _unknown,
    Reason.NOT_OWNER: _whose,
    Reason.NOT_APPROVER: (
        "You aren't an approver for this, so nothing was changed. `{command} pending` shows what you can decide."
    ),
    Reason.NOT_ADMIN: "Only Latchkey's admins can do this. The catalog names them.",
    Reason.JOINED_LATER: (
        "You became an approver after this request was made, so you can't decide it. Someone who was an approver then "
        "has to."
    ),
    Reason.ASKED_BEFORE_UPDATE: (
        "The approvers' user group was changed after this request was made, and Latchkey was updated since, so it "
        "doesn't know who was in the group then. Nobody can decide this request. Its requester can cancel it and ask "
        "again."
    ),
    Reason.GROUP_UNREADABLE: (
        "Slack didn't say when the approvers' user group was last changed, so nothing was decided. Try again in a "
        "minute."
    ),
    Reason.OWN_REQUEST: "You can't decide your own request. Ask another approver, or cancel it.",
    Reason.ALREADY_DECIDED: _already,
    Reason.ALREADY_VOTED: "You already answered this request. It's waiting for another approver.",
    Reason.NO_WINDOW: "Slack didn't open the window in time, so nothing was done. Press the button again.",
    Reason.NOT_REQUESTABLE: lambda facts: (
        "This can't be granted now: it doesn't have enough approvers besides you. Tell Latchkey's admins."
        if facts.get("why")
        else "The catalog doesn't offer this to you. `{command} request` shows what it does offer."
    ),
    Reason.ENTITLEMENT_GONE: lambda facts: (
        f"The catalog no longer offers `{escape(str(facts.get('entitlement', 'this')))}`. "
        "`{command} request` shows what it does offer."
    ),
    Reason.KIND_CHANGED: lambda facts: (
        f"The catalog now gives {_kind(facts)} for this, which isn't what was approved. What you have works until it "
        "ends. Ask for the new one with `{command} request`."
    ),
    Reason.ACCOUNT_FULL: lambda facts: (
        f"The AWS account {escape(str(facts.get('account', '')))} has as many IAM users as AWS allows, so Latchkey "
        "can't create a key. Ask for a session, which needs no user, or tell Latchkey's admins."
    ),
    Reason.TOO_LONG: _longest,
    Reason.NO_JUSTIFICATION: "Write why you need it. It's recorded in the audit log.",
    Reason.NOT_AHEAD: "Choose a day in the future.",
    Reason.KEPT_TOO_LONG: _kept,
    Reason.GRANT_OVER: lambda facts: (
        f"This grant {ENDED.get(str(facts.get('state')), 'is over')}, so nothing was done. Ask again with "
        "`{command} request`."
    ),
    Reason.NOT_RUNNING: "There's nothing to renew yet: its time starts when you press Collect.",
    Reason.NOT_LONGER: _runs,
    Reason.ALREADY_COLLECTED: (
        "You already collected this key, and it's shown only once. Press Rotate to get a new one."
    ),
    Reason.REVEALED: _revealed,
    Reason.PAUSED: "An admin paused issuing, so nothing was created. Try again when it's resumed.",
    Reason.NO_WORKER: (
        "Latchkey's worker isn't running, so nothing was created. Latchkey notified the admins. Try again later."
    ),
    Reason.NOTHING_HELD: (
        "You don't have anything from Latchkey at the moment. Ask for access with `{command} request`."
    ),
    Reason.NOTHING_OFF: "No key of this grant is switched off, so there's nothing to reactivate.",
    Reason.NOTHING_LIVE: "There's no key in use to rotate. Press Collect first.",
    Reason.UNDER_WAY: "Another one is already on its way. Check the window that's open.",
    Reason.BOTH_SLOTS: _slots,
    Reason.SETTLING: "AWS didn't answer clearly last time, and Latchkey is checking. Press again in a minute.",
    Reason.USE_UNKNOWN: "AWS didn't say when this key was last used, so nothing was done. Press again in a minute.",
    Reason.SWITCHING_OFF: (
        "It's too late to stop this: Latchkey is switching the key off in AWS right now. Its message says how to bring "
        "it back."
    ),
    Reason.NOT_YOURS_TO_UNDO: lambda facts: (
        f"{_who(facts)} switched off this key, so you can't bring it back. An approver or an admin can."
    ),
    Reason.UNDO_OVER: "It's too late to reactivate this key: it's being deleted. Rotate, or ask for a new one.",
    Reason.SESSIONS_ARE_MADE_ANEW: "You can't rotate a session; it expires on its own. Press Collect for a new one.",
    Reason.HANDS_OFF: lambda facts: adopted.never(facts.get("why")),
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
    Reason.SOMEBODY_WAS_FIRST: _already,
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
}


def sentence(refusal: Refused, command: str) -> str:
    row = SENTENCES[refusal.reason]
    said = row if isinstance(row, str) else row(refusal.facts)
    return said.replace("{command}", command)


def plain_sentence(refusal: Refused, command: str) -> str:
    """For a window's field, which shows plain text: no times as tokens, and nobody by id."""
    nobody = {name: fact for name, fact in refusal.facts.items() if name not in {"owner", "by", "able"}}
    return plainly(sentence(Refused(refusal.reason, **nobody), command))
