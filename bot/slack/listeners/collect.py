"""Collect, and the answers to "Did you get it?": Yes, and No, make a new one."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.ids import CredentialId, GrantId, SlackUserId
from bot.flows import collect, reveal
from bot.slack import answer, done, window
from bot.slack.answer import Body
from bot.slack.deps import Deps
from bot.slack.ids import Action
from bot.slack.text import holding


def register(app: App, deps: Deps) -> None:
    app.action(Action.GRANT_COLLECT.value)(partial(press, deps))
    app.action(Action.CREDENTIAL_CONFIRM.value)(partial(confirm, deps))
    app.action(Action.CREDENTIAL_REPLACE.value)(partial(replace, deps))


def press(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    by, grant = SlackUserId(answer.who(body)), GrantId(answer.value(body))
    window.open_first(
        deps,
        body,
        lambda shown, delivery: collect.begin(
            deps.work, deps.clock, deps.entropy, deps.people, deps.catalog,
            grant=grant, by=by, window=shown, delivery=delivery,
        ),
    )  # fmt: skip


def replace(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    by, credential = SlackUserId(answer.who(body)), CredentialId(answer.value(body))
    window.open_first(
        deps,
        body,
        lambda shown, delivery: collect.replace(
            deps.work, deps.clock, deps.entropy, deps.people, deps.catalog,
            credential=credential, by=by, window=shown, delivery=delivery,
        ),
    )  # fmt: skip


def confirm(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    reveal.confirm(
        deps.work, deps.clock, deps.catalog,
        credential=CredentialId(answer.value(body)), by=SlackUserId(answer.who(body)), delivery=answer.delivery(body),
    )  # fmt: skip
    done.settle(deps, body, holding.thanks())
