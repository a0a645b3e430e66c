"""From an outbox row to the message that Slack shows now: one function for each Notice."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.domain.events import Notice
from bot.ports import OutboxItem
from bot.slack.messages import (
    adopted,
    alarms,
    break_glass,
    bulk,
    credentials,
    digest,
    drift,
    expiry,
    grants,
    owners,
    pause,
    questions,
    reports,
    requests,
)
from bot.slack.messages.approval import card
from bot.slack.messages.context import Scene
from bot.slack.messages.home import view
from bot.slack.messages.leaks import alarm, incident, unnamed
from bot.slack.messages.replacement import watch
from bot.slack.messages.usage import dossier
from bot.slack.text import guide
from bot.slack.ui.blocks import context
from bot.slack.ui.message import Message

BLOCKS_MOST = 50  # of a message
DRAWN: Mapping[Notice, Callable[[Scene, OutboxItem], Message | None]] = {
    Notice.APPROVAL: card.approval,
    Notice.REMINDER: card.approval,
    Notice.ESCALATION: card.approval,
    Notice.MISROUTED: requests.misrouted,
    Notice.GROUP_CHANGED: requests.group_changed,
    Notice.RECEIPT: requests.receipt,
    Notice.OUTCOME: requests.outcome,
    Notice.QUESTION: questions.question,
    Notice.ANSWER: questions.answer,
    Notice.BREAK_GLASS: break_glass.issued,
    Notice.REVIEW: break_glass.reminder,
    Notice.GRANT: grants.grant,
    Notice.GRANT_ENDING: expiry.ending,
    Notice.GRANT_IN_USE: expiry.in_use,
    Notice.GRANT_ENDED: grants.ended,
    Notice.STUCK: grants.stuck,
    Notice.OVERSTATED: grants.overstated,
    Notice.STORM: bulk.teardown_progress,
    Notice.HALTED: bulk.halted,
    Notice.CROWDED: grants.crowded,
    Notice.COLLECT_AGAIN: credentials.again,
    Notice.DID_YOU_GET_IT: credentials.did_you_get_it,
    Notice.COLLECT_WINDOW: credentials.window,
    Notice.KNOCKED: credentials.reuse_attempt,
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
    Notice.PAUSED: pause.paused,
    Notice.RESUMED: pause.resumed,
    Notice.UNDELIVERED: alarms.undelivered,
    Notice.ESCALATED: digest.escalated,
    Notice.ENFORCED: digest.enforced,
    Notice.PREVIEW: digest.preview,
    Notice.USAGE: dossier.answer,
    Notice.REPLACEMENT: watch.owner,
    Notice.INCIDENT: incident.timeline,
    Notice.INCIDENT_ALARM: alarm.alarm,
    Notice.LEAK_UNNAMED: unnamed.unnamed,
    Notice.HOME: view.draw,
}

GUIDE: Mapping[Notice, str] = {
    Notice.LEAK_UNNAMED: "leaks#reports-from-aws-github-and-channels",
    Notice.USAGE: "hygiene#where-a-key-is-used",
    Notice.DIGEST: "hygiene#who-is-notified-of-a-finding-and-when",
    Notice.ESCALATED: "hygiene#who-is-notified-of-a-finding-and-when",
    Notice.PREVIEW: "hygiene#switching-off",
    Notice.OWNERLESS: "hygiene#owners",
    Notice.INCIDENT: "leaks#the-incident",
    Notice.INCIDENT_ALARM: "leaks#the-first-minute",
    Notice.ALARM: "admins#what-to-do-about-an-alarm",
    Notice.LEFT: "approvers#when-an-owner-leaves",
    Notice.HALTED: "approvers#before-more-than-twenty-changes",
    Notice.DIFFERENCE: "approvers#when-somebody-changed-aws-by-hand",
}
"""The section of the guide that a message links to, where it takes more than the message to know what to do."""


def render(scene: Scene, item: OutboxItem) -> Message | None:
    """None if there is nothing to show, or no longer."""
    drawn, section = DRAWN[item.notice](scene, item), GUIDE.get(item.notice)
    if drawn is None or section is None or not 0 < len(drawn.blocks) < BLOCKS_MOST:
        return drawn
    return replace(drawn, blocks=(*drawn.blocks, context(guide.more(scene.guide, section))))
