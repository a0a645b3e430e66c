"""What a leaked key did, and what it could do. What CloudTrail couldn't say is called unknown."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from bot.domain.catalog import Account, Entitlement
from bot.domain.hygiene import found_permissions
from bot.domain.hygiene.inventory import FoundUser
from bot.domain.leaks.activity import LATE, Activity
from bot.domain.leaks.offspring import MadeKind
from bot.domain.leaks.trail_changes import Change
from bot.slack.text.approval import access
from bot.slack.text.formatting import ago, count, cut, escape, listed, moment, span
from bot.slack.text.leaks.calls import code, role, what
from bot.slack.text.usage.summary import NAMES, WHY

LINE_MOST = 700  # characters of one line, so that no name is cut inside its backticks
TEXT_MOST = 2900  # of one section; Slack takes 3,000
COULD_MOST = 1500
SHOWN = 5  # of each kind that is counted
GRAVE, CHANGED = ":rotating_light:", ":pencil2:"
LATENESS = f"CloudTrail can be {span(LATE)} late"
NOT_IN_IT = "it doesn't record reads of data, like objects in S3"


def lines(activity: Activity, now: datetime) -> list[str]:
    """Changes first, then what is counted, then what Latchkey doesn't know. Each line is Slack's mrkdwn."""
    return [cut(each, LINE_MOST) for each in _lines(activity, now)]


def texts(activity: Activity, now: datetime) -> list[str]:
    """The same lines, joined to as few texts as fit into one section each."""
    joined = [""]
    for each in lines(activity, now):
        if joined[-1] and len(joined[-1]) + 1 + len(each) > TEXT_MOST:
            joined.append("")
        joined[-1] += f"\n{each}" if joined[-1] else each
    return joined


def _lines(activity: Activity, now: datetime) -> Iterator[str]:
    if activity.unread is not None and activity.calls == 0:
        yield f":grey_question: What it did since {moment(activity.since)} is *unknown*: {WHY[activity.unread]}."
        return
    yield from _silence(activity) if activity.silent else _seen(activity, now)
    if activity.unread is not None:
        yield f":grey_question: What it did later is *unknown*: {WHY[activity.unread]}."
    yield _limits(activity, now)


def _silence(activity: Activity) -> Iterator[str]:
    since = moment(activity.since)
    yield f":grey_question: CloudTrail shows no call since {since}. Whether there was one is *unknown*."


def _seen(activity: Activity, now: datetime) -> Iterator[str]:
    least = "" if activity.complete else "at least "
    said = f"*Since {moment(activity.since)}*: {least}{count(activity.calls, 'call')}"
    last = f", the last {ago(activity.last_seen, now)}" if activity.last_seen else ""
    after = f"; {count(activity.after, 'call')} after the report" if activity.after else ""
    yield f"{said}{last}{after}."
    yield from _changes(activity)
    if activity.secrets:
        yield f":unlock: *Secrets it read*: {_counts((code(each.name), each.calls) for each in activity.secrets)}"
    if activity.roles:
        yield f"*Roles assumed*: {_counts((role(each.name), each.calls) for each in activity.roles)}"
    if activity.sessions:
        ids = [code(each.key) for each in activity.sessions if each.key]
        yield f"*Sessions made*: {count(len(activity.sessions), 'session')}" + (f", {_first(ids)}" if ids else "")
    services = ((NAMES.get(each.name, escape(each.name)), each.calls) for each in activity.services)
    yield f"*Services*: {_counts(services)}"
    for title, counts in (
        ("Networks", activity.networks),
        ("Tools", activity.tools),
        ("Regions", activity.regions),
    ):
        if counts:
            yield f"*{title}*: {_counts((escape(each.name), each.calls) for each in counts)}"
    if activity.denied:
        named = _counts((code(each.name), each.calls) for each in activity.refused)
        yield f"*AccessDenied*: {count(activity.denied, 'call')}: {named}"


def _changes(activity: Activity) -> Iterator[str]:
    if not activity.changed:
        yield "*Changes*: none that CloudTrail shows."
        return
    yield f"*Changes* ({activity.changed}), the most dangerous first:"
    made = {each.name for each in activity.made if each.kind is MadeKind.KEY}
    yield from (f"{GRAVE if each.grave else CHANGED} {_change(each, made)}" for each in activity.changes)
    if (left := activity.changed - len(activity.changes)) > 0:
        yield f"…and {count(left, 'more change')}. Search CloudTrail for the key to see all of them."


def _change(change: Change, made: Collection[str]) -> str:
    """`made` are keys that were created with the leaked one."""
    where = f" in {escape(change.region)}" if change.region and not change.call.startswith(("iam:", "sts:")) else ""
    origin = f" from {change.network}" if change.network else ""
    through = ""
    if change.by and (change.by in made or change.by.startswith("ASIA")):
        through = f", with the {'key' if change.by in made else 'session'} {code(change.by)} that it made"
    return f"{moment(change.at)}: {what(change)}{where}{origin}{through}"


def _limits(activity: Activity, now: datetime) -> str:
    where = f" in {listed([escape(each) for each in activity.looked_in])}" if activity.looked_in else ""
    said = [f"Read from CloudTrail {ago(activity.read_at, now)}{where}. {LATENESS}, and {NOT_IN_IT}."]
    if activity.missed:
        said.append(f"What it did in {listed([escape(each) for each in activity.missed])} is *unknown*.")
    elif not activity.complete:
        said.append("Only the newest calls were read.")
    return " ".join(said)


def _counts(pairs: Iterable[tuple[str, int]]) -> str:
    found = list(pairs)
    return _first([f"{name} ({calls})" for name, calls in found])


def _first(names: list[str]) -> str:
    left = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {left} more" if left > 0 else "")


# --- what it could do -----------------------------------------------------------------------------------------------


def could(
    *,
    entitlement: Entitlement | None = None,
    account: Account | None = None,
    user: FoundUser | None = None,
) -> str:
    """Of an issued key by its entitlement, of a found key by what inventory knows of its IAM user."""
    if entitlement is not None and account is not None:
        return cut(f"*It could*: {access.in_words(entitlement, account)}.", COULD_MOST)
    known = found_permissions.of_user(user, account.id) if user is not None and account is not None else None
    if known is None:
        return "*It could*: unknown. Latchkey hasn't read the policies of its IAM user; look in AWS what they allow."
    return cut(" ".join(_found(known)), COULD_MOST)


def _found(known: found_permissions.Permissions) -> Iterator[str]:
    said = [escape(each) for each in known.words]
    for kind, some in (("managed policies", known.managed), ("groups", known.groups)):
        if some:
            said.append(f"what the {kind} {listed([code(each) for each in some])} allow")
    yield f"*It could*: {'; '.join(said) or 'do nothing: no policy allows it anything'}."
    if known.admin:
        yield f":rotating_light: It could give itself and others any permission ({escape('; '.join(known.admin))})."
    if known.boundary:
        yield f"Its permissions boundary {code(known.boundary.rpartition('/')[2])} limits all of this."
    if known.managed or known.groups:
        yield "What these policies allow is *unknown* to Latchkey; look in AWS."
    elif known.admin is None:
        yield "Whether it could grant permissions is *unknown*."
