"""Sentences about whose a found key is: claims, "not mine", keys that belong to nobody, and what leavers leave."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.finding import Finding
from bot.domain.grant import Grant
from bot.domain.inventory import FoundKey, FoundUser
from bot.domain.ownership import COUNTDOWN, Claim, ClaimState, Leaver
from bot.slack.text.findings import SAYS
from bot.slack.text.formatting import escape, holder, key, moment, person, quote, span

# --- claims ---------------------------------------------------------------------------------------------------------


def user(account: str, name: str) -> str:
    return f"the IAM user `{escape(name)}` in {escape(account)}"


def how_to_claim(command: str) -> str:
    return f"Say which: `{command} claim AKIA…`, or the IAM user's name. An approver of its account confirms it."


def asked(claim: Claim) -> str:
    """To the claimant."""
    has = f" {holder(claim.former)} has it so far." if claim.former else ""
    return (
        f"You say that {user(claim.account, claim.iam_user)} is yours.{has} An approver of the account is asked to "
        "confirm it, and you hear of it."
    )


def claimed(claim: Claim) -> str:
    """To approvers."""
    has = f"{holder(claim.former)} has it so far" if claim.former else "it belongs to nobody so far"
    typed = f" They named `{escape(claim.said)}`." if claim.said != claim.iam_user else ""
    return (
        f"*{person(claim.claimant)} says that {user(claim.account, claim.iam_user)} is theirs*; {has}.{typed} Whoever "
        "owns it hears of its keys and may act on them."
    )


def offered(claim: Claim) -> str:
    """To whoever is named."""
    return (
        f"{person(claim.asked_by)} says that {user(claim.account, claim.iam_user)} is yours:\n{quote(claim.said)}\n"
        "If it is, you hear of its keys from now on."
    )


def settled(claim: Claim) -> str:
    """What has become of it, at the end of its message."""
    if claim.state is ClaimState.OVER:
        return ":no_entry_sign: Settled otherwise: it was given to somebody else, or is gone."
    by = f"{person(claim.decided_by or '')} {moment(claim.decided_at)}"
    if claim.state is ClaimState.CONFIRMED:
        return f":white_check_mark: Theirs now, confirmed by {by}."
    return f":no_entry_sign: {'Not theirs, says' if claim.is_offer else 'Declined by'} {by}."


def outcome(claim: Claim) -> str:
    """To all whom it concerns."""
    which, by = user(claim.account, claim.iam_user), person(claim.decided_by or "")
    if claim.state is ClaimState.CONFIRMED:
        was = f" Until now it was {holder(claim.former)}'s." if claim.former else ""
        return f":white_check_mark: {person(claim.claimant)} owns {which} now; {by} confirmed it.{was}"
    if claim.is_offer:
        return f":no_entry_sign: {by} says that {which} is not theirs. It waits for its owner."
    return f":no_entry_sign: {by} did not confirm that {which} is {person(claim.claimant)}'s. Nothing was changed."


def decided(claim: Claim) -> str:
    """To the presser, where the message does not say it."""
    return "It is settled." if claim.state is ClaimState.CONFIRMED else "Nobody's owner was changed by this."


def disowned(to: str | None) -> str:
    asked_ = f" {person(to)} is asked whether it is theirs." if to else " Its account's channel is told."
    return f"It counts as nobody's from now on, whatever its tag says, until the tag changes.{asked_}"


def handed_over(to: str) -> str:
    return f"{person(to)} is asked whether it is theirs. The countdown stops when they say so."


# --- lists ----------------------------------------------------------------------------------------------------------


def row(found: FoundUser, keys: Sequence[FoundKey], others: Sequence[Finding], named: Sequence[Claim]) -> str:
    """One IAM user: its keys, what a tag says in vain, what else is found, and who is asked about it."""
    lines = [f"*`{escape(found.name)}`*", *(_key(each) for each in keys)]
    if found.doubt:
        lines.append(f"But {escape(found.doubt)}.")
    if said := sorted({SAYS[each.kind] for each in others}):
        lines.append(f"Found on it: {'; '.join(said)}.")
    lines += [f"{person(each.claimant)} is asked whether it is theirs." for each in named if each.is_offer]
    lines += [f"{person(each.claimant)} claims it." for each in named if not each.is_offer]
    return "\n".join(lines)


def _key(found: FoundKey) -> str:
    name = key(found.access_key_id) if found.access_key_id else "A key"
    if not found.used_known:
        used = "last use unknown"
    elif found.used_at is None:
        used = "never used"
    else:
        used = f"last used {found.used_at:%d %b %Y}" + (
            f" by {escape(found.used_service)}" if found.used_service else ""
        )
    return f"{name}, made {found.created_at:%d %b %Y}, {used}{'' if found.active else ', switched off'}"


def ownerless(account: str, number: int, command: str) -> str:
    users = "1 IAM user has" if number == 1 else f"{number} IAM users have"
    return (
        f":warning: *{users} keys in {escape(account)}, and nobody is known to own them.* Is one of them yours? Press "
        f"Claim, or type `{command} claim` with its name or key id. An approver confirms it."
    )


def all_owned(account: str) -> str:
    return f":white_check_mark: Every key in {escape(account)} has an owner."


def doubts(found: Sequence[FoundUser]) -> str:
    lines = [f"`{escape(each.name)}`, {holder(each.owner)}'s: {escape(each.doubt or '')}" for each in found]
    return "\n".join(["Tags that name nobody, on keys whose owner is known otherwise:", *lines])


def newer(account: str) -> str:
    return f"The keys in {escape(account)} without an owner: there is a newer list below."


def further(number: int, command: str) -> str:
    return f"and {number} more; `{command} claim` takes their names as well, and `latchkey inventory` prints them all"


# --- leavers --------------------------------------------------------------------------------------------------------


def left(leaver: Leaver, account: str, stage: timedelta) -> str:
    who = f"{holder(leaver.owner)} is no full member of this workspace any more, seen {moment(leaver.left_at)}."
    if not stage:
        return (
            f":rotating_light: *{who}* In {span(COUNTDOWN)} nobody has taken over what is left in {escape(account)}. "
            "Admins: decide what becomes of it. Nothing is switched off by this alone."
        )
    return (
        f":hourglass: *{who}* This is left in {escape(account)}. Until {moment(leaver.left_at + COUNTDOWN)} it waits "
        "for somebody to claim it, or for an approver to hand it over; then the admins are asked to decide. Nothing is "
        "switched off by this alone."
    )


def granted(grant: Grant, title: str, now: datetime) -> str:
    if grant.lease_until is None or grant.lease_until <= now:
        return f"{title}: approved and not collected; nobody can collect it any more."
    return (
        f"{title}, by a grant of Latchkey's: it ends {moment(grant.lease_until)} by itself, and nobody can rotate or "
        "renew it until then. Revoke ends it now."
    )


def nothing_left(leaver: Leaver, account: str) -> str:
    return f":white_check_mark: Nothing is left of what {holder(leaver.owner)} had in {escape(account)}."


def back(leaver: Leaver) -> str:
    return f":white_check_mark: {holder(leaver.owner)} is a full member of this workspace again. All stays theirs."
