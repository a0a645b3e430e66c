"""Messages about an adopted key: for its owner, for the two approvers of an Undo, and for those who can delete it."""

from bot.domain.adopted import AGREE, Adopted, PendingAction
from bot.domain.events import Tag
from bot.domain.lifecycle import AdoptedState
from bot.domain.subjects import row_id
from bot.flows.adopted.adopted_key import successor
from bot.flows.adopted.delete_now import doubt_about
from bot.ports import OutboxItem
from bot.slack.ids import Action
from bot.slack.messages.context import Scene, last
from bot.slack.text import adopted, labels
from bot.slack.ui import cards, usage
from bot.slack.ui.blocks import Json, actions, button, confirm, context, section
from bot.slack.ui.message import Message


def owner(scene: Scene, item: OutboxItem) -> Message | None:
    """Only the newest message has buttons."""
    row = _row(scene, item)
    if row is None:
        return None
    if item.subject != row.subject:
        return _plain(adopted.superseded(row))
    new = successor(scene.tx, row, scene.now)
    deleter = _deleter(scene, row)
    uses = scene.tx.usages.of_keys([(row.account, row.access_key_id)])
    if new is None:
        said = adopted.stands(row, scene.now, deleter=deleter)
    else:
        used = usage.line(uses, row.access_key_id, scene.now)
        said = adopted.replaced(row, new[0], scene.now, deleter=deleter, used=used)
    used_by = usage.in_dialog(uses, row.access_key_id, scene.now)
    deletes = deleter and doubt_about(scene.tx, row, scene.now) is None
    return Message(said, (section(said), *buttons(row, replaced=new is not None, deletable=deletes, used=used_by)))


def buttons(row: Adopted, *, replaced: bool, deletable: bool = False, used: str = "") -> tuple[Json, ...]:
    """At most one block: its `presses`."""
    found = presses(row, replaced=replaced, deletable=deletable, used=used)
    return (actions(*found),) if found else ()


def presses(row: Adopted, *, replaced: bool, deletable: bool = False, used: str = "") -> tuple[Json, ...]:
    """`deletable`: its switch-over is proven, and the account has a Deleter role. `used` says what uses it."""
    leave = button(labels.WAIT if replaced else labels.LEAVE_ON, Action.CREDENTIAL_WAIT, row.id)
    match row.state:
        case AdoptedState.ASKING:
            off = button(
                labels.SWITCH_OFF_ANYWAY, Action.CREDENTIAL_ANYWAY, row.id, style="danger",
                confirm=confirm(labels.switch_off_anyway()),
            )  # fmt: skip
            return (off, leave)
        case AdoptedState.OFF:
            open_ = row.pending_action is None and row.undo_at is None
            undo_ = button(labels.UNDO, Action.CREDENTIAL_REACTIVATE, row.id) if adopted.can_come_back(row) else None
            delete = cards.delete_button(row.id) if deletable and row.delete_by is None else None
            return tuple(each for each in (undo_, delete) if each) if open_ else ()
        case AdoptedState.GONE:
            return ()
    if row.pending_action is not None:
        return (leave,)
    if replaced:
        asked = confirm(labels.switch_off_found(labels.SWITCH_OFF, labels.NOT_YET, used))
        return (button(labels.SWITCH_OFF_NOW, Action.CREDENTIAL_RETIRE, row.id, confirm=asked), leave)
    return (cards.switch_off_found(row.id, used),)


def undo(scene: Scene, item: OutboxItem) -> Message | None:
    row = _row(scene, item)
    if row is None:
        return None
    if item.subject != row.subject or row.state is not AdoptedState.OFF or row.undo_at is None:
        return _plain(adopted.undo_done(row))
    said = adopted.asks_undo(row, scene.tx.adopted.agreed(row.id, row.undo_at), AGREE)
    if row.pending_action is PendingAction.ON:
        return _plain(said)
    who = context(adopted.who_may_agree())
    sure = confirm(labels.reactivate_found())
    agree = button(labels.AGREE, Action.CREDENTIAL_REACTIVATE, row.id, style="danger", confirm=sure)
    return Message(said, (section(said), who, actions(agree)))


def on_again(scene: Scene, item: OutboxItem) -> Message | None:
    row = _row(scene, item)
    event = last(scene.tx.audit.of(row.id), Tag.ADOPTED_ON) if row else None
    if row is None or event is None:
        return None
    agreed = tuple(filter(None, event.facts.get("agreed", "").split("+")))
    return _plain(adopted.on_again(row, agreed, event.at, by_hand=not agreed))


def end(scene: Scene, item: OutboxItem) -> Message | None:
    row = _row(scene, item)
    account = scene.catalog.accounts.get(row.account) if row else None
    if row is None:
        return None
    return _plain(adopted.to_be_deleted(row, account.id if account else row.account))


def _row(scene: Scene, item: OutboxItem) -> Adopted | None:
    return scene.tx.adopted.get(row_id(item.subject))


def _deleter(scene: Scene, row: Adopted) -> bool:
    account = scene.catalog.accounts.get(row.account)
    return account is not None and account.deleter_role_arn is not None


def _plain(said: str) -> Message:
    return Message(said, (section(said),))
