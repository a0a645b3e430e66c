"""One incident in a list or on Home: where it stands, with the button that it waits for."""

from bot.domain.catalog import Catalog
from bot.domain.leaks.incident import Incident
from bot.domain.lifecycle import IncidentState
from bot.ports import Transaction
from bot.slack.ids import Action
from bot.slack.messages.leaks import incident as drawn
from bot.slack.text import labels
from bot.slack.text.leaks import answers
from bot.slack.ui.blocks import Json, button, section


def row(tx: Transaction, catalog: Catalog, incident: Incident, by: str = "") -> list[Json]:
    """`by` reads it: its owner replaces the key, and can close the incident only afterwards."""
    leak = drawn.of(tx, catalog, incident)
    return [section(answers.row(incident, leak.it), _button(leak, by))]


def _button(leak: drawn.Leak, by: str) -> Json | None:
    incident = leak.incident
    owner = leak.grant.owner if leak.grant else leak.user.owner if leak.user else None
    if incident.is_open and owner == by and (replace := drawn.replace(leak)):
        return replace
    if incident.state in {IncidentState.CONTAINED, IncidentState.CONTAINING}:
        return button(labels.CLOSE_INCIDENT, Action.LEAK_CLOSE, incident.id)
    return drawn.contain(incident)
