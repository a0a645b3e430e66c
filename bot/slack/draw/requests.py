"""Messages about a request: for those who decide, and for the one who asked."""

from bot.domain.events import Notice
from bot.domain.ids import RequestId
from bot.domain.lifecycle import RequestState
from bot.domain.request import Answer, Request
from bot.ports import Errand
from bot.slack import cards
from bot.slack.blocks import context, section
from bot.slack.draw.scene import Scene
from bot.slack.message import Message
from bot.slack.text import asking


def approval(scene: Scene, errand: Errand) -> Message | None:
    found = scene.tx.requests.get(RequestId(errand.subject))
    if found is None:
        return None
    entitlement = scene.entitlement(found)
    said = asking.asks_plainly(entitlement, found, again=errand.notice is Notice.REMINDER)
    blocks = [*([context(said)] if errand.notice is Notice.REMINDER else []), *cards.request(found, entitlement)]
    if found.state is not RequestState.REQUESTED:
        return Message(said, (*blocks, section(_outcome(scene, found))))
    needed = entitlement.approvals if entitlement else 1
    blocks.append(context(asking.votes(_approved_by(scene, found), needed, found.decide_by)))
    if scene.group_changed_at is not None:
        blocks.append(context(asking.group_changed(scene.group_changed_at)))
    return Message(said, (*blocks, cards.decide(found, entitlement)))


def _approved_by(scene: Scene, found: Request) -> frozenset[str]:
    rows = scene.tx.decisions.of(found.id)
    return frozenset(each.approver for each in rows if each.answer is Answer.APPROVE)


def _outcome(scene: Scene, found: Request) -> str:
    match found.state:
        case RequestState.APPROVED:
            return asking.approved(_approved_by(scene, found))
        case RequestState.DECLINED:
            no = next(each for each in scene.tx.decisions.of(found.id) if each.answer is Answer.DECLINE)
            return asking.declined(no.approver, no.justification)
        case RequestState.CANCELLED:
            return asking.cancelled()
        case _:
            return asking.lapsed_request()


def receipt(scene: Scene, errand: Errand) -> Message | None:
    """The requester's own copy: short, because whatever needs words gets a message of its own."""
    found = scene.tx.requests.get(RequestId(errand.subject))
    if found is None:
        return None
    entitlement = scene.entitlement(found)
    if found.state is RequestState.REQUESTED:
        return Message(asking.waiting(found, entitlement), tuple(cards.waiting(found, entitlement)))
    said = asking.your_request(found, entitlement, asking.state_of(found.state))
    return Message(said, (section(said),))


def told(scene: Scene, errand: Errand) -> Message | None:
    found = scene.tx.requests.get(RequestId(errand.subject))
    if found is None:
        return None
    said = asking.your_request(found, scene.entitlement(found), _outcome(scene, found))
    return Message(said, (section(said),))
