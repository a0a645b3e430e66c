"""The ledger of incidents: leaked keys, their reports and steps, and what CloudTrail says of them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.ids import AccessKeyId, AccountName, SlackUserId
from bot.domain.leaks.activity import Activity
from bot.domain.leaks.incident import Incident, Report, Step


class Incidents(Protocol):
    def add(self, incident: Incident) -> bool:
        """False if another incident of this key is open."""
        ...

    def get(self, incident: str) -> Incident | None: ...
    def lock(self, incident: str) -> Incident | None:
        """Lock the row and return it as it is now. First in every transaction that changes it."""
        ...

    def set(self, incident: str, **columns: object) -> None:
        """Set plain columns, never `state`."""
        ...

    def open_for(self, keys: Collection[AccessKeyId]) -> tuple[Incident, ...]:
        """Open ones about these keys."""
        ...

    def of_user(self, account: AccountName, user: str) -> tuple[Incident, ...]:
        """Open ones about keys of this IAM user, and of a grant's user."""
        ...

    def last_of(self, key: AccessKeyId) -> Incident | None:
        """The newest one about this key, open or closed."""
        ...

    def newest(self, keys: Collection[AccessKeyId]) -> Mapping[AccessKeyId, Incident]:
        """The newest one about each of these keys, open or closed."""
        ...

    def open_all(self) -> tuple[Incident, ...]:
        """Those that nobody has decided about first, then the newest."""
        ...

    def recent(self, since: datetime, most: int) -> tuple[Incident, ...]:
        """Opened or closed since then, or still open: open ones first, then the newest."""
        ...

    # --- reports and agreements -----------------------------------------------------------------------------------

    def report(self, report: Report) -> bool:
        """False if this person has reported it before."""
        ...

    def reports(self, incident: str) -> tuple[Report, ...]:
        """Oldest first."""
        ...

    def agree(self, incident: str, person: SlackUserId, at: datetime) -> bool:
        """Agree to reactivate the key. False if this person has agreed before."""
        ...

    def forget_agreements(self, incident: str) -> None:
        """Something new was found since."""
        ...

    def agreed(self, incident: str) -> frozenset[SlackUserId]: ...

    # --- steps ----------------------------------------------------------------------------------------------------

    def add_steps(self, steps: Sequence[Step]) -> int:
        """Add those that aren't there yet, by kind, target and round. Returns how many."""
        ...

    def steps(self, incident: str) -> tuple[Step, ...]:
        """In the order in which they were planned."""
        ...

    def set_step(self, step: Step, **columns: object) -> None:
        """Set columns of a step."""
        ...

    # --- due ------------------------------------------------------------------------------------------------------

    def triage_due(self, now: datetime, most: int) -> tuple[Incident, ...]:
        """Open ones whose key the worker hasn't looked up yet, or whose proof it hasn't checked, and that are due."""
        ...

    def paging_due(self, now: datetime, most: int) -> tuple[Incident, ...]: ...
    def escalation_due(self, now: datetime, most: int) -> tuple[Incident, ...]: ...
    def containment_due(self, now: datetime, most: int) -> tuple[Incident, ...]:
        """In state `containing`, and due."""
        ...

    def check_due(self, now: datetime, most: int) -> tuple[Incident, ...]:
        """Contained, with a check due."""
        ...

    def reading_due(self, now: datetime, most: int) -> tuple[Incident, ...]:
        """Open ones of an account of the catalog, with a reading of CloudTrail due."""
        ...

    def reactivation_due(self, now: datetime, most: int) -> tuple[Incident, ...]:
        """Two people agreed, and the worker hasn't done it yet."""
        ...

    # --- activity -------------------------------------------------------------------------------------------------

    def store_activity(self, incident: str, activity: Activity) -> None:
        """Replaces the earlier one."""
        ...

    def activity(self, incident: str) -> Activity | None:
        """None: not read yet."""
        ...
