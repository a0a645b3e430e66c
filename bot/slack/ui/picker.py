"""Choose a grant: by access key id, or from a list of what the caller holds, skipped when there is only one."""

from bot.domain.errors import Reason, Refused
from bot.domain.ids import AccessKeyId, SlackUserId
from bot.domain.lifecycle import GrantState
from bot.flows import queries
from bot.flows.queries import GrantView
from bot.slack.context import Deps
from bot.slack.ids import Block
from bot.slack.text import labels
from bot.slack.ui import blocks, cards
from bot.slack.ui.blocks import Json

OPEN = {GrantState.APPROVED, GrantState.ACTIVE}


def held(deps: Deps, by: SlackUserId) -> tuple[GrantView, ...]:
    """Newest first, uncollected ones included."""
    now = deps.clock.now()
    return tuple(each for each in queries.grants_of(deps.work, owner=by) if each.grant.state_at(now) in OPEN)


def key_of(written: str) -> AccessKeyId:
    """A key id as people type or paste it."""
    return AccessKeyId(written.strip().strip("`").upper())


def by_key(deps: Deps, written: str) -> GrantView:
    """Raises Refused for a key that the ledger does not know."""
    found = queries.grant_of_key(deps.work, key_of(written))
    if found is None:
        raise Refused(Reason.NOT_FOUND, key=written)
    return found


def choose(deps: Deps, by: SlackUserId, written: str) -> GrantView | tuple[GrantView, ...]:
    """The named grant, or those to choose from. Raises Refused when the caller holds nothing."""
    if written:
        return by_key(deps, written)
    mine = held(deps, by)
    if not mine:
        raise Refused(Reason.NOTHING_HELD)
    return mine[0] if len(mine) == 1 else mine


def field(deps: Deps, views: tuple[GrantView, ...]) -> Json:
    named = [(cards.label(deps.catalog, each.grant, each.credentials), each.grant.id) for each in views]
    return blocks.select(Block.KEY, labels.WHICH_ONE, [blocks.option(title, id_, keys) for (title, keys), id_ in named])
