"""Sentences about a grant's life and its credentials."""

from datetime import datetime, timedelta

from bot.domain.catalog import Entitlement, Kind
from bot.domain.credential import Credential
from bot.domain.grant import Grant
from bot.domain.keys.switchover import Proof
from bot.slack.text import request_form, sessions, switchover
from bot.slack.text.formatting import escape, key, key_of, moment, named, opened, person, quote, span

NOT_COLLECTED = "not collected yet"

# --- grants ------------------------------------------------------------------------------------------------------


def may_collect(grant: Grant, entitlement: Entitlement | None) -> str:
    starts = "starts" if span(grant.duration).startswith("1 ") else "start"
    return (
        f":key: {named(entitlement, grant.entitlement)} is approved. Press Collect by {moment(grant.collect_by)} to "
        f"create it; your {span(grant.duration)} {starts} then.{request_form.have_ready(entitlement)}"
    )


def held(grant: Grant, entitlement: Entitlement | None, *, mfa: bool = False) -> str:
    wanted = f" · being renewed until {moment(grant.renew_until)}" if grant.renew_request else ""
    what, until = named(entitlement, grant.entitlement), moment(grant.lease_until)
    return f":key: {what} · yours until {until}{wanted}{request_form.needs_code_suffix(mfa=mfa)}"


def older(many: int) -> str:
    return f"and {many} older {'one' if many == 1 else 'ones'}"


def over(grant: Grant, entitlement: Entitlement | None, state: str, at: datetime | None, left: str) -> str:
    return f":lock: {named(entitlement, grant.entitlement)} · {state} {moment(at)}. {left}".rstrip()


def ended_revoked(what: str, by: str, justification: str, left: str, *, own: bool) -> str:
    because = f"\n{quote(justification)}" if justification else ""
    ended = f"You ended {what}" if own else f"{what} was revoked by {person(by)}"
    return f":lock: {ended}. {left}{because}"


def given_back(what: str, left: str) -> str:
    return f":lock: You gave back {what}. {left}"


def ended_expired(what: str, at: datetime | None, left: str, *, renewing: bool) -> str:
    late = " Its renewal was approved but didn't reach AWS in time; request it again." if renewing else ""
    return f":lock: {what} ended {moment(at)}, as agreed. {left}{late}"


def ended_lapsed(what: str, waited: timedelta, left: str) -> str:
    return f":hourglass: {what} wasn't collected within {span(waited)}, so it lapsed. {left}"


# --- credentials -------------------------------------------------------------------------------------------------


LEAKED = ":rotating_light: *leaked*"


def standing(credential: Credential, lease_until: datetime | None, *, leaked: bool = False) -> str:
    """One line for a key or session that its owner holds or may bring back."""
    name = key(credential.access_key_id)
    collected = f"collected {opened(credential)}" if credential.revealed_at else ""
    ends = f"expires {moment(credential.ends_at)}" if credential.ends_at else ""
    parts = (name, collected, ends, schedule(credential, lease_until), LEAKED if leaked else "")
    return " · ".join(each for each in parts if each)


def schedule(credential: Credential, lease_until: datetime | None) -> str:
    """What happens to this key next; empty for one that simply stays on."""
    if credential.pending_action:
        return "being switched off" if credential.pending_action == "off" else "being reactivated"
    if credential.state == "retiring" and credential.delete_by:
        return "*off*, being deleted"
    if credential.state == "retiring":
        return f"*off*, deleted {moment(switchover.earlier(credential.delete_at, lease_until))}"
    if credential.retire_at is None:
        return ""
    if lease_until is not None and lease_until <= credential.retire_at:
        return f"ends with the grant {moment(lease_until)}"
    return f"switched off {moment(credential.retire_at)} if nothing uses it"


def did_you_get_it(credential: Credential, what: str) -> str:
    return (
        f":bell: {key_of(what, credential.access_key_id)} was opened {opened(credential)}, but the page didn't confirm "
        "that it decrypted it. Did you get it?"
    )


def got_it(credential: Credential, what: str) -> str:
    return f":white_check_mark: You have {key_of(what, credential.access_key_id)}."


def was_replaced(credential: Credential, what: str, now: datetime, *, revokes: bool) -> str:
    if credential.kind is Kind.SESSION:
        return sessions.replaced(credential, now, revokes=revokes)
    return f":lock: {key_of(what, credential.access_key_id)} is switched off and deleted."


def rotated(proof: Proof[Credential], what: str, lease_until: datetime | None, used: str = "") -> str:
    """Both keys side by side, with the verdict while there is something to decide."""
    old, new = proof.old, proof.new
    after = standing(new, lease_until) if new is not None else None
    lines = switchover.side_by_side(proof, what, old=standing(old, lease_until), new=after, used=used)
    verdict = switchover.verdict(proof) if old.is_on and new is not None else ""
    said = (*lines, switchover.by_hand(old), switchover.not_deleted(old.why), verdict)
    return "\n".join(each for each in said if each)


def rotation_over(old: Credential, what: str) -> str:
    return (
        f":lock: The grant for {key_of(what, old.access_key_id)} has ended, and its rotation with it. The message "
        "about the grant says what happened to its keys."
    )


def rotated_done(old: Credential, what: str) -> str:
    deleted = f":white_check_mark: The old key of {what} ({key(old.access_key_id)}) is deleted."
    return f"{deleted} {switchover.by_hand(old)}".strip()


def disowned(grant: Grant, credential: Credential, entitlement: Entitlement | None, left: str) -> str:
    what = key_of(named(entitlement, grant.entitlement), credential.access_key_id)
    return (
        f":rotating_light: {person(grant.owner)} says someone else opened the link for {what}: {opened(credential)}. "
        f"Latchkey revoked the grant. {left} Find out who had the link."
    )


def crowded(account: str, users: int, most: int) -> str:
    return (
        f":warning: The AWS account {escape(account)} has {users} of {most} IAM users. Once it's full, nobody can "
        "approve a key there. Delete users nobody needs, or offer sessions, which need none."
    )


def thanks() -> str:
    return ":white_check_mark: Thank you."


def switching_off(access_key_id: str | None, command: str) -> str:
    """Names the command, because in a window there is no Undo next to it."""
    return (
        f":lock: Latchkey is switching off {key(access_key_id)}. To bring it back, type `{command} reactivate "
        f"{access_key_id}`."
    )


def switching_on() -> str:
    return ":unlock: Latchkey is reactivating it."


def waiting(until: datetime) -> str:
    return f":hourglass: It stays on until {moment(until)}."


def ending_now(left: str) -> str:
    return f":lock: The grant has ended. {left}"


def disowned_done(left: str) -> str:
    return f":rotating_light: Latchkey revoked the grant and notified its approvers. {left}"


def only_off(credential: Credential) -> str:
    return f"Or just switch off {key(credential.access_key_id)}: the grant goes on, and you can bring the key back."


def disowned_after_the_end() -> str:
    return ":rotating_light: It had already ended. Latchkey told its approvers that it wasn't you."


def which(title: str, keys: str, owner: str) -> str:
    return f"*{escape(title)}* of {person(owner)} · {keys}"
