"""Close the review of an emergency, with what was found. `/key pending` lists the open ones."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.ids import RequestId, SlackUserId
from bot.flows.requests import review
from bot.slack.context import Deps
from bot.slack.ids import Action, Block, Callback
from bot.slack.text import labels
from bot.slack.ui import blocks, modal_forms, respond, reviews
from bot.slack.ui.blocks import Json
from bot.slack.ui.respond import Body


def register(app: App, deps: Deps) -> None:
    app.action(Action.REVIEW_CLOSE.value)(partial(press, deps))
    app.view(Callback.REVIEW_CLOSE.value)(partial(submit, deps))


def press(deps: Deps, ack: Ack, body: Body) -> None:
    """Refuse before the window opens, not after someone has typed what they found."""
    ack()
    found = review.may_close(deps, RequestId(respond.value(body)), SlackUserId(respond.who(body)))
    view = blocks.modal(
        labels.CLOSE_REVIEW,
        [
            *reviews.emergency(found.request, deps.catalog.entitlements.get(found.request.entitlement)),
            blocks.area(Block.JUSTIFICATION, labels.WHAT_FOUND, hint=labels.WHAT_FOUND_HINT),
        ],
        callback=Callback.REVIEW_CLOSE,
        submit=labels.CLOSE_REVIEW,
        close=labels.CANCEL,
        about=found.request.id,
    )
    respond.show(deps, body, view)


def submit(deps: Deps, ack: Ack, body: Body) -> None:
    modal_forms.submit_text(
        deps,
        ack,
        body,
        lambda it: review.close(
            deps, request=RequestId(it.about), by=it.by, justification=it.text, delivery=it.delivery
        ),
    )


def rows(deps: Deps, by: SlackUserId) -> list[list[Json]]:
    """The open ones that this person may close."""
    return [
        reviews.listed(each.request, deps.catalog.entitlements.get(each.request.entitlement), each.review)
        for each in review.open_reviews(deps, by=by)
    ]
