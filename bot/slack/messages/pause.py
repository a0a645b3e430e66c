"""Messages about the pause of issuing: that it began and why, and that it is over."""

from bot.domain.issuing.pause import PAUSED, begun_at
from bot.domain.subjects import Timed
from bot.ports import OutboxItem
from bot.slack.messages.context import Scene
from bot.slack.text import general
from bot.slack.ui.blocks import section
from bot.slack.ui.message import Message


def paused(scene: Scene, item: OutboxItem) -> Message | None:
    found = begun_at(scene.tx.audit.of(PAUSED), Timed.parse(item.subject).at)
    return None if found is None else _plain(general.paused(found))


def resumed(scene: Scene, item: OutboxItem) -> Message | None:
    """A message of its own: nobody sees that an older one was updated."""
    found = begun_at(scene.tx.audit.of(PAUSED), Timed.parse(item.subject).at)
    return None if found is None or found.resumed_at is None else _plain(general.resumed(found))


def _plain(said: str) -> Message:
    return Message(said, (section(said),))
