"""See policy: a window with the policy document behind a request."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.catalog import Account, Entitlement
from bot.domain.ids import RequestId, SlackUserId
from bot.flows.requests import see_policy
from bot.slack.context import Deps
from bot.slack.ids import Action
from bot.slack.text import labels
from bot.slack.text.approval import policy
from bot.slack.ui import blocks, respond
from bot.slack.ui.blocks import Json, section
from bot.slack.ui.respond import Body


def register(app: App, deps: Deps) -> None:
    app.action(Action.REQUEST_POLICY.value)(partial(show, deps))


def show(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    found = see_policy.may_see(deps, request=RequestId(respond.value(body)), by=SlackUserId(respond.who(body)))
    entitlement = deps.catalog.entitlements.get(found.entitlement)
    if entitlement is None:
        respond.show(deps, body, blocks.notice(labels.POLICY, policy.gone(found.entitlement)))
        return
    account = deps.catalog.account_of(entitlement)
    respond.show(deps, body, blocks.modal(labels.POLICY, window(entitlement, account)))


def window(entitlement: Entitlement, account: Account) -> list[Json]:
    limits = policy.limits(entitlement, account)
    rows = [section(policy.about(entitlement, account)), *([section(limits)] if limits else [])]
    if entitlement.policy is not None:
        return [*rows, blocks.divider(), *(section(each) for each in policy.document(entitlement.policy))]
    return [*rows, section(policy.managed(entitlement) if entitlement.policy_arns else policy.role_alone())]
