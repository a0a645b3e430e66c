"""What a message is drawn from: one transaction, the catalog and the moment."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.catalog import Catalog, Entitlement
from bot.domain.credential import Credential
from bot.domain.events import Event, Tag
from bot.domain.grant import Grant
from bot.domain.ids import CredentialId
from bot.domain.lifecycle import GrantState
from bot.domain.request import Request
from bot.ports import Tx
from bot.slack.blocks import Json, actions, button, confirm
from bot.slack.ids import Action


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


def last(events: tuple[Event, ...], tag: Tag) -> Event | None:
    return next((each for each in reversed(events) if each.tag is tag), None)


def revoke_row(scene: Scene, grant: Grant) -> tuple[Json, ...]:
    if grant.state_at(scene.now) not in {GrantState.APPROVED, GrantState.ACTIVE}:
        return ()
    return (actions(revoke_button(grant)),)


def revoke_button(grant: Grant) -> Json:
    asked = confirm("Revoke it?", "It ends now and cannot be undone.", "Revoke", "Cancel")
    return button("Revoke", Action.GRANT_REVOKE, grant.id, style="danger", confirm=asked)
