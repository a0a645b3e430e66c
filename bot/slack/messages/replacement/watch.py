"""To the owner of a key that was replaced: it was used again, or it is quiet and can be switched off."""

from bot.domain.errors import Refused
from bot.domain.replacement.watch import Watch
from bot.domain.subjects import row_id
from bot.flows.replacement.key import Key, read
from bot.ports import OutboxItem
from bot.slack.ids import Action
from bot.slack.messages.context import Scene
from bot.slack.text import labels
from bot.slack.text.replacement import watch as text
from bot.slack.ui import cards, replacement
from bot.slack.ui.blocks import Json, actions, button, confirm, section
from bot.slack.ui.message import Message


def owner(scene: Scene, item: OutboxItem) -> Message | None:
    """Only the newest message has buttons."""
    watch = scene.tx.replacements.get(row_id(item.subject))
    if watch is None:
        return None
    if item.subject != watch.subject or watch.ended_at is not None:
        return _plain(text.since(watch))
    if watch.offered_at is not None:
        said = text.quiet(watch)
        return Message(said, (section(said), *_switch_off(scene, watch)))
    if watch.used_at is None:
        return _plain(text.unknown(watch))
    said = text.used(watch)
    return Message(said, (section(said), actions(replacement.button(watch.id))))


def _switch_off(scene: Scene, watch: Watch) -> tuple[Json, ...]:
    """By the key's ordinary buttons."""
    try:
        key = read(scene.tx, scene.catalog, watch.id)
    except Refused:
        return ()
    if key.issued is not None:
        return (actions(cards.give_back(key.issued.grant)),)
    return (_of_found(key),) if key.protection is None else (section(text.by_hand(watch)),)


def _of_found(key: Key) -> Json:
    asked = confirm(labels.switch_off_found(labels.SWITCH_OFF, labels.NOT_YET))
    return actions(button(labels.SWITCH_OFF, Action.CREDENTIAL_RETIRE, key.id, confirm=asked))


def _plain(said: str) -> Message:
    return Message(said, (section(said),))
