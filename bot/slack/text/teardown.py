"""Sentences about what an ended grant leaves in AWS, what AWS refuses to delete, and leases that ended too late."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.domain.catalog import Entitlement, Kind
from bot.domain.credential import Credential
from bot.domain.grant import Grant
from bot.domain.incomplete_teardown import Works, read
from bot.slack.text import sessions
from bot.slack.text.formatting import escape, moment, named, person


def left(grant: Grant, credentials: Sequence[Credential], now: datetime, *, revokes: bool) -> str:
    """What an ended grant leaves: keys are deleted, sessions revoked where the account allows it (`revokes`)."""
    kinds = {each.kind for each in credentials if _made(each)}
    if not kinds:
        return "Nothing had been created in AWS."
    of_keys = [_keys_left(grant)] if Kind.ACCESS_KEY in kinds else []
    of_sessions = [sessions.left(credentials, now, revokes=revokes)] if Kind.SESSION in kinds else []
    return " ".join([*of_keys, *of_sessions])


def _made(credential: Credential) -> bool:
    """Whether anything may exist in AWS: a mint that failed halfway had already created the IAM user."""
    begun = credential.kind is Kind.ACCESS_KEY and credential.claimed_at is not None
    return begun or credential.access_key_id is not None


def _keys_left(grant: Grant) -> str:
    if grant.stuck_on:
        return f"{KEYS_LEFT[read(grant.stuck_on)[0]]} Latchkey notified the admins."
    if grant.torn_down_at is not None:
        return "Its IAM user and keys are deleted in AWS."
    return "Latchkey is deactivating and deleting its keys."


KEYS_LEFT = {
    Works.NOTHING: "Its keys no longer work, but AWS won't let Latchkey delete everything.",
    Works.DENIED: "AWS won't let Latchkey deactivate its keys, so AWSDenyAll now denies them everything.",
    Works.KEYS: "*Its keys may still work*: AWS won't let Latchkey deactivate them.",
    Works.UNKNOWN: "*Its keys may still work*: Latchkey couldn't confirm that they are deactivated.",
}


def stuck(grant: Grant) -> str:
    works, steps = read(grant.stuck_on or "")
    return f"{STUCK[works].format(user=grant.iam_user)} Refused: {escape(steps)}. {TRIED_AGAIN}"


STUCK = {
    Works.NOTHING: ":warning: The keys of `{user}` no longer work, but AWS won't let Latchkey delete this IAM user.",
    Works.DENIED: ":rotating_light: A key of `{user}` is still active. Latchkey attached AWSDenyAll, which denies it "
    "everything, but can't deactivate it. Deactivate it in the IAM console.",
    Works.KEYS: ":rotating_light: *A key of `{user}` may still work.* AWS won't let Latchkey deactivate it or attach "
    "AWSDenyAll. Deactivate the keys of this IAM user in the IAM console now.",
    Works.UNKNOWN: ":rotating_light: *A key of `{user}` may still work.* Latchkey couldn't confirm that this grant's "
    "keys are deactivated. Check them in the IAM console.",
}
TRIED_AGAIN = (
    "Fix that in AWS: remove the user from any group, and keep it under `/latchkey/`. Latchkey tries again every five "
    "minutes and updates this message when it's done."
)


def overstated(grant: Grant, entitlement: Entitlement | None, facts: Mapping[str, str]) -> str:
    claimed = moment(datetime.fromisoformat(facts["claimed"]))
    approved = f"until {moment(datetime.fromisoformat(facts['approved']))} at most" if facts["approved"] else "nothing"
    return (
        f":rotating_light: The database says {named(entitlement, grant.entitlement)} of {person(grant.owner)} "
        f"(`{grant.iam_user}`) runs until {claimed}, but its approvals and the catalog allow {approved}. Latchkey "
        "doesn't send the later date to AWS. If nobody shortened `max_duration` in the catalog, someone changed "
        "the database: check who can write to it."
    )


def shortened(grant: Grant, entitlement: Entitlement | None, facts: Mapping[str, str]) -> str:
    """For the owner."""
    before = moment(datetime.fromisoformat(facts["claimed"]))
    return (
        f":hourglass: Your lease for {named(entitlement, grant.entitlement)} now ends {moment(grant.lease_until)} "
        f"instead of {before}: its approvals and the catalog allow no longer. Renew it before then if you still need "
        "it."
    )


def unstuck(grant: Grant) -> str:
    return f":white_check_mark: `{grant.iam_user}` is deleted."


def revoked(which: str) -> str:
    return f":white_check_mark: Revoked: {which}."
