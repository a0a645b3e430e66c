"""Messages about one credential: collect again, did you get it, a knock, a rotation, and This wasn't me."""

from bot.domain.credential import Credential
from bot.domain.events import Tag
from bot.domain.grant import Grant
from bot.domain.lifecycle import UNDER_WAY, CredentialState, GrantState
from bot.domain.subjects import Daily, row_id
from bot.domain.switchover import Proof, successor
from bot.ports import OutboxItem
from bot.slack.ids import Action
from bot.slack.messages.context import Scene, last, revoke_row
from bot.slack.text import grants, links, refusals, requests, switchover
from bot.slack.text.formatting import person
from bot.slack.ui import cards
from bot.slack.ui.blocks import Json, actions, button, section
from bot.slack.ui.message import Message


def again(scene: Scene, item: OutboxItem) -> Message | None:
    if (pair := scene.credential(item.subject)) is None:
        return None
    found, grant = pair
    said = grants.collect_again(scene.entitlement(grant), grant, found.why)
    return Message(said, (section(said), *_collect_row(scene, grant)))


def _collect_row(scene: Scene, grant: Grant) -> tuple[Json, ...]:
    """The press that this message asks for: Collect, or Rotate where a key is held."""
    if grant.state_at(scene.now) not in {GrantState.APPROVED, GrantState.ACTIVE}:
        return ()
    rows = [each for each in scene.tx.credentials.of(grant.id) if each.state in cards.SHOWN]
    live = next((each for each in reversed(rows) if each.state is CredentialState.LIVE), None)
    step = cards.next_step(grant, rows, live)
    return (actions(step),) if step else ()


def window(scene: Scene, item: OutboxItem) -> Message | None:
    """The text is the window's title. Nothing while the link is still to come, or to be opened, in this window."""
    if (pair := scene.credential(item.subject)) is None:
        return None
    found, grant = pair
    if found.revealed_at is not None:
        return Message(grants.opened_title(), (section(grants.link_opened(found)),))
    if found.state in UNDER_WAY and item.to == found.view_id:
        return None
    said = refusals.why("grant-over" if grant.is_over else found.why) if found.why or grant.is_over else None
    return Message(requests.failure_title(), (section(said or grants.newer_window()),))


def did_you_get_it(scene: Scene, item: OutboxItem) -> Message | None:
    if (pair := scene.credential(item.subject)) is None:
        return None
    found, grant = pair
    if found.state is CredentialState.REVEALED:
        said = grants.did_you_get_it(found)
        yes = button("Yes", Action.CREDENTIAL_CONFIRM, found.id, style="primary")
        no = button("No, make a new one", Action.CREDENTIAL_REPLACE, found.id)
        return Message(said, (section(said), actions(yes, no)))
    if found.state is CredentialState.LIVE:
        said = grants.got_it(found)
    else:
        said = grants.was_replaced(found, scene.now, revokes=scene.revokes(grant))
    return Message(said, (section(said),))


def knocked(scene: Scene, item: OutboxItem) -> Message | None:
    pair = scene.credential(item.subject)
    event = last(scene.tx.audit.of(item.subject), Tag.ENVELOPE_KNOCKED)
    if pair is None or event is None:
        return None
    found, grant = pair
    over = grant.state_at(scene.now) not in {GrantState.APPROVED, GrantState.ACTIVE}
    said = links.knocked(found, dict(event.facts), event.at, over=over)
    return Message(said, (section(said), *revoke_row(scene, grant)))


def rotated(scene: Scene, item: OutboxItem) -> Message | None:
    if (pair := scene.credential(item.subject)) is None:
        return None
    old, grant = pair
    if old.state is CredentialState.DELETED:
        return Message(grants.rotated_done(old), (section(grants.rotated_done(old)),))
    new = successor(old, scene.tx.credentials.of(grant.id))
    if grant.state_at(scene.now) is not GrantState.ACTIVE:
        return Message(grants.rotation_over(old), (section(grants.rotation_over(old)),))
    said = grants.rotated(Proof(old, new, scene.now), grant.lease_until)
    return Message(said, (section(said), *_switch_row(grant, old)))


def _switch_row(grant: Grant, old: Credential) -> tuple[Json, ...]:
    if old.wish:
        return ()
    if old.state is CredentialState.RETIRING:
        return (actions(cards.undo(old)),) if old.owner_may_undo(grant.owner) else ()
    return (actions(cards.switch_off(old), button("Wait", Action.CREDENTIAL_WAIT, old.id)),)


def stretched(scene: Scene, item: OutboxItem) -> Message | None:
    """Buttons on the newest of them alone, while there is something to press."""
    if (pair := scene.credential(row_id(item.subject))) is None:
        return None
    old, grant = pair
    latest = old.stretched_at is not None and item.subject == str(Daily(old.id, old.stretched_at.date()))
    open_ = latest and old.state is CredentialState.LIVE and grant.state_at(scene.now) is GrantState.ACTIVE
    said = switchover.stretched(old, grant.owner, scene.now, grant.lease_until, latest=open_)
    return Message(said, (section(said), *(_switch_row(grant, old) if open_ else ())))


def switched(scene: Scene, item: OutboxItem) -> Message | None:
    subject = row_id(item.subject)
    events = [each for each in scene.tx.audit.of(subject) if each.tag in {Tag.CREDENTIAL_LIVE, Tag.CREDENTIAL_RETIRING}]
    if not events or (pair := scene.credential(subject)) is None:
        return None
    found, grant = pair
    on = events[-1].tag is Tag.CREDENTIAL_LIVE
    whose = "your key" if item.to == grant.owner else f"the key of {person(grant.owner)}"
    said = switchover.switched(found, events[-1].actor, whose, grant.lease_until, on=on)
    return Message(said, (section(said),))


def disowned(scene: Scene, item: OutboxItem) -> Message | None:
    if (pair := scene.credential(item.subject)) is None:
        return None
    found, grant = pair
    said = grants.disowned(grant, found, scene.entitlement(grant), scene.left(grant))
    return Message(said, (section(said),))
