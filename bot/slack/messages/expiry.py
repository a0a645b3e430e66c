"""Messages about the end of a lease: to its owner, and to the approvers if a key is still in use."""

from collections.abc import Callable

from bot.domain.catalog import Entitlement
from bot.domain.grant import Grant
from bot.domain.ids import GrantId
from bot.domain.lifecycle import GrantState
from bot.domain.schedule import IN_USE_STAGES
from bot.domain.subjects import row_id
from bot.flows.lifecycle.expiry_notices import on
from bot.ports import OutboxItem
from bot.slack.messages.context import Scene
from bot.slack.text import renewal
from bot.slack.ui import cards, last_accessed
from bot.slack.ui.blocks import Json, actions, section
from bot.slack.ui.message import Message

Says = Callable[[Grant, Entitlement | None, list[str]], str]


def ending(scene: Scene, item: OutboxItem) -> Message | None:
    return _draw(
        scene,
        item,
        renewal.ending,
        lambda grant: actions(cards.renew(grant), cards.give_back(grant, scene.ends_now(grant), scene.used(grant))),
    )


def in_use(scene: Scene, item: OutboxItem) -> Message | None:
    return _draw(scene, item, renewal.in_use, lambda grant: actions(cards.renew(grant)))


def _draw(scene: Scene, item: OutboxItem, says: Says, row: Callable[[Grant], Json]) -> Message | None:
    """For an ended or renewed lease: nothing new, and a message that was already posted loses its buttons."""
    grant = scene.tx.grants.get(GrantId(row_id(item.subject)))
    if grant is None:
        return None
    over = grant.state_at(scene.now) is not GrantState.ACTIVE
    if over or grant.told_stage is None or grant.lease != item.subject:
        said = (renewal.over if over else renewal.renewed)(grant, scene.entitlement(grant))
        shown = scene.tx.messages.shown(item.notice, item.subject, item.to)
        return Message(said, (section(said),)) if shown else None
    entitlement = scene.entitlement(grant)
    said = says(grant, entitlement, _uses(scene, grant))
    return Message(said, (section(said), *last_accessed.unused(scene.tx, grant, entitlement), row(grant)))


def _uses(scene: Scene, grant: Grant) -> list[str]:
    """Last uses, from a week before the end on. What AWS didn't say at this stage is unknown."""
    if grant.told_stage not in IN_USE_STAGES:
        return []
    keys = (each for each in scene.tx.credentials.of(grant.id) if on(each) and each.ends_at is None)
    return [renewal.use(each, grant.told_ending_at) for each in keys]
