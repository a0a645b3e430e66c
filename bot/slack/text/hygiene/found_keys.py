"""Sentences about found keys in the list and in the windows of commands."""

from datetime import datetime

from bot.domain.hygiene.finding import Finding
from bot.domain.hygiene.inventory import FoundKey, FoundUser
from bot.domain.ownership.claim import Claim
from bot.slack.text.formatting import escape, key, key_of, moment
from bot.slack.text.hygiene import digest
from bot.slack.text.hygiene.findings import SAYS, fix, measured
from bot.slack.text.ownership import user as user_named

NOT_ADOPTED = "Latchkey may not act on keys that it didn't create in this account."
ADOPT_IT = "Or ask Latchkey's admins to set `adopt = true` for the account."
OFF_BY_HAND = "This key was switched off outside Latchkey, so Latchkey can't bring it back."
REVOKED = "A key that Latchkey didn't create is only switched off, and two approvers can bring it back."
NO_DELETER = "Latchkey may not delete found keys in this account, because it has no Deleter role there."
NO_LEASE = "A key that Latchkey didn't create has no lease to renew."


def name(user: FoundUser, seen: FoundKey) -> str:
    return key_of(f"*`{escape(user.name)}`*", seen.access_key_id) if seen.access_key_id else f"*`{escape(user.name)}`*"


def line(user: FoundUser, seen: FoundKey) -> str:
    return f"{name(user, seen)}{'' if seen.active else ' · *off*'}"


def details(user: FoundUser, seen: FoundKey, now: datetime) -> str:
    about = digest.details(digest.place(user.account, user.name), seen.created_at, seen.used, now)
    return f"{about} · {digest.NOT_OURS}"


def finding(found: Finding, seen: FoundKey, now: datetime) -> str:
    """What was found on it, with how to fix it; a kept one says until when."""
    whose = "It" if found.access_key_id else "Its IAM user"
    said = f"{whose} {measured(found, seen.created_at, seen.used_at, now)}."
    kept = digest.stands(found, now)
    return f"{said} {kept}" if kept else f"{said} {fix(found.kind)}"


def on_issued(found: Finding, now: datetime) -> str:
    """The same for a key that Latchkey created."""
    said = f"{key(found.access_key_id)} {SAYS[found.kind]}."
    kept = digest.stands(found, now)
    return f"{said} {kept}" if kept else f"{said} {fix(found.kind)}"


def which(user: FoundUser, seen: FoundKey) -> str:
    return f"{name(user, seen)} in {escape(user.account)}"


def option(user: FoundUser, seen: FoundKey) -> tuple[str, str]:
    """In a list to choose from: the IAM user, and the key with its account."""
    return user.name, f"{seen.access_key_id} in {user.account}, {digest.NOT_OURS}"


def claim(found: Claim) -> str:
    """To the claimant."""
    asked = f"You claimed {user_named(found.account, found.iam_user)} {moment(found.made_at)}."
    return f":hourglass_flowing_sand: {asked} An approver of the account has to confirm it."


# --- what can be done where Latchkey may not act ----------------------------------------------------------------------


def by_hand(verb: str, user: FoundUser, seen: FoundKey) -> str:
    """The AWS CLI lines that do what the command was to do."""
    create = f"aws iam create-access-key --user-name {escape(user.name)}"
    off, delete = _update(user, seen, "Inactive"), f"aws iam delete-access-key {_options(user, seen)}"
    lines = {"rotate": [create, off, delete], "revoke": [off, delete], "reactivate": [_update(user, seen, "Active")]}
    written = "\n".join(lines[verb])
    return f"{NOT_ADOPTED} With rights in IAM you can do it yourself:\n```{written}```\n{ADOPT_IT}"


def off_by_hand(user: FoundUser, seen: FoundKey) -> str:
    written = _update(user, seen, "Active")
    return f"{OFF_BY_HAND} With rights in IAM you can:\n```{written}```\nThen tell the owner of `{escape(user.name)}`."


def no_deleter(user: FoundUser, seen: FoundKey) -> str:
    written = f"aws iam delete-access-key {_options(user, seen)}"
    return f"{NO_DELETER} With rights in IAM you can:\n```{written}```\nOr ask Latchkey's admins for the role."


def _update(user: FoundUser, seen: FoundKey, status: str) -> str:
    return f"aws iam update-access-key {_options(user, seen)} --status {status}"


def _options(user: FoundUser, seen: FoundKey) -> str:
    return f"--user-name {escape(user.name)} --access-key-id {seen.access_key_id or 'AKIA…'}"


def no_lease(user: FoundUser, seen: FoundKey) -> str:
    return (
        f"{which(user, seen)}: {NO_LEASE[0].lower()}{NO_LEASE[1:]} *Rotate* replaces it with one that has, and *Keep* "
        "stops the reminders: `{command} list` shows both."
    )


def revoking(user: FoundUser, seen: FoundKey) -> str:
    return (
        f"Switches off {which(user, seen)}. If something used it in the last 24 hours, Latchkey asks you once more. "
        "It isn't deleted; reactivating it takes two approvers."
    )
