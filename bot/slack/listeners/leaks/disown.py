"""This wasn't me: somebody else opened the link, so the grant ends and its key counts as leaked."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.ids import CredentialId, SlackUserId
from bot.flows.leaks import disown
from bot.slack.context import Deps
from bot.slack.ids import Action
from bot.slack.listeners import after_action
from bot.slack.text import grants
from bot.slack.ui import respond
from bot.slack.ui.respond import Body


def register(app: App, deps: Deps) -> None:
    app.action(Action.CREDENTIAL_DISOWN.value)(partial(press, deps))


def press(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    grant = disown.disown(
        deps,
        credential=CredentialId(respond.value(body)),
        by=SlackUserId(respond.who(body)),
        delivery=respond.delivery(body),
    )
    deps.wake()
    if grant.is_over:  # before this press: the pressed message will not change
        after_action.settle(deps, body, grants.disowned_after_the_end(), always=True)
    else:
        after_action.settle(deps, body, grants.disowned_done(after_action.left(deps, grant.id)))
