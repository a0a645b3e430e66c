"""Home for an approver: the queue, claims, and what was decided lately."""

from bot.domain.home import Section
from bot.domain.ownership import Claim
from bot.flows.home.approver import ApproversHome, Sizes
from bot.slack.messages import owners
from bot.slack.messages.context import Scene
from bot.slack.messages.home.paging import paged
from bot.slack.text import ownership
from bot.slack.text.home import approver as home
from bot.slack.ui import cards
from bot.slack.ui.blocks import Json, actions, header, section


def queue(scene: Scene, theirs: ApproversHome, sizes: Sizes) -> list[Json]:
    rows = (
        block
        for each in theirs.queue.rows
        for block in (*cards.in_list(scene.catalog, each), cards.decide(each, scene.entitlement(each)))
    )
    claims = (block for each in theirs.claims.rows for block in _claim(each))
    return [
        *paged(home.QUEUE, Section.QUEUE, theirs.queue, sizes.queue, rows),
        *paged(home.CLAIMS, Section.CLAIMS, theirs.claims, sizes.claims, claims),
    ]


def _claim(found: Claim) -> tuple[Json, Json]:
    return section(ownership.claimed(found)), actions(*owners.answers(found))


def decided(scene: Scene, theirs: ApproversHome) -> list[Json]:
    page = theirs.decided
    if not page.rows:
        return []
    return [header(home.DECIDED), section(home.decided(page.rows, scene.catalog.entitlements, page.total))]
