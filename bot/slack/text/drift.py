"""Sentences about drift: how AWS differs from the ledger, what each button does, and what came of it."""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.domain.catalog import Entitlement
from bot.domain.drift.difference import Difference
from bot.domain.drift.difference import DifferenceKind as K
from bot.domain.errors import Reason, Refused
from bot.domain.grant import Grant
from bot.slack.text import refusals, switchover
from bot.slack.text.formatting import ago, escape, key, key_of, moment, named, person

Says = Callable[[Difference, Grant, str, datetime], tuple[str, str]]
"""Takes the name of the grant's entitlement; returns what happened, and the details that go below it."""

WATCHED: Mapping[K, str] = {
    K.KEY_GONE: "a key deleted outside Latchkey",
    K.KEY_OFF: "a key deactivated outside Latchkey",
    K.KEY_ON: "a key reactivated outside Latchkey after it was switched off here",
    K.FOREIGN_KEY: "a key on the grant's user that Latchkey didn't create",
    K.USER_GONE: "the grant's IAM user deleted outside Latchkey",
    K.POLICY: "its policies changed or added to, or the end of its lease changed",
    K.BOUNDARY: "its permissions boundary removed or replaced",
    K.TAGS: "its `latchkey:` tags changed",
    K.PATH: "its path or name changed",
    K.GROUPS: "the user added to a group",
}
"""For the guide's table."""

LABELS: Mapping[K, str] = {
    K.KEY_GONE: "Mark as deleted",
    K.KEY_OFF: "Reactivate",
    K.KEY_ON: "Switch off",
    K.FOREIGN_KEY: "Switch off",
    K.USER_GONE: "Mark as deleted",
    K.POLICY: "Restore",
    K.BOUNDARY: "Restore",
    K.TAGS: "Restore",
}
DONE: Mapping[K, str] = {
    K.KEY_GONE: "Marked as deleted",
    K.KEY_OFF: "Reactivated",
    K.KEY_ON: "Switched off",
    K.FOREIGN_KEY: "Switched off",
    K.USER_GONE: "Marked as deleted, with its keys",
    K.POLICY: "Restored",
    K.BOUNDARY: "Restored",
    K.TAGS: "Restored",
}
SURE: Mapping[K, str] = {
    K.KEY_GONE: "Latchkey stops tracking this key. If AWS still has it, nothing changes.",
    K.KEY_OFF: "The person who deactivated it may have had a reason. Anything that has the key can use it again.",
    K.KEY_ON: "Anything that still uses it stops working.",
    K.FOREIGN_KEY: "Anything that uses it stops working. It isn't deleted; you can reactivate it in AWS.",
    K.USER_GONE: "Latchkey stops tracking the user and its keys. If AWS still has them, nothing changes.",
    K.POLICY: "The user gets exactly the approved permissions. Anything that relies on the change stops working.",
    K.BOUNDARY: "Anything the boundary doesn't allow stops working.",
    K.TAGS: "Policies that check these tags see the approved values again.",
}


def _key_gone(row: Difference, grant: Grant, what: str, _now: datetime) -> tuple[str, str]:
    return (
        f"Someone deleted {_key(row, grant, what)} outside Latchkey. Anything using it has stopped working.",
        "Mark it as deleted. Then get another one with Collect or Rotate, or give the grant back.",
    )


def _key_off(row: Difference, grant: Grant, what: str, _now: datetime) -> tuple[str, str]:
    return (
        f"Someone deactivated {_key(row, grant, what)} outside Latchkey. Anything using it has stopped working.",
        "CloudTrail shows who did it. Find out why before an approver reactivates it.",
    )


def _key_on(row: Difference, grant: Grant, what: str, _now: datetime) -> tuple[str, str]:
    return (f"Someone reactivated {_key(row, grant, what)} outside Latchkey, after it was switched off here.", "")


def _foreign_key(row: Difference, grant: Grant, what: str, now: datetime) -> tuple[str, str]:
    on = row.facts.get("active") == "yes"
    todo = (
        "If nobody knows it, switch it off or end the grant"
        if on
        else "It takes one of the two keys AWS allows, so a rotation has no room: delete it in AWS, or end the grant"
    )
    return (
        (
            f"Latchkey didn't create {key(row.about)}, a key on the IAM user of {_user(grant, what)}. It is "
            f"{'*on*' if on else 'off'}, {_age(row)}, {_use(row, now)}."
        ),
        f"{todo}. Latchkey never deletes a key to make room.",
    )


def _key(row: Difference, grant: Grant, what: str) -> str:
    return f"{key_of(what, row.about)} of {person(grant.owner)}"


def _user(grant: Grant, what: str) -> str:
    return f"{person(grant.owner)}'s grant for {what} (`{grant.iam_user}`)"


def _age(row: Difference) -> str:
    made = _at(row.facts.get("made"))
    return f"created {moment(made)}" if made else "created at an unknown time"


def _use(row: Difference, now: datetime) -> str:
    if "used" not in row.facts:
        return "last use unknown because AWS didn't answer"
    used = _at(row.facts["used"])
    where = switchover.used_with(row.facts.get("service"), row.facts.get("region"))
    return f"last used {ago(used, now)}{where}" if used else "never used"


def _at(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _user_gone(_row: Difference, grant: Grant, what: str, _now: datetime) -> tuple[str, str]:
    return (
        f"Someone deleted the IAM user of {_user(grant, what)} outside Latchkey. Its keys have stopped working.",
        "Mark them as deleted. Then Collect creates the user and a key again; or end the grant.",
    )


POLICIES = {"changed": "changed", "missing": "removed", "extra": "added"}


def _policy(row: Difference, grant: Grant, what: str, _now: datetime) -> tuple[str, str]:
    facts = row.facts
    lines = [f"{said}: {_code(facts[name])}" for name, said in POLICIES.items() if name in facts]
    if "lease" in facts:
        until = _at(facts["lease"])
        lease = f"AWS ends it {moment(until)}" if until else "AWS no longer ends it"
        lines.append(f"{lease}; the lease ends {moment(grant.lease_until)}")
    listed = "".join(f"\n• {line}" for line in lines)
    return (f"Someone changed the permissions of {_user(grant, what)} outside Latchkey:{listed}", "")


def _code(names: str) -> str:
    return ", ".join(f"`{escape(each)}`" for each in names.split(", "))


def _boundary(row: Difference, grant: Grant, what: str, _now: datetime) -> tuple[str, str]:
    other = row.facts.get("boundary")
    did = "replaced the permissions boundary" if other else "removed the permissions boundary"
    now = f" with `{escape(other)}`" if other else ""
    return (
        (
            f"Someone {did} of {_user(grant, what)}{now}. Until it's restored, this user can do whatever its policies "
            "allow."
        ),
        "",
    )


def _tags(row: Difference, grant: Grant, what: str, _now: datetime) -> tuple[str, str]:
    tags = escape(row.facts.get("tags", ""))
    return (f"Someone changed tags of {_user(grant, what)} outside Latchkey: `{tags}`", "")


def _path(row: Difference, grant: Grant, what: str, _now: datetime) -> tuple[str, str]:
    if name := escape(row.facts.get("name", "")):
        return (
            (
                f"Someone renamed the IAM user of {_user(grant, what)} to `{name}`. Its keys still work, and Latchkey "
                "still ends them with the grant, but it can't rotate or renew them."
            ),
            f"Rename it back: `aws iam update-user --user-name {name} --new-user-name {grant.iam_user}`.",
        )
    path = escape(row.facts.get("path", ""))
    return (
        (
            f"Someone moved the IAM user of {_user(grant, what)} to the path `{path}`. Latchkey has no permissions "
            "there, so it can't rotate or end it."
        ),
        f"Move it back: `aws iam update-user --user-name {grant.iam_user} --new-path /latchkey/`.",
    )


def _groups(row: Difference, grant: Grant, what: str, _now: datetime) -> tuple[str, str]:
    groups = row.facts.get("groups", "")
    return (
        (
            f"Someone added the IAM user of {_user(grant, what)} to {_code(groups)}. Latchkey may not change groups, "
            "so it can't delete this user when the grant ends."
        ),
        f"Remove it: `aws iam remove-user-from-group --user-name {grant.iam_user} --group-name …`.",
    )


SAYS: Mapping[K, Says] = {
    K.KEY_GONE: _key_gone,
    K.KEY_OFF: _key_off,
    K.KEY_ON: _key_on,
    K.FOREIGN_KEY: _foreign_key,
    K.USER_GONE: _user_gone,
    K.POLICY: _policy,
    K.BOUNDARY: _boundary,
    K.TAGS: _tags,
    K.PATH: _path,
    K.GROUPS: _groups,
}


def difference(row: Difference, grant: Grant, entitlement: Entitlement | None, now: datetime) -> tuple[str, str]:
    said, details = SAYS[row.kind](row, grant, named(entitlement, grant.entitlement), now)
    return f":warning: {said}", details


def under_way(row: Difference) -> str:
    return f":hourglass: {person(row.pressed_by or '')} pressed *{LABELS[row.kind]}*. Latchkey is working on it."


def stuck(row: Difference, command: str) -> str:
    """Why the last press changed nothing."""
    word = row.stuck_on or ""
    reason = Reason(word) if word in set(Reason) else None
    bare = reason in {Reason.LEAKED, Reason.NOT_APPROVER}  # sentences that can do without facts
    if reason and (bare or isinstance(refusals.SENTENCES[reason], str)):
        return f":information_source: {refusals.sentence(Refused(reason), command)}"
    return f":information_source: That didn't work: `{escape(word)}`. Press again, or fix it in AWS."


def repaired(row: Difference) -> str:
    return f":white_check_mark: {DONE[row.kind]} by {person(row.repaired_by or '')} {moment(row.repaired_at)}."


def gone(row: Difference) -> str:
    return f":white_check_mark: No longer the case, or in a newer message, as of {moment(row.closed_at)}."


def ended() -> str:
    return ":lock: The grant has ended, so there's nothing left to do."


def on_its_way() -> str:
    return ":hourglass: Latchkey is working on it. The message shows when it's done."
