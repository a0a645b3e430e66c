"""Leaked keys on Home: an owner's as their move, others for those who decide about them."""

from collections.abc import Iterator

from bot.domain.ids import AccessKeyId
from bot.domain.leaks.incident import Incident
from bot.flows.home.leaks import Leaks
from bot.slack.messages.context import Scene
from bot.slack.messages.leaks import incident as drawn
from bot.slack.messages.leaks import summary
from bot.slack.text.formatting import more
from bot.slack.text.home import owner as home
from bot.slack.text.leaks import answers
from bot.slack.ui.blocks import Json, context, header, section

ROWS_MOST = 3  # the newest; `/key incidents` knows all
MOVES_MOST = 9  # as many as a tab shows at the most


def to_decide(scene: Scene, found: Leaks) -> list[Json]:
    """What still works comes first."""
    if not found.decides:
        return []
    rows = [block for each in found.decides[:ROWS_MOST] for block in summary.row(scene.tx, scene.catalog, each)]
    left = len(found.decides) - ROWS_MOST
    return [header(home.LEAKS), *rows, *([context(more(left))] if left > 0 else [])]


def moves(scene: Scene, found: Leaks) -> Iterator[list[Json]]:
    """Of many only the first are drawn; the rest count."""
    for at, each in enumerate(found.mine):
        yield _move(scene, each) if at < MOVES_MOST else []


def _move(scene: Scene, incident: Incident) -> list[Json]:
    leak = drawn.of(scene.tx, scene.catalog, incident)
    return [section(answers.row(incident, leak.it), _next(leak))]


def _next(leak: drawn.Leak) -> Json | None:
    return drawn.contain(leak.incident) or drawn.replace(leak) or drawn.close(leak.incident)


def keys(found: Leaks) -> frozenset[AccessKeyId]:
    """Those that are shown as leaked, wherever they stand on Home."""
    return frozenset(each.access_key_id for each in (*found.mine, *found.decides))
