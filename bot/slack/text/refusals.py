"""Why not, in one sentence that says what to do next: a row for each Reason, and for each way a mint can end."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.domain.catalog import Kind
from bot.domain.errors import Reason, Refused
from bot.slack.text import adopted, limits, switchover
from bot.slack.text.formatting import escape, holder, moment, person, place, span

Sentence = str | Callable[[Mapping[str, Any]], str]


def _unknown(facts: Mapping[str, Any]) -> str:
    what = f"no key `{escape(str(facts['key']))}`" if facts.get("key") else "nothing of this (any more)"
    return f"Latchkey knows {what}. `{{command}} list` shows what you have."


def _whose(facts: Mapping[str, Any]) -> str:
    whose = f" It belongs to {holder(str(facts['owner']))}." if facts.get("owner") else ""
    return f"This is not yours to press.{whose} Ask for your own with `{{command}} request`."


def _state(facts: Mapping[str, Any]) -> str:
    return str(facts.get("state", "over")).replace("requested", "decided by somebody else a moment ago")


def _revealed(facts: Mapping[str, Any]) -> str:
    where = place(facts.get("at"), facts.get("browser"), facts.get("ip"))
    return f"This credential was handed out {where}. If you have it, all is well."


def _longest(facts: Mapping[str, Any]) -> str:
    longest: timedelta = facts["longest"]
    return f"This can be held for {span(longest)} at most. Choose a shorter time."


def _kept(facts: Mapping[str, Any]) -> str:
    day: datetime | None = facts.get("latest")
    said = f"You can keep a key until {day:%b} {day.day}, {day.year}." if day else "You can't keep a key so long."
    return f"{said} Choose an earlier day, or ask an approver to keep it longer."


def _runs(facts: Mapping[str, Any]) -> str:
    until = f"until {moment(facts['until'])}" if facts.get("until") else "longer"
    return f"This runs {until} already, and a renewal shortens nothing. Choose a longer time."


def _slots(facts: Mapping[str, Any]) -> str:
    held = facts.get("held", ())
    which = f":\n{switchover.two_keys(held, facts['lease_until'], facts['now'])}\n" if held else ". "
    return (
        f"AWS allows two keys at a time, those that are off included, and this grant has two{which}"
        "Switch off the one that nothing uses any more; there is room when it is deleted, and until then Undo brings "
        "it back; nothing was deleted to make room."
    )


def _accounts(facts: Mapping[str, Any]) -> str:
    named = f"is called `{escape(str(facts['named']))}`" if facts.get("named") else "has that name"
    others = ", ".join(escape(str(each)) for each in facts.get("accounts", ()))
    return f"No account of yours {named}. {f'There is: {others}.' if others else 'The catalog names them.'}"


def _there_are(facts: Mapping[str, Any]) -> str:
    return ", ".join(escape(str(each)) for each in facts.get("accounts", ())) or "several accounts"


def _who(facts: Mapping[str, Any]) -> str:
    return person(str(facts["by"])) if facts.get("by") else "Somebody else"


def _first(facts: Mapping[str, Any]) -> str:
    return escape(str(next(iter(facts.get("accounts", ())), "ACCOUNT")))


def _names(people: Iterable[str]) -> str:
    return ", ".join(person(each) for each in sorted(people)) or "nobody"


def _is(facts: Mapping[str, Any]) -> str:
    return f": {person(str(facts['owner']))}" if facts.get("owner") else ""


def _kind(facts: Mapping[str, Any]) -> str:
    return "a session" if facts.get("now") is Kind.SESSION else "an access key"


SENTENCES: Mapping[Reason, Sentence] = {
    **limits.SENTENCES,
    Reason.NOT_A_MEMBER: "Only full members of this workspace can use Latchkey. Ask somebody of your team to do it.",
    Reason.PEOPLE_UNREADABLE: "Slack did not say who is who, so nothing was done. Try again in a minute.",
    Reason.NOT_FOUND: _unknown,
    Reason.NOT_OWNER: _whose,
    Reason.NOT_APPROVER: "You are not one of its approvers, so nothing was changed.",
    Reason.NOT_ADMIN: "Only Latchkey's admins can do this; the catalog names them.",
    Reason.JOINED_LATER: (
        "You became one of its approvers after this request was made, so you can't decide it. Someone who was an "
        "approver then has to."
    ),
    Reason.ASKED_BEFORE_UPDATE: (
        "The approvers' user group was changed after this request was made, and Latchkey, which was updated since, "
        "doesn't know who was in it then. Nobody can decide it. Its requester can cancel it and ask again."
    ),
    Reason.GROUP_UNREADABLE: (
        "Slack didn't say when the approvers' user group was last changed, so nothing was decided. Try again in a "
        "minute."
    ),
    Reason.OWN_REQUEST: "Nobody decides on their own request. Another approver has to.",
    Reason.ALREADY_DECIDED: lambda facts: (
        f"Somebody was first: this {facts.get('what', 'request')} is already {_state(facts)}."
    ),
    Reason.ALREADY_VOTED: "You have answered this request already. It waits for somebody else.",
    Reason.NO_WINDOW: "Slack did not open the window in time, so nothing was done. Press the button again.",
    Reason.NOT_REQUESTABLE: lambda facts: (
        "This cannot be granted now: there are not enough approvers besides you. Tell Latchkey's admins."
        if facts.get("why")
        else "The catalog does not offer this to you. `{command} request` shows what it does."
    ),
    Reason.ENTITLEMENT_GONE: lambda facts: (
        f"The catalog no longer offers `{escape(str(facts.get('entitlement', 'this')))}`. "
        "`{command} request` shows what it does."
    ),
    Reason.KIND_CHANGED: lambda facts: (
        f"The catalog now gives {_kind(facts)} for this, which isn't what was approved. What you hold works until it "
        "ends. Ask for the new one with `{command} request`."
    ),
    Reason.ACCOUNT_FULL: lambda facts: (
        f"The AWS account {escape(str(facts.get('account', '')))} has as many IAM users as AWS lets it have, so no key "
        "can be made. A session needs no user; else tell Latchkey's admins."
    ),
    Reason.TOO_LONG: _longest,
    Reason.NO_JUSTIFICATION: "Write why: whoever reads the audit trail wants to know.",
    Reason.NOT_AHEAD: "Choose a day that lies ahead.",
    Reason.KEPT_TOO_LONG: _kept,
    Reason.GRANT_OVER: lambda facts: (
        f"This grant is {facts.get('state', 'over')}, so nothing was done. Ask again with `{{command}} request`."
    ),
    Reason.NOT_RUNNING: "Its time has not begun, so there is nothing to renew: it begins when you press Collect.",
    Reason.NOT_LONGER: _runs,
    Reason.ALREADY_COLLECTED: "You have collected this key already. It is shown only once; Rotate makes a new one.",
    Reason.REVEALED: _revealed,
    Reason.PAUSED: "Issuing is paused by an admin, so nothing was made. Try again when it is resumed.",
    Reason.NO_WORKER: "The worker is not running; nothing was made. Its admins have been told. Try again later.",
    Reason.NOTHING_HELD: "You hold nothing at the moment. `{command} request` asks for something.",
    Reason.NOTHING_OFF: "No key of this grant is switched off, so there is nothing to bring back.",
    Reason.NOTHING_LIVE: "There is no key in use to rotate. Press Collect first.",
    Reason.UNDER_WAY: "Another one is on its way already. Look at the window that is open.",
    Reason.BOTH_SLOTS: _slots,
    Reason.SETTLING: "AWS did not answer clearly the last time; Latchkey is looking. Press again in a minute.",
    Reason.USE_UNKNOWN: "AWS did not say when this key was last used, so nothing was done. Press again in a minute.",
    Reason.SWITCHING_OFF: (
        "Too late to stop it: Latchkey is switching this key off in AWS right now. Its message says how to "
        "bring it back."
    ),
    Reason.NOT_YOURS_TO_UNDO: lambda facts: (
        f"{_who(facts)} switched this key off, so you can't bring it back. An approver or an admin can."
    ),
    Reason.UNDO_OVER: "It is too late to switch this key on again: it is being deleted. Rotate or ask for a new one.",
    Reason.SESSIONS_ARE_MADE_ANEW: "A session is not rotated: it ends by itself. Press Collect for a new one.",
    Reason.HANDS_OFF: lambda facts: adopted.never(facts.get("why")),
    Reason.NOTHING_INSTEAD: lambda facts: (
        f"The catalog offers you no access key in the account {escape(str(facts.get('account', '')))}, so nothing can "
        "come in the place of this one. Ask Latchkey's admins to offer one."
    ),
    Reason.REPLACED_ALREADY: "A new key is asked for, or stands, in the place of this one already: see your messages.",
    Reason.TWO_APPROVERS: lambda facts: (
        "It takes two approvers to switch this key on again, and whoever owned it when it went off, in the 90 days "
        f"before or since doesn't count. That leaves {_names(facts.get('able', ()))}. Somebody with IAM rights can "
        "activate it in AWS, or ask for a new key with `{command} request`."
    ),
    Reason.SOMEBODY_WAS_FIRST: lambda facts: f"Somebody was first: this is already {_state(facts)}.",
    Reason.NOT_CONCERNED: "Only approvers and Latchkey's admins see the report of an account.",
    Reason.NO_ACCOUNT: _accounts,
    Reason.NO_SUCH_KEY: lambda facts: (
        f"Latchkey's inventory knows no key and no IAM user `{escape(str(facts.get('key', '')))}`. New ones are seen "
        "within six hours; a key on which nothing is found is known by the name of its IAM user, so claim it by that."
    ),
    Reason.SEVERAL_ACCOUNTS: lambda facts: (
        f"There is an IAM user of this name in {_there_are(facts)}. Write its account before it: "
        f"`{{command}} claim {_first(facts)}/{escape(str(facts.get('name', 'NAME')))}`."
    ),
    Reason.UNDER_A_GRANT: lambda facts: (
        f"This key stands under a grant of Latchkey's, so its owner is known{_is(facts)}. Give back ends it, and "
        "`{command} request` asks for one of your own."
    ),
    Reason.RUNS_LATCHKEY: lambda facts: (
        f"Latchkey itself runs on the IAM user {escape(str(facts.get('name', '')))}, so nobody can claim it. Its "
        "keys are rotated by whoever runs Latchkey."
    ),
    Reason.YOURS_ALREADY: "This is yours already, so there is nothing to confirm.",
    Reason.CLAIMED_ALREADY: "This was asked already, and waits for an answer.",
    Reason.OWN_CLAIM: "Nobody confirms their own claim. Another approver has to.",
    Reason.NO_DECIDER: "Nobody besides you could confirm this. Tell Latchkey's admins to name another approver.",
    Reason.NOT_NAMED: "Only the one who is named can say whether it is theirs.",
    Reason.NAMES_NOBODY: "Name somebody else who is a full member of this workspace; nothing was changed.",
}


def sentence(refusal: Refused, command: str) -> str:
    row = SENTENCES[refusal.reason]
    said = row if isinstance(row, str) else row(refusal.facts)
    return said.replace("{command}", command)


WHY = {
    "doubtful": "AWS did not answer clearly. If it did make a key, Latchkey finds and deletes it. Press Collect again.",
    "window-closed": "You closed the window before the link was there, so nothing was handed out. Press Collect again.",
    "unclaimed": "No worker took this up within 30 seconds, so nothing was made. Press Collect again.",
    "not-opened": "The link was not opened within ten minutes, so nothing was handed out. Press Collect again.",
    "envelope-lost": (
        "The database restarted before the link was opened, and the sealed credential is gone with it, so nothing was "
        "handed out. Press Collect again."
    ),
    "worker-gone": "The worker stopped while it was at work, so nothing was handed out. Press Collect again.",
    "paused": "Issuing was paused meanwhile, so nothing was made. Press Collect again when it is resumed.",
    "not-approver": "Who approved this is no approver any more. Ask again.",
    "grant-over": "The grant has ended, so nothing was handed out. Ask again for a new one.",
    "not-a-member": "Slack says that you are no full member of this workspace, so nothing was made.",
    "people-unreadable": "Slack did not say who is who, so nothing was made. Press Collect again in a minute.",
    "entitlement-gone": "The catalog does not offer this any more, so nothing was made.",
    "kind-changed": "The catalog now gives something else for this than was approved, so nothing was made. Ask again.",
    "both-slots": "AWS still holds two keys of this grant; one is being deleted. Press again in a minute.",
    "too-long": "The lease is longer than the catalog allows, so nothing was made. Ask again.",
    "aws:Differs": "The account's boundary policy is not the one of the catalog. Nothing was made; tell the admins.",
    "aws:LimitExceeded": "AWS says that the account or the user is full. Nothing was made; tell the admins.",
    "aws:InvalidAuthenticationCode": (
        "AWS did not take the codes of the new authenticator, so nothing was handed out. Press Collect again; if it "
        "stays, tell the admins to look at the clock of the worker."
    ),
    "aws:AccessDenied": "AWS refused Latchkey's own rights. Nothing was made; tell the admins to run the doctor.",
}
OTHERWISE = (
    "AWS did not let Latchkey make it, so nothing was handed out. Press Collect again; tell the admins if it stays."
)


def why(word: str | None) -> str:
    return WHY.get(word or "", OTHERWISE)
