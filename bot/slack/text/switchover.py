"""Sentences about a switch-over: both keys, what uses them, and whether the old one can be switched off."""

from datetime import datetime

from bot.domain.credential import Credential
from bot.domain.keys.switchover import Doubt, Proof, Replaced, Used, Verdict, read_lately
from bot.slack.text.formatting import age, ago, escape, key, key_of, moment, ordinal, person

STANDS = {"live": "on", "revealed": "on", "retiring": "*off*"}
BY_HAND = {
    "live": "Someone reactivated it outside Latchkey.",
    "retiring": "Someone deactivated it outside Latchkey.",
    "deleted": "Someone deleted it outside Latchkey.",
}


UNPROVEN = "The switch-over isn't proven yet, so the old key isn't deleted now. It's deleted after its undo period."
DOUBTS = {
    Doubt.NO_NEWER: "No newer key is on, so the old one stays until its undo period is over. Rotate first.",
    Doubt.NEW_UNUSED: (
        "AWS doesn't show any use of the new key yet, so the old one stays. Use the new key, wait a few minutes, and "
        "press Delete now again."
    ),
    Doubt.OLD_USED: (
        "Something used the old key after the new one was in use, so the old one stays. Find out what uses it; you can "
        "press Delete now again a day after its last use."
    ),
}


def side_by_side(proof: Proof[Replaced], what: str, *, old: str, new: str | None, used: str = "") -> list[str]:
    """Lines that say what to do and when each key of `what` was used. `old` and `new` say which keys they are.

    `used` says what uses the old one.
    """
    to_do = "Switch over, then switch the old key off." if proof.old.is_on else "The old key is off."
    lines = [f":arrows_counterclockwise: {what} · *{to_do}*"]
    if proof.new is not None:
        lines.append(f"New: {new} · {first_use(proof.new, proof.now, asked=proof.asked)}")
    lines.append(f"Old: {old} · {last_use(proof.old)}")
    return [*lines, f"Old key in {used}"] if used and proof.old.is_on else lines


def quiet(old_used_at: datetime | None) -> str:
    """Nothing uses either key. Names the last use, because both may be minutes old."""
    return (
        f":information_source: The old key {_last(old_used_at)}, and the new one hasn't been used yet. Put the new key "
        "in place, then switch off the old one."
    )


def safe(old_used_at: datetime | None) -> str:
    return (
        f":white_check_mark: The old key is *safe to switch off*: the new one is in use, and the old one "
        f"{_last(old_used_at)}."
    )


def _last(used_at: datetime | None) -> str:
    return f"was last used {moment(used_at)}" if used_at else "has never been used"


def used_with(service: str | None, region: str | None) -> str:
    """Like " with s3 in eu-west-1", or less where AWS doesn't say."""
    said = f" with {escape(service)}" if service else ""
    return said + (f" in {escape(region)}" if region else "")


def last_use(found: Used) -> str:
    """From the ledger. What AWS didn't say is "unknown", not "never used"."""
    if found.used_at is not None:
        return f"last used {moment(found.used_at)}{used_with(found.used_service, found.used_region)}"
    return "never used" if found.used_read_at is not None else "last use unknown"


def first_use(found: Credential, now: datetime, *, asked: bool) -> str:
    """`asked`: whether Latchkey has asked AWS since the rotation began."""
    if found.first_used_at is not None:
        where = used_with(found.first_used_service, found.first_used_region)
        return f"first used {moment(found.first_used_at)}{where}"
    if read_lately(found, now):
        return "not used yet"
    return "use unknown because AWS didn't answer" if asked else "use not known yet"


def verdict(proof: Proof[Replaced]) -> str:
    old = proof.old
    match proof.verdict:
        case Verdict.SAFE:
            return safe(old.used_at)
        case Verdict.QUIET:
            return quiet(old.used_at)
        case Verdict.IN_USE:
            return f":warning: The old key is *{still(old, proof.now)}*."
        case Verdict.UNKNOWN:
            if not proof.asked:
                return asking()
            return (
                ":hourglass: Latchkey *doesn't know whether something still uses the old key*: AWS didn't answer. It "
                "asks again, and until then the key stays on."
            )


def asking() -> str:
    return (
        ":hourglass: Latchkey is asking AWS what uses the old key and will show the answer here. Until then the key "
        "stays on."
    )


def still(old: Used, now: datetime) -> str:
    when = ago(old.used_at, now) if old.used_at else "recently"
    return f"still in use{used_with(old.used_service, old.used_region)}, {when}"


def by_hand(found: Credential) -> str:
    """What AWS shows and nobody pressed in Slack."""
    if found.why == "alone":
        return (
            "AWS shows no other working key, so this one stays on. Rotate again, or find out in CloudTrail who did "
            "that."
        )
    return BY_HAND.get(found.state, "") if found.why == "by-hand" else ""


def deleting() -> str:
    return ":hourglass_flowing_sand: Latchkey reads its last use in AWS once more, then deletes it."


def doubtful(why: Doubt | None) -> str:
    """Why the old key isn't deleted yet."""
    return DOUBTS[why] if why else UNPROVEN


def not_deleted(why: str | None) -> str:
    """The same in the key's own message, after the worker had looked; else empty."""
    return f":warning: It wasn't deleted. {DOUBTS[Doubt(why)]}" if why in set(Doubt) else ""


def stretched(old: Credential, what: str, owner: str, now: datetime, *, latest: bool) -> str:
    """For the owner, and from the second time on for the approvers too."""
    name = f"The old key of {what} ({key(old.access_key_id)}), owned by {person(owner)},"
    if not latest or old.state != "live":
        return f":bell: {name} was still in use when it was due to be switched off. That's over, or in a newer message."
    return f":bell: {name} was due to be switched off, but it's *{still(old, now)}*. It stays on for now."


def stretched_details(old: Credential, lease_until: datetime | None) -> str:
    times = (
        "" if old.stretches < 2 else f"This is the {ordinal(old.stretches)} time, so the approvers were notified too. "
    )
    again = moment(earlier(old.retire_at, lease_until))
    return (
        f"{times}Latchkey checks again {again}. Switch over what uses it, or switch it off now: if something breaks, "
        "Undo brings it back."
    )


def switched(
    found: Credential, what: str, owner: str | None, by: str, lease_until: datetime | None, *, on: bool
) -> str:
    """`owner` is None in the message that the owner reads."""
    whose = f"{f'the key of {person(owner)}' if owner else 'your key'} for {key_of(what, found.access_key_id)}"
    if on:
        return f":unlock: {person(by)} reactivated {whose}."
    end = earlier(found.delete_at, lease_until) or found.delete_at
    until = f" until it's deleted {moment(end)}" if end else ""
    return f":lock: {person(by)} switched off {whose}. An approver or an admin can bring it back{until}."


def earlier(at: datetime | None, lease_until: datetime | None) -> datetime | None:
    """The sooner of the two: no key outlives its grant's lease."""
    return min(at, lease_until) if at and lease_until else at


def two_keys(held: tuple[Credential, ...], lease_until: datetime | None, now: datetime) -> str:
    """The two keys of a grant, from the ledger."""
    parts = (
        (key(each.access_key_id), age(each.created_at or each.made_at, now), _stands(each, lease_until), last_use(each))
        for each in held
    )
    return "\n".join(f"• {' · '.join(each)}" for each in parts)


def _stands(found: Credential, lease_until: datetime | None) -> str:
    end = earlier(found.delete_at, lease_until) if found.state == "retiring" else None
    return STANDS.get(found.state, found.state) + (f", deleted {moment(end)}" if end else "")
