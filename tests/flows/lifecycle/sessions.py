"""Shared by the tests of revoked sessions: an account that allows it, and a session to revoke."""

from dataclasses import replace

from bot.domain.ids import CredentialId, GrantId
from bot.flows.lifecycle import session_revocation
from tests.fakes.responder import FakeResponder
from tests.flows.catalog import MAIN
from tests.flows.world import World

ROLE = "arn:aws:iam::123456789012:role/reports"


def may_revoke(world: World, *, may: bool = True) -> World:
    world.catalog = replace(world.catalog, accounts={MAIN.name: replace(MAIN, revoke_sessions=may)})
    return world


def session(world: World) -> tuple[GrantId, CredentialId]:
    return world.live("reports-session", "8h")


def carry_out(world: World, responder: FakeResponder | None = None) -> int:
    hand = responder or FakeResponder(world.iam)
    return session_revocation.carry_out(replace(world.context, responder=hand))


def denied(world: World) -> frozenset[str]:
    return world.iam.revoked.get(ROLE, frozenset())


def name_of(world: World, credential: CredentialId) -> str:
    name = world.credential(credential).session_name
    assert name is not None
    return name
