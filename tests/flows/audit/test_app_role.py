"""The guide's recipe for PostgreSQL: a role that runs all of Latchkey and can't change the audit log."""

import re
import secrets
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from bot.commands import audit
from bot.domain.audit.verify import verify
from bot.domain.retention import PRUNED
from bot.flows.audit import refusals
from bot.flows.audit.deliver import Delivery
from bot.store.engine import make_engine
from bot.store.work import SqlUnitOfWork
from tests import postgres
from tests.fakes import ALICE, CAROL, FakeClock
from tests.flows.audit.test_deliver import FakeReceiver
from tests.flows.world import World
from tests.guide import GUIDE

FORBIDDEN = [
    f"{statement} {rest}"
    for table in ("audit", "audit_chain")
    for statement, rest in (
        (f"UPDATE {table}", "SET hash = ''" if table == "audit_chain" else "SET actor = 'U66MALLORY'"),
        (f"DELETE FROM {table}", ""),
        (f"TRUNCATE {table}", ""),
        (f"ALTER TABLE {table}", "DISABLE TRIGGER ALL"),
        (f"DROP TABLE {table}", ""),
    )
]


def recipe(role: str) -> list[str]:
    """The statements of the guide, for a role of this test."""
    found = re.search(r"```sql\n(.*?)```", (GUIDE / "audit.md").read_text(), re.DOTALL)
    assert found is not None
    return [each for each in found[1].replace("latchkey_app", role).split(";") if each.strip()]


@pytest.fixture(scope="module")
def app_engine(postgres_server: postgres.Server) -> Iterator[Engine]:
    name, role = postgres_server.fresh(), f"app_{secrets.token_hex(4)}"
    owner = make_engine(postgres_server.url(name))
    with owner.begin() as connection:
        for statement in recipe(role):
            connection.execute(text(statement))
    engine = make_engine(postgres_server.url(name).replace("//latchkey@", f"//{role}@"))
    yield engine
    engine.dispose()
    with owner.begin() as connection:
        connection.execute(text(f"DROP OWNED BY {role}"))
        connection.execute(text(f"DROP ROLE {role}"))
    owner.dispose()
    postgres_server.drop(name)


def test_it_can_run_a_whole_life_of_a_key(app_engine: Engine, clock: FakeClock) -> None:
    work = SqlUnitOfWork(app_engine, clock)
    world = World(work, clock)
    grant, _ = world.live()
    world.rotated(grant)
    world.sweep()
    world.look_over()
    refusals.record(world.context, by=CAROL, action="grant:return", subject=grant, reason="not-owner")
    world.give_back(grant, ALICE)
    world.pass_time(30)
    assert work.erase_traces()
    for table in PRUNED:
        with work.begin() as tx:
            tx.prune(table, clock.now())
    receiver = FakeReceiver(clock)
    delivery = Delivery(work, clock, "w1", receiver)
    while delivery.step(lambda _: False):
        pass
    exported = list(audit.lines(work, None, None, as_csv=False))
    assert [each.decode() for each in receiver.taken] == exported[:-1]
    assert verify(exported).bad is None


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_it_lacks_the_right_to_change_the_log(app_engine: Engine, statement: str) -> None:
    denied = "must be owner|permission denied"
    with pytest.raises(ProgrammingError, match=denied), app_engine.begin() as connection:
        connection.execute(text(statement))
