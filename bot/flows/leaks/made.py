"""What CloudTrail shows that a leaked key made elsewhere: Latchkey can't contain it, so it notifies people at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.events import LATCHKEY, Tag
from bot.domain.leaks.activity import Activity, news
from bot.domain.leaks.incident import Incident
from bot.domain.lifecycle import IncidentState
from bot.flows.leaks.containment import steps
from bot.ports import Transaction

SECOND = timedelta(seconds=1)  # CloudTrail cuts times to whole seconds
QUIET = frozenset({IncidentState.REPORTED, IncidentState.CLOSED})
"""While people decide, the message shows it."""


def report_new(
    tx: Transaction, incident: Incident, before: Activity | None, now: Activity, at: datetime, to: Sequence[str]
) -> None:
    """Under the lock of the incident. Each new thing is reported once."""
    found = [each for each in news(before, now) if each.at >= incident.opened_at - SECOND]
    if incident.state in QUIET or not found:
        return
    for each in found:
        facts = {"found": each.kind.value, "name": each.name, "on": each.on or ""}
        tx.record(Tag.INCIDENT_FOUND, incident.id, by=LATCHKEY, at=at, facts=facts)
    steps.alarm(tx, incident, to, at)
