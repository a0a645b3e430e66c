"""Sentences about the end of a lease and its renewal: reminders, keys still in use, and the outcome."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.catalog import Entitlement
from bot.domain.credential import Credential
from bot.domain.grant import Grant
from bot.domain.policies.access_summary import service_name
from bot.slack.text.formatting import day, key, listed, moment, named, person, span
from bot.slack.text.switchover import last_use

# --- asking for it -----------------------------------------------------------------------------------------------


def which(title: str, keys: str, until: datetime | None) -> str:
    return f"*{title}* · {keys} · runs until {moment(until)}"


def longer_hint() -> str:
    return "It counts from the approval, and never ends sooner than it does now."


def runs(grant: Grant, until: datetime, duration: timedelta) -> str:
    return (
        f":arrows_counterclockwise: It runs until {moment(grant.lease_until)}. If you approve now, it runs until "
        f"{moment(until)}: the {span(duration)} count from the approval, and a renewal never shortens a lease."
    )


def use(credential: Credential, since: datetime | None = None) -> str:
    """The last use from the ledger. A reading from before `since`, when AWS was asked, counts as unknown."""
    name = key(credential.access_key_id)
    if credential.ends_at is not None:
        return f"{name} is a session and expires {moment(credential.ends_at)}"
    read = credential.used_read_at
    if read is None and since is None:
        return f"{name}: last use not known yet"
    if read is None or (since is not None and read < since):
        return f"{name}: last use unknown because AWS didn't answer"
    if credential.used_at is None:
        return f"{name}: never used, as of {moment(read)}"
    return f"{name}: {last_use(credential)}"


# --- what came of it ---------------------------------------------------------------------------------------------


def on_its_way() -> str:
    return ":hourglass_flowing_sand: Latchkey is extending it in AWS. Until that's done, the old date applies."


def too_late() -> str:
    return ":no_entry: The grant ended before Latchkey could extend it in AWS."


def lapsed_with_its_grant() -> str:
    return ":hourglass: Lapsed: the grant ended before anyone decided"


def outcome(what: str, stands: str) -> str:
    """What came of an approved renewal comes first: the request's own message already says that it's approved."""
    approved, _, came = stands.rpartition("\n")
    return f"{what} · {came}\n{approved}"


def came_of(until: datetime | None, why: str) -> str:
    if until is not None:
        return f":key: It now runs until {moment(until)}."
    return f":information_source: {WHY.get(why, OTHERWISE)}"


WHY = {
    "longer-already": "It already runs longer than that, so nothing was changed. A renewal never shortens a lease.",
    "longer-one": "A longer renewal was approved in the meantime, so that one counts. Nothing was shortened.",
    "not-approver": (
        "It wasn't renewed: the person who approved it is no longer an approver. The old date applies; ask again."
    ),
    "not-a-member": "It wasn't renewed: Slack says its owner isn't a full member of this workspace.",
    "entitlement-gone": "It wasn't renewed: the catalog no longer offers this. The old date applies.",
    "too-long": "It wasn't renewed: the catalog allows no longer lease. The old date applies.",
    "aws:Differs": "It wasn't renewed: the account's permissions boundary doesn't match the catalog. Tell the admins.",
    "aws:NoSuchEntity": "It wasn't renewed: its IAM user or its boundary no longer exists in AWS. Tell the admins.",
    "aws:AccessDenied": "It wasn't renewed: AWS denied Latchkey access. Ask the admins to run `latchkey doctor`.",
}
OTHERWISE = "It wasn't renewed: AWS rejected the new date. The old one applies; tell the admins, or ask again."


# --- the end -----------------------------------------------------------------------------------------------------


def ending(grant: Grant, entitlement: Entitlement | None, uses: list[str]) -> str:
    listed = "".join(f"\n• {each}" for each in uses)
    return (
        f":bell: {named(entitlement, grant.entitlement)} ends {moment(grant.lease_until)}, within {_left(grant)}, and "
        f"AWS refuses it from then on. Renew it if you still need it, or give it back.{listed}"
    )


def _left(grant: Grant) -> str:
    return span(grant.told_stage) if grant.told_stage else "a day"


def in_use(grant: Grant, entitlement: Entitlement | None, uses: list[str]) -> str:
    listed = "".join(f"\n• {each}" for each in uses)
    return (
        f":bell: {named(entitlement, grant.entitlement)} of {person(grant.owner)} ends {moment(grant.lease_until)}, "
        f"and something may still use it. Whatever does stops working then, unless {person(grant.owner)} presses Renew "
        f"and you approve it.{listed}"
    )


NAMED = 10  # services; the rest is a number


def narrower(services: Sequence[str], read_at: datetime, *, every: bool) -> str:
    """What the entitlement allows and nobody used. `every`: that is all that it allows."""
    names = [service_name(each) for each in services]
    more = [f"{len(names) - NAMED} more"] if len(names) > NAMED else []
    then = "give it back if it isn't needed" if every else "ask for less"
    return f":mag: Nobody used {listed([*names[:NAMED], *more], 'or')} with it, as of {day(read_at)}: {then}."


def renewed(grant: Grant, entitlement: Entitlement | None) -> str:
    what = named(entitlement, grant.entitlement)
    return f":white_check_mark: {what} was renewed and runs until {moment(grant.lease_until)}."


def over(grant: Grant, entitlement: Entitlement | None) -> str:
    return f":lock: {named(entitlement, grant.entitlement)} has ended."
