"""The message about drift between the ledger and AWS: what changed, its button, and then the outcome."""

from bot.domain.authorization import Act
from bot.domain.drift.difference import REPAIRS, Difference
from bot.domain.drift.difference import DifferenceKind as K
from bot.domain.grant import Grant
from bot.domain.lifecycle import CredentialState, GrantState
from bot.domain.subjects import PolicyChange
from bot.ports import OutboxItem
from bot.slack.ids import Action
from bot.slack.messages import managed_policies
from bot.slack.messages.context import Scene, revoke_button
from bot.slack.text import drift, labels
from bot.slack.ui import cards
from bot.slack.ui.blocks import Json, actions, button, confirm, context, section
from bot.slack.ui.message import Message

ENDS = frozenset({K.KEY_GONE, K.USER_GONE, K.FOREIGN_KEY, K.PATH})
"""Where ending the grant also solves it."""
NEEDS_APPROVER = frozenset({Act.PUT_BACK})


def difference(scene: Scene, item: OutboxItem) -> Message | None:
    if (change := PolicyChange.parse(item.subject)) is not None:
        return managed_policies.changed(scene, change)
    row = scene.tx.differences.get(item.subject)
    grant = scene.tx.grants.get(row.grant) if row else None
    if row is None or grant is None or row.told_at is None:
        return None
    said, details = drift.difference(row, grant, scene.entitlement(grant), scene.now)
    below = [context(details)] if details else []
    return Message(said, (section(said), *below, *_state(scene, row, grant, item.to)))


def _state(scene: Scene, row: Difference, grant: Grant, to: str) -> list[Json]:
    over = grant.state_at(scene.now) is not GrantState.ACTIVE
    if row.repaired_at is not None:
        then = None if over or to != grant.owner else _then(scene, row, grant)
        return [context(drift.repaired(row)), *([then] if then else [])]
    if over or row.closed_at is not None:
        return [context(drift.ended() if over else drift.gone(row))]
    if row.pressed_by is not None:
        return [context(drift.under_way(row))]
    shown = _buttons(scene, row, grant, to)
    stuck = [context(drift.stuck(row, scene.command))] if row.stuck_on else []
    return [*stuck, *([actions(*shown)] if shown else [])]


def _then(scene: Scene, row: Difference, grant: Grant) -> Json | None:
    """What the owner of a deleted key can do next: get another one, or end the grant."""
    if row.kind not in {K.KEY_GONE, K.USER_GONE}:
        return None
    left = [each for each in scene.tx.credentials.of(grant.id) if each.state in cards.SHOWN]
    live = next((each for each in left if each.state is CredentialState.LIVE), None)
    return actions(cards.next_step(grant, left, live), cards.give_back(grant, scene.ends_now(grant)))


def _buttons(scene: Scene, row: Difference, grant: Grant, to: str) -> list[Json]:
    act = REPAIRS.get(row.kind)
    mine = to == grant.owner
    shown = []
    if act is not None and not (mine and act in NEEDS_APPROVER) and row.facts.get("active") != "no":
        sure = confirm(labels.repair(row.kind))
        shown.append(button(drift.LABELS[row.kind], Action.DIFFERENCE_MEND, row.id, confirm=sure))
    if row.kind in ENDS:
        shown.append(
            cards.give_back(grant, scene.ends_now(grant), scene.used(grant)) if mine else revoke_button(scene, grant)
        )
    return shown
