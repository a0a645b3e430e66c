"""Button presses for the comparison of lock orders: each press once, on rows that sweeps lock too."""

from collections.abc import Callable
from datetime import timedelta

from bot.domain.credential import Credential
from bot.domain.hygiene.finding import Finding
from bot.domain.hygiene.inventory import FoundKey
from bot.domain.ids import GrantId, SlackUserId
from bot.domain.ownership.claim import Claim
from bot.domain.replacement.means import Means
from bot.domain.usage.last_used import LastUsed
from bot.flows.adopted import request
from bot.flows.hygiene import keep
from bot.flows.issuing import pause
from bot.flows.lifecycle import activation, delete_now, retire_due, revoke, rotate
from bot.flows.ownership import claim, disown
from bot.flows.replacement.begin import begin
from bot.flows.requests import decide, preapprove, renew
from tests.fakes import ALICE, BOB, CAROL
from tests.flows.leak_presses import ON_LEAKS
from tests.flows.request_presses import LONG, ON_REQUESTS, WHY, delivery
from tests.flows.simulation.company import MAIN
from tests.flows.world import World

OWNER = SlackUserId("U0028")  # one of those whom the first pass looks up in Slack
DELETED = "theta"  # an IAM user deleted in AWS, with a key that its owner had given back


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
        delivery=delivery("keep"),
    )


def claim_user(world: World, user: str) -> object:
    return claim.ask(world.context, what=user, by=CAROL, delivery=None)


def decide_claim(world: World, user: str, *, yes: bool) -> object:
    return claim.decide(world.context, claim=_claim(world, user).id, by=BOB, yes=yes, delivery=delivery("decide"))


def disown_finding(world: World, user: str) -> object:
    return disown.disown(
        world.context,
        finding=_finding(world, user).id,
        by=OWNER,
        to=None,
        justification=WHY,
        delivery=delivery("disown"),
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
    return revoke.revoke(world.context, grant=_grant(world), by=BOB, justification=WHY, delivery=delivery("revoke"))


def _pause(world: World) -> object:
    """And a reason given later, and its end."""
    pause.pause(world.context, by=BOB, delivery=delivery("pause"))
    pause.explain(world.context, by=BOB, justification=WHY, delivery=delivery("explain"))
    return pause.resume(world.context, by=BOB, delivery=delivery("resume"))


def _release(world: World) -> object:
    """What was kept a moment before."""
    keep_finding(world, "zeta")
    finding = _finding(world, "zeta").id
    return keep.release(world.context, finding=finding, by=OWNER, delivery=delivery("release"))


def switched_off(world: World) -> None:
    """An old key of carol's, rotated away and switched off; she pressed Delete now. Its new one is in use."""
    asked = world.ask(LONG, CAROL, "30d")
    preapprove.preapprove(
        world.context, request=asked, by=BOB, until=world.clock.now() + timedelta(days=29), delivery=None
    )
    world.approve(asked, BOB)
    grant = _long(world)
    for take in (world.collect, world.rotate):
        world.mint(take(grant, CAROL).id)
        world.reveal()
        world.receipt()
        world.clock.advance(seconds=1)
    old, new = _keys(world)
    world.retire(old.id, CAROL)
    activation.carry_out(world.context)
    world.iam.uses[world.key(new.id)] = LastUsed(world.clock.now(), "s3", "eu-west-1")
    world.clock.advance(minutes=3)
    retire_due.check_switchovers(world.context)
    delete_now.ask(world.context, credential=old.id, by=CAROL, delivery=None)


def _long(world: World) -> GrantId:
    with world.work.begin() as tx:
        return next(each.id for each in tx.grants.of_owner(CAROL) if each.entitlement == LONG)


def _keys(world: World) -> tuple[Credential, ...]:
    with world.work.begin() as tx:
        return tuple(sorted(tx.credentials.of(_long(world)), key=lambda each: each.made_at))


def _replaced(world: World) -> object:
    key = _key(world, "zeta").id
    return begin(world.context, key=key, means=Means.ROLE, by=OWNER, delivery=delivery("replaced"))


PRESSES: dict[str, Callable[[World], object]] = {
    **ON_REQUESTS,
    **ON_LEAKS,
    "give back a found key": lambda world: retire(world, DELETED),
    "leave a found key on": lambda world: wait(world, DELETED),
    "keep": lambda world: keep_finding(world, DELETED),
    "keep another": lambda world: keep_finding(world, "zeta"),
    "claim": lambda world: claim_user(world, "zeta"),
    "confirm a claim": lambda world: decide_claim(world, DELETED, yes=True),
    "decline a claim": lambda world: decide_claim(world, DELETED, yes=False),
    "disown": lambda world: disown_finding(world, DELETED),
    "keep and release": _release,
    "I replaced it": _replaced,
    "pause and resume": _pause,
    "approve": _request,
    "switch off an own key": _retire_own,
    "renew": _renew,
    "revoke": _revoke,
}
