"""Sentences about who owns a found key: claims, "not mine", keys without an owner, and what leavers leave behind."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.grant import Grant
from bot.domain.hygiene.finding import Finding
from bot.domain.hygiene.inventory import FoundKey, FoundUser
from bot.domain.ownership.claim import Claim, ClaimState
from bot.domain.ownership.leavers import COUNTDOWN, Leaver
from bot.slack.text.formatting import date, escape, holder, key, listed, moment, person, quote, span
from bot.slack.text.hygiene.findings import SAYS

# --- claims ---------------------------------------------------------------------------------------------------------


def user(account: str, name: str) -> str:
    return f"the IAM user `{escape(name)}` in {escape(account)}"


def how_to_claim(command: str) -> str:
    return f"Which one? Type `{command} claim AKIA…` or the IAM user's name. An approver of the account confirms it."


def asked(claim: Claim) -> str:
    """To the claimant."""
    has = f" {holder(claim.former)} owns it until then." if claim.former else ""
    return (
        f"You claimed {user(claim.account, claim.iam_user)}. Latchkey asked the account's approvers to confirm it and "
        f"will tell you what they say.{has}"
    )


def claimed(claim: Claim) -> str:
    """To approvers."""
    has = f"{holder(claim.former)} owns it now" if claim.former else "It has no owner now"
    typed = f" They typed `{escape(claim.said)}`." if claim.said != claim.iam_user else ""
    return f"*{person(claim.claimant)} says {user(claim.account, claim.iam_user)} is theirs*. {has}.{typed}"


def claimed_details() -> str:
    return "The owner gets the reminders about its keys and can act on them."


def offered(claim: Claim) -> str:
    """To the person who was named."""
    return (
        f"{person(claim.asked_by)} says {user(claim.account, claim.iam_user)} is yours:\n{quote(claim.said)}\n"
        "If it is, you'll get the reminders about its keys."
    )


def settled(claim: Claim) -> str:
    """The outcome, at the end of its message."""
    if claim.state is ClaimState.OVER:
        return ":no_entry_sign: No longer needed: someone else owns it now, or it's gone."
    by = f"{person(claim.decided_by or '')} {moment(claim.decided_at)}"
    if claim.state is ClaimState.CONFIRMED:
        return f":white_check_mark: Confirmed by {by}"
    return f":no_entry_sign: {'Not theirs, according to' if claim.is_offer else 'Declined by'} {by}"


def outcome(claim: Claim) -> str:
    """To everyone involved."""
    which, by = user(claim.account, claim.iam_user), person(claim.decided_by or "")
    if claim.state is ClaimState.CONFIRMED:
        was = f" {holder(claim.former)} owned it before." if claim.former else ""
        return f":white_check_mark: {person(claim.claimant)} now owns {which}; {by} confirmed it.{was}"
    if claim.is_offer:
        return f":no_entry_sign: {by} says {which} isn't theirs. It still needs an owner."
    return f":no_entry_sign: {by} declined {person(claim.claimant)}'s claim to {which}. Nothing was changed."


def decided(claim: Claim) -> str:
    """To the presser, where the message doesn't show it."""
    return "Done: it has an owner now." if claim.state is ClaimState.CONFIRMED else "Done: its owner didn't change."


def disowned(to: str | None) -> str:
    asked_ = f"Latchkey asked {person(to)} whether it's theirs." if to else "Latchkey told the account's channel."
    return f"This key now has no owner. Its IAM tag is ignored until someone changes it. {asked_}"


def handed_over(to: str) -> str:
    return f"Latchkey asked {person(to)} whether it's theirs. The countdown stops when they say yes."


# --- lists ----------------------------------------------------------------------------------------------------------


def row(
    found: FoundUser, keys: Sequence[tuple[FoundKey, str]], others: Sequence[Finding], named: Sequence[Claim]
) -> str:
    """One IAM user: its keys, a tag that names nobody, its other findings, and who was asked about it.

    With each key comes what its use says about its owner.
    """
    lines = [f"*`{escape(found.name)}`*", *(said for each, hint in keys for said in (_key(each), hint) if said)]
    if found.doubt:
        lines.append(f"But {escape(found.doubt)}.")
    if said := sorted({SAYS[each.kind] for each in others}):
        lines.append(f"It {listed(said)}.")
    lines += [f"Latchkey asked {person(each.claimant)} whether it's theirs." for each in named if each.is_offer]
    lines += [f"{person(each.claimant)} claims it." for each in named if not each.is_offer]
    return "\n".join(lines)


def _key(found: FoundKey) -> str:
    name = key(found.access_key_id) if found.access_key_id else "A key"
    if not found.used_known:
        used = "last use unknown"
    elif found.used_at is None:
        used = "never used"
    else:
        service = f" with {escape(found.used_service)}" if found.used_service else ""
        used = f"last used {date(found.used_at)}{service}"
    return f"{name}, created {date(found.created_at)}, {used}{'' if found.active else ', switched off'}"


def ownerless(account: str, number: int, command: str) -> str:
    users = "1 IAM user has" if number == 1 else f"{number} IAM users have"
    return (
        f":warning: *{users} keys in {escape(account)} but no known owner.* Is one of them yours? Press Claim, or type "
        f"`{command} claim` with its name or key ID. An approver confirms it."
    )


def all_owned(account: str) -> str:
    return f":white_check_mark: Every key in {escape(account)} has an owner."


def doubts(found: Sequence[FoundUser]) -> str:
    lines = [f"`{escape(each.name)}`, owned by {holder(each.owner)}: {escape(each.doubt or '')}" for each in found]
    return "\n".join(["These keys have an owner, but a tag that names nobody:", *lines])


def newer(account: str) -> str:
    return f"There's a newer list below of the keys in {escape(account)} that have no owner."


def further(number: int, command: str) -> str:
    return f"and {number} more. `{command} claim` takes their names too, and `latchkey inventory` lists them all."


# --- leavers --------------------------------------------------------------------------------------------------------


def left(leaver: Leaver, account: str, stage: timedelta) -> str:
    who = f"{holder(leaver.owner)} is no longer a full member of this workspace ({moment(leaver.left_at)})."
    if not stage:
        return (
            f":rotating_light: *{who}* After {span(COUNTDOWN)}, nobody has taken over what's left in "
            f"{escape(account)}. Admins, decide what to do with it."
        )
    return (
        f":hourglass: *{who}* They left this in {escape(account)}. Claim it, or hand it over to someone; "
        f"{moment(leaver.left_at + COUNTDOWN)} Latchkey asks the admins to decide."
    )


def left_details() -> str:
    return "Nothing is switched off just because its owner left."


def granted(grant: Grant, title: str, now: datetime) -> str:
    if grant.lease_until is None or grant.lease_until <= now:
        return f"{title}: approved but not collected. Nobody can collect it now."
    return (
        f"{title}, granted by Latchkey: it ends {moment(grant.lease_until)}, and nobody can rotate or renew it before. "
        "Revoke ends it now."
    )


def nothing_left(leaver: Leaver, account: str) -> str:
    return f":white_check_mark: Nothing is left of what {holder(leaver.owner)} had in {escape(account)}."


def back(leaver: Leaver) -> str:
    return f":white_check_mark: {holder(leaver.owner)} is a full member of this workspace again and keeps everything."
