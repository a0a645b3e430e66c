"""The whole Home tab of one person, within Slack's limit for a view."""

from bot.domain.issuing.pause import Pause
from bot.flows import queries
from bot.flows.home import admin as admin_flow
from bot.flows.home import approver as approver_flow
from bot.flows.home import leaks as leaks_flow
from bot.flows.home import owner as owner_flow
from bot.ports import OutboxItem
from bot.slack.ids import Action
from bot.slack.messages.context import Scene
from bot.slack.messages.home import admin, approver, leaks, owner
from bot.slack.text import command_help, general, guide, labels
from bot.slack.text.home import owner as home
from bot.slack.ui import pause
from bot.slack.ui.blocks import Json, actions, button, context, divider, section
from bot.slack.ui.message import Message

BLOCKS_MOST = 100  # of a view
OWNERS = owner_flow.Sizes(moves=9, asked=3, keys=10, found=5, kept=4)
DECIDERS_OWN = owner_flow.Sizes(moves=5, asked=2, keys=4, found=2, kept=2)
APPROVERS = approver_flow.Sizes(queue=5, claims=2, reviews=2, decided=10)
"""With headers, pages and dividers, every section full at once stays below BLOCKS_MOST: tests/slack/messages/home."""


def draw(scene: Scene, _item: OutboxItem | None = None) -> Message | None:
    """None where nobody is looking: the viewer is read from Slack before the ledger is."""
    viewer = scene.viewer
    if viewer is None:
        return None
    decides = viewer.is_approver or viewer.is_admin
    standing = queries.pause(scene.tx)
    sizes = DECIDERS_OWN if decides else OWNERS
    mine = owner_flow.read(scene.tx, viewer, scene.now, sizes)
    theirs = approver_flow.read(scene.tx, viewer, scene.now, APPROVERS) if decides else None
    leaked = leaks_flow.read(scene.tx, viewer)
    admins = admin_flow.read(scene.tx, scene.catalog, scene.now) if viewer.is_admin else None
    parts = [
        leaks.to_decide(scene, leaked),
        owner.moves(scene, mine, sizes, leaks.moves(scene, leaked), leaks.keys(leaked)),
        approver.queue(scene, theirs, APPROVERS) if theirs else [],
        owner.asked(scene, mine),
        owner.held(scene, mine, sizes, leaks.keys(leaked)),
        owner.found_keys(scene, mine, sizes, leaks.keys(leaked)),
        owner.kept(mine, sizes),
        approver.decided(scene, theirs) if theirs else [],
        admin.admin(scene, admins, paused=standing is not None) if admins else [],
    ]
    shown = [part for part in parts if part]
    empty = [] if any(parts[:8]) else [section(home.nothing_yet())]
    blocks = [
        *_top(standing, admin=viewer.is_admin),
        *empty,
        *(block for part in shown for block in (divider(), *part)),
        *_foot(scene),
    ]
    return Message(labels.APP, tuple(blocks[:BLOCKS_MOST]))


def _top(standing: Pause | None, *, admin: bool) -> list[Json]:
    ask = button(labels.REQUEST_ACCESS, Action.REQUEST_OPEN, "open", style="primary")
    if standing is None:
        return [section(command_help.welcome()), actions(ask)]
    switch = [pause.switch(standing)] if admin else []
    return [section(general.paused(standing)), *switch, section(command_help.welcome()), actions(ask)]


def _foot(scene: Scene) -> list[Json]:
    return [divider(), context(general.more_commands(scene.command), guide.pages(scene.guide))]
