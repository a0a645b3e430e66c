"""Pause and resume issuing: an admin's emergency brake. Nothing that exists is touched."""

from bot.domain.catalog import Catalog
from bot.domain.errors import Reason, Refused
from bot.domain.events import Tag
from bot.domain.ids import DeliveryId, SlackUserId
from bot.flows import access
from bot.flows.issuing.intent import PAUSED
from bot.ports import Clock, People, UnitOfWork


def pause(
    work: UnitOfWork, clock: Clock, people: People, catalog: Catalog, *, by: SlackUserId, delivery: DeliveryId | None
) -> None:
    _switch(work, clock, people, catalog, by, delivery, Tag.ISSUING_PAUSED, by)


def resume(
    work: UnitOfWork, clock: Clock, people: People, catalog: Catalog, *, by: SlackUserId, delivery: DeliveryId | None
) -> None:
    _switch(work, clock, people, catalog, by, delivery, Tag.ISSUING_RESUMED, None)


def _switch(
    work: UnitOfWork,
    clock: Clock,
    people: People,
    catalog: Catalog,
    by: SlackUserId,
    delivery: DeliveryId | None,
    tag: Tag,
    value: str | None,
) -> None:
    access.member(people, by)
    if by not in catalog.admins:
        raise Refused(Reason.NOT_ADMIN)
    with work.begin(delivery) as tx:
        tx.set_flag(PAUSED, value)
        tx.record(tag, PAUSED, by=by, at=clock.now())
