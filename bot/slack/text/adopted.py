"""Sentences about adopted keys: found ones that Latchkey acts on when somebody presses a button."""

from datetime import datetime

from bot.domain.adopted import AGREE, Adopted, HandsOff, Wish
from bot.domain.credential import Credential
from bot.domain.events import LATCHKEY
from bot.domain.inventory import FoundKey, FoundUser
from bot.domain.lifecycle import AdoptedState, GrantState
from bot.domain.schedule import IN_USE_WITHIN
from bot.domain.switchover import Verdict, read_lately, verdict
from bot.slack.text import switchover
from bot.slack.text.formatting import ago, escape, key, moment, person

NEVER = {
    HandsOff.UNKNOWN: "Latchkey knows no such key (any more), so nothing was done.",
    HandsOff.NOT_ADOPTED: (
        "Latchkey may not act on keys that it did not make in this account: the catalog says adopt = false. Switch it "
        "off in IAM, or ask Latchkey's admins."
    ),
    HandsOff.ROOT: "Latchkey never touches the root user's keys. Sign in as root and delete it; nothing needs it.",
    HandsOff.LATCHKEYS: "This key is Latchkey's own work: `{command} list` has its buttons.",
    HandsOff.ITSELF: "Latchkey itself runs on this user, so it does not touch its keys. Its admins change them in IAM.",
    HandsOff.NAMELESS: "It cannot be told which of this user's keys this is, so nothing was done. Look at them in IAM.",
    HandsOff.GONE: "This key is not in AWS any more.",
}
NO_UNDO = "no-undo"
UNDONE = {
    "unread": "AWS did not answer, so nothing was done.",
    "refused": "AWS refused Latchkey's own rights, so nothing was done. Tell the admins to run the doctor.",
    "in-use": "Something used it in the last 24 hours, so it stays as it is.",
    "other-key": "AWS shows another key than the one that was found, so nothing was done.",
    "two-approvers": "Fewer than two of those who agreed are approvers still, so nothing was done.",
    "no-undo": "Too few people could switch it on again, so Latchkey doesn't switch it off without asking you.",
    "alone": "AWS shows no new key that works beside it, so the old one stays on.",
}


def never(why: HandsOff | None) -> str:
    return NEVER.get(why or HandsOff.UNKNOWN, NEVER[HandsOff.UNKNOWN])


def undone(why: str | None) -> str:
    if why in set(HandsOff):
        return never(HandsOff(why))
    return UNDONE.get(why or "", "")


def name(row: Adopted) -> str:
    return f"{key(row.access_key_id)} of the IAM user `{escape(row.user)}` in {escape(row.account)}"


def give_back_title() -> str:
    return "Switch this key off?"


def give_back_sure() -> str:
    return (
        "It is switched off, not deleted. If something has used it in the last 24 hours you are asked again. To bring "
        "it back takes two approvers."
    )


def still_used(row: Adopted, now: datetime) -> str:
    """Like "still in use by s3 in eu-west-1 12 minutes ago"."""
    when = ago(row.used_at, now) if row.used_at else "lately"
    return f"still in use{switchover.used_by(row.used_service, row.used_region)} {when}"


def last_use(row: Adopted) -> str:
    if row.used_at is not None:
        return f"last used {moment(row.used_at)}{switchover.used_by(row.used_service, row.used_region)}"
    return "never used" if row.used_read_at is not None else "last use unknown"


def stands(row: Adopted, now: datetime, *, deleter: bool) -> str:
    """What has become of this key, in one paragraph."""
    match row.state:
        case AdoptedState.ASKING:
            used = row.used_at is not None and now - row.used_at < IN_USE_WITHIN
            why = f"is *{still_used(row, now)}*: switch" if used or row.why != NO_UNDO else "is on. Switch"
            return f":warning: {name(row)} {why} it off all the same?{_no_way_back(row)}"
        case AdoptedState.OFF:
            return f":lock: {name(row)} is *off* since {moment(row.off_at)}, by {_by(row)}. {_way_back(row, deleter)}"
        case AdoptedState.GONE:
            hand = " by hand" if row.why else ""
            return f":white_check_mark: {name(row)} is deleted{hand}, {moment(row.gone_at)}."
    if row.wish is not None:
        more = f" {undone(row.why)} It is tried again." if row.why else ""
        return f":hourglass_flowing_sand: {name(row)} is being switched off.{more}"
    more = f" {undone(row.why)}" if undone(row.why) else ""
    return f":information_source: {name(row)} stays *on*.{more}"


def _by(row: Adopted) -> str:
    return "hand" if row.why == "by-hand" else person(row.off_by or LATCHKEY)


def can_come_back(row: Adopted) -> bool:
    """Unless it is known that too few people could agree to it."""
    return row.undoers is None or len(row.undoers.split()) >= AGREE


def _no_way_back(row: Adopted) -> str:
    if can_come_back(row):
        return ""
    able = ", ".join(person(each) for each in (row.undoers or "").split()) or "nobody"
    return (
        f" There is no Undo for it in Slack: that takes {AGREE} approvers who haven't owned it in the last 90 days, "
        f"and the catalog has {able}. Somebody with IAM rights can activate it in AWS."
    )


def _way_back(row: Adopted, deleter: bool) -> str:
    if not can_come_back(row):
        return _no_way_back(row).strip()
    if row.wish is Wish.ON:
        return f"It is being switched on again. {undone(row.why)}".strip()
    if row.undo_at is not None:
        return f"{person(row.undo_by or '')} asked to have it back; two approvers have to agree."
    end = f"; it is deleted {moment(row.delete_at)}" if deleter else ""
    return f"If something breaks, press Undo: two approvers bring it back{end}."


def replaced(row: Adopted, new: Credential, now: datetime, *, deleter: bool) -> str:
    """Both keys side by side; the verdict while there is something to decide."""
    lines = [
        switchover.heading(off=row.state in {AdoptedState.OFF, AdoptedState.GONE}),
        f"New: {key(new.access_key_id)} · {switchover.first_use(new, now, asked=row.proof is not None)}",
        f"Old: {key(row.access_key_id)} · {last_use(row)}",
    ]
    if row.state is not AdoptedState.ON or row.wish is not None:
        return "\n".join((*lines, stands(row, now, deleter=deleter)))
    clock = f"Latchkey switches it off {moment(row.retire_at)}, if nothing uses it then." if row.retire_at else ""
    return "\n".join(each for each in (*lines, undone(row.why), _verdict(row, new, now), clock) if each)


def _verdict(row: Adopted, new: Credential, now: datetime) -> str:
    match verdict(row, new, now):
        case Verdict.SAFE:
            return switchover.safe(row.used_at)
        case Verdict.QUIET:
            return switchover.quiet(row.used_at)
        case Verdict.IN_USE:
            return f":warning: The old key is *{still_used(row, now)}*."
    if row.proof is None:
        return switchover.asking()
    unread = "AWS did not answer" if not read_lately(row, now) else "AWS does not say"
    return f":hourglass: Whether something uses the old key is *unknown: {unread}*. Nothing is switched off before."


def told_anew(row: Adopted) -> str:
    return f":information_source: {name(row)}: a newer message below tells how it stands."


def asks_undo(row: Adopted, agreed: frozenset[str], needed: int) -> str:
    so_far = f" Agreed so far: {', '.join(person(each) for each in sorted(agreed))}." if agreed else ""
    return (
        f":rotating_light: {person(row.undo_by or '')} asks to switch {name(row)} *on again*. Latchkey did not make "
        f"this key and knows nobody who holds it but its owner. {needed} approvers have to agree. Anyone who "
        f"owned it in the 90 days before it was switched off, or since then, doesn't count.{so_far}"
    )


def undo_done(row: Adopted) -> str:
    return f":information_source: The question whether to switch {name(row)} on again is settled: it is {row.state}."


def on_again(row: Adopted, agreed: tuple[str, ...], at: datetime, *, by_hand: bool) -> str:
    if by_hand:
        return (
            f":rotating_light: {name(row)} was off, and AWS shows that somebody switched it on by hand. Find out who, "
            "in CloudTrail."
        )
    names = " and ".join(person(each) for each in agreed)
    return f":rotating_light: {name(row)} was switched *on again* {moment(at)}. {names} agreed to it."


def to_be_deleted(row: Adopted, account: str) -> str:
    if row.state is not AdoptedState.OFF:
        return f":white_check_mark: {name(row)} was to be deleted by hand; it is {row.state} now."
    link = f"https://console.aws.amazon.com/iam/home#/users/details/{escape(row.user)}?section=security_credentials"
    return (
        f":hourglass: {name(row)} is off since {moment(row.off_at)}, and nothing has used it. Latchkey has no right to "
        f"delete it: in AWS account {account} open <{link}|IAM, Users, {escape(row.user)}, Security credentials> and "
        "delete it there."
    )


def replaces(seen: FoundKey, user: FoundUser | None) -> str:
    whose = f" of the IAM user `{escape(user.name)}`" if user else ""
    return f"In the place of {key(seen.access_key_id)}{whose}, which Latchkey did not make."


def rotate_hint(seen: FoundKey) -> str:
    return (
        f"A new key comes in the place of {key(seen.access_key_id)}, on a user of its own. The approvers are asked as "
        "for any request. The old key stays on until you have switched over."
    )


def in_its_place(grant: GrantState | None) -> str:
    """How far its replacement is; None while approvers have yet to decide."""
    match grant:
        case GrantState.ACTIVE:
            return (
                ":key: Its replacement is collected. Put the new key where this one is used, then give this one back."
            )
        case GrantState.APPROVED:
            return ":hourglass_flowing_sand: Its replacement is approved and waits to be collected."
        case None:
            return ":hourglass_flowing_sand: You requested a replacement. Its approvers have yet to decide."
    return ":hourglass_flowing_sand: Its replacement has ended, and this key is still on."


def switching_off() -> str:
    return ":hourglass_flowing_sand: Latchkey looks at AWS once more, then switches it off."


def stays_on(until: datetime | None) -> str:
    return f":hourglass: It stays on until {moment(until)}." if until else ":information_source: It stays on."


def undo_asked(missing: int) -> str:
    if not missing:
        return ":unlock: Two approvers agreed; it is being switched on again, and the admins hear of it."
    more = "One more approver has" if missing == 1 else f"{missing} approvers have"
    return f":bell: {more} to agree before it is switched on again. They and the admins have been told."
