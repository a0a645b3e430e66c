"""The private question to the author of a message that holds a key."""

from collections.abc import Sequence

from bot.domain.ids import AccessKeyId
from bot.domain.lifecycle import IncidentState
from bot.slack.text.formatting import key

STANDS = {
    IncidentState.REPORTED: "Press *Contain* to cut it off in AWS now, with its sessions.",
    IncidentState.CONTAINING: "Latchkey is cutting it off in AWS now.",
    IncidentState.CONTAINED: "Latchkey has cut it off in AWS.",
    IncidentState.CLOSED: "This leak was handled before.",
}
ONLY_YOU = "Only you see this. Delete your message too: whoever read it may have the key."


def summary(keys: Sequence[AccessKeyId]) -> str:
    return f"Your message has the AWS key {', '.join(key(each) for each in keys)}."


def leaked(key_id: AccessKeyId, state: IncidentState) -> str:
    return f"Your message has the AWS key {key(key_id)}. {STANDS[state]}"
