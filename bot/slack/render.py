"""From an outbox row to what Slack is to show now: one function for each Notice, rendered from the rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.catalog import Catalog, Entitlement
from bot.domain.credential import Credential
from bot.domain.events import Event, Notice, Tag
from bot.domain.grant import Grant
from bot.domain.ids import CredentialId, GrantId, RequestId, SlackUserId
from bot.domain.lifecycle import CredentialState, GrantState, RequestState
from bot.domain.request import Answer, Request
from bot.ports import Errand, Tx
from bot.slack import cards
from bot.slack.blocks import Json, actions, button, confirm, context, header, section
from bot.slack.ids import Action
from bot.slack.message import Message
from bot.slack.text import asking, holding
from bot.slack.text.words import named


@dataclass(frozen=True, slots=True)
class Scene:
    """What a message is drawn from."""

    tx: Tx
    catalog: Catalog
    now: datetime
    command: str
    group_changed_at: datetime | None = None  # an approver group, within the last day

    def entitlement(self, of: Request | Grant) -> Entitlement | None:
        return self.catalog.entitlements.get(of.entitlement)

    def credential(self, subject: str) -> tuple[Credential, Grant] | None:
        found = self.tx.credentials.get(CredentialId(subject))
        grant = self.tx.grants.get(found.grant) if found else None
        return (found, grant) if found and grant else None


def render(scene: Scene, errand: Errand) -> Message | None:
    """None where there is nothing (any more) to show."""
    return DRAWN[errand.notice](scene, errand)


# --- requests ----------------------------------------------------------------------------------------------------


def _approval(scene: Scene, errand: Errand) -> Message | None:
    found = scene.tx.requests.get(RequestId(errand.subject))
    if found is None:
        return None
    entitlement = scene.entitlement(found)
    said = asking.asks_plainly(entitlement, found, again=errand.notice is Notice.REMINDER)
    blocks = [*([context(said)] if errand.notice is Notice.REMINDER else []), *cards.request(found, entitlement)]
    if found.state is not RequestState.REQUESTED:
        return Message(said, (*blocks, section(_outcome(scene, found))))
    needed = entitlement.approvals if entitlement else 1
    blocks.append(context(asking.votes(_approved_by(scene, found), needed, found.decide_by)))
    if scene.group_changed_at is not None:
        blocks.append(context(asking.group_changed(scene.group_changed_at)))
    return Message(said, (*blocks, cards.decide(found, entitlement)))


def _approved_by(scene: Scene, found: Request) -> frozenset[str]:
    rows = scene.tx.decisions.of(found.id)
    return frozenset(each.approver for each in rows if each.answer is Answer.APPROVE)


def _outcome(scene: Scene, found: Request) -> str:
    match found.state:
        case RequestState.APPROVED:
            return asking.approved(_approved_by(scene, found))
        case RequestState.DECLINED:
            no = next(each for each in scene.tx.decisions.of(found.id) if each.answer is Answer.DECLINE)
            return asking.declined(no.approver, no.justification)
        case RequestState.CANCELLED:
            return asking.cancelled()
        case _:
            return asking.lapsed_request()


def _receipt(scene: Scene, errand: Errand) -> Message | None:
    """The requester's own copy: short, because whatever needs words gets a message of its own."""
    found = scene.tx.requests.get(RequestId(errand.subject))
    if found is None:
        return None
    entitlement = scene.entitlement(found)
    if found.state is RequestState.REQUESTED:
        return Message(asking.waiting(found, entitlement), tuple(cards.waiting(found, entitlement)))
    said = asking.your_request(found, entitlement, asking.state_of(found.state))
    return Message(said, (section(said),))


def _told(scene: Scene, errand: Errand) -> Message | None:
    found = scene.tx.requests.get(RequestId(errand.subject))
    if found is None:
        return None
    said = asking.your_request(found, scene.entitlement(found), _outcome(scene, found))
    return Message(said, (section(said),))


# --- grants ------------------------------------------------------------------------------------------------------


def _grant(scene: Scene, errand: Errand) -> Message | None:
    found = scene.tx.grants.get(GrantId(errand.subject))
    if found is None:
        return None
    blocks = cards.grant(scene.catalog, found, scene.tx.credentials.of(found.id), scene.now)
    return Message(blocks[0]["text"]["text"], tuple(blocks))


def _ending(scene: Scene, errand: Errand) -> Message | None:
    found = scene.tx.grants.get(GrantId(errand.subject))
    if found is None or found.state_at(scene.now) is not GrantState.ACTIVE:
        return None
    said = holding.ending(found, scene.entitlement(found), scene.command)
    return Message(said, (section(said),))


def _ended(scene: Scene, errand: Errand) -> Message | None:
    found = scene.tx.grants.get(GrantId(errand.subject))
    if found is None or not found.is_over:
        return None
    what = named(scene.entitlement(found), found.entitlement)
    if found.state is GrantState.LAPSED:
        said = holding.ended_lapsed(what, found.collect_by - found.made_at)
    elif found.state is GrantState.EXPIRED:
        said = holding.ended_expired(what, found.lease_until)
    else:
        event = _last(scene.tx.audit.of(found.id), Tag.GRANT_REVOKED)
        by, facts = (event.actor, event.facts) if event else ("", {})
        said = holding.ended_revoked(what, by, facts.get("justification", ""), own=by == found.owner)
    return Message(said, (section(said),))


def _last(events: tuple[Event, ...], tag: Tag) -> Event | None:
    return next((each for each in reversed(events) if each.tag is tag), None)


# --- credentials -------------------------------------------------------------------------------------------------


def _again(scene: Scene, errand: Errand) -> Message | None:
    if (pair := scene.credential(errand.subject)) is None:
        return None
    found, grant = pair
    said = holding.collect_again(scene.entitlement(grant), grant, found.why)
    return Message(said, (section(said),))


def _confirm(scene: Scene, errand: Errand) -> Message | None:
    if (pair := scene.credential(errand.subject)) is None:
        return None
    found, _ = pair
    if found.state is CredentialState.REVEALED:
        said = holding.did_you_get_it(found)
        yes = button("Yes", Action.CREDENTIAL_CONFIRM, found.id, style="primary")
        no = button("No, make a new one", Action.CREDENTIAL_REPLACE, found.id)
        return Message(said, (section(said), actions(yes, no)))
    said = holding.got_it(found) if found.state is CredentialState.LIVE else holding.was_replaced(found)
    return Message(said, (section(said),))


def _knocked(scene: Scene, errand: Errand) -> Message | None:
    pair = scene.credential(errand.subject)
    event = _last(scene.tx.audit.of(errand.subject), Tag.ENVELOPE_KNOCKED)
    if pair is None or event is None:
        return None
    found, grant = pair
    said = holding.knocked(found, dict(event.facts), event.at)
    return Message(said, (section(said), *_revoke_row(scene, grant)))


def _revoke_row(scene: Scene, grant: Grant) -> tuple[Json, ...]:
    if grant.state_at(scene.now) not in {GrantState.APPROVED, GrantState.ACTIVE}:
        return ()
    asked = confirm("Revoke it?", "It ends now and cannot be undone.", "Revoke", "Cancel")
    return (actions(button("Revoke", Action.GRANT_REVOKE, grant.id, style="danger", confirm=asked)),)


def _rotated(scene: Scene, errand: Errand) -> Message | None:
    if (pair := scene.credential(errand.subject)) is None:
        return None
    old, grant = pair
    if old.state is CredentialState.DELETED:
        return Message(holding.rotated_done(old), (section(holding.rotated_done(old)),))
    rows = scene.tx.credentials.of(grant.id)
    new = next((each for each in reversed(rows) if each.id != old.id and each.state in cards.SHOWN), None)
    said = holding.rotated(old, new)
    over = grant.state_at(scene.now) is not GrantState.ACTIVE
    return Message(said, (section(said), *(() if over else _switch_row(old))))


def _switch_row(old: Credential) -> tuple[Json, ...]:
    if old.wish:
        return ()
    if old.state is CredentialState.RETIRING:
        return (actions(cards.undo(old)),)
    return (actions(cards.switch_off(old), button("Wait", Action.CREDENTIAL_WAIT, old.id)),)


def _disowned(scene: Scene, errand: Errand) -> Message | None:
    if (pair := scene.credential(errand.subject)) is None:
        return None
    found, grant = pair
    said = holding.disowned(grant, found, scene.entitlement(grant))
    return Message(said, (section(said),))


# --- findings ----------------------------------------------------------------------------------------------------


def _orphan(scene: Scene, errand: Errand) -> Message | None:
    found = scene.tx.findings.get(errand.subject)
    grant_id, _, evidence = found.evidence.partition(" ") if found else ("", "", "")
    grant = scene.tx.grants.get(GrantId(grant_id))
    if found is None or grant is None:
        return None
    said = holding.orphan(found, grant.owner, evidence)
    return Message(said, (section(said), *_revoke_row(scene, grant)))


def _digest(scene: Scene, errand: Errand) -> Message | None:
    owner, _, day = errand.subject.partition("/")
    since = datetime.fromisoformat(day).replace(tzinfo=UTC)
    told = scene.tx.findings.told_on(SlackUserId(owner), since, since + timedelta(days=1))
    blocks = [block for each in told for block in cards.finding(scene.tx, each)]
    title = holding.digest_title(f"{since:%d %B %Y}")
    return Message(title, (header(title), *blocks[:48])) if blocks else None


DRAWN: Mapping[Notice, Callable[[Scene, Errand], Message | None]] = {
    Notice.APPROVAL: _approval,
    Notice.REMINDER: _approval,
    Notice.RECEIPT: _receipt,
    Notice.OUTCOME: _told,
    Notice.GRANT: _grant,
    Notice.GRANT_ENDING: _ending,
    Notice.GRANT_ENDED: _ended,
    Notice.COLLECT_AGAIN: _again,
    Notice.DID_YOU_GET_IT: _confirm,
    Notice.KNOCKED: _knocked,
    Notice.ROTATED: _rotated,
    Notice.DISOWNED: _disowned,
    Notice.ORPHAN: _orphan,
    Notice.DIGEST: _digest,
}
