"""Home for an approver: the queue, claims, open reviews, and what was decided lately."""

from bot.domain.catalog import Entitlement
from bot.domain.home import Section
from bot.domain.ownership.claim import Claim
from bot.domain.requests.request import Request
from bot.flows.home.approver import ApproversHome, Sizes
from bot.slack.ids import Action
from bot.slack.messages import owners
from bot.slack.messages.context import Scene
from bot.slack.messages.home.paging import paged
from bot.slack.text import labels, ownership
from bot.slack.text.home import approver as home
from bot.slack.ui import cards, reviews
from bot.slack.ui.blocks import Json, actions, divider, header, menu_option, overflow, section


def queue(scene: Scene, theirs: ApproversHome, sizes: Sizes) -> list[Json]:
    rows = (_request(scene, each) for each in theirs.queue.rows)
    claims = (_claim(each) for each in theirs.claims.rows)
    emergencies = (
        reviews.listed(each.request, scene.entitlement(each.request), each.review) for each in theirs.reviews.rows
    )
    parts = (
        paged(home.QUEUE, Section.QUEUE, theirs.queue, sizes.queue, rows),
        paged(home.REVIEWS, Section.REVIEWS, theirs.reviews, sizes.reviews, emergencies),
        paged(home.CLAIMS, Section.CLAIMS, theirs.claims, sizes.claims, claims),
    )
    return [block for part in parts if part for block in (divider(), *part)][1:]


def _request(scene: Scene, found: Request) -> list[Json]:
    """What is asked for, what it allows, and every answer: those that are rare in a menu."""
    entitlement = scene.entitlement(found)
    row = actions(*cards.answers(found, entitlement), overflow(*_rare(found, entitlement)))
    return [*cards.in_list(scene.catalog, found), row]


def _rare(found: Request, entitlement: Entitlement | None) -> list[Json]:
    ask = menu_option(labels.ASK, Action.REQUEST_ASK, found.id)
    if cards.preapprove(found, entitlement) is None:
        return [ask]
    return [ask, menu_option(labels.PREAPPROVE, Action.REQUEST_PREAPPROVE, found.id)]


def _claim(found: Claim) -> tuple[Json, Json]:
    return section(ownership.claimed(found)), actions(*owners.answers(found))


def decided(scene: Scene, theirs: ApproversHome) -> list[Json]:
    page = theirs.decided
    if not page.rows:
        return []
    return [header(home.DECIDED), section(home.decided(page.rows, scene.catalog.entitlements, page.total))]
