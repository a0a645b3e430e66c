"""The approvers' message about a request, its reminder and its escalation: one drawing from the rows."""

from bot.domain.catalog import Entitlement
from bot.domain.events import Notice
from bot.domain.ids import RequestId
from bot.domain.lifecycle import RequestState
from bot.domain.requests.request import Request
from bot.domain.subjects import row_id
from bot.ports import OutboxItem
from bot.slack.messages import questions, requests
from bot.slack.messages.approval.held import held
from bot.slack.messages.context import Scene
from bot.slack.text import adopted
from bot.slack.text import requests as sentences
from bot.slack.text.approval import access, routing
from bot.slack.text.approval import card as request_text
from bot.slack.text.at_once import preapproval
from bot.slack.ui import blocks as ui
from bot.slack.ui import cards, last_accessed
from bot.slack.ui.blocks import Json, actions, context, header, section
from bot.slack.ui.message import Message

PROBLEMS_MOST = 5  # approvers who can't be asked


def approval(scene: Scene, item: OutboxItem) -> Message | None:
    found = scene.tx.requests.get(RequestId(row_id(item.subject)))
    if found is None:
        return None
    entitlement = scene.entitlement(found)
    waits = found.state is RequestState.REQUESTED
    said = request_text.plainly(found, entitlement, waits=waits and item.notice is not Notice.APPROVAL)
    blocks = [*_above(scene, item, found), *_what(scene, found, entitlement)]
    blocks += questions.about(scene, found)
    advance = _in_advance(scene, found)
    if not waits:
        again = cards.preapprove(found, entitlement) if found.state is RequestState.APPROVED else None
        rows = [section(requests.outcome_of(scene, found)), *advance, *([actions(again)] if again else [])]
        return Message(said, (*blocks, *rows))
    blocks += _more(scene, found, entitlement)
    needed = entitlement.approvals if entitlement else 1
    if found.replaces and (seen := scene.tx.inventory.get(found.replaces)):
        user = scene.tx.inventory.users(seen.account, [seen.user]).get(seen.user)
        blocks.append(context(adopted.replaces(seen, user)))
    if found.grant and (grant := scene.tx.grants.get(found.grant)):
        blocks.append(cards.renewal(found, grant, scene.tx.credentials.of(grant.id), scene.now))
        blocks += last_accessed.unused(scene.tx, grant, entitlement)
    blocks.append(context(sentences.votes(requests.approved_by(scene, found), needed, found)))
    blocks += advance
    if scene.facts.asked is not None:
        blocks.append(section(routing.asked(scene.facts.asked, found)))
        blocks += [context(routing.problem(each)) for each in scene.facts.asked.problems[:PROBLEMS_MOST]]
    if scene.facts.group_changed_at is not None:
        blocks.append(context(sentences.group_edited(scene.facts.group_changed_at)))
    return Message(said, (*blocks, cards.decide(found, entitlement)))


def _above(scene: Scene, item: OutboxItem, found: Request) -> list[Json]:
    """Why a second message about the same request was posted."""
    if found.state is not RequestState.REQUESTED or item.notice is Notice.APPROVAL:
        return []
    if item.notice is Notice.REMINDER:
        return [context(routing.waits_still(found, nudged=item.subject != found.id))]
    further = [each.name for each in scene.facts.asked.groups[1:]] if scene.facts.asked else []
    return [context(routing.escalated(further, found.made_at))]


def _what(scene: Scene, found: Request, entitlement: Entitlement | None) -> list[Json]:
    """The request itself, which stays when it is decided."""
    account = scene.catalog.accounts.get(entitlement.account) if entitlement else None
    people = scene.facts.people
    fields = request_text.fields(found, entitlement, account, people)
    rows = [
        header(request_text.header(found, entitlement)),
        section(request_text.asks(found, entitlement)),
        ui.fields(fields),
    ]
    if entitlement and account:
        waits = found.state is RequestState.REQUESTED
        see = cards.see_policy(found) if waits else None
        rows.append(section(f"*Access*\n{access.in_words(entitlement, account)}", see))
    return rows


def _more(scene: Scene, found: Request, entitlement: Entitlement | None) -> list[Json]:
    """What helps to decide."""
    account = scene.catalog.accounts.get(entitlement.account) if entitlement else None
    if entitlement is None or account is None:
        return []
    rows = [section(f"*Risks*\n{access.risks(entitlement, account)}")]
    rows.append(context(request_text.holds(found, account.name, held(scene, found.owner, account.name, found.grant))))
    session = scene.catalog.safer_than(entitlement)
    return [*rows, *([context(request_text.session_would_do(session))] if session else [])]


def _in_advance(scene: Scene, found: Request) -> list[Json]:
    """Who approved it in advance, and who was pre-approved on this message."""
    used = preapproval.used(scene.tx.decisions.of(found.id))
    given = [preapproval.given(each) for each in scene.tx.preapprovals.of_request(found.id)]
    lines = [each for each in (used, *given) if each]
    return [context(*lines)] if lines else []
