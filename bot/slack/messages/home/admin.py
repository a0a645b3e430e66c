"""Home for an admin: the pause, the worker, Slack, and each account with its findings and its report."""

from bot.domain.issuing.pause import PAUSED
from bot.flows.home.admin import AccountHome, AdminsHome
from bot.slack.ids import Action
from bot.slack.messages.context import Scene
from bot.slack.text import labels
from bot.slack.text.formatting import more
from bot.slack.text.home import admin as home
from bot.slack.text.hygiene import reports
from bot.slack.ui.blocks import Json, button, context, header, section

ACCOUNTS_MOST = 5  # the ones with the most findings; `/key report` knows all


def admin(scene: Scene, found: AdminsHome, *, paused: bool) -> list[Json]:
    """While issuing is paused, the switch is at the top of the tab."""
    shown = [_account(scene, each) for each in found.accounts[:ACCOUNTS_MOST]]
    left = len(found.accounts) - len(shown)
    return [
        header(home.ADMIN),
        *([] if paused else [section(home.issuing(), _pause())]),
        section(home.health(found.heartbeat_age, found.undelivered, alive=found.worker_alive)),
        *shown,
        *([context(more(left))] if left > 0 else []),
        *([context(reports.outside(found.outside))] if found.outside else []),
    ]


def _pause() -> Json:
    return button(labels.PAUSE, Action.ISSUING_PAUSE, PAUSED, style="danger")


def _account(scene: Scene, found: AccountHome) -> Json:
    said = home.account(found.name, found.id, found.findings, found.reading, scene.now)
    return section(said, button(labels.REPORT, Action.ACCOUNT_REPORT, found.name))
