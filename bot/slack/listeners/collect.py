"""Collect, and the answers to "Did you get it?": Yes, and No, make a new one."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.ids import CredentialId, GrantId, SlackUserId
from bot.flows.issuing import collect
from bot.flows.lifecycle import receipt
from bot.slack.context import Deps
from bot.slack.ids import Action
from bot.slack.listeners import after_action, collect_modal
from bot.slack.text import grants
from bot.slack.ui import respond
from bot.slack.ui.respond import Body


def register(app: App, deps: Deps) -> None:
    app.action(Action.GRANT_COLLECT.value)(partial(press, deps))
    app.action(Action.CREDENTIAL_CONFIRM.value)(partial(confirm, deps))
    app.action(Action.CREDENTIAL_REPLACE.value)(partial(replace, deps))


def press(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    by, grant = SlackUserId(respond.who(body)), GrantId(respond.value(body))
    collect_modal.open_first(
        deps,
        body,
        lambda shown, delivery: collect.begin(deps, grant=grant, by=by, window=shown, delivery=delivery),
    )  # fmt: skip


def replace(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    by, credential = SlackUserId(respond.who(body)), CredentialId(respond.value(body))
    collect_modal.open_first(
        deps,
        body,
        lambda shown, delivery: collect.replace(deps, credential=credential, by=by, window=shown, delivery=delivery),
    )  # fmt: skip


def confirm(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    is_new = receipt.confirm(
        deps,
        credential=CredentialId(respond.value(body)),
        by=SlackUserId(respond.who(body)),
        delivery=respond.delivery(body),
    )
    after_action.settle(deps, body, grants.thanks(), always=not is_new)
