"""Answers about leaked keys to the one who reported one or pressed a button. What was pasted is never repeated."""

from bot.domain.events import LATCHKEY
from bot.domain.leaks.incident import AGREE, CONTAINABLE, Incident, Step, Whose
from bot.domain.lifecycle import IncidentState
from bot.flows.leaks.report import Reported
from bot.slack.text.formatting import count, escape, key, moment, person
from bot.slack.text.formatting import listed as joined
from bot.slack.text.leaks import steps
from bot.slack.text.leaks.incident import short

KEYS_MOST = 10
WAKES = "Owner and approvers are paged. If nobody decides within 10 minutes, the admins are paged too."


def reported(made: Reported, by: str, command: str, *, has_secret: bool, in_message: bool) -> str:
    """`has_secret`: the text also held what may be the key's secret."""
    lines = [_reported(each, by, new=each.id in made.opened, asks=has_secret) for each in made.incidents[:KEYS_MOST]]
    if (left := len(made.incidents) - KEYS_MOST) > 0:
        lines.append(f"And {count(left, 'more key')}: `{command} incidents` lists what is yours.")
    if made.left_out:
        ids = joined([key(each) for each in made.left_out[:KEYS_MOST]])
        lines.append(f":warning: You can't report as much in one hour, so this wasn't reported: {ids}.")
    if has_secret or in_message:
        lines.append(_delete(in_message=in_message))
    return "\n".join(lines)


def no_worker(said: str) -> str:
    return (
        f"{said}\n:rotating_light: Latchkey's worker isn't running, so nothing happens in AWS until it is. Tell an "
        "admin; whoever has rights in IAM can deactivate the key there now."
    )


def _delete(*, in_message: bool) -> str:
    if in_message:
        return ":wastebasket: Delete the message now: everybody who can read it has what it holds."
    return ":wastebasket: If the secret also stands in a message or a file, delete that now. Latchkey didn't keep it."


def _reported(incident: Incident, by: str, *, new: bool, asks: bool) -> str:
    it = key(incident.access_key_id)
    if incident.state is not IncidentState.REPORTED:
        return _settled(incident, it, by)
    match incident.whose:
        case Whose.ITSELF:
            return f":rotating_light: Latchkey itself runs on {it}, so it doesn't deactivate it. The admins are paged."
        case Whose.OTHER if incident.account:
            return (
                f":warning: Latchkey can't contain {it}: no IAM user of {escape(incident.account)} has it. The admins "
                "are paged."
            )
        case Whose.OTHER:
            number = incident.account_number
            where = f"AWS account `{escape(number)}` isn't in its catalog" if number else "its ID names no AWS account"
            return (
                f":warning: Latchkey can't contain {it}: {where}. The admins are paged. Tell whoever runs that account."
            )
    if not new:
        return f":information_source: {it} was already reported {moment(incident.opened_at)}. {_paged(incident)}"
    if incident.contain_by is not None:
        return f":hourglass_flowing_sand: Reported. Latchkey is looking up whose {it} is, then contains it."
    if asks and incident.proof is not None:
        return (
            f":hourglass_flowing_sand: Reported. Latchkey asks AWS whether the secret belongs to {it}. If so, it's "
            "contained at once; if not, its owner and approvers are paged."
        )
    if incident.whose is Whose.UNKNOWN:
        return f":mag: Reported. Latchkey is looking up whose {it} is. {WAKES}"
    return f":bell: Reported: {it}. {WAKES}"


def _paged(incident: Incident) -> str:
    return "Its owner and approvers were paged." if incident.paged_at else "Latchkey is on it."


def _settled(incident: Incident, it: str, by: str) -> str:
    if incident.state is IncidentState.CLOSED:
        if incident.whose is Whose.GONE:
            return f":white_check_mark: AWS doesn't have {it} any more, so there's nothing to contain."
        return f":information_source: {person(incident.closed_by or LATCHKEY)} closed the incident of {it}."
    if incident.state is IncidentState.CONTAINED:
        return f":lock: {it} was already contained{_by(incident, by)} {moment(incident.contained_at)}."
    if incident.contain_by == by:
        return (
            f":hourglass_flowing_sand: Latchkey is containing {it} now: it {_does(incident)}. The message about the "
            "leak shows each step."
        )
    return f":hourglass_flowing_sand: {it} is already being contained{_by(incident, by)}."


def _does(incident: Incident) -> str:
    return "ends the session" if incident.whose is Whose.SESSION else "deactivates the key and ends its sessions"


def _by(incident: Incident, reader: str) -> str:
    by = incident.contain_by or LATCHKEY
    return " by you" if by == reader else f" by {person(by)}"


# --- presses ----------------------------------------------------------------------------------------------------------


def contained(incident: Incident, by: str) -> str:
    """After Contain: what it did, or who was faster and when."""
    it = key(incident.access_key_id)
    if incident.state is IncidentState.REPORTED:
        if incident.contain_by is not None:
            return f":hourglass_flowing_sand: Latchkey is looking up whose {it} is, then contains it."
        return f":bell: You can't contain {it} yourself, so its owner and approvers are paged now."
    if incident.contain_by == by:
        if incident.state is IncidentState.CONTAINED:
            return f":lock: You contained {it} {moment(incident.contain_at)}."
        return f":hourglass_flowing_sand: Latchkey is containing {it}: it {_does(incident)}."
    said = f":information_source: Already contained{_by(incident, by)} {moment(incident.contain_at)}."
    return said if incident.state is IncidentState.CONTAINED else f"{said} Latchkey is still at it."


def closing(incident: Incident) -> str:
    """Above the field of the window that closes it."""
    it = key(incident.access_key_id)
    if incident.whose not in CONTAINABLE:
        return f":warning: Latchkey didn't deactivate {it}. Close this once somebody did, or if it didn't leak."
    if incident.state is IncidentState.REPORTED:
        return f":warning: {it} *still works*. Close this only if it didn't leak; otherwise press *Contain*."
    return f"Closing ends the checks of {it}. What Latchkey did to it stays as it is."


def dismissed(incident: Incident) -> str:
    return f":white_check_mark: Closed: nobody is paged about {key(incident.access_key_id)}."


def agreed(missing: int) -> str:
    if missing:
        return (
            f":bell: You agreed to reactivate it, {AGREE - missing} of {AGREE}. Another approver or admin has to agree."
        )
    return f":unlock: {AGREE} people agreed. Latchkey is reactivating the key."


def ending_sessions(step: Step) -> str:
    return f":hourglass_flowing_sand: Latchkey is ending the sessions of the role `{steps.role(step)}`."


def why_replaced(incident: Incident) -> str:
    """What the request's window is filled in with, as typed."""
    return f"Replaces {short(incident.access_key_id)}, which leaked"


# --- /key incidents ---------------------------------------------------------------------------------------------------


def none_open(command: str) -> str:
    return f"No key leaked in the last 90 days that you own or decide about. `{command} leaked KEY` reports one."


def listed(first: int, last: int, total: int) -> str:
    where = f" ({first} to {last} of {total})" if last - first + 1 < total else ""
    return f"*Leaked keys*, open ones first{where}"


def row(incident: Incident, it: str) -> str:
    """One line of the list."""
    match incident.state:
        case IncidentState.REPORTED:
            return f":rotating_light: {it} · *still works* · reported {moment(incident.opened_at)}"
        case IncidentState.CONTAINING:
            return f":hourglass_flowing_sand: {it} · being contained since {moment(incident.contain_at)}"
        case IncidentState.CONTAINED:
            return f":lock: {it} · contained {moment(incident.contained_at)}"
    return f":white_check_mark: {it} · closed by {person(incident.closed_by or LATCHKEY)} {moment(incident.closed_at)}"
