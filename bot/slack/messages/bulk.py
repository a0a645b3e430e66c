"""Messages about many keys at once: the progress of many endings, and a bulk action that waits for an answer."""

from bot.domain.subjects import Timed
from bot.flows.lifecycle import teardown_progress as flow
from bot.ports import OutboxItem
from bot.slack.ids import Action
from bot.slack.messages.context import Scene
from bot.slack.text import bulk, labels
from bot.slack.ui.blocks import actions, button, confirm, context, section
from bot.slack.ui.message import Message


def teardown_progress(scene: Scene, item: OutboxItem) -> Message | None:
    seen = flow.progress(scene.tx, item.subject)
    if seen is None:
        return None
    account = Timed.parse(item.subject).id
    said = bulk.teardown_progress(account, seen.done, seen.stuck, seen.all, over=seen.over)
    return Message(said, (section(said),))


def halted(scene: Scene, item: OutboxItem) -> Message | None:
    """One message, which loses its buttons once someone answers."""
    found = scene.tx.halts.get(item.subject)
    if found is None:
        return None
    if found.verdict is not None:
        said = bulk.settled(found)
        return Message(said, (section(said),))
    said = bulk.halted(found)
    row = actions(
        button(labels.GO_ON, Action.SWEEP_GO, found.id, style="danger", confirm=confirm(labels.go_on(found.deed))),
        button(labels.STOP, Action.SWEEP_STOP, found.id),
    )
    return Message(said, (section(said), context(bulk.halt_details(found)), row))
