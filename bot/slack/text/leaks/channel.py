"""The private question to the author of a message that holds a key."""

from collections.abc import Sequence

from bot.domain.ids import AccessKeyId
from bot.domain.leaks.incident import Incident
from bot.domain.lifecycle import IncidentState
from bot.slack.text.formatting import clock, key

STANDS = {
    IncidentState.REPORTED: "Press *Contain* to cut it off in AWS, or to page its owner and approvers if you may not.",
    IncidentState.CONTAINING: "Latchkey is cutting it off in AWS now.",
    IncidentState.CONTAINED: "Latchkey has cut it off in AWS.",
    IncidentState.CLOSED: "This leak was handled before.",
}
ONLY_YOU = "Only you see this. Delete your message too: whoever read it may have the key."


def summary(keys: Sequence[AccessKeyId]) -> str:
    return f"Your message has the AWS key {', '.join(key(each) for each in keys)}."


def leaked(incident: Incident) -> str:
    said = f"Your message has the AWS key {key(incident.access_key_id)}. {STANDS[incident.state]}"
    return f"{said} Otherwise they are paged at {clock(incident.page_at)}." if incident.page_at else said
