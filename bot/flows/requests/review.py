"""Review an emergency: someone who decides for the entitlement, or an admin, looks at it and closes the review.

Until then they are reminded once a day.
"""

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.authorization import Act, Facts, judge
from bot.domain.errors import Reason, Refused
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.ids import DeliveryId, RequestId, SlackUserId
from bot.domain.requests.request import Request
from bot.domain.requests.review import REMIND_EVERY, Review
from bot.domain.subjects import Daily
from bot.flows import access, recipients, who_else
from bot.flows.context import Context
from bot.flows.requests import press
from bot.ports import Transaction

BATCH = 100


@dataclass(frozen=True, slots=True)
class OpenReview:
    review: Review
    request: Request


def open_one(tx: Transaction, request: Request, *, by: str) -> None:
    """In the transaction that issues the emergency."""
    now = request.made_at
    tx.reviews.add(Review(request.id, opened_at=now, remind_at=now + REMIND_EVERY))
    tx.record(Tag.REVIEW_OPENED, request.id, by=by, at=now)


def close(
    context: Context, *, request: RequestId, by: SlackUserId, justification: str, delivery: DeliveryId | None
) -> OpenReview:
    """Never by the requester or owner. Raises Refused, AlreadyDone."""
    why = access.justified(justification)
    found, now = may_close(context, request, by), context.clock.now()
    with context.work.begin(delivery) as tx:
        if not tx.reviews.close(request, by, why, now):
            raise _closed(tx.reviews.get(request) or found.review)
        tx.record(Tag.REVIEW_CLOSED, request, by=by, at=now, facts={"justification": why})
        tx.outbox.refresh(Notice.BREAK_GLASS, request)
        for day in range((now - found.review.opened_at).days + 2):
            tx.outbox.refresh(Notice.REVIEW, _subject(found.review, day))
    return found


def may_close(context: Context, request: RequestId, by: SlackUserId) -> OpenReview:
    """Raises Refused."""
    with context.work.begin() as tx:
        review, found = tx.reviews.get(request), tx.requests.get(request)
    if review is None or found is None:
        raise Refused(Reason.NOT_FOUND)
    access.member(context.people, by)
    if refusal := _allowed(context, found, by):
        deciding = press.deciding(context.people, context.catalog, found.entitlement)
        raise who_else.named(context.people, refusal, deciding - found.parties)
    if review.closed_at is not None:
        raise _closed(review)
    return OpenReview(review, found)


def _closed(review: Review) -> Refused:
    return Refused(Reason.ALREADY_DECIDED, state="closed", by=review.closed_by, at=review.closed_at)


def _allowed(context: Context, request: Request, by: SlackUserId) -> Refused | None:
    """By whoever decides for the entitlement, or an admin, but never by its requester or owner."""
    deciding = press.deciding_roles(context.people, context.catalog, request.entitlement, by)
    return judge(Act.REVIEW, Facts(roles=press.party_roles(request, by) | deciding))


def open_reviews(context: Context, *, by: SlackUserId | None = None) -> tuple[OpenReview, ...]:
    """Oldest first; with `by`, those that this person may close."""
    with context.work.begin() as tx:
        rows = [(each, tx.requests.get(each.request)) for each in tx.reviews.open_all()]
    found = tuple(OpenReview(each, request) for each, request in rows if request is not None)
    return tuple(each for each in found if by is None or _allowed(context, each.request, by) is None)


def remind(context: Context) -> int:
    """Once a day for each open review, however late this runs. Returns how many."""
    with context.work.begin() as tx:
        due = tx.reviews.due(context.clock.now(), BATCH)
    return sum(_remind(context, each) for each in due)


def _remind(context: Context, review: Review) -> bool:
    now = context.clock.now()
    with context.work.begin() as tx:
        found = tx.requests.get(review.request)
    wanted = context.catalog.entitlements.get(found.entitlement) if found else None
    approvers = recipients.of_entitlement(context.people, context.catalog, wanted) if wanted else ()
    parties = found.parties if found else frozenset()
    places = [each for each in dict.fromkeys((*approvers, *context.catalog.admins)) if each not in parties]
    with context.work.begin() as tx:
        if not tx.reviews.mark_reminded(review, now + REMIND_EVERY):
            return False
        tx.record(Tag.REVIEW_REMINDED, review.request, by=LATCHKEY, at=now)
        tx.outbox.enqueue(Notice.REVIEW, str(Daily(review.request, now.date())), *places)
    return True


def _subject(review: Review, day: int) -> str:
    """Of the reminder so many days after it was opened."""
    return str(Daily(review.request, (review.opened_at + timedelta(days=day)).date()))
