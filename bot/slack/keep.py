"""Keep a key that hygiene asked about: until when, and why."""

from datetime import UTC, datetime, time, timedelta
from functools import partial

from slack_bolt import Ack, App

from bot.domain.ids import SlackUserId
from bot.flows import remind
from bot.slack import answer, blocks, forms
from bot.slack.answer import Body
from bot.slack.deps import Deps
from bot.slack.ids import Action, Block, Callback
from bot.slack.text import asking

USUALLY = timedelta(days=30)


def register(app: App, deps: Deps) -> None:
    app.action(Action.FINDING_KEEP.value)(partial(press, deps))
    app.view(Callback.FINDING_KEEP.value)(partial(submit, deps))


def press(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    until = (deps.clock.now() + USUALLY).date().isoformat()
    rows = [
        blocks.date(Block.UNTIL, "Until when?", until),
        blocks.area(Block.JUSTIFICATION, "Why is it kept?"),
    ]
    view = blocks.modal(
        "Keep this key", rows, callback=Callback.FINDING_KEEP, submit="Keep", close="Cancel", about=answer.value(body)
    )
    answer.show(deps, body, view)


def submit(deps: Deps, ack: Ack, body: Body) -> None:
    fields = forms.read(body["view"])
    until = _end_of(fields.get(Block.UNTIL, ""))
    if until is None or until <= deps.clock.now():
        forms.refuse(ack, Block.UNTIL, asking.not_ahead())
        return
    forms.submit(
        deps,
        ack,
        lambda: remind.keep(
            deps.work, deps.clock, deps.people,
            finding=body["view"].get("private_metadata", ""), by=SlackUserId(answer.who(body)), until=until,
            justification=fields.get(Block.JUSTIFICATION, ""), delivery=answer.delivery(body),
        ),
        at=Block.JUSTIFICATION,
    )  # fmt: skip


def _end_of(day: str) -> datetime | None:
    try:
        return datetime.combine(datetime.strptime(day, "%Y-%m-%d").astimezone(UTC).date(), time.max, UTC)
    except ValueError:
        return None
