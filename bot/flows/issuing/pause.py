"""Pause and resume issuing: an admin's emergency brake. Nothing that exists is touched."""

from bot.domain.errors import Reason, Refused
from bot.domain.events import Tag
from bot.domain.ids import DeliveryId, SlackUserId
from bot.flows import access
from bot.flows.context import Context
from bot.flows.issuing.intent import PAUSED


def pause(context: Context, *, by: SlackUserId, delivery: DeliveryId | None) -> None:
    _switch(context, by, delivery, Tag.ISSUING_PAUSED, by)


def resume(context: Context, *, by: SlackUserId, delivery: DeliveryId | None) -> None:
    _switch(context, by, delivery, Tag.ISSUING_RESUMED, None)


def _switch(context: Context, by: SlackUserId, delivery: DeliveryId | None, tag: Tag, value: str | None) -> None:
    access.member(context.people, by)
    if by not in context.catalog.admins:
        raise Refused(Reason.NOT_ADMIN)
    with context.work.begin(delivery) as tx:
        tx.set_flag(PAUSED, value)
        tx.record(tag, PAUSED, by=by, at=context.clock.now())
