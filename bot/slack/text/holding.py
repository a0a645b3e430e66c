"""Sentences about what somebody holds: a grant's life, its credentials, and what hygiene sees on them."""

from datetime import datetime, timedelta

from bot.domain.catalog import Entitlement
from bot.domain.credential import Credential
from bot.domain.grant import Grant
from bot.domain.hygiene import Finding, FindingKind
from bot.slack.text import refusals
from bot.slack.text.words import escape, key, moment, named, opened, person, place, quote, span

# --- grants ------------------------------------------------------------------------------------------------------


def may_collect(grant: Grant, entitlement: Entitlement | None) -> str:
    return (
        f":key: {named(entitlement, grant.entitlement)} is approved for {span(grant.duration)}. Nothing exists yet: "
        f"your click on Collect makes it, and the time begins then. Collect by {moment(grant.collect_by)}."
    )


def held(grant: Grant, entitlement: Entitlement | None) -> str:
    return f":key: {named(entitlement, grant.entitlement)} · yours until {moment(grant.lease_until)}"


def over(grant: Grant, entitlement: Entitlement | None, state: str, at: datetime | None) -> str:
    gone = " Everything in AWS is deleted." if grant.torn_down_at else ""
    return f":lock: {named(entitlement, grant.entitlement)} · {state} {moment(at)}.{gone}"


def ending(grant: Grant, entitlement: Entitlement | None, command: str) -> str:
    return (
        f":bell: {named(entitlement, grant.entitlement)} ends {moment(grant.lease_until)}. AWS refuses the key "
        f"from then on. If you still need it, ask again in time: `{command} request {grant.entitlement}`."
    )


def ended_revoked(what: str, by: str, justification: str, *, own: bool) -> str:
    because = f"\n{quote(justification)}" if justification else ""
    ended = f"You ended {what}" if own else f"{what} was revoked by {person(by)}"
    return f":lock: {ended}. Its keys are off and are being deleted.{because}"


def ended_expired(what: str, at: datetime | None) -> str:
    return f":lock: {what} ended {moment(at)}, as it was agreed. Its keys are off and are being deleted."


def ended_lapsed(what: str, waited: timedelta) -> str:
    return f":hourglass: {what} was not collected within {span(waited)}, so it lapsed. Nothing was ever made in AWS."


def collect_again(entitlement: Entitlement | None, grant: Grant, word: str | None) -> str:
    return f":information_source: {named(entitlement, grant.entitlement)} was not collected. {refusals.why(word)}"


# --- credentials -------------------------------------------------------------------------------------------------


def standing(credential: Credential) -> str:
    """One line for a key or session that somebody holds, or may bring back."""
    name = key(credential.access_key_id)
    collected = f"collected {opened(credential)}" if credential.revealed_at else ""
    ends = f"ends by itself {moment(credential.ends_at)}" if credential.ends_at else ""
    return " · ".join(each for each in (name, collected, ends, _clockwork(credential)) if each)


def _clockwork(credential: Credential) -> str:
    if credential.wish:
        return "being switched off" if credential.wish == "off" else "being switched on again"
    if credential.state == "retiring":
        return f"*off*, deleted {moment(credential.delete_at)}"
    return f"goes off {moment(credential.retire_at)} if nothing uses it" if credential.retire_at else ""


def did_you_get_it(credential: Credential) -> str:
    return (
        f":bell: {key(credential.access_key_id)} was opened {opened(credential)}, but the page did not say "
        "that you got it. Did you get it?"
    )


def got_it(credential: Credential) -> str:
    return f":white_check_mark: {key(credential.access_key_id)}: you got it."


def was_replaced(credential: Credential) -> str:
    return f":lock: {key(credential.access_key_id)} is switched off and deleted."


def knocked(credential: Credential, facts: dict[str, str], at: datetime) -> str:
    happened = {"revealed": "that was used up", "expired": "that had expired", "discarded": "that was replaced"}
    what = f"{key(credential.access_key_id)} {happened.get(facts.get('outcome', ''), '')}"
    return (
        f":eyes: Somebody opened a link of {what}: "
        f"{place(at, facts.get('browser'), facts.get('ip'))}. They got nothing. "
        "If it was not you, somebody else has your link: revoke."
    )


def rotated(old: Credential, new: Credential | None) -> str:
    fresh = f"New: {standing(new)}\n" if new else ""
    return f":arrows_counterclockwise: *Switch over, then switch the old key off.*\n{fresh}Old: {standing(old)}"


def rotated_done(old: Credential) -> str:
    return f":white_check_mark: The old key {key(old.access_key_id)} is deleted."


def disowned(grant: Grant, credential: Credential, entitlement: Entitlement | None) -> str:
    return (
        f":rotating_light: {person(grant.owner)} says that somebody else opened {key(credential.access_key_id)} of "
        f"{named(entitlement, grant.entitlement)} ({opened(credential)}). The grant is revoked. "
        "Find out who had the link."
    )


def stuck(grant: Grant) -> str:
    return (
        f":warning: The keys of `{grant.iam_user}` are off, but Latchkey cannot delete this IAM user "
        f"({escape(grant.stuck_on or '')}). Mend that by hand, a group it was put into, for example: Latchkey has no "
        "right on groups. It tries again every five minutes and says here when it is done."
    )


def unstuck(grant: Grant) -> str:
    return f":white_check_mark: `{grant.iam_user}` is deleted."


def crowded(account: str, users: int, most: int) -> str:
    return (
        f":warning: The AWS account {escape(account)} has {users} of {most} IAM users. When it is full, no key can be "
        "approved there. Delete users that nobody needs, or offer sessions, which need none."
    )


def thanks() -> str:
    return ":white_check_mark: Thank you."


def switching_off() -> str:
    return ":lock: It is being switched off; Undo brings it back."


def switching_on() -> str:
    return ":unlock: It is being switched on again."


def waiting(until: datetime) -> str:
    return f":hourglass: It stays on until {moment(until)}."


def ending_now() -> str:
    return ":lock: It is over. The keys are switched off and deleted now."


def disowned_done() -> str:
    return ":rotating_light: The grant is revoked and its approvers are told."


def which(title: str, keys: str, owner: str) -> str:
    return f"*{title}* of {person(owner)} · {keys}"


# --- findings ----------------------------------------------------------------------------------------------------

SAYS = {
    FindingKind.STALE: "is old: rotate it",
    FindingKind.UNUSED: "has not been used for a long time: give it back if nobody needs it",
    FindingKind.NEVER_USED: "was never used: give it back if nobody needs it",
    FindingKind.ORPHAN: "was not made by Latchkey",
}


def digest_title(day: str) -> str:
    return f"Your AWS keys: a look over them, {day}"


def finding(found: Finding) -> str:
    kept = f"\nKept until {moment(found.kept_until)}" if found.kept_until else ""
    done = "\n:white_check_mark: settled" if found.closed_at and not found.kept_until else ""
    return f"{key(found.access_key_id)} {SAYS[found.kind]}.\n{escape(found.evidence)}{kept}{done}"


def orphan(found: Finding, owner: str, evidence: str) -> str:
    return (
        f":warning: {key(found.access_key_id)} stands on the IAM user of a grant of {person(owner)}, but Latchkey did "
        f"not make it ({escape(evidence)}). It was not deleted. If nobody knows it, revoke the grant."
    )
