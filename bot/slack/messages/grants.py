"""Messages about a grant: for its owner through its whole life, and for admins where it gets stuck."""

from bot.domain.authorization import approved_duration
from bot.domain.catalog import Kind
from bot.domain.events import Tag
from bot.domain.grant import Grant
from bot.domain.ids import GrantId
from bot.domain.lifecycle import GrantState
from bot.domain.requests.auto_approve import rule_actor
from bot.flows.keys import leaked
from bot.flows.requests import iam_quota
from bot.ports import OutboxItem
from bot.slack.messages.context import Scene, last
from bot.slack.text import grants, requests, sessions, teardown
from bot.slack.text.at_once import break_glass
from bot.slack.text.formatting import named, person
from bot.slack.ui import cards, usage
from bot.slack.ui.blocks import Json, context, section
from bot.slack.ui.message import Message


def grant(scene: Scene, item: OutboxItem) -> Message | None:
    found = scene.tx.grants.get(GrantId(item.subject))
    if found is None:
        return None
    rows = scene.tx.credentials.of(found.id)
    out = leaked.with_open_incident(scene.tx, [each.access_key_id for each in rows])
    uses = usage.of_grant(scene.tx, found, rows)
    first, *rest = cards.grant(scene.catalog, found, rows, scene.now, uses, out)
    return Message(first["text"]["text"], (first, *_approval(scene, found), *rest))


def _approval(scene: Scene, found: Grant) -> tuple[Json, ...]:
    """What approved it in people's place, or what approvers changed and wrote: of the request that set the end."""
    renewals = scene.tx.requests.approved_renewals_of(found.id)
    asked = renewals[-1] if renewals else scene.tx.requests.get(found.request)
    if asked is None:
        return ()
    if asked.emergency:
        return (context(break_glass.nobody_decided()),)
    if asked.rule is not None:
        return (context(requests.approved(frozenset({rule_actor(asked.rule)}))),)
    rows = scene.tx.decisions.of(asked.id)
    lasts = approved_duration(asked.duration, rows)
    said = (requests.shortened(lasts, asked.duration) if lasts < asked.duration else "", requests.notes(rows))
    return tuple(section(each) for each in said if each and not found.is_over)


def ended(scene: Scene, item: OutboxItem) -> Message | None:
    found = scene.tx.grants.get(GrantId(item.subject))
    if found is None or not found.is_over:
        return None
    left = scene.left(found)
    what = named(scene.entitlement(found), found.entitlement)
    if item.to != found.owner:
        what = f"{what} of {person(found.owner)}"
    if found.state is GrantState.LAPSED:
        said = grants.ended_lapsed(what, found.collect_by - found.made_at, left)
    elif found.state is GrantState.EXPIRED:
        said = grants.ended_expired(what, found.lease_until, left, renewing=found.renew_request is not None)
    else:
        event = last(scene.tx.audit.of(found.id), Tag.GRANT_REVOKED)
        by, facts = (event.actor, event.facts) if event else ("", {})
        why, own = facts.get("justification", ""), by == found.owner
        gave_back = found.given_back
        said = grants.given_back(what, left) if gave_back else grants.ended_revoked(what, by, why, left, own=own)
    return Message(said, (section(said), *([cards.again(found.id)] if item.to == found.owner else [])))


def stuck(scene: Scene, item: OutboxItem) -> Message | None:
    found = scene.tx.grants.get(GrantId(item.subject))
    if found is None or (found.stuck_on is None and found.torn_down_at is None):
        return None
    rows = scene.tx.credentials.of(found.id)
    if rows and all(each.kind is Kind.SESSION for each in rows):
        what = named(scene.entitlement(found), found.entitlement)
        said = sessions.stuck(what, rows, scene.now) if found.stuck_on else sessions.unstuck(what)
    else:
        said = teardown.stuck(found) if found.stuck_on else teardown.unstuck(found)
    return Message(said, (section(said),))


def overstated(scene: Scene, item: OutboxItem) -> Message | None:
    found = scene.tx.grants.get(GrantId(item.subject))
    event = last(scene.tx.audit.of(item.subject), Tag.GRANT_OVERSTATED)
    if found is None or event is None:
        return None
    admin = item.to in scene.catalog.admins
    said = (teardown.overstated if admin else teardown.shortened)(found, scene.entitlement(found), event.facts)
    return Message(said, (section(said),))


def crowded(scene: Scene, item: OutboxItem) -> Message | None:
    if (found := iam_quota.read(scene.tx, item.subject)) is None:
        return None
    said = grants.crowded(item.subject, *found)
    return Message(said, (section(said),))
