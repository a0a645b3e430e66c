"""Keep: exempt a finding until a date, with a reason; change the date, and Stop keeping.

Approvers get there from their daily message.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from slack_bolt import Ack, App

from bot.domain.errors import Reason, Refused
from bot.domain.events import Notice
from bot.domain.hygiene.finding import Exemption, Finding
from bot.domain.ids import SlackUserId
from bot.flows.hygiene import keep
from bot.slack.context import Deps
from bot.slack.ids import Action, Block, Callback
from bot.slack.listeners import after_action
from bot.slack.text import labels
from bot.slack.text.hygiene import digest
from bot.slack.ui import blocks, findings, modal_forms, respond
from bot.slack.ui.blocks import Json
from bot.slack.ui.respond import Body

USUALLY = timedelta(days=30)


def register(app: App, deps: Deps) -> None:
    app.action(Action.FINDING_KEEP.value)(partial(press, deps))
    app.action({"block_id": Block.KEY.value, "action_id": Action.VALUE.value})(partial(choose, deps))
    app.action(Action.FINDING_RELEASE.value)(partial(release, deps))
    app.view(Callback.FINDING_KEEP.value)(partial(submit, deps))


def press(deps: Deps, ack: Ack, body: Body) -> None:
    """In a digest or a list, about one finding; in the approvers' message, about one of those it lists."""
    ack()
    by, about = SlackUserId(respond.who(body)), respond.value(body)
    if "/" in about:
        with deps.work.begin() as tx:
            rows = [each for each in tx.findings.in_message(Notice.ESCALATED, about) if each.closed_at is None]
        if not rows:
            raise Refused(Reason.NOT_FOUND)
        respond.show(deps, body, _window(deps, by, rows[0] if len(rows) == 1 else None, rows))
    else:
        respond.show(deps, body, _window(deps, by, keep.may_keep(deps, about, by)))


def choose(deps: Deps, ack: Ack, body: Body) -> None:
    """Another one of those in the approvers' message was chosen: show whether it is kept."""
    ack()
    by, chosen = SlackUserId(respond.who(body)), respond.selected(body)
    which = next(each for each in body["view"]["blocks"] if each.get("block_id") == Block.KEY.value)
    ids = [each["value"] for each in blocks.options_of(which)]
    with deps.work.begin() as tx:
        rows = [row for each in ids if (row := tx.findings.get(each)) is not None]
    view = _window(deps, by, next((each for each in rows if each.id == chosen), None), rows)
    respond.redraw(deps, body["view"]["id"], view)


def _window(deps: Deps, by: SlackUserId, one: Finding | None, several: Sequence[Finding] = ()) -> Json:
    """With the date and the reason of a Keep that stands, and Stop keeping."""
    now = deps.clock.now()
    kept = one if one and one.exemption(now) is Exemption.STANDS else None
    options = [blocks.option(digest.label(each), each.id) for each in several]
    chosen = one.id if one else None
    which = [blocks.select(Block.KEY, labels.WHICH_ONE, options, chosen=chosen, notifies=True)] if several else []
    with deps.work.begin() as tx:
        head = findings.about(tx, deps.catalog, one, now) if one else []
    usually = min(now + USUALLY, keep.latest(deps.catalog, now))
    until = (kept.kept_until or usually).astimezone(modal_forms.zone(deps, by)) if kept else usually
    rows = [
        *which,
        *head,
        *([blocks.actions(findings.release(kept))] if kept else []),
        blocks.date(Block.UNTIL, labels.UNTIL_WHEN, until.date().isoformat()),
        blocks.area(Block.JUSTIFICATION, labels.WHY_KEEP, initial=kept.kept_why or "" if kept else ""),
    ]
    return blocks.modal(
        labels.KEEP_KEY,
        rows,
        callback=Callback.FINDING_KEEP,
        submit=labels.KEEP,
        close=labels.CANCEL,
        about=one.id if one and not several else "",
    )


def release(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    keep.release(deps, finding=respond.value(body), by=SlackUserId(respond.who(body)), delivery=respond.delivery(body))
    after_action.settle(deps, body, digest.released())


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
            until=modal_forms.until(deps, body, by),
            justification=fields.get(Block.JUSTIFICATION, ""),
            delivery=respond.delivery(body),
        ),
        at=Block.JUSTIFICATION,
        elsewhere={Reason.NOT_AHEAD: Block.UNTIL, Reason.KEPT_TOO_LONG: Block.UNTIL},
    )
