"""Sentences about what somebody holds: a grant's life, and its credentials."""

from datetime import datetime, timedelta

from bot.domain.catalog import Entitlement, Kind
from bot.domain.credential import Credential
from bot.domain.grant import Grant
from bot.domain.switchover import Proof
from bot.slack.text import mfa as codes
from bot.slack.text import refusals, sessions, switchover
from bot.slack.text.formatting import escape, key, moment, named, opened, person, quote, span

# --- grants ------------------------------------------------------------------------------------------------------


def may_collect(grant: Grant, entitlement: Entitlement | None) -> str:
    return (
        f":key: {named(entitlement, grant.entitlement)} is approved for {span(grant.duration)}. Nothing exists yet: "
        f"your click on Collect makes it, and the time begins then. Collect by {moment(grant.collect_by)}."
        f"{codes.have_ready(entitlement)}"
    )


def held(grant: Grant, entitlement: Entitlement | None, *, mfa: bool = False) -> str:
    wanted = f" · being renewed until {moment(grant.renew_until)}" if grant.renew_request else ""
    what, until = named(entitlement, grant.entitlement), moment(grant.lease_until)
    return f":key: {what} · yours until {until}{wanted}{codes.held(mfa=mfa)}"


def older(many: int) -> str:
    return f"and {many} older" + (" one" if many == 1 else " ones")


def over(grant: Grant, entitlement: Entitlement | None, state: str, at: datetime | None, left: str) -> str:
    return f":lock: {named(entitlement, grant.entitlement)} · {state} {moment(at)}. {left}".rstrip()


def ended_revoked(what: str, by: str, justification: str, left: str, *, own: bool) -> str:
    because = f"\n{quote(justification)}" if justification else ""
    ended = f"You ended {what}" if own else f"{what} was revoked by {person(by)}"
    return f":lock: {ended}. {left}{because}"


def given_back(what: str, left: str) -> str:
    return f":lock: You gave back {what}. {left}"


def ended_expired(what: str, at: datetime | None, left: str, *, renewing: bool) -> str:
    late = " Its renewal was approved, but did not reach AWS in time; ask anew." if renewing else ""
    return f":lock: {what} ended {moment(at)}, as it was agreed. {left}{late}"


def ended_lapsed(what: str, waited: timedelta, left: str) -> str:
    return f":hourglass: {what} was not collected within {span(waited)}, so it lapsed. {left}"


def collect_again(entitlement: Entitlement | None, grant: Grant, word: str | None) -> str:
    return f":information_source: {named(entitlement, grant.entitlement)} was not collected. {refusals.why(word)}"


# --- the window that showed the link -----------------------------------------------------------------------------


def opened_title() -> str:
    return "Opened ✓"


def link_opened(credential: Credential) -> str:
    return (
        f":white_check_mark: The one-time page was opened {opened(credential)}. The link is used up, so you can close "
        "this window.\nNot you? Press *This wasn't me* on the message in your direct messages."
    )


def newer_window() -> str:
    return "You pressed Collect again, so the link is in your newest window. You can close this one."


# --- credentials -------------------------------------------------------------------------------------------------


def standing(credential: Credential, lease_until: datetime | None) -> str:
    """One line for a key or session that somebody holds, or may bring back."""
    name = key(credential.access_key_id)
    collected = f"collected {opened(credential)}" if credential.revealed_at else ""
    ends = f"ends by itself {moment(credential.ends_at)}" if credential.ends_at else ""
    return " · ".join(each for each in (name, collected, ends, _clockwork(credential, lease_until)) if each)


def _clockwork(credential: Credential, lease_until: datetime | None) -> str:
    if credential.wish:
        return "being switched off" if credential.wish == "off" else "being switched on again"
    if credential.state == "retiring":
        return f"*off*, deleted {moment(switchover.earlier(credential.delete_at, lease_until))}"
    if credential.retire_at is None:
        return ""
    if lease_until is not None and lease_until <= credential.retire_at:
        return f"ends with the grant {moment(lease_until)}"
    return f"goes off {moment(credential.retire_at)} if nothing uses it"


def did_you_get_it(credential: Credential) -> str:
    return (
        f":bell: {key(credential.access_key_id)} was opened {opened(credential)}, but the page did not say "
        "that you got it. Did you get it?"
    )


def got_it(credential: Credential) -> str:
    return f":white_check_mark: {key(credential.access_key_id)}: you got it."


def was_replaced(credential: Credential, now: datetime, *, revokes: bool) -> str:
    if credential.kind is Kind.SESSION:
        return sessions.replaced(credential, now, revokes=revokes)
    return f":lock: {key(credential.access_key_id)} is switched off and deleted."


def rotated(proof: Proof[Credential], lease_until: datetime | None) -> str:
    """Both keys side by side; the verdict while there is something to decide."""
    old, new = proof.old, proof.new
    lines = [switchover.heading(off=old.state == "retiring")]
    if new is not None:
        lines.append(f"New: {standing(new, lease_until)} · {switchover.first_use(new, proof.now, asked=proof.asked)}")
    lines.append(f"Old: {standing(old, lease_until)} · {switchover.last_use(old)}")
    lines.append(switchover.by_hand(old))
    lines.append(switchover.verdict(proof) if old.state == "live" and new is not None else "")
    return "\n".join(each for each in lines if each)


def rotation_over(old: Credential) -> str:
    return (
        f":lock: The grant of {key(old.access_key_id)} ended, and the switch-over with it. The message about the grant "
        "says what became of its keys."
    )


def rotated_done(old: Credential) -> str:
    return f":white_check_mark: The old key {key(old.access_key_id)} is deleted. {switchover.by_hand(old)}".strip()


def disowned(grant: Grant, credential: Credential, entitlement: Entitlement | None, left: str) -> str:
    return (
        f":rotating_light: {person(grant.owner)} says that somebody else opened {key(credential.access_key_id)} of "
        f"{named(entitlement, grant.entitlement)} ({opened(credential)}). The grant is revoked. "
        f"{left} Find out who had the link."
    )


def crowded(account: str, users: int, most: int) -> str:
    return (
        f":warning: The AWS account {escape(account)} has {users} of {most} IAM users. When it is full, no key can be "
        "approved there. Delete users that nobody needs, or offer sessions, which need none."
    )


def thanks() -> str:
    return ":white_check_mark: Thank you."


def switching_off(access_key_id: str | None, command: str) -> str:
    """Shown also where no Undo stands beside it: in a window, and to an approver."""
    return f":lock: {key(access_key_id)} is being switched off. `{command} reactivate {access_key_id}` brings it back."


def switching_on() -> str:
    return ":unlock: It is being switched on again."


def waiting(until: datetime) -> str:
    return f":hourglass: It stays on until {moment(until)}."


def ending_now(left: str) -> str:
    return f":lock: It is over. {left}"


def disowned_done(left: str) -> str:
    return f":rotating_light: The grant is revoked and its approvers are told. {left}"


def only_off(credential: Credential) -> str:
    return f"Or only switch {key(credential.access_key_id)} off, with a way back: the grant goes on."


def disowned_after_the_end() -> str:
    return ":rotating_light: It had ended already. Its approvers are told that it was not you."


def which(title: str, keys: str, owner: str) -> str:
    return f"*{escape(title)}* of {person(owner)} · {keys}"
