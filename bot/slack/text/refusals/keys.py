"""Refusals of what is done to a grant and its keys."""

from collections.abc import Mapping
from typing import Any

from bot.domain.errors import Reason
from bot.slack.text import switchover
from bot.slack.text.formatting import escape, key_of, moment, person, place
from bot.slack.text.refusals.sentence import Sentence

ENDED = {
    "given back": "was given back",
    "revoked": "was revoked",
    "expired": "has expired",
    "lapsed": "wasn't collected in time",
}


def _revealed(facts: Mapping[str, Any]) -> str:
    where = place(facts.get("at"), facts.get("browser"), facts.get("ip"))
    return f"This credential was opened {where}. If you have it, there's nothing to do."


def _runs(facts: Mapping[str, Any]) -> str:
    until = f"until {moment(facts['until'])}" if facts.get("until") else "longer"
    return f"This already runs {until}, and a renewal never shortens it. Choose a longer time."


def _slots(facts: Mapping[str, Any]) -> str:
    held = facts.get("held", ())
    which = f":\n{switchover.two_keys(held, facts['lease_until'], facts['now'])}\n" if held else ". "
    return (
        f"AWS allows two keys at a time, including those switched off, and this grant has two{which}Switch off the one "
        "nothing uses. Once it's deleted there's room for a new one; until then Undo brings it back. *Delete now* "
        "does it at once, if the new key is in use. Latchkey never deletes a key to make room."
    )


def _several(facts: Mapping[str, Any]) -> str:
    which = ", ".join(f"`{each}`" for each in facts.get("keys", ()))
    fits = f": {which}. Copy the whole ID of one" if which else ". Write its whole ID"
    return f"`{escape(str(facts.get('key', '')))}` fits several keys{fits}."


def _leaked(facts: Mapping[str, Any]) -> str:
    if facts.get("closed"):
        return (
            "This key leaked, was contained, and its incident is closed, so Undo doesn't bring it back. Rotate. Or "
            "report it again with `{command} leaked` and its ID: then two approvers can reactivate it."
        )
    return (
        "This key leaked, and its incident is open, so this is refused. The message about the incident has *Replace*, "
        "*Reactivate* and *Close*; `{command} incidents` lists it."
    )


def _who(facts: Mapping[str, Any]) -> str:
    return person(str(facts["by"])) if facts.get("by") else "Someone else"


def _elsewhere(facts: Mapping[str, Any]) -> str:
    key_id, number = escape(str(facts.get("key", ""))), facts.get("account", "another one")
    return (
        f"`{key_id}` belongs to the AWS account {number}, which isn't in Latchkey's catalog. Ask whoever runs that "
        "account, or ask Latchkey's admins to add it."
    )


def _which(facts: Mapping[str, Any]) -> str:
    mine = "".join(f"\n• {key_of(escape(name), key)}" for name, key in facts.get("keys", ()))
    how = "Type its ID after the command, whole or cut as `AKIA…K7`, or the name of its IAM user."
    return f"Which key? {how}{f' Yours:{mine}' if mine else ''}"


SENTENCES: Mapping[Reason, Sentence] = {
    Reason.OTHER_ACCOUNT: _elsewhere,
    Reason.NO_KEY_NAMED: _which,
    Reason.NOT_A_KEY: lambda facts: (
        f"`{escape(str(facts.get('key', ''))[:40])}` isn't an access key ID, and no IAM user of that name "
        "has a key that you can see. An ID begins with AKIA or ASIA and has 20 characters or more."
    ),
    Reason.NOT_YOUR_USAGE: (
        "Only its owner, and the admins and approvers of its account, can see where a key is used. `{command} list` "
        "shows your own keys."
    ),
    Reason.NOT_A_REPOSITORY: (
        "That isn't one repository. Write it like octo-org/octo-repo, or paste its address on GitHub or GitLab. "
        "Wildcards would let others take the role."
    ),
    Reason.NOT_WORKING: "This key is already switched off, so nothing has to take its place.",
    Reason.WATCHED_ALREADY: lambda facts: (
        f"{_who(facts)} already said {moment(facts.get('at'))} that it was replaced. Latchkey watches it and offers "
        "*Switch off* after two days without use."
    ),
    Reason.GRANT_OVER: lambda facts: (
        f"This grant {ENDED.get(str(facts.get('state')), 'is over')}, so nothing was done."
        f"{' Ask again with `{command} request`.' if facts.get('mine', True) else ''}"
    ),
    Reason.NOT_RUNNING: "There's nothing to renew yet: its time starts when you press Collect.",
    Reason.NOT_LONGER: _runs,
    Reason.ALREADY_COLLECTED: (
        "You already collected this key, and it's shown only once. Press Rotate to get a new one."
    ),
    Reason.REVEALED: _revealed,
    Reason.NOT_PAUSED: "Issuing isn't paused, so there's nothing to explain.",
    Reason.PAUSED: "An admin paused issuing, so nothing was created. Try again when it's resumed.",
    Reason.NO_WORKER: (
        "Latchkey's worker isn't running, so nothing was created. Latchkey notified the admins. Try again later."
    ),
    Reason.NOTHING_HELD: (
        "You don't have anything from Latchkey at the moment. Ask for access with `{command} request`."
    ),
    Reason.NOTHING_TO_ROTATE: (
        "None of your keys can be rotated now: each has a second one already, isn't collected yet, or is a session. "
        "`{command} list` shows them."
    ),
    Reason.NOTHING_TO_REVOKE: "None of your keys is on, so there's nothing to revoke. `{command} list` shows them.",
    Reason.NOTHING_TO_RENEW: "No lease of yours is running, so there's nothing to renew. Press Collect to start one.",
    Reason.SEVERAL_KEYS: _several,
    Reason.NOTHING_OFF: "No key of yours here is switched off, so there's nothing to reactivate.",
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
    Reason.NOT_PROVEN: lambda facts: switchover.doubtful(facts.get("doubt")),
    Reason.UNDO_ASKED: "Someone asked to reactivate this key. Approvers decide that first, so it isn't deleted now.",
    Reason.UNDO_OVER: "It's too late to reactivate this key: it's being deleted. Rotate, or ask for a new one.",
    Reason.LEAKED: _leaked,
    Reason.SESSIONS_ARE_MADE_ANEW: "You can't rotate a session; it expires on its own. Press Collect for a new one.",
}
