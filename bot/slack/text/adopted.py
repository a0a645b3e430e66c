"""Sentences about adopted keys: found keys that Latchkey acts on when someone presses a button."""

from datetime import datetime

from bot.domain.adopted import AGREE, Adopted, PendingAction, Protection
from bot.domain.credential import Credential
from bot.domain.events import LATCHKEY
from bot.domain.hygiene.inventory import FoundKey, FoundUser
from bot.domain.keys.switchover import Proof
from bot.domain.lifecycle import AdoptedState, GrantState
from bot.domain.schedule import IN_USE_WITHIN
from bot.slack.text import switchover
from bot.slack.text.formatting import escape, key, key_of, listed, moment, people, person

NEVER = {
    Protection.UNKNOWN: "Latchkey doesn't know this key, or it no longer exists. Nothing was changed.",
    Protection.NOT_ADOPTED: (
        "Latchkey may not act on keys it didn't create in this account (`adopt = false` in the catalog). Switch this "
        "one off in IAM, or ask Latchkey's admins."
    ),
    Protection.ROOT: (
        "Latchkey never touches the root user's keys. Sign in as root and delete the key; nothing needs it."
    ),
    Protection.LATCHKEYS: "Latchkey created this key, so it's in your list: `{command} list` has its buttons.",
    Protection.ITSELF: "Latchkey runs as this IAM user, so it doesn't touch its keys. Its admins change them in IAM.",
    Protection.NAMELESS: (
        "Latchkey can't tell which of this user's keys this is, so nothing was changed. Check them in IAM."
    ),
    Protection.GONE: "This key no longer exists in AWS.",
}
NO_UNDO = "no-undo"
UNDONE = {
    "unread": "AWS didn't answer, so nothing was changed.",
    "refused": "AWS denied Latchkey access, so nothing was changed. Ask the admins to run `latchkey doctor`.",
    "in-use": "Something used it in the last 24 hours, so nothing was changed.",
    "other-key": "AWS shows a different key from the one Latchkey found, so nothing was changed.",
    "two-approvers": "Fewer than two of those who agreed are still approvers, so nothing was changed.",
    "no-undo": "Too few people could reactivate it, so Latchkey asks you before switching it off.",
    **{each.value: said for each, said in switchover.DOUBTS.items()},
    "alone": "AWS shows no working key that replaces it, so the old one stays on.",
}


def never(why: Protection | None) -> str:
    return NEVER.get(why or Protection.UNKNOWN, NEVER[Protection.UNKNOWN])


def undone(why: str | None) -> str:
    if why in set(Protection):
        return never(Protection(why))
    return UNDONE.get(why or "", "")


def name(row: Adopted) -> str:
    return f"`{escape(row.user)}` ({key(row.access_key_id)}) in {escape(row.account)}"


def stands(row: Adopted, now: datetime, *, deleter: bool) -> str:
    """The state of this key, in one paragraph."""
    match row.state:
        case AdoptedState.ASKING:
            used = row.used_at is not None and now - row.used_at < IN_USE_WITHIN
            why = f"is *{switchover.still(row, now)}*" if used or row.why != NO_UNDO else "is still on"
            return f":warning: {name(row)} {why}. Switch it off anyway?{_no_way_back(row)}"
        case AdoptedState.OFF:
            return (
                f":lock: {name(row)} has been *off* since {moment(row.off_at)}, {_by(row)}. {_way_back(row, deleter)}"
            )
        case AdoptedState.GONE:
            outside = " outside Latchkey" if row.why else ""
            return f":white_check_mark: {name(row)} was deleted{outside} {moment(row.gone_at)}."
    if row.pending_action is not None:
        more = f" {undone(row.why)} It will try again." if row.why else ""
        return f":hourglass_flowing_sand: Latchkey is switching off {name(row)}.{more}"
    more = f" {undone(row.why)}" if undone(row.why) else ""
    return f":information_source: {name(row)} stays *on*.{more}"


def _by(row: Adopted) -> str:
    by = "someone outside Latchkey" if row.why == "by-hand" else person(row.off_by or LATCHKEY)
    return f"switched off by {by}"


def can_come_back(row: Adopted) -> bool:
    """False when Latchkey knows that too few approvers could agree to reactivate it."""
    return row.undoers is None or len(row.undoers.split()) >= AGREE


def _no_way_back(row: Adopted) -> str:
    if can_come_back(row):
        return ""
    able = listed([person(each) for each in (row.undoers or "").split()])
    return (
        f" It can't be undone in Slack: that takes {AGREE} approvers who haven't owned the key in the last 90 days, "
        f"and the catalog has {able}. Someone with IAM rights can reactivate it in AWS."
    )


def _way_back(row: Adopted, deleter: bool) -> str:
    if not can_come_back(row):
        return _no_way_back(row).strip()
    if row.pending_action is PendingAction.ON:
        return f"Latchkey is reactivating it. {undone(row.why)}".strip()
    if row.delete_by is not None:
        return f"Latchkey is deleting it, as {person(row.delete_by)} asked."
    if row.undo_at is not None:
        return f"{person(row.undo_by or '')} asked to reactivate it; two approvers have to agree."
    end = f" It's deleted {moment(row.delete_at)}." if deleter else ""
    return f"If something breaks, press Undo; two approvers can bring it back.{end}"


def replaced(row: Adopted, new: Credential, now: datetime, *, deleter: bool, used: str = "") -> str:
    """Both keys side by side, with the verdict while there is something to decide."""
    proof = Proof(row, new, now)
    lines = switchover.side_by_side(
        proof, f"`{escape(row.user)}`", old=key(row.access_key_id), new=key(new.access_key_id), used=used
    )
    if row.state is not AdoptedState.ON or row.pending_action is not None:
        return "\n".join((*lines, stands(row, now, deleter=deleter)))
    clock = f"Latchkey switches it off {moment(row.retire_at)} if nothing uses it by then." if row.retire_at else ""
    return "\n".join(each for each in (*lines, undone(row.why), switchover.verdict(proof), clock) if each)


def superseded(row: Adopted) -> str:
    return f":information_source: There's a newer message about {name(row)} below."


def asks_undo(row: Adopted, agreed: frozenset[str], needed: int) -> str:
    so_far = f" {people(agreed)} agreed so far." if agreed else ""
    return (
        f":rotating_light: {person(row.undo_by or '')} asks to *reactivate* {name(row)}. {needed} approvers have to "
        f"agree.{so_far}"
    )


def who_may_agree() -> str:
    return (
        "Latchkey didn't create this key, so it doesn't know who else has the secret. Anyone who owned the key in the "
        "90 days before it was switched off, or since then, doesn't count."
    )


def undo_done(row: Adopted) -> str:
    return f":information_source: Nothing left to decide: {name(row)} is {row.state}."


def on_again(row: Adopted, agreed: tuple[str, ...], at: datetime, *, by_hand: bool) -> str:
    if by_hand:
        return f":rotating_light: Someone reactivated {name(row)} outside Latchkey. CloudTrail shows who."
    return f":rotating_light: {name(row)} was *reactivated* {moment(at)}. {people(agreed)} agreed to it."


def to_be_deleted(row: Adopted, account: str) -> str:
    if row.state is not AdoptedState.OFF:
        return f":white_check_mark: {name(row)} was waiting to be deleted in AWS; it is {row.state} now."
    link = f"https://console.aws.amazon.com/iam/home#/users/details/{escape(row.user)}?section=security_credentials"
    return (
        f":hourglass: {name(row)} has been off since {moment(row.off_at)}, and nothing has used it. Latchkey may not "
        f"delete it: in AWS account {account}, open <{link}|IAM, Users, {escape(row.user)}, Security credentials> and "
        "delete it there."
    )


def replaces(seen: FoundKey, user: FoundUser | None) -> str:
    what = key_of(f"`{escape(user.name)}`", seen.access_key_id) if user else key(seen.access_key_id)
    return f"Replaces {what}, which Latchkey didn't create."


def rotate_hint(seen: FoundKey, user: str) -> str:
    what = key_of(f"`{escape(user)}`", seen.access_key_id)
    return (
        f"A new key replaces {what}, on an IAM user of its own. It needs approval like any request. "
        "The old key stays on until you've switched over."
    )


def in_its_place(grant: GrantState | None) -> str:
    """How far its replacement is; None while approvers have yet to decide."""
    match grant:
        case GrantState.ACTIVE:
            return (
                ":key: You collected its replacement. Put the new key where this one is used, then give this one back."
            )
        case GrantState.APPROVED:
            return ":hourglass_flowing_sand: Its replacement is approved. Press Collect on its message."
        case None:
            return ":hourglass_flowing_sand: You requested a replacement. Its approvers haven't decided yet."
    return ":hourglass_flowing_sand: Its replacement has ended, and this key is still on."


def switching_off() -> str:
    return ":hourglass_flowing_sand: Latchkey checks its use in AWS once more, then switches it off."


def stays_on(until: datetime | None) -> str:
    return f":hourglass: It stays on until {moment(until)}." if until else ":information_source: It stays on."


def undo_asked(missing: int) -> str:
    if not missing:
        return ":unlock: Two approvers agreed. Latchkey is reactivating the key and has notified the admins."
    more = "One more approver has" if missing == 1 else f"{missing} approvers have"
    return f":bell: {more} to agree before the key is reactivated. Latchkey notified them and the admins."
