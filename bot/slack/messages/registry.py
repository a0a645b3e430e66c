"""From an outbox row to what Slack is to show now: one drawing for each Notice."""

from collections.abc import Callable, Mapping

from bot.domain.events import Notice
from bot.ports import OutboxItem
from bot.slack.messages import (
    adopted,
    alarms,
    bulk,
    credentials,
    digest,
    drift,
    expiry,
    grants,
    owners,
    reports,
    requests,
)
from bot.slack.messages.context import Scene
from bot.slack.ui.message import Message

DRAWN: Mapping[Notice, Callable[[Scene, OutboxItem], Message | None]] = {
    Notice.APPROVAL: requests.approval,
    Notice.REMINDER: requests.approval,
    Notice.GROUP_CHANGED: requests.group_changed,
    Notice.RECEIPT: requests.receipt,
    Notice.OUTCOME: requests.told,
    Notice.GRANT: grants.grant,
    Notice.GRANT_ENDING: expiry.ending,
    Notice.GRANT_IN_USE: expiry.in_use,
    Notice.GRANT_ENDED: grants.ended,
    Notice.STUCK: grants.stuck,
    Notice.OVERSTATED: grants.overstated,
    Notice.STORM: bulk.storm,
    Notice.HALTED: bulk.halted,
    Notice.CROWDED: grants.crowded,
    Notice.COLLECT_AGAIN: credentials.again,
    Notice.DID_YOU_GET_IT: credentials.did_you_get_it,
    Notice.COLLECT_WINDOW: credentials.window,
    Notice.KNOCKED: credentials.knocked,
    Notice.ROTATED: credentials.rotated,
    Notice.STRETCHED: credentials.stretched,
    Notice.SWITCHED: credentials.switched,
    Notice.DISOWNED: credentials.disowned,
    Notice.ORPHAN: alarms.orphan,
    Notice.DIFFERENCE: drift.difference,
    Notice.DIGEST: digest.digest,
    Notice.REPORT: reports.picture,
    Notice.ALARM: alarms.alarm,
    Notice.CLAIM: owners.claim,
    Notice.CLAIM_OUTCOME: owners.outcome,
    Notice.OWNERLESS: owners.ownerless,
    Notice.LEFT: owners.left,
    Notice.ADOPTED: adopted.owner,
    Notice.ADOPTED_UNDO: adopted.undo,
    Notice.ADOPTED_ON: adopted.on_again,
    Notice.ADOPTED_END: adopted.end,
    Notice.UNREAD: alarms.unread,
    Notice.UNDELIVERED: alarms.undelivered,
    Notice.ESCALATED: digest.escalated,
    Notice.ENFORCED: digest.enforced,
    Notice.PREVIEW: digest.preview,
}


def render(scene: Scene, item: OutboxItem) -> Message | None:
    """None where there is nothing (any more) to show."""
    return DRAWN[item.notice](scene, item)
