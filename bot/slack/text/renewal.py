"""Sentences about the end of a lease and about a longer one: reminders, keys still in use, what came of a renewal."""

from datetime import datetime, timedelta

from bot.domain.catalog import Entitlement
from bot.domain.credential import Credential
from bot.domain.grant import Grant
from bot.slack.text.formatting import key, moment, named, person, span
from bot.slack.text.switchover import last_use

# --- asking for it -----------------------------------------------------------------------------------------------


def which(title: str, keys: str, until: datetime | None) -> str:
    return f"*{title}* · {keys} · runs until {moment(until)}"


def longer_hint() -> str:
    return "Counted from the approval. It never ends sooner than it does now."


def why_hint() -> str:
    return "The approvers read it, and so does whoever reads the audit trail later."


def runs(grant: Grant, until: datetime, duration: timedelta) -> str:
    return (
        f":arrows_counterclockwise: A renewal: it runs until {moment(grant.lease_until)}. Approved now, it would run "
        f"until {moment(until)}; the {span(duration)} count from the approval, and nothing is shortened."
    )


def use(credential: Credential, since: datetime | None = None) -> str:
    """The last use as far as the ledger knows it; what was read before `since` counts as unknown."""
    name = key(credential.access_key_id)
    if credential.ends_at is not None:
        return f"{name} is a session and ends by itself {moment(credential.ends_at)}"
    read = credential.used_read_at
    if read is None or (since is not None and read < since):
        return f"{name}: last use unknown, AWS has not told"
    if credential.used_at is None:
        return f"{name}: never used, as of {moment(read)}"
    return f"{name}: {last_use(credential)}"


# --- what came of it ---------------------------------------------------------------------------------------------


def on_its_way() -> str:
    return ":hourglass_flowing_sand: AWS is being told; the old date stands until then."


def too_late() -> str:
    return ":no_entry: The grant was over before AWS took the new date over."


def lapsed_with_its_grant() -> str:
    return ":hourglass: Lapsed: the grant was over before anybody decided"


def came_of(until: datetime | None, why: str) -> str:
    if until is not None:
        return f":key: It now runs until {moment(until)}."
    return f":information_source: {WHY.get(why, OTHERWISE)}"


WHY = {
    "longer-already": "It runs longer than that already, so nothing was changed: a renewal shortens nothing.",
    "longer-one": "A longer renewal was approved before AWS was told, so that one counts: nothing was shortened.",
    "not-approver": "It was not renewed: who approved it is no approver any more. The date stands; ask again.",
    "not-a-member": "It was not renewed: Slack says that its owner is no full member of this workspace.",
    "entitlement-gone": "It was not renewed: the catalog does not offer this any more. The date stands.",
    "too-long": "It was not renewed: the catalog allows no longer time than it has. The date stands.",
    "aws:Differs": "It was not renewed: the account's boundary policy is not the catalog's. Tell Latchkey's admins.",
    "aws:NoSuchEntity": "It was not renewed: its user or its boundary is gone from AWS. Tell Latchkey's admins.",
    "aws:AccessDenied": "It was not renewed: AWS refused Latchkey's own rights. Tell Latchkey's admins.",
}
OTHERWISE = (
    "It was not renewed: AWS did not take the new date. The old one stands; tell Latchkey's admins, or ask again."
)


# --- the end -----------------------------------------------------------------------------------------------------


def ending(grant: Grant, entitlement: Entitlement | None, uses: list[str]) -> str:
    listed = "".join(f"\n• {each}" for each in uses)
    return (
        f":bell: {named(entitlement, grant.entitlement)} ends {moment(grant.lease_until)}, in "
        f"{_left(grant)} or less. AWS refuses it from then on. Renew it if it is still needed, else give it back."
        f"{listed}"
    )


def _left(grant: Grant) -> str:
    return span(grant.told_stage) if grant.told_stage else "a day"


def in_use(grant: Grant, entitlement: Entitlement | None, uses: list[str]) -> str:
    listed = "".join(f"\n• {each}" for each in uses)
    return (
        f":bell: {named(entitlement, grant.entitlement)} of {person(grant.owner)} ends {moment(grant.lease_until)}, "
        f"and something may still use it. What uses it stops working then, unless {person(grant.owner)} presses "
        f"Renew and you approve it.{listed}"
    )


def renewed(grant: Grant, entitlement: Entitlement | None) -> str:
    what = named(entitlement, grant.entitlement)
    return f":white_check_mark: {what} was renewed and runs until {moment(grant.lease_until)}."


def over(grant: Grant, entitlement: Entitlement | None) -> str:
    return f":lock: {named(entitlement, grant.entitlement)} is over."
