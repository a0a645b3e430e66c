"""Messages about one credential: collect again, did you get it, a used link, a rotation, and This wasn't me."""

from bot.domain.catalog import Kind
from bot.domain.credential import Credential
from bot.domain.events import Tag
from bot.domain.grant import Grant
from bot.domain.keys.switchover import Proof, successor
from bot.domain.lifecycle import UNDER_WAY, CredentialState, GrantState
from bot.domain.subjects import Daily, row_id
from bot.ports import OutboxItem
from bot.slack.ids import Action
from bot.slack.messages.context import Scene, last, revoke_row
from bot.slack.text import collect, grants, labels, switchover
from bot.slack.text.formatting import named
from bot.slack.ui import cards, usage
from bot.slack.ui.blocks import Json, actions, button, context, section
from bot.slack.ui.message import Message


def again(scene: Scene, item: OutboxItem) -> Message | None:
    if (pair := scene.credential(item.subject)) is None:
        return None
    found, grant = pair
    said = collect.collect_again(scene.entitlement(grant), grant, found.why, _pressed(scene, grant))
    return Message(said, (section(said), *_collect_row(scene, grant)))


def _collect_row(scene: Scene, grant: Grant) -> tuple[Json, ...]:
    """The button this message asks for: Collect, or Rotate where a key is held."""
    if grant.state_at(scene.now) not in {GrantState.APPROVED, GrantState.ACTIVE}:
        return ()
    rows = [each for each in scene.tx.credentials.of(grant.id) if each.state in cards.SHOWN]
    live = next((each for each in reversed(rows) if each.state is CredentialState.LIVE), None)
    step = cards.next_step(grant, rows, live)
    return (actions(step),) if step else ()


def _pressed(scene: Scene, grant: Grant) -> str:
    """The label of what began the collect: Rotate where a key is held."""
    rows = scene.tx.credentials.of(grant.id)
    holds = any(each.kind is Kind.ACCESS_KEY and each.state is CredentialState.LIVE for each in rows)
    return labels.ROTATE if holds else labels.COLLECT


def window(scene: Scene, item: OutboxItem) -> Message | None:
    """The text is the window's title. None while the link is still on its way to this window, or not opened yet."""
    if (pair := scene.credential(item.subject)) is None:
        return None
    found, grant = pair
    if found.revealed_at is not None:
        return Message(collect.opened_title(), (section(collect.link_opened(found)),))
    if found.state in UNDER_WAY and item.to == found.view_id:
        return None
    pressed, why = _pressed(scene, grant), "grant-over" if grant.is_over else found.why
    said = collect.why(why, pressed) if why else collect.newer_window(pressed)
    return Message(collect.failure_title(), (section(said),))


def did_you_get_it(scene: Scene, item: OutboxItem) -> Message | None:
    if (pair := scene.credential(item.subject)) is None:
        return None
    found, grant = pair
    what = named(scene.entitlement(grant), grant.entitlement)
    if found.state is CredentialState.REVEALED:
        said = grants.did_you_get_it(found, what)
        return Message(said, (section(said), actions(*cards.did_you_get_it(found))))
    if found.state is CredentialState.LIVE:
        said = grants.got_it(found, what)
    else:
        said = grants.was_replaced(found, what, scene.now, revokes=scene.revokes(grant))
    return Message(said, (section(said),))


def reuse_attempt(scene: Scene, item: OutboxItem) -> Message | None:
    pair = scene.credential(item.subject)
    event = last(scene.tx.audit.of(item.subject), Tag.ENVELOPE_KNOCKED)
    if pair is None or event is None:
        return None
    found, grant = pair
    over = grant.state_at(scene.now) not in {GrantState.APPROVED, GrantState.ACTIVE}
    what = named(scene.entitlement(grant), grant.entitlement)
    said = collect.reuse_attempt(found, what, dict(event.facts), event.at, over=over)
    return Message(said, (section(said), *revoke_row(scene, grant)))


def rotated(scene: Scene, item: OutboxItem) -> Message | None:
    if (pair := scene.credential(item.subject)) is None:
        return None
    old, grant = pair
    what = named(scene.entitlement(grant), grant.entitlement)
    if old.state is CredentialState.DELETED:
        said = grants.rotated_done(old, what)
        return Message(said, (section(said),))
    new = successor(old, scene.tx.credentials.of(grant.id))
    if grant.state_at(scene.now) is not GrantState.ACTIVE:
        said = grants.rotation_over(old, what)
        return Message(said, (section(said),))
    used = _line(scene, grant, old)
    said = grants.rotated(Proof(old, new, scene.now), what, grant.lease_until, used)
    return Message(said, (section(said), *_switch_row(scene, grant, old)))


def _line(scene: Scene, grant: Grant, old: Credential) -> str:
    """What still uses the old key, by tool and network."""
    return usage.line(usage.of_grant(scene.tx, grant, [old]), old.access_key_id, scene.now)


def _switch_row(scene: Scene, grant: Grant, old: Credential) -> tuple[Json, ...]:
    if old.pending_action:
        return ()
    if old.state is CredentialState.RETIRING:
        undo = cards.undo(old) if old.owner_may_undo(grant.owner) else None
        delete = cards.delete_now(old, scene.tx.credentials.of(grant.id), scene.now)
        return (actions(undo, delete),) if undo or delete else ()
    return (actions(cards.switch_off(old), button(labels.WAIT, Action.CREDENTIAL_WAIT, old.id)),)


def stretched(scene: Scene, item: OutboxItem) -> Message | None:
    """Only the newest message has buttons, and only while there is something to press."""
    if (pair := scene.credential(row_id(item.subject))) is None:
        return None
    old, grant = pair
    latest = old.stretched_at is not None and item.subject == str(Daily(old.id, old.stretched_at.date()))
    open_ = latest and old.state is CredentialState.LIVE and grant.state_at(scene.now) is GrantState.ACTIVE
    what = named(scene.entitlement(grant), grant.entitlement)
    said = switchover.stretched(old, what, grant.owner, scene.now, latest=open_)
    if not open_:
        return Message(said, (section(said),))
    details = (switchover.stretched_details(old, grant.lease_until), _line(scene, grant, old))
    below = context(*(each for each in details if each))
    return Message(said, (section(said), below, *_switch_row(scene, grant, old)))


def switched(scene: Scene, item: OutboxItem) -> Message | None:
    subject = row_id(item.subject)
    events = [each for each in scene.tx.audit.of(subject) if each.tag in {Tag.CREDENTIAL_LIVE, Tag.CREDENTIAL_RETIRING}]
    if not events or (pair := scene.credential(subject)) is None:
        return None
    found, grant = pair
    on = events[-1].tag is Tag.CREDENTIAL_LIVE
    what = named(scene.entitlement(grant), grant.entitlement)
    owner = None if item.to == grant.owner else grant.owner
    said = switchover.switched(found, what, owner, events[-1].actor, grant.lease_until, on=on)
    return Message(said, (section(said),))


def disowned(scene: Scene, item: OutboxItem) -> Message | None:
    if (pair := scene.credential(item.subject)) is None:
        return None
    found, grant = pair
    said = grants.disowned(grant, found, scene.entitlement(grant), scene.left(grant))
    return Message(said, (section(said),))
