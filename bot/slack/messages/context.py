"""What a message is drawn from: one transaction, the catalog and the moment."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.catalog import Catalog, Entitlement
from bot.domain.credential import Credential
from bot.domain.events import Event, Tag
from bot.domain.grant import Grant
from bot.domain.home import Viewer
from bot.domain.ids import CredentialId
from bot.domain.lifecycle import GrantState
from bot.domain.requests.request import Request
from bot.ports import Transaction
from bot.slack.ids import Action
from bot.slack.messages.approval.facts import SlackFacts
from bot.slack.text import labels, sessions, teardown
from bot.slack.ui import usage
from bot.slack.ui.blocks import Json, actions, button, confirm


@dataclass(frozen=True, slots=True)
class Scene:
    """What a message is drawn from."""

    tx: Transaction
    catalog: Catalog
    now: datetime
    command: str
    guide: str  # its address
    facts: SlackFacts
    viewer: Viewer | None = None  # whose Home is drawn

    def entitlement(self, of: Request | Grant) -> Entitlement | None:
        return self.catalog.entitlements.get(of.entitlement)

    def revokes(self, grant: Grant) -> bool:
        """Whether Latchkey may revoke sessions in this grant's account."""
        return self.catalog.revokes_sessions(grant.account)

    def left(self, grant: Grant) -> str:
        """What this ended grant leaves in AWS."""
        rows = self.tx.credentials.of(grant.id)
        return teardown.left(grant, rows, self.now, revokes=self.revokes(grant))

    def ends_now(self, grant: Grant) -> str:
        """What ending this grant does to its keys and sessions, for the dialog before it."""
        return sessions.ends_now(self.tx.credentials.of(grant.id), self.now, revokes=self.revokes(grant))

    def used(self, grant: Grant) -> str:
        """What used its keys last, for the dialog before it ends."""
        rows = self.tx.credentials.of(grant.id)
        return usage.of_keys_in_dialog(usage.of_grant(self.tx, grant, rows), rows, self.now)

    def credential(self, subject: str) -> tuple[Credential, Grant] | None:
        found = self.tx.credentials.get(CredentialId(subject))
        grant = self.tx.grants.get(found.grant) if found else None
        return (found, grant) if found and grant else None


def last(events: tuple[Event, ...], tag: Tag) -> Event | None:
    return next((each for each in reversed(events) if each.tag is tag), None)


def revoke_row(scene: Scene, grant: Grant) -> tuple[Json, ...]:
    if grant.state_at(scene.now) not in {GrantState.APPROVED, GrantState.ACTIVE}:
        return ()
    return (actions(revoke_button(scene, grant)),)


def revoke_button(scene: Scene, grant: Grant) -> Json:
    asked = confirm(labels.revoke(scene.ends_now(grant)))
    return button(labels.REVOKE, Action.GRANT_REVOKE, grant.id, style="danger", confirm=asked)
