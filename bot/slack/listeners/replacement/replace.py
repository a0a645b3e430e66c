"""The window with the steps that put something better in the place of a key, and I replaced it."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.errors import Refused
from bot.domain.ids import SlackUserId
from bot.domain.replacement.means import Means
from bot.domain.replacement.repository import Repository, parse
from bot.flows.replacement.begin import begin
from bot.flows.replacement.choice import Choice, choose
from bot.slack.context import Deps
from bot.slack.ids import Action, Block, Callback
from bot.slack.text import labels, refusals
from bot.slack.text.replacement import watch as text
from bot.slack.ui import modal_forms, replacement, respond
from bot.slack.ui.blocks import Json, notice
from bot.slack.ui.respond import Body


def register(app: App, deps: Deps) -> None:
    app.action(Action.FINDING_REPLACE.value)(partial(press, deps))
    app.action({"block_id": Block.PLACE.value, "action_id": Action.VALUE.value})(partial(place, deps))
    app.view(Callback.FINDING_REPLACE.value)(partial(submit, deps))
    app.action(Action.FINDING_REPLACED.value)(partial(replaced, deps))


def press(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    respond.show(deps, body, _window(deps, _choose(deps, body, respond.value(body))))


def place(deps: Deps, ack: Ack, body: Body) -> None:
    """Another place was chosen: show its steps. A repository that was typed stays in its field."""
    ack()
    fields = modal_forms.read(body["view"])
    wanted, (_, typed) = _means(respond.selected(body)), _wanted(body, lenient=True)
    repository = typed if typed and typed.means is wanted else None
    found = _choose(deps, body, _key(body), wanted=wanted, repository=repository)
    respond.redraw(deps, body["view"]["id"], _window(deps, found, fields.get(Block.REPOSITORY, "")))


def submit(deps: Deps, ack: Ack, body: Body) -> None:
    """Show the steps for what was chosen and typed. A wrong repository is an error at its field."""
    fields = modal_forms.read(body["view"])
    try:
        wanted, repository = _wanted(body)
        found = _choose(deps, body, _key(body), wanted=wanted, repository=repository)
    except Refused as refusal:
        asked = any(each.get("block_id") == Block.REPOSITORY.value for each in body["view"]["blocks"])
        modal_forms.refuse(
            ack, Block.REPOSITORY if asked else Block.PLACE, refusals.plain_sentence(refusal, deps.command)
        )
        respond.refused(deps, body, refusal.reason.value)
        return
    ack(response_action="update", view=_window(deps, found, fields.get(Block.REPOSITORY, "")))


def replaced(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    wanted, _ = _wanted(body, lenient=True)
    by, key = SlackUserId(respond.who(body)), respond.value(body)
    means = wanted or _choose(deps, body, key).means
    begin(deps, key=key, means=means, by=by, delivery=respond.delivery(body))
    deps.wake()
    if respond.in_window(body):
        respond.show(deps, body, notice(labels.REPLACE_KEY, text.began()))
    else:
        respond.answer(deps, body, text.began())


def _key(body: Body) -> str:
    return str(body["view"].get("private_metadata", ""))


def _wanted(body: Body, *, lenient: bool = False) -> tuple[Means | None, Repository | None]:
    """What was chosen; the address of a repository says which workflow it is. Raises Refused unless `lenient`."""
    fields = modal_forms.read(body.get("view") or {})
    wanted, typed = _means(fields.get(Block.PLACE, "")), fields.get(Block.REPOSITORY, "").strip()
    if not typed:
        return wanted, None
    try:
        repository = parse(typed, wanted or Means.GITHUB)
    except Refused:
        if lenient:
            return wanted, None
        raise
    return repository.means, repository


def _means(chosen: str) -> Means | None:
    return Means(chosen) if chosen in set(Means) else None


def _choose(
    deps: Deps, body: Body, key: str, *, wanted: Means | None = None, repository: Repository | None = None
) -> Choice:
    by = SlackUserId(respond.who(body))
    return choose(deps, key=key, by=by, command=deps.command, wanted=wanted, repository=repository)


def _window(deps: Deps, found: Choice, typed: str = "") -> Json:
    return replacement.view(found, deps.clock.now(), deps.guide, typed)
