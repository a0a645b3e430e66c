"""The message of a leaked key: where it stands, its timeline, what came of it, and what containment can't undo."""

from collections.abc import Sequence

from bot.domain.events import LATCHKEY
from bot.domain.ids import AccessKeyId
from bot.domain.leaks.incident import Incident, StepState, Whose
from bot.domain.leaks.incident import Step as IncidentStep
from bot.domain.lifecycle import IncidentState
from bot.slack.text.formatting import cut, escape, holder, key, key_of, listed, moment, person, quote
from bot.slack.text.refusals.keys import ENDED

NAME_MOST = 90
MENTIONS_MOST = 20
FOREIGN = "foreign-role"  # of a role that the key assumed: it may go on while the key is contained
LEAKED = {
    IncidentState.REPORTED: "leaked",
    IncidentState.CONTAINING: "leaked: containing it",
    IncidentState.CONTAINED: "leaked: contained",
    IncidentState.CLOSED: "leaked: closed",
}
NOT_UNDONE = (
    "Containment doesn't undo what was done with the key: data that was read stays read, and resources and access that "
    "it made for others stay too."
)


def short(key: AccessKeyId) -> str:
    """Like AKIA…K7."""
    return f"{key[:4]}…{key[-2:]}"


def title(incident: Incident, name: str) -> str:
    """Plain text, for the header. `name` is that of the IAM user or entitlement; empty if nobody knows it."""
    cut_id = short(incident.access_key_id)
    what = f"{cut(name, NAME_MOST)} ({cut_id})" if name else cut_id
    return f"{what} {LEAKED[incident.state]}"


def what(incident: Incident, name: str) -> str:
    """The key in a sentence."""
    shown = key(incident.access_key_id)
    return key_of(f"*{escape(cut(name, NAME_MOST))}*", incident.access_key_id) if name else shown


def standing(incident: Incident, steps: Sequence[IncidentStep], name: str, *, being_replaced: bool = False) -> str:
    """Where it stands and what to do, in one paragraph."""
    it = what(incident, name)
    match incident.state:
        case IncidentState.CLOSED:
            return f":white_check_mark: The incident of {it} is closed. {_closed(incident)}"
        case IncidentState.CONTAINING:
            stuck = any(each.state is StepState.REFUSED for each in steps)
            if stuck:
                return f":rotating_light: {it} *isn't contained yet*: AWS refused a step. Latchkey keeps trying."
            if any(each.state is StepState.SKIPPED and each.why != FOREIGN for each in steps):
                return f":rotating_light: {it} *isn't contained*: Latchkey can't do all of it. Run the lines below."
            return f":hourglass_flowing_sand: Latchkey is containing {it}."
        case IncidentState.CONTAINED:
            return f":lock: {it} is *contained*. {_next(incident, being_replaced)}"
    return _reported(incident, it)


def _next(incident: Incident, being_replaced: bool) -> str:
    if incident.reactivate_at is not None and incident.reactivated_at is None:
        return "Latchkey is reactivating it."
    if not being_replaced:
        return "Anything that used it has stopped working. Next: its owner presses *Replace*. Then close the incident."
    return "It's being replaced. Close the incident once nothing needs the old key."


def _reported(incident: Incident, it: str) -> str:
    match incident.whose:
        case Whose.UNKNOWN:
            return f":mag: {it} is reported as leaked. Latchkey is looking up whose it is."
        case Whose.ITSELF:
            return (
                f":rotating_light: Latchkey *itself runs* with {it}, so it doesn't deactivate it. Admins: give "
                "Latchkey another key, then deactivate this one in IAM."
            )
        case Whose.OTHER if incident.account and (incident.user_arn or "").endswith(":root"):
            return (
                f":rotating_light: {it} belongs to *the root user* of {escape(incident.account)}, which Latchkey can't "
                "contain. Sign in as root and delete the key."
            )
        case Whose.OTHER if incident.account:
            return (
                f":warning: {it} is a session in {escape(incident.account)} that Latchkey didn't issue, so it can't "
                "contain it. Find out in CloudTrail who made it, and end the sessions of that role or user."
            )
        case Whose.OTHER:
            number = escape(incident.account_number or "unknown")
            return (
                f":warning: {it} belongs to AWS account `{number}`, which isn't in Latchkey's catalog, so Latchkey "
                "can't contain it. Tell whoever runs that account. If you don't know who does, report it to AWS: "
                "https://support.aws.amazon.com/#/contacts/report-abuse"
            )
        case Whose.GONE:
            return f":information_source: AWS doesn't have {it} any more. Sessions made with it may still work."
    ends = "end it" if incident.whose is Whose.SESSION else "deactivate it and end its sessions"
    return f":rotating_light: {it} *still works*. Press *Contain* to {ends}; anything that uses it stops."


def whose(owner: str | None, account: str, user: str | None) -> str:
    """Whom it belongs to and where, for those who read only the ID. `account` as `steps.account` says it."""
    held = f"Owner: {holder(owner)} · " if owner is not None else ""
    name = cut(escape((user or "").replace("`", "'")), NAME_MOST)
    on = f" · IAM user `{name}`" if name else ""
    return f"{held}account {account}{on}"


def asked(names: Sequence[str]) -> str:
    """Mentions them: Slack notifies people by a channel's message only if it does."""
    shown = [f"<!subteam^{each}>" if each.startswith("S") else person(each) for each in names[:MENTIONS_MOST]]
    return f"Asked: {listed(shown)}. You don't need to be sure that it leaked."


def _closed(incident: Incident) -> str:
    why = f"\n{quote(incident.justification)}" if incident.justification else ""
    back = " Its key is active again." if incident.reactivated_at else ""
    return f"{person(incident.closed_by or LATCHKEY)} closed it {moment(incident.closed_at)}.{back}{why}"


def others(active: Sequence[str], off: Sequence[str]) -> str:
    """Other keys of the same IAM user: whoever has one may have the other."""
    said = []
    if active:
        it = "it leaked too" if len(active) == 1 else "they leaked too"
        said.append(f":warning: *Other keys of this IAM user that are active*: {_ids(active)}. Check whether {it}.")
    if off:
        said.append(f"Other keys of this IAM user that are off: {_ids(off)}.")
    return "\n".join(said)


def _ids(keys: Sequence[str]) -> str:
    shown = [f"`{escape(each)}`" for each in keys[:8]]
    return listed([*shown, *([f"{len(keys) - 8} more"] if len(keys) > 8 else [])])


def replacement(by: str, state: str, made: str | None, user: str | None, *, over: str = "", asks: bool = True) -> str:
    """What takes its place, by the state of the request, or how its grant ended. `asks`: Replace can be pressed."""
    again = " Press *Replace* to ask again." if asks else ""
    if over:
        return f":information_source: The replacement that {person(by)} asked for {ENDED[over]}.{again}"
    if made is not None:
        where = f", on the IAM user `{escape(user)}`" if user else ""
        return f":key: Replaced: `{escape(made)}` is live{where}."
    return {
        "requested": f":hourglass_flowing_sand: {person(by)} asked for a replacement. Nobody has decided yet.",
        "approved": f":key: The replacement that {person(by)} asked for is approved. Its owner presses Collect.",
    }.get(state, f":no_entry: The replacement that {person(by)} asked for was {state}.{again}")
