"""However many keys, requests and user groups there are, an answer takes the same statements and calls."""

from dataclasses import replace

import pytest
from sqlalchemy import delete

from bot.domain.catalog import Approvers
from bot.store.tables import review
from bot.store.work import SqlUnitOfWork
from tests.bench.home import counted, fill
from tests.fakes import BOB, CAROL, FakeClock
from tests.flows.catalog import catalog, entitlement
from tests.slack.kit import House, house

GROUPS, MANY = 30, 200


@pytest.mark.parametrize(
    ("hand", "command"), [("alice", "list"), ("alice", "rotate"), ("alice", "revoke"), ("bob", "pending")]
)
def test_no_statement_for_each_row(h: House, hand: str, command: str) -> None:
    """A list reads a few for each of the rows that fit its message."""
    fill(h.work._engine, MANY, h.clock)
    with h.work._engine.begin() as connection:
        connection.execute(delete(review))  # emergencies are few
    with counted(h.work._engine) as statements:
        getattr(h, hand).command(f"/key {command}")
    assert len(statements) < MANY / 2


@pytest.mark.parametrize("asked", ["/key", "/key pending", "/key audit all", "/key report", "home"])
def test_user_groups_are_read_in_one_call(sqlite_work: SqlUnitOfWork, clock: FakeClock, asked: str) -> None:
    groups = {f"g{n}": Approvers(f"g{n}", usergroups=(f"S0G{n:03}",), channel="C01OPS") for n in range(GROUPS)}
    base = catalog(*(entitlement(f"of-{name}", approvers=name) for name in groups))
    with house(sqlite_work, clock, replace(base, approvers={**base.approvers, **groups}, admins=(CAROL,))) as h:
        h.slack.usergroups.update({f"S0G{n:03}": [BOB] for n in range(GROUPS)})
        fill(sqlite_work._engine, 1, clock)
        if asked == "home":
            h.slack.as_person(BOB).open_home()
        else:
            h.bob.command(asked)
        h.listeners.finish()
        assert h.slack.calls("usergroups.users.list") == []
        assert len(h.slack.calls("usergroups.list")) == 1
