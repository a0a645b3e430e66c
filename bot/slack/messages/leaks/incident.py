"""The message of a leaked key: its timeline, drawn from the ledger, the same wherever it is posted."""

from dataclasses import dataclass

from bot.domain.catalog import Catalog, Entitlement
from bot.domain.grant import Grant
from bot.domain.hygiene.inventory import FoundKey, FoundUser
from bot.domain.ids import GrantId, RequestId
from bot.domain.leaks.incident import CONTAINABLE, Incident, Step, StepState, Whose
from bot.domain.lifecycle import CredentialState, GrantState, IncidentState
from bot.flows import access
from bot.flows.leaks import opened
from bot.ports import OutboxItem, Transaction
from bot.slack.ids import Action
from bot.slack.messages.context import Scene
from bot.slack.text import labels
from bot.slack.text.leaks import activity as activity_text
from bot.slack.text.leaks import dialogs
from bot.slack.text.leaks import incident as text
from bot.slack.text.leaks import steps as said_of
from bot.slack.text.leaks import timeline as happened
from bot.slack.ui.blocks import Json, actions, button, confirm, context, header, section
from bot.slack.ui.message import Message

SECTION_MOST = 2900  # characters as sent
STEPS_SECTIONS, ROLES_MOST, DID_SECTIONS = 4, 10, 8
BY_HAND_MOST = 2600
STANDING = frozenset({GrantState.APPROVED, GrantState.ACTIVE})
ITS_RIGHTS = frozenset({Whose.ISSUED, Whose.FOUND, Whose.SESSION})
"""Of other keys Latchkey knows no rights. Of these it says so if it doesn't."""


@dataclass(frozen=True, slots=True)
class Leak:
    """An incident, with what the ledger knows of its key."""

    incident: Incident
    steps: tuple[Step, ...]
    entitlement: Entitlement | None = None
    grant: Grant | None = None
    found: FoundKey | None = None
    user: FoundUser | None = None
    being_replaced: bool = False

    @property
    def name(self) -> str:
        if self.entitlement is not None:
            return self.entitlement.title
        return self.user.name if self.user else self.incident.user or ""

    @property
    def it(self) -> str:
        return text.what(self.incident, self.name)


def read(scene: Scene, id_: str) -> Leak | None:
    incident = scene.tx.incidents.get(id_)
    return of(scene.tx, scene.catalog, incident) if incident is not None else None


def of(tx: Transaction, catalog: Catalog, incident: Incident) -> Leak:
    grant = tx.grants.get(GrantId(incident.grant)) if incident.grant else None
    found = tx.inventory.get(incident.found_key) if incident.found_key else None
    user = tx.inventory.users(found.account, [found.user]).get(found.user) if found else None
    entitlement = catalog.entitlements.get(grant.entitlement) if grant else None
    replaced = opened.is_being_replaced(tx, incident)
    return Leak(incident, tx.incidents.steps(incident.id), entitlement, grant, found, user, replaced)


def timeline(scene: Scene, item: OutboxItem) -> Message | None:
    leak = read(scene, item.subject)
    if leak is None:
        return None
    said = text.standing(leak.incident, leak.steps, leak.name, being_replaced=leak.being_replaced)
    blocks = [
        header(text.title(leak.incident, leak.name)),
        section(said),
        *_whose(leak),
        *_asked(scene, leak, item.to),
        *(section(each) for each in joined(_happened(scene, leak).split("\n"))[:STEPS_SECTIONS]),
        *_steps(scene, leak),
        *_others(scene, leak),
        *_could(scene, leak),
        *_did(scene, leak),
        *_replacement(scene, leak),
        *([context(text.NOT_UNDONE)] if leak.incident.contain_at else []),
        *buttons(scene, leak),
    ]
    return Message(said, tuple(blocks))


def _whose(leak: Leak) -> list[Json]:
    if leak.incident.account is None:
        return []
    owner = leak.grant.owner if leak.grant else (leak.user.owner or "") if leak.user else None
    return [context(text.whose(owner, said_of.account(leak.incident), leak.incident.user))]


def _asked(scene: Scene, leak: Leak, to: str) -> list[Json]:
    """Those who decide, where their requests go to a channel, while it waits for them."""
    incident, catalog = leak.incident, scene.catalog
    if incident.state is not IncidentState.REPORTED or incident.whose not in CONTAINABLE or incident.account is None:
        return []
    everybody = access.account_groups(catalog, incident.account)
    groups = [catalog.approvers_of(leak.entitlement)] if leak.entitlement else everybody
    here = [each for each in groups if each.channel == to]
    people = dict.fromkeys(one for each in here for one in each.users if one not in each.silent)
    names = (*people, *dict.fromkeys(one for each in here for one in each.usergroups))
    return [section(text.asked(names))] if names else []


def _happened(scene: Scene, leak: Leak) -> str:
    id_, tx = leak.incident.id, scene.tx
    reports, agreed = tx.incidents.reports(id_), sorted(tx.incidents.agreed(id_))
    return happened.timeline(leak.incident, reports, agreed, tx.audit.of(id_), command=scene.command)


def _steps(scene: Scene, leak: Leak) -> list[Json]:
    undone = leak.incident.reactivated_at is not None
    states = [] if undone else said_of.states(leak.incident, leak.steps)
    open_ = leak.incident.is_open
    by_hand = said_of.by_hand(leak.incident, leak.steps, scene.now, BY_HAND_MOST) if open_ else ""
    return [
        *(section(each) for each in joined(states)[:STEPS_SECTIONS]),
        *([section(by_hand)] if by_hand else []),
        *_roles(leak),
    ]


def _roles(leak: Leak) -> list[Json]:
    """Each role that the key assumed, with its own button. The value names the step by its number."""
    numbered = [(at, each) for at, each in enumerate(leak.steps, 1) if each.state is StepState.OFFERED]
    return [section(said_of.offered(step), _end(leak, at, step)) for at, step in numbered[:ROLES_MOST]]


def _end(leak: Leak, at: int, step: Step) -> Json | None:
    if not leak.incident.is_open:
        return None
    asked = confirm(dialogs.end_sessions(said_of.role(step)))
    return button(labels.END_SESSIONS, Action.LEAK_SESSIONS, f"{leak.incident.id} {at}", confirm=asked)


def _others(scene: Scene, leak: Leak) -> list[Json]:
    """Other keys of the same IAM user."""
    keys: list[tuple[str, bool]] = []
    if leak.grant is not None:
        rows = scene.tx.credentials.of(leak.grant.id)
        held = [
            each for each in rows if each.access_key_id and each.gone_at is None and each.id != leak.incident.credential
        ]
        keys = [(str(each.access_key_id), each.state is CredentialState.LIVE) for each in held if each.slot]
    elif leak.found is not None:
        rows_found = scene.tx.inventory.keys(leak.found.account, [leak.found.user])
        keys = [
            (each.access_key_id or "a key without a known ID", each.active)
            for each in rows_found
            if each.id != leak.found.id
        ]
    said = text.others([each for each, on in keys if on], [each for each, on in keys if not on])
    return [section(said)] if said else []


def _could(scene: Scene, leak: Leak) -> list[Json]:
    account = scene.catalog.accounts.get(leak.incident.account) if leak.incident.account else None
    if leak.incident.whose not in ITS_RIGHTS:
        return []
    return [section(activity_text.could(entitlement=leak.entitlement, account=account, user=leak.user))]


def _did(scene: Scene, leak: Leak) -> list[Json]:
    found = scene.tx.incidents.activity(leak.incident.id)
    return [section(each) for each in activity_text.texts(found, scene.now)[:DID_SECTIONS]] if found else []


def _replacement(scene: Scene, leak: Leak) -> list[Json]:
    request = scene.tx.requests.get(RequestId(leak.incident.replacement)) if leak.incident.replacement else None
    if request is None:
        return []
    grant = scene.tx.grants.of_request(request.id)
    rows = scene.tx.credentials.of(grant.id) if grant else ()
    live = next((each for each in reversed(rows) if each.state is CredentialState.LIVE), None)
    user = grant.iam_user if grant and live and live.slot else None
    made = live.access_key_id if live else None
    over = str(grant.stands(scene.now)) if grant and grant.state_at(scene.now) not in STANDING else ""
    asks = leak.incident.is_open
    return [section(text.replacement(request.requester, request.state.value, made, user, over=over, asks=asks))]


def joined(lines: list[str]) -> list[str]:
    """As few texts as fit into one section each."""
    texts: list[str] = []
    for each in lines:
        if texts and len(texts[-1]) + 1 + len(each) <= SECTION_MOST:
            texts[-1] += f"\n{each}"
        else:
            texts.append(each)
    return texts


# --- what can still be done -------------------------------------------------------------------------------------------


def buttons(scene: Scene, leak: Leak) -> list[Json]:
    incident = leak.incident
    if not incident.is_open:
        return []
    gone = opened.key_is_gone(scene.tx, incident, scene.now)
    return [actions(contain(incident), replace(leak), None if gone else _reactivate(incident), close(incident))]


def contain(incident: Incident) -> Json | None:
    never = {Whose.ITSELF, Whose.OTHER, Whose.GONE}
    if incident.state is not IncidentState.REPORTED or incident.whose in never:
        return None
    asked = confirm(dialogs.contain(session=incident.whose is Whose.SESSION))
    return button(labels.CONTAIN, Action.LEAK_CONTAIN, incident.id, style="danger", confirm=asked)


def replace(leak: Leak) -> Json | None:
    incident = leak.incident
    ours = incident.whose in {Whose.ISSUED, Whose.FOUND, Whose.SESSION}
    if incident.state is IncidentState.REPORTED or not ours or leak.being_replaced or incident.reactivate_at:
        return None
    return button(labels.REPLACE_LEAKED, Action.LEAK_REPLACE, incident.id, style="primary")


def _reactivate(incident: Incident) -> Json | None:
    possible = incident.whose in {Whose.ISSUED, Whose.FOUND} and incident.reactivate_at is None
    if incident.state is not IncidentState.CONTAINED or not possible:
        return None
    asked = confirm(dialogs.reactivate_leaked())
    return button(labels.REACTIVATE, Action.LEAK_REACTIVATE, incident.id, confirm=asked)


def close(incident: Incident) -> Json:
    return button(labels.CLOSE_INCIDENT, Action.LEAK_CLOSE, incident.id)
