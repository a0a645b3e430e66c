"""Messages about an emergency: that it was issued, and while its review is open, a reminder each day."""

from bot.domain.catalog import Entitlement
from bot.domain.ids import RequestId
from bot.domain.requests.request import Request
from bot.domain.requests.review import Review
from bot.domain.subjects import Daily
from bot.ports import OutboxItem
from bot.slack.messages.context import Scene, revoke_button
from bot.slack.text.approval import access
from bot.slack.text.at_once import break_glass
from bot.slack.ui import reviews
from bot.slack.ui.blocks import Json, actions, context, section
from bot.slack.ui.message import Message


def issued(scene: Scene, item: OutboxItem) -> Message | None:
    found = _found(scene, item.subject)
    if found is None:
        return None
    request, review = found
    entitlement = scene.entitlement(request)
    asked = scene.facts.asked
    return Message(
        break_glass.plainly(request, entitlement),
        (
            *reviews.emergency(request, entitlement),
            *_access(scene, entitlement),
            *_review(scene, request, review, asked.mentions if asked and item.to[:1] not in {"U", "W"} else ()),
        ),
    )


def _access(scene: Scene, entitlement: Entitlement | None) -> list[Json]:
    if entitlement is None:
        return []
    return [context(access.brief(entitlement, scene.catalog.account_of(entitlement)))]


def reminder(scene: Scene, item: OutboxItem) -> Message | None:
    found = _found(scene, Daily.parse(item.subject).id)
    if found is None:
        return None
    request, review = found
    said = break_glass.reminder(request, scene.entitlement(request), review)
    return Message(said, (section(said), *_review(scene, request, review, ())))


def _found(scene: Scene, subject: str) -> tuple[Request, Review] | None:
    request, review = scene.tx.requests.get(RequestId(subject)), scene.tx.reviews.get(RequestId(subject))
    return (request, review) if request and review else None


def _review(scene: Scene, request: Request, review: Review, mentions: tuple[str, ...]) -> list[Json]:
    if review.closed_at is not None:
        return [section(break_glass.closed(review))]
    grant = scene.tx.grants.of_request(request.id)
    lives = grant is not None and not grant.is_over and grant.still_issues(scene.now)
    revoke = revoke_button(scene, grant) if grant is not None and lives else None
    return [section(break_glass.open_review(mentions)), actions(reviews.close(request), revoke)]
