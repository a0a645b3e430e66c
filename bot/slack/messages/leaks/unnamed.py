"""A leak whose sender doesn't say which key it is, drawn from the event in the audit log."""

from bot.domain.events import Tag
from bot.ports import OutboxItem
from bot.slack.messages.context import Scene
from bot.slack.text.leaks import unnamed as text
from bot.slack.ui.blocks import section
from bot.slack.ui.message import Message


def unnamed(scene: Scene, item: OutboxItem) -> Message | None:
    told = next((each for each in scene.tx.audit.of(item.subject) if each.tag is Tag.LEAK_UNNAMED), None)
    if told is None:
        return None
    said = text.unnamed(told.facts, scene.command)
    return Message(said, (section(said),))
