"""Sentences about switching over: two keys side by side, what uses them, and whether the old one may go."""

from datetime import datetime, timedelta

from bot.domain.credential import Credential
from bot.domain.switchover import Proof, Replaced, Used, Verdict, read_lately
from bot.slack.text.formatting import ago, escape, key, moment, person

STANDS = {"live": "on", "revealed": "on", "retiring": "*off*"}
BY_HAND = {
    "live": "AWS shows that somebody switched it on by hand.",
    "retiring": "AWS shows that somebody switched it off by hand.",
    "deleted": "AWS shows that somebody deleted it by hand.",
}


def heading(*, off: bool) -> str:
    said = "The old key is off." if off else "Switch over, then switch the old key off."
    return f":arrows_counterclockwise: *{said}*"


def quiet(old_used_at: datetime | None) -> str:
    """Nothing uses either key. Says since when, because both may be minutes old."""
    return (
        f":information_source: The old key {_last(old_used_at)}, and the new one hasn't been used yet. Put the new one "
        "in place, then switch the old one off."
    )


def safe(old_used_at: datetime | None) -> str:
    return (
        f":white_check_mark: The old key is *safe to switch off*: the new one is in use, and the old one "
        f"{_last(old_used_at)}."
    )


def _last(used_at: datetime | None) -> str:
    return f"was last used {moment(used_at)}" if used_at else "has never been used"


def used_by(service: str | None, region: str | None) -> str:
    """Like " by s3 in eu-west-1", as far as AWS says."""
    by = f" by {escape(service)}" if service else ""
    return by + (f" in {escape(region)}" if region else "")


def last_use(found: Used) -> str:
    """As the ledger knows it; what AWS did not say is unknown, never "never"."""
    if found.used_at is not None:
        return f"last used {moment(found.used_at)}{used_by(found.used_service, found.used_region)}"
    return "never used" if found.used_read_at is not None else "last use unknown"


def first_use(found: Credential, now: datetime, *, asked: bool) -> str:
    """`asked`: AWS was asked since the rotation began."""
    if found.first_used_at is not None:
        where = used_by(found.first_used_service, found.first_used_region)
        return f"first used {moment(found.first_used_at)}{where}"
    if read_lately(found, now):
        return "not used yet"
    return "use unknown: AWS did not answer" if asked else "use not known yet"


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
                ":hourglass: Whether something uses the old key is *unknown: AWS did not answer*. Latchkey asks again, "
                "and switches nothing off by itself before it knows."
            )


def asking() -> str:
    return (
        ":hourglass: Latchkey is asking AWS what uses the old key, and shows the answer here. It switches nothing off "
        "before AWS answers."
    )


def still(old: Used, now: datetime) -> str:
    when = ago(old.used_at, now) if old.used_at else "lately"
    return f"still in use{used_by(old.used_service, old.used_region)} {when}"


def by_hand(found: Credential) -> str:
    """What AWS showed and nobody pressed here."""
    if found.why == "alone":
        return "AWS shows no other key that works, so this one stays on. Rotate once more, or find out who did that."
    return BY_HAND.get(found.state, "") if found.why == "by-hand" else ""


def stretched(old: Credential, owner: str, now: datetime, lease_until: datetime | None, *, latest: bool) -> str:
    """To the owner, and from the second time on to the approvers."""
    said = f":bell: The old key {key(old.access_key_id)} of {person(owner)} was to be switched off"
    if not latest or old.state != "live":
        return f"{said}, but something still used it. That is over, or told anew."
    times = "" if old.stretches < 2 else f" It is the {old.stretches}. time; the approvers are told as well."
    again = moment(earlier(old.retire_at, lease_until))
    return (
        f"{said}, but it is *{still(old, now)}*. It stays on: the clock looks again {again}.{times} "
        "Switch over what uses it, or switch it off now and bring it back with Undo if something breaks."
    )


def switched(found: Credential, by: str, whose: str, lease_until: datetime | None, *, on: bool) -> str:
    name = f"{whose} {key(found.access_key_id)}"
    if on:
        return f":unlock: {person(by)} switched {name} on again."
    end = earlier(found.delete_at, lease_until) or found.delete_at
    until = f" until it is deleted {moment(end)}" if end else ""
    return f":lock: {person(by)} switched {name} off. An approver or an admin can bring it back{until}."


def earlier(at: datetime | None, lease_until: datetime | None) -> datetime | None:
    """No key of a grant outlives its lease."""
    return min(at, lease_until) if at and lease_until else at


def two_keys(held: tuple[Credential, ...], lease_until: datetime | None, now: datetime) -> str:
    """Which two there are, as far as the ledger knows them."""
    parts = ((key(each.access_key_id), _age(each, now), _stands(each, lease_until), last_use(each)) for each in held)
    return "\n".join(f"• {' · '.join(each)}" for each in parts)


def _stands(found: Credential, lease_until: datetime | None) -> str:
    end = earlier(found.delete_at, lease_until) if found.state == "retiring" else None
    return STANDS.get(found.state, found.state) + (f", deleted {moment(end)}" if end else "")


def _age(found: Credential, now: datetime) -> str:
    made = found.created_at or found.made_at
    days = (now - made) // timedelta(days=1)
    return "made today" if days < 1 else "1 day old" if days == 1 else f"{days} days old"
