"""Messages about a request: for its approvers and its requester."""

from datetime import datetime

from bot.domain.authorization import approved_duration
from bot.domain.events import Tag, into
from bot.domain.ids import GrantId, RequestId
from bot.domain.lifecycle import GrantState, RequestState
from bot.domain.requests.auto_approve import rule_actor
from bot.domain.requests.request import Answer, Request
from bot.flows import queries, refresh
from bot.flows.requests.routing import Problem
from bot.ports import OutboxItem
from bot.slack.messages.context import Scene, last
from bot.slack.text import general, renewal, requests
from bot.slack.text.approval import routing
from bot.slack.text.at_once import break_glass
from bot.slack.text.formatting import named
from bot.slack.ui import cards
from bot.slack.ui.blocks import Json, actions, context, section
from bot.slack.ui.message import Message

PROBLEMS_MOST = 5
SETTLED = (Tag.GRANT_RENEWED, Tag.GRANT_NOT_RENEWED)


def misrouted(scene: Scene, item: OutboxItem) -> Message | None:
    """For the admins, who can correct the catalog."""
    found = scene.tx.requests.get(RequestId(item.subject))
    if found is None:
        return None
    events = [each for each in scene.tx.audit.of(item.subject) if each.tag is Tag.REQUEST_MISROUTED]
    problems = dict.fromkeys(Problem(each.facts["group"], each.facts["who"]) for each in events)
    said = [routing.misrouted(each, found, scene.entitlement(found)) for each in problems][:PROBLEMS_MOST]
    return Message(said[0], tuple(section(each) for each in said)) if said else None


def group_changed(scene: Scene, item: OutboxItem) -> Message | None:
    """For the admins, who can find out who edited the group."""
    found = scene.tx.requests.get(RequestId(item.subject))
    event = last(scene.tx.audit.of(item.subject), Tag.REQUEST_GROUP_CHANGED)
    if found is None or event is None:
        return None
    at = datetime.fromisoformat(event.facts["changed_at"])
    said = requests.group_edited_since(found, scene.entitlement(found), at)
    return Message(said, (section(said),))


def approved_by(scene: Scene, found: Request) -> frozenset[str]:
    if found.rule is not None:
        return frozenset({rule_actor(found.rule)})
    rows = scene.tx.decisions.of(found.id)
    return frozenset(each.approver for each in rows if each.answer is Answer.APPROVE)


def outcome_of(scene: Scene, found: Request) -> str:
    """What was decided, by whom and when, of a request that is no longer open."""
    event = last(scene.tx.audit.of(found.id), into(found.state))
    by, at = (event.actor, event.at) if event else (found.requester, None)
    match found.state:
        case RequestState.APPROVED if found.emergency:
            return break_glass.nobody_decided()
        case RequestState.APPROVED:
            rows = scene.tx.decisions.of(found.id)
            lasts = approved_duration(found.duration, rows)
            by_them, notes = approved_by(scene, found), requests.notes(rows)
            said = requests.approved(by_them, at, lasts=lasts, asked=found.duration, notes=notes)
            return "\n".join(each for each in (said, _came_of(scene, found)) if each)
        case RequestState.DECLINED:
            no = next(each for each in scene.tx.decisions.of(found.id) if each.answer is Answer.DECLINE)
            return requests.declined(no.approver, at, no.justification)
        case RequestState.CANCELLED:
            return requests.cancelled(by, at)
        case _:
            over = found.grant is not None and _over(scene, found.grant)
            return renewal.lapsed_with_its_grant() if over else requests.lapsed_request(at)


def _came_of(scene: Scene, found: Request) -> str:
    """The outcome of an approved renewal, from the audit log of its grant."""
    if found.grant is None:
        return ""
    for event in reversed(scene.tx.audit.of(found.grant)):
        if event.tag in SETTLED and event.facts.get("request") == found.id:
            until = datetime.fromisoformat(event.facts["until"]) if "until" in event.facts else None
            return renewal.came_of(until, event.facts.get("why", ""))
    grant = scene.tx.grants.get(found.grant)
    return renewal.on_its_way() if grant and not grant.is_over else renewal.too_late()


def _over(scene: Scene, grant: GrantId) -> bool:
    found = scene.tx.grants.get(grant)
    return found is None or found.is_over


def receipt(scene: Scene, item: OutboxItem) -> Message | None:
    """The requester's and the owner's copy. It's short: an outcome that needs explaining has its own message."""
    found = scene.tx.requests.get(RequestId(item.subject))
    if found is None:
        return None
    entitlement = scene.entitlement(found)
    standing = queries.pause(scene.tx)
    meanwhile = [context(general.meanwhile(standing))] if standing else []
    if found.state is RequestState.REQUESTED:
        said = requests.waiting(found, entitlement, to=item.to)
        nudged = refresh.last_nudge(scene.tx, found.id)
        reminded = [context(requests.reminded_at(nudged))] if nudged else []
        return Message(said, (*cards.waiting(found, entitlement, to=item.to), *reminded, *meanwhile))
    at_once = found.emergency or found.rule is not None
    stands = outcome_of(scene, found) if at_once else requests.state_of(found.state)
    said = requests.your_request(found, entitlement, stands, to=item.to)
    return Message(said, (section(said), *(meanwhile if at_once else []), *_again(scene, found)))


def outcome(scene: Scene, item: OutboxItem) -> Message | None:
    found = scene.tx.requests.get(RequestId(item.subject))
    if found is None:
        return None
    stands = outcome_of(scene, found)
    if found.grant is not None and found.state is RequestState.APPROVED:
        said = renewal.outcome(named(scene.entitlement(found), found.entitlement), stands)
    else:
        said = requests.your_request(found, scene.entitlement(found), stands, to=item.to)
    return Message(said, (section(said), *_again(scene, found)))


def _again(scene: Scene, found: Request) -> list[Json]:
    """Renew for a renewal whose grant still runs, else Request again."""
    if found.state is RequestState.APPROVED:
        return []
    grant = scene.tx.grants.get(found.grant) if found.grant else None
    if grant is not None and grant.state_at(scene.now) is GrantState.ACTIVE:
        return [actions(cards.renew(grant))]
    return [cards.again(grant.id if grant else found.id)]
