"""Renewals, as the flow tests play them."""

from datetime import datetime

from bot.domain.ids import GrantId, RequestId, SlackUserId
from bot.domain.schedule import parse_duration
from bot.flows.lifecycle import renew_apply
from bot.flows.requests import renew
from tests.fakes import ALICE, BOB
from tests.flows.catalog import MAIN
from tests.flows.world import World
from tests.forget_limits import forget_limits


def ask(world: World, grant: GrantId, duration: str = "30d", by: SlackUserId = ALICE, why: str = "go on") -> RequestId:
    return renew.ask(
        world.context, grant=grant, duration=parse_duration(duration), justification=why, by=by, delivery=None
    ).id


def ask_beside(world: World, grant: GrantId, duration: str) -> RequestId:
    """A second one that waits, as an older release allowed."""
    forget_limits(world.work._engine)  # type: ignore[attr-defined]
    return ask(world, grant, duration)


def approved(world: World, grant: GrantId, duration: str = "30d", by: SlackUserId = BOB) -> RequestId:
    """The intent is stored; the worker hasn't seen it yet."""
    asked = ask(world, grant, duration)
    world.approve(asked, by)
    return asked


def carry_out(world: World) -> int:
    return renew_apply.extend(world.context)


def renewed(world: World, grant: GrantId, duration: str = "30d") -> datetime:
    approved(world, grant, duration)
    assert carry_out(world) == 1
    return lease(world, grant)


def lease(world: World, grant: GrantId) -> datetime:
    """As the ledger has it."""
    found = world.grant(grant).lease_until
    assert found is not None
    return found


def in_aws(world: World, grant: GrantId) -> datetime | None:
    """Until when AWS lets the grant's user work."""
    spec = world.iam.users[MAIN.id, world.grant(grant).iam_user].spec
    assert spec is not None
    return spec.grant.lease_until


def tags(world: World, subject: str) -> list[str]:
    with world.work.begin() as tx:
        return [event.tag.value for event in tx.audit.of(subject)]


def why(world: World, grant: GrantId) -> list[str]:
    """Why renewals of this grant failed."""
    with world.work.begin() as tx:
        return [event.facts["why"] for event in tx.audit.of(grant) if "why" in event.facts]
