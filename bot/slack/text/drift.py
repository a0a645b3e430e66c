"""Sentences about a difference between the ledger and AWS: what it is, what the button does, and what came of it."""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.domain.catalog import Entitlement
from bot.domain.drift import Difference
from bot.domain.drift import DifferenceKind as K
from bot.domain.errors import Reason
from bot.domain.grant import Grant
from bot.slack.text import refusals, switchover
from bot.slack.text.formatting import ago, escape, key, moment, named, person

Says = Callable[[Difference, Grant, datetime], str]

WATCHED: Mapping[K, str] = {
    K.KEY_GONE: "a key deleted by hand",
    K.KEY_OFF: "a key made Inactive by hand",
    K.KEY_ON: "a key made Active by hand, though it was switched off here",
    K.FOREIGN_KEY: "a key on the grant's user that Latchkey did not make",
    K.USER_GONE: "the grant's IAM user deleted by hand",
    K.POLICY: "its policies changed, more of them, or another end of the lease",
    K.BOUNDARY: "its permissions boundary taken off or replaced",
    K.TAGS: "its `latchkey:` tags changed",
    K.PATH: "its path or name changed",
    K.GROUPS: "it was put into a group",
}
"""For the guide's table."""

LABELS: Mapping[K, str] = {
    K.KEY_GONE: "Strike it off",
    K.KEY_OFF: "Switch it on again",
    K.KEY_ON: "Switch it off again",
    K.FOREIGN_KEY: "Switch it off",
    K.USER_GONE: "Strike its keys off",
    K.POLICY: "Put back",
    K.BOUNDARY: "Put back",
    K.TAGS: "Put back",
}
DONE: Mapping[K, str] = {
    K.KEY_GONE: "struck off",
    K.KEY_OFF: "switched on again",
    K.KEY_ON: "switched off again",
    K.FOREIGN_KEY: "switched off",
    K.USER_GONE: "struck off with its keys",
    K.POLICY: "put back",
    K.BOUNDARY: "put back",
    K.TAGS: "put back",
}
SURE: Mapping[K, str] = {
    K.KEY_GONE: "Latchkey notes that this key is gone. If AWS still has it, nothing is done.",
    K.KEY_OFF: "Whoever switched it off may have had a reason. What holds the key can use it again.",
    K.KEY_ON: "What still uses it stops working.",
    K.FOREIGN_KEY: "What uses it stops working. It is not deleted: in AWS it can be made Active again.",
    K.USER_GONE: "Latchkey notes that the user and its keys are gone. If AWS still has it, nothing is done.",
    K.POLICY: "The user gets what was approved and nothing more. What works only because of the change stops working.",
    K.BOUNDARY: "What the boundary does not allow stops working.",
    K.TAGS: "Policies that look at these tags judge by the right ones again.",
}


def _key_gone(row: Difference, grant: Grant, _now: datetime) -> str:
    return (
        f"AWS has no key {key(row.about)} of {person(grant.owner)} any more: somebody deleted it there, and what used "
        "it has stopped working. Strike it off, then get another one with Collect or Rotate, or give the grant back."
    )


def _key_off(row: Difference, grant: Grant, _now: datetime) -> str:
    return (
        f"The key {key(row.about)} of {person(grant.owner)} is Inactive in AWS, but not by Latchkey. What uses it has "
        "stopped working. Find out who switched it off, and why; its approvers can switch it on again."
    )


def _key_on(row: Difference, grant: Grant, _now: datetime) -> str:
    return (
        f"The key {key(row.about)} of {person(grant.owner)} was switched off here, but it is Active in AWS: somebody "
        "switched it on there."
    )


def _foreign_key(row: Difference, grant: Grant, now: datetime) -> str:
    on = row.facts.get("active") == "yes"
    stands = "is *on*" if on else "is off"
    return (
        f"{key(row.about)} stands on the IAM user of {person(grant.owner)}'s grant, but Latchkey did not make it. It "
        f"{stands}, {_age(row)}, {_use(row, now)}. "
        + ("If nobody knows it, switch it off" if on else "It takes the room of a rotation: delete it in AWS")
        + " or end the grant. Latchkey deletes no key to make room."
    )


def _age(row: Difference) -> str:
    made = _at(row.facts.get("made"))
    return f"made {moment(made)}" if made else "of unknown age"


def _use(row: Difference, now: datetime) -> str:
    if "used" not in row.facts:
        return "last use unknown: AWS did not answer"
    used = _at(row.facts["used"])
    where = switchover.used_by(row.facts.get("service"), row.facts.get("region"))
    return f"last used {ago(used, now)}{where}" if used else "never used"


def _at(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _user_gone(_row: Difference, grant: Grant, _now: datetime) -> str:
    return (
        f"AWS has no IAM user `{grant.iam_user}` any more: somebody deleted it, and with it the keys of "
        f"{person(grant.owner)}. Strike them off, then Collect makes the user and a key anew; or end the grant."
    )


POLICIES = {"changed": "changed", "missing": "taken off", "extra": "added"}


def _policy(row: Difference, grant: Grant, _now: datetime) -> str:
    facts = row.facts
    lines = [f"{said}: {_code(facts[name])}" for name, said in POLICIES.items() if name in facts]
    if "lease" in facts:
        until = _at(facts["lease"])
        lease = f"AWS ends it {moment(until)}" if until else "AWS does not end it by itself any more"
        lines.append(f"{lease}; Latchkey has {moment(grant.lease_until)}")
    listed = "".join(f"\n• {line}" for line in lines)
    return f"Somebody changed in AWS what `{grant.iam_user}` of {person(grant.owner)} may do:{listed}"


def _code(names: str) -> str:
    return ", ".join(f"`{escape(each)}`" for each in names.split(", "))


def _boundary(row: Difference, grant: Grant, _now: datetime) -> str:
    other = row.facts.get("boundary")
    what = f"replaced the boundary by `{escape(other)}`" if other else "took the boundary off"
    return (
        f"Somebody {what} that keeps `{grant.iam_user}` of {person(grant.owner)} within the catalog. Until it is back, "
        "this user may do whatever its policies say."
    )


def _tags(row: Difference, grant: Grant, _now: datetime) -> str:
    tags = escape(row.facts.get("tags", ""))
    return f"Somebody changed tags of `{grant.iam_user}` of {person(grant.owner)} in AWS: `{tags}`"


def _path(row: Difference, grant: Grant, _now: datetime) -> str:
    if name := escape(row.facts.get("name", "")):
        return (
            f"Someone renamed `{grant.iam_user}` of {person(grant.owner)} to `{name}`. Its keys still work, and "
            "Latchkey still ends them with the grant, but it can't rotate or renew them. Fix it in AWS: "
            f"`aws iam update-user --user-name {name} --new-user-name {grant.iam_user}`."
        )
    path = escape(row.facts.get("path", ""))
    return (
        f"Somebody moved `{grant.iam_user}` of {person(grant.owner)} to the path `{path}`, "
        "where Latchkey has no rights: it can neither rotate nor end it there. Mend it in AWS: "
        f"`aws iam update-user --user-name {grant.iam_user} --new-path /latchkey/`."
    )


def _groups(row: Difference, grant: Grant, _now: datetime) -> str:
    groups = row.facts.get("groups", "")
    return (
        f"Somebody put `{grant.iam_user}` of {person(grant.owner)} into {_code(groups)}. Latchkey has no right on "
        f"groups: take it out in AWS (`aws iam remove-user-from-group --user-name {grant.iam_user} --group-name …`), "
        "or the end of this grant will get stuck there."
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


def difference(row: Difference, grant: Grant, entitlement: Entitlement | None, now: datetime) -> str:
    what = named(entitlement, grant.entitlement)
    return f":warning: {what} is not as it was left in AWS. {SAYS[row.kind](row, grant, now)}"


def under_way(row: Difference) -> str:
    return f":hourglass: {person(row.pressed_by or '')} pressed *{LABELS[row.kind]}*; it is being done."


def stuck(row: Difference) -> str:
    """Why the last press came to nothing."""
    word = row.stuck_on or ""
    said = refusals.SENTENCES.get(Reason(word)) if word in set(Reason) else None
    if isinstance(said, str):
        return f":information_source: {said}"
    return f":information_source: It was not done: `{escape(word)}`. Press again, or mend it in AWS."


def mended(row: Difference) -> str:
    return f":white_check_mark: {DONE[row.kind]} by {person(row.mended_by or '')} {moment(row.mended_at)}."


def gone(row: Difference) -> str:
    return f":white_check_mark: That is over, or told anew: {moment(row.closed_at)}."


def ended() -> str:
    return ":lock: The grant is over, and with it this."


def on_its_way() -> str:
    return ":hourglass: It is being done; the message says when."
