"""Keep: exempt a finding until a date, with a reason. Approvers get there from their daily message."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import partial

from slack_bolt import Ack, App

from bot.domain import escalation
from bot.domain.errors import Reason, Refused
from bot.domain.events import Notice
from bot.domain.finding import Finding
from bot.domain.ids import SlackUserId
from bot.flows.hygiene import keep
from bot.slack.context import Deps
from bot.slack.ids import Action, Block, Callback
from bot.slack.text import labels
from bot.slack.text.hygiene import digest
from bot.slack.ui import blocks, modal_forms, respond
from bot.slack.ui.blocks import Json
from bot.slack.ui.respond import Body

USUALLY = timedelta(days=30)


def register(app: App, deps: Deps) -> None:
    app.action(Action.FINDING_KEEP.value)(partial(press, deps))
    app.view(Callback.FINDING_KEEP.value)(partial(submit, deps))


def press(deps: Deps, ack: Ack, body: Body) -> None:
    """In a digest, about one finding; in the approvers' message, about one of those it lists."""
    ack()
    about = respond.value(body)
    until = min(deps.clock.now() + USUALLY, keep.latest(deps.catalog, deps.clock.now())).date().isoformat()
    several = "/" in about
    rows = [
        *([_which(deps, about)] if several else []),
        blocks.date(Block.UNTIL, labels.UNTIL_WHEN, until),
        blocks.area(Block.JUSTIFICATION, labels.WHY_KEEP),
    ]
    view = blocks.modal(
        labels.KEEP_KEY,
        rows,
        callback=Callback.FINDING_KEEP,
        submit=labels.KEEP,
        close=labels.CANCEL,
        about="" if several else about,
    )
    respond.show(deps, body, view)


def _which(deps: Deps, subject: str) -> Json:
    """Raises Refused if no finding in the message is still open."""
    with deps.work.begin() as tx:
        rows = [each for each in tx.findings.told_in(Notice.ESCALATED, subject) if each.closed_at is None]
    if not rows:
        raise Refused(Reason.NOT_FOUND)
    return blocks.select(Block.KEY, labels.WHICH_ONE, [_option(each) for each in rows])


def _option(found: Finding) -> Json:
    return blocks.option(digest.label(found), found.id)


def submit(deps: Deps, ack: Ack, body: Body) -> None:
    fields, by = modal_forms.read(body["view"]), SlackUserId(respond.who(body))
    finding = body["view"].get("private_metadata") or fields.get(Block.KEY, "")
    modal_forms.submit(
        deps,
        ack,
        body,
        lambda: keep.keep(
            deps,
            finding=finding,
            by=by,
            until=_end_of(fields.get(Block.UNTIL, ""), _zone(deps, by)),
            justification=fields.get(Block.JUSTIFICATION, ""),
            delivery=respond.delivery(body),
        ),
        at=Block.JUSTIFICATION,
        elsewhere={Reason.NOT_AHEAD: Block.UNTIL, Reason.KEPT_TOO_LONG: Block.UNTIL},
    )


def _zone(deps: Deps, by: SlackUserId) -> tzinfo:
    return escalation.zone_of(deps.people.find(by).time_zone)


def _end_of(day: str, zone: tzinfo) -> datetime | None:
    """The end of that day in the owner's time zone."""
    try:
        return datetime.combine(date.fromisoformat(day), time.max, zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
