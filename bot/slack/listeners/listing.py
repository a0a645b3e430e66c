"""List: what the caller holds, found keys included, what they asked for and claimed, with the buttons of each."""

from collections.abc import Callable, Sequence
from functools import partial

from slack_bolt import Ack, App

from bot.domain.hygiene.finding_rules import RULES, ReportedBy
from bot.domain.ids import SlackUserId
from bot.domain.ownership.claim import Claim
from bot.flows import access, queries
from bot.flows.adopted import held
from bot.flows.keys import leaked
from bot.flows.queries import GrantView
from bot.slack.context import Deps
from bot.slack.ids import Action
from bot.slack.messages import found_keys
from bot.slack.messages.owners import answers
from bot.slack.text import general, labels, ownership
from bot.slack.text.formatting import more
from bot.slack.text.hygiene import found_keys as said_of
from bot.slack.ui import cards, findings, picker, respond, usage
from bot.slack.ui.blocks import Json, actions, button, context, divider, section
from bot.slack.ui.respond import Body

BLOCKS_MOST = 49  # a message takes 50
PAGE_MOST = 47  # beside the line that says which ones these are, and the buttons to turn the page

Draw = Callable[[], list[Json]]


def register(app: App, deps: Deps) -> None:
    for action in (Action.LIST_TURN, Action.LIST_FIRST):
        app.action(action.value)(partial(turn, deps))


def command(deps: Deps, ack: Ack, body: Body, _rest: str) -> None:
    text, shown = _page(deps, SlackUserId(respond.who(body)), 0)
    ack(text=text, blocks=shown or None, response_type="ephemeral")


def press(deps: Deps, ack: Ack, body: Body) -> None:
    """The menu's button."""
    ack()
    text, shown = _page(deps, SlackUserId(respond.who(body)), 0)
    respond.answer(deps, body, text, shown)


def turn(deps: Deps, ack: Ack, body: Body) -> None:
    """Another page in the same place. The value is how many come before it."""
    ack()
    by, first = SlackUserId(respond.who(body)), respond.value(body)
    text, shown = _page(deps, by, int(first) if first.isdecimal() else 0)
    respond.answer(deps, body, text, shown, instead=True)


def _page(deps: Deps, by: SlackUserId, first: int) -> tuple[str, list[Json]]:
    """As many as fit a message, from this one on. Only those are drawn. Raises Refused."""
    access.member(deps.people, by)
    mine = items(deps, by)
    first = first if first < len(mine) else 0
    shown: list[Json] = []
    after = first
    for each in mine[first:]:
        drawn = [*([divider()] if shown else []), *each()]
        if len(shown) + len(drawn) > PAGE_MOST:
            break
        shown += drawn
        after += 1
    if not shown:
        return general.nothing_held(deps.command), []
    if after - first == len(mine):
        return general.your_list(), shown
    back = button(labels.FIRST_PAGE, Action.LIST_FIRST, "0") if first else None
    on = button(labels.NEXT_PAGE, Action.LIST_TURN, str(after)) if after < len(mine) else None
    return general.your_list(), [*shown, context(general.page(first + 1, after, len(mine))), actions(back, on)]


def items(deps: Deps, by: SlackUserId) -> list[Draw]:
    """One for each grant, found key, open request and claim: the first have the shortest way to a press."""
    now, entitlements = deps.clock.now(), deps.catalog.entitlements
    grants: list[Draw] = [partial(_grant, deps, each) for each in picker.held(deps, by)]
    found: list[Draw] = [partial(_found, deps, each) for each in held.of_person(deps, by)]
    asked: list[Draw] = [
        partial(cards.waiting, each, entitlements.get(each.entitlement), to=by)
        for each in queries.requests_of(deps.work, party=by, now=now)
    ]
    with deps.work.begin() as tx:
        claims: list[Draw] = [partial(_claim, each) for each in tx.owners.open_of(by)]
    return [*grants, *found, *asked, *claims]


def _grant(deps: Deps, view: GrantView) -> list[Json]:
    """With what hygiene found on its keys, and until when one is kept."""
    now = deps.clock.now()
    with deps.work.begin() as tx:
        open_ = [each for key in view.credentials if key.is_on for each in tx.findings.open_of(key.id)]
        uses = usage.of_grant(tx, view.grant, view.credentials)
        out = leaked.with_open_incident(tx, [each.access_key_id for each in view.credentials])
    asked = [each for each in open_ if RULES[each.kind].reported_by is ReportedBy.DIGEST]
    lines = [section(said_of.on_issued(each, now), findings.keep(each, now)) for each in asked]
    return [*cards.grant(deps.catalog, view.grant, view.credentials, now, uses, out), *lines]


def _found(deps: Deps, view: held.FoundView) -> list[Json]:
    with deps.work.begin() as tx:
        return found_keys.card(tx, deps.catalog, view, deps.clock.now())


def _claim(found: Claim) -> list[Json]:
    """An offer has its answers; a claim waits for an approver."""
    if found.is_offer:
        return [section(ownership.offered(found)), actions(*answers(found))]
    return [section(said_of.claim(found))]


def rows(deps: Deps, by: SlackUserId) -> list[list[Json]]:
    """All of them, drawn."""
    return [each() for each in items(deps, by)]


def fitting(groups: Sequence[Draw], most: int) -> list[Json]:
    """As many whole groups as fit, and how many more there are. Only those are drawn."""
    shown: list[Json] = []
    for number, draw in enumerate(groups):
        group = draw()
        if len(shown) + len(group) > most:
            return [*shown, context(more(len(groups) - number))]
        shown += group
    return shown


COMMANDS = {"list": command}
