"""Button presses for the comparison of lock orders: each press once, on rows that sweeps lock too."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bot.domain.finding import Finding
from bot.domain.ids import DeliveryId, EntitlementId, GrantId, RequestId, SlackUserId
from bot.domain.inventory import FoundKey
from bot.domain.ownership import Claim
from bot.flows.adopted import request
from bot.flows.hygiene import keep
from bot.flows.lifecycle import revoke, rotate
from bot.flows.ownership import claim, disown
from bot.flows.requests import ask, decide, preapprove, renew, review
from tests.fakes import ALICE, BOB, CAROL
from tests.flows.simulation.company import MAIN
from tests.flows.world import World

OWNER = SlackUserId("U0028")  # one of those whom the first pass looks up in Slack
DELETED = "theta"  # an IAM user deleted in AWS, with a key that its owner had given back
WHY = "the nightly report"


def _key(world: World, user: str) -> FoundKey:
    with world.work.begin() as tx:
        return tx.inventory.keys(MAIN.name, [user])[0]


def _finding(world: World, user: str) -> Finding:
    with world.work.begin() as tx:
        return tx.findings.open_on(MAIN.name, [user])[0]


def _claim(world: World, user: str) -> Claim:
    with world.work.begin() as tx:
        return tx.owners.open_on(MAIN.name, [user])[0]


def _grant(world: World) -> GrantId:
    with world.work.begin() as tx:
        return next(each.id for each in tx.grants.of_owner(ALICE) if each.entitlement == "reports-read")


def _delivery(name: str) -> DeliveryId:
    return DeliveryId(f"press {name}")


def retire(world: World, user: str) -> object:
    return request.retire(world.context, key=_key(world, user).id, by=OWNER, delivery=None)


def wait(world: World, user: str) -> object:
    return request.wait(world.context, key=_key(world, user).id, by=OWNER, delivery=None)


def keep_finding(world: World, user: str) -> object:
    return keep.keep(
        world.context,
        finding=_finding(world, user).id,
        by=OWNER,
        until=world.clock.now() + timedelta(days=30),
        justification=WHY,
        delivery=_delivery("keep"),
    )


def claim_user(world: World, user: str) -> object:
    return claim.ask(world.context, what=user, by=CAROL, delivery=None)


def decide_claim(world: World, user: str, *, yes: bool) -> object:
    return claim.decide(world.context, claim=_claim(world, user).id, by=BOB, yes=yes, delivery=_delivery("decide"))


def disown_finding(world: World, user: str) -> object:
    return disown.disown(
        world.context,
        finding=_finding(world, user).id,
        by=OWNER,
        to=None,
        justification=WHY,
        delivery=_delivery("disown"),
    )


def _request(world: World) -> object:
    with world.work.begin() as tx:
        (asked,) = tx.requests.open_of(CAROL)
    return decide.approve(world.context, request=asked.id, by=BOB, delivery=None)


def _retire_own(world: World) -> object:
    with world.work.begin() as tx:
        (row,) = tx.credentials.of(_grant(world))
    return rotate.retire(world.context, credential=row.id, by=BOB, delivery=None)


def _renew(world: World) -> object:
    return renew.ask(
        world.context, grant=_grant(world), duration=timedelta(days=30), justification=WHY, by=ALICE, delivery=None
    )


def _revoke(world: World) -> object:
    return revoke.revoke(world.context, grant=_grant(world), by=BOB, justification=WHY, delivery=_delivery("revoke"))


def _asked(world: World) -> RequestId:
    with world.work.begin() as tx:
        return next(each.id for each in tx.requests.open_all() if each.requester == CAROL)


def _preapprove(world: World) -> object:
    until = world.clock.now() + timedelta(days=9)
    return preapprove.preapprove(
        world.context, request=_asked(world), by=BOB, until=until, delivery=_delivery("pre-approve")
    )


def break_glass(world: World, by: SlackUserId) -> RequestId:
    """Of an entitlement that the company's catalog doesn't have for emergencies."""
    offered = world.catalog.entitlements
    name = EntitlementId("reports-read")
    changed = {**offered, name: replace(offered[name], break_glass=timedelta(hours=1))}
    context = replace(world.context, catalog=replace(world.catalog, entitlements=changed))
    return ask.ask(
        context,
        entitlement=name,
        duration=timedelta(hours=1),
        justification=WHY,
        by=by,
        delivery=None,
        emergency=True,
    ).id


def _close_review(world: World) -> object:
    (found,) = review.open_reviews(world.context)
    return review.close(
        world.context, request=found.request.id, by=BOB, justification=WHY, delivery=_delivery("close a review")
    )


PRESSES: dict[str, Callable[[World], object]] = {
    "give back a found key": lambda world: retire(world, DELETED),
    "leave a found key on": lambda world: wait(world, DELETED),
    "keep": lambda world: keep_finding(world, DELETED),
    "keep another": lambda world: keep_finding(world, "zeta"),
    "claim": lambda world: claim_user(world, "zeta"),
    "confirm a claim": lambda world: decide_claim(world, DELETED, yes=True),
    "decline a claim": lambda world: decide_claim(world, DELETED, yes=False),
    "disown": lambda world: disown_finding(world, DELETED),
    "approve": _request,
    "pre-approve": _preapprove,
    "break the glass": lambda world: break_glass(world, ALICE),
    "close a review": _close_review,
    "switch off an own key": _retire_own,
    "renew": _renew,
    "revoke": _revoke,
}
