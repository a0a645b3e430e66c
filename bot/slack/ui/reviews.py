"""How the review of an emergency looks: the same in a message, in `/key pending` and on the Home tab."""

from bot.domain.catalog import Entitlement
from bot.domain.requests.request import Request
from bot.domain.requests.review import Review
from bot.slack.ids import Action
from bot.slack.text import labels, requests
from bot.slack.text.at_once import break_glass
from bot.slack.ui.blocks import Json, actions, button, context, section


def emergency(request: Request, entitlement: Entitlement | None) -> list[Json]:
    return [
        section(break_glass.issued(request, entitlement)),
        context(requests.asks_details(request, entitlement)),
    ]


def listed(request: Request, entitlement: Entitlement | None, review: Review) -> list[Json]:
    return [section(break_glass.reminder(request, entitlement, review)), actions(close(request))]


def close(request: Request) -> Json:
    return button(labels.CLOSE_REVIEW, Action.REVIEW_CLOSE, request.id, style="primary")
