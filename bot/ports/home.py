"""What Home tabs read from the ledger: one query for each section, however many rows there are."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from bot.domain.credential import Credential
from bot.domain.events import Event
from bot.domain.grant import Grant
from bot.domain.home import Asking, Decided, Emergency, FoundRow, Page, Section, Viewer
from bot.domain.hygiene.finding import Finding, FindingKind
from bot.domain.ids import AccountName, CredentialId, GrantId, SlackUserId
from bot.domain.lifecycle import GrantState
from bot.domain.ownership.claim import Claim
from bot.domain.requests.request import Request
from bot.ports.inventory import Reading


class Home(Protocol):
    # --- whose Home is open, and at which pages -------------------------------------------------------------------

    def opened(self, person: SlackUserId, at: datetime) -> None:
        """Someone opened their Home tab: it begins at the first page of each section."""
        ...

    def turn_page(self, person: SlackUserId, section: Section, offset: int, at: datetime) -> None:
        """Someone turned to another page of a section."""
        ...

    def page_offsets(self, person: SlackUserId) -> Mapping[str, int]: ...
    def opened_since(self, moment: datetime) -> frozenset[SlackUserId]: ...

    # --- owners ---------------------------------------------------------------------------------------------------

    def keys(self, viewer: Viewer, now: datetime, most: int) -> Page[Grant]:
        """Active grants; the lease that ends first comes first."""
        ...

    def grants_to_act_on(self, owner: SlackUserId, now: datetime, most: int) -> tuple[Grant, ...]:
        """Approved ones to collect, and active ones whose owner was told that the lease ends, not being renewed."""
        ...

    def credentials_to_act_on(self, owner: SlackUserId, most: int) -> tuple[Credential, ...]:
        """Opened without a receipt, and old keys of a rotation that are still on."""
        ...

    def credentials(self, of: Collection[GrantId], ids: Collection[CredentialId]) -> tuple[Credential, ...]:
        """All of these grants, and these; oldest first."""
        ...

    def asked(self, person: SlackUserId, now: datetime, most: int) -> Page[Request]:
        """Open requests that this person made, or that are for them."""
        ...

    def findings(self, owners: Collection[str], now: datetime, most: int) -> Page[Finding]:
        """Open ones that ask an owner something, and that nobody keeps."""
        ...

    def kept(self, viewer: Viewer, now: datetime, most: int) -> Page[Finding]: ...
    def found(self, viewer: Viewer, most: int) -> Page[FoundRow]:
        """Keys that Latchkey didn't issue. Those with a question come first, then the oldest."""
        ...

    def found_to_act_on(self, owners: Collection[str], keys: Collection[str], most: int) -> tuple[FoundRow, ...]:
        """Those with these access key ids, and those about which Latchkey asks whether to switch them off anyway."""
        ...

    def findings_on(self, users: Collection[str], owners: Collection[str]) -> tuple[Finding, ...]:
        """Open findings of these owners on IAM users with these names."""
        ...

    def replacements(self, keys: Collection[str]) -> Mapping[str, GrantState | None]:
        """Found keys that another key is to replace, by row id; None while that isn't decided."""
        ...

    def offers(self, person: SlackUserId, most: int) -> tuple[Claim, ...]:
        """Someone says that an IAM user is theirs; they answer."""
        ...

    def unanswered(self, person: SlackUserId, now: datetime, most: int) -> tuple[Asking, ...]:
        """Approvers' questions about open requests of this person."""
        ...

    # --- approvers ------------------------------------------------------------------------------------------------

    def queue(self, viewer: Viewer, now: datetime, most: int) -> Page[Request]:
        """Requests that this person may decide and hasn't decided yet, oldest first."""
        ...

    def claims(self, viewer: Viewer, most: int) -> Page[Claim]: ...
    def reviews(self, viewer: Viewer, most: int) -> Page[Emergency]:
        """Open reviews that this person may close, oldest first."""
        ...

    def decided(self, viewer: Viewer, since: datetime, most: int) -> Page[Decided]:
        """Decisions about what this person decides, newest first."""
        ...

    # --- admins ---------------------------------------------------------------------------------------------------

    def counts(self) -> Mapping[AccountName, Mapping[FindingKind, int]]:
        """Open findings in each account."""
        ...

    def readings(self) -> Mapping[AccountName, Reading]: ...
    def undelivered(self) -> int:
        """Messages that Slack didn't take when they were last sent."""
        ...

    # --- what changed ---------------------------------------------------------------------------------------------

    def events_after(self, seen: int, most: int) -> tuple[tuple[int, Event], ...]:
        """Audit events with their numbers in the chain, in that order."""
        ...

    def shown_to(self, subjects: Collection[str]) -> frozenset[str]:
        """People and groups whose Home shows one of these rows: owners, requesters, deciders, claimants."""
        ...
