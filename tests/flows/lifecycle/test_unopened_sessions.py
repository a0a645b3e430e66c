"""A session that was never opened is denied with its grant: its credentials exist, and someone may have the link."""

from typing import Any

import pytest

from bot.domain.lifecycle import CredentialState as C
from tests.flows.lifecycle.sessions import carry_out, denied, may_revoke, name_of
from tests.flows.world import World


@pytest.fixture
def able(world: World) -> World:
    """An account that lets Latchkey revoke sessions."""
    return may_revoke(world)


def test_one_that_no_one_opened_is_denied_too(able: World) -> None:
    """Its credentials exist, still sealed."""
    grant = able.granted("reports-session", "8h")
    first = able.collect(grant).id
    able.mint(first)
    second = able.collect(grant).id  # the first one's modal was closed
    able.mint(second)
    able.revoke(grant)
    carry_out(able)
    assert denied(able) == {name_of(able, each) for each in (first, second)}
    row = able.credential(second)
    assert (row.state, row.revoked_at) == (C.DISCARDED, able.clock.now())


def test_one_that_aws_makes_while_its_grant_is_revoked_is_denied_too(able: World) -> None:
    grant = able.granted("reports-session", "8h")
    credential = able.collect(grant).id
    assume = able.iam.assume

    def meanwhile(*args: Any, **more: Any) -> Any:
        able.revoke(grant)
        return assume(*args, **more)

    able.iam.assume = meanwhile  # type: ignore[method-assign]
    able.mint(credential)
    carry_out(able)
    assert denied(able) == {name_of(able, credential)}


def test_one_that_no_one_opened_runs_on_unseen_where_its_grant_goes_on(able: World) -> None:
    grant = able.granted("reports-session", "8h")
    able.mint(able.collect(grant).id)
    able.mint(able.collect(grant).id)
    able.reveal()
    carry_out(able)
    assert denied(able) == frozenset()
