"""An approver's Home: the queue, and what was decided lately."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, literal, or_, select

from bot.domain.home import Decided, Emergency, Page, Viewer
from bot.domain.home import Section as HomeSection
from bot.domain.ids import EntitlementId
from bot.domain.lifecycle import RequestState
from bot.domain.ownership.claim import Claim, ClaimState
from bot.domain.requests.request import Decision, Request
from bot.domain.requests.review import Review
from bot.store.due_conditions import REVIEW_OPEN
from bot.store.home.pages import Section, labelled, read
from bot.store.tables import claim, decision, request, review


class ApproversHome(Section):
    def queue(self, viewer: Viewer, now: datetime, most: int) -> Page[Request]:
        decided = select(decision.c.request).where(
            decision.c.request == request.c.id, decision.c.approver == viewer.person
        )
        open_ = select(request).where(
            request.c.state == RequestState.REQUESTED,
            request.c.decide_by > now,
            request.c.requester != viewer.person,
            request.c.owner != viewer.person,
            or_(request.c.deciders.is_(None), _names(request.c.deciders, viewer.person)),
            or_(false(), *_offered(viewer)),
            ~decided.exists(),
        )
        order = open_.order_by(request.c.made_at, request.c.id)
        return self._page(Request, order, most, viewer.offset(HomeSection.QUEUE))

    def claims(self, viewer: Viewer, most: int) -> Page[Claim]:
        asked = (claim.c.claimant != viewer.person, claim.c.asked_by == claim.c.claimant)
        open_ = select(claim).where(
            claim.c.state == ClaimState.OPEN, claim.c.account.in_(sorted(viewer.accounts)), *asked
        )
        return self._page(Claim, open_.order_by(claim.c.made_at), most, viewer.offset(HomeSection.CLAIMS))

    def reviews(self, viewer: Viewer, most: int) -> Page[Emergency]:
        whole = select(*labelled(request, Request), *labelled(review, Review)).select_from(review.join(request))
        strangers = (request.c.requester != viewer.person, request.c.owner != viewer.person)
        theirs = () if viewer.is_admin else (request.c.entitlement.in_(sorted(_at(viewer, 0))),)
        open_ = whole.where(REVIEW_OPEN, *strangers, *theirs).order_by(review.c.opened_at)
        rows, total, begin = self._slice(open_, most, viewer.offset(HomeSection.REVIEWS))
        found = (Emergency(read(request, Request, row), read(review, Review, row)) for row in rows)
        return Page(tuple(found), total, begin)

    def decided(self, viewer: Viewer, since: datetime, most: int) -> Page[Decided]:
        whole = select(*labelled(request, Request), *labelled(decision, Decision))
        theirs = sorted(viewer.decides)
        recent = whole.select_from(decision.join(request)).where(
            decision.c.made_at >= since, request.c.entitlement.in_(theirs)
        )
        rows, total, _ = self._slice(recent.order_by(decision.c.made_at.desc()), most, 0)
        return Page(tuple(Decided(read(request, Request, row), read(decision, Decision, row)) for row in rows), total)


def _offered(viewer: Viewer) -> tuple[ColumnElement[bool], ...]:
    """Entitlements that this person decides, some of them only once a request was escalated often enough."""
    levels = sorted(set(viewer.decides.values()))
    return tuple(
        and_(request.c.escalations >= level, request.c.entitlement.in_(sorted(_at(viewer, level)))) for level in levels
    )


def _at(viewer: Viewer, level: int) -> Iterator[EntitlementId]:
    return (name for name, after in viewer.decides.items() if after == level)


def _names(ids: Any, person: str) -> ColumnElement[bool]:
    """Whether a list of ids, with spaces between them, has this one."""
    spaced: ColumnElement[bool] = (literal(" ") + ids + literal(" ")).contains(f" {person} ", autoescape=True)
    return spaced
