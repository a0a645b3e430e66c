"""No two transactions can deadlock: of the rows that two of them share, both lock the same one first.

Every sweep and every button press runs alone on the same ledger, in which much is due, and PostgreSQL
records what it locks. Then each pair of transactions is compared, including two workers on the same sweep.
"""

from collections.abc import Callable
from datetime import timedelta
from itertools import combinations_with_replacement

import pytest

from bot.store.engine import make_engine
from bot.store.work import SqlUnitOfWork
from tests import postgres
from tests.database_pool import SavedRows
from tests.fakes import ALICE, CAROL, FakeClock
from tests.flows import leak_presses, lock_order, presses, request_presses
from tests.flows.lock_order import Locked
from tests.flows.presses import DELETED, OWNER, PRESSES
from tests.flows.simulation.company import MAIN, Company
from tests.flows.world import World

DAY = timedelta(days=1)
USERS = ("zeta", "beta", "omega", "alpha")  # of one person; their keys are overdue in another order than by name


def much_is_due(life: Company) -> None:
    """After eight days without a worker, with keys that were remedied meanwhile, in AWS and in Slack's digests."""
    world, reader = life.world, life.minder.found.reader
    keys = []
    for number, user in enumerate((*USERS, DELETED)):
        reader.user(MAIN, user, tags={"Slack": OWNER})
        keys.append(reader.key(MAIN, user, age=(100 + number) * DAY, idle=(10 + 50 * (user == DELETED)) * DAY))
    world.live("reports-read", "30d")
    life._work()
    life._work()
    world.ask("reports-read", ALICE)
    request_presses.break_glass(world, CAROL)
    for user in (*USERS, DELETED):
        presses.retire(world, user)
    presses.claim_user(world, DELETED)
    presses.switched_off(world)
    world.clock.advance(8 * DAY)
    world.beat()
    world.ask("reports-read", CAROL)
    leak_presses.under_way(world)
    leak_presses.reported(world)
    for each in keys[1:]:
        world.iam.all_keys()[each].active = False
    del world.iam.users[MAIN.id, DELETED]


@pytest.fixture(scope="module")
def transactions(postgres_server: postgres.Server) -> list[Locked]:
    ledger = postgres_server.fresh()
    engine, clock = make_engine(postgres_server.url(ledger)), FakeClock()
    lock_order.install(engine)
    life = Company(World(SqlUnitOfWork(engine, clock), clock))
    much_is_due(life)
    names = [each.name for each in life.schedule]
    found, saved = list[Locked](), SavedRows(postgres_server.url(ledger))
    for name in (*PRESSES, *names):
        saved.restore()
        run = _press(life, name) if name in PRESSES else life._sweep(name).run
        found += lock_order.locked(engine, name, run)
    saved.close()
    engine.dispose()
    postgres_server.drop(ledger)
    return found


def _press(life: Company, name: str) -> Callable[[], object]:
    return lambda: PRESSES[name](life.world)


def test_much_is_locked(transactions: list[Locked]) -> None:
    """Otherwise the check below would be vacuous."""
    leaks = {"leak-contain", "leak-check", "leak-reactivate", "leak-replaced", "leak-page", "leak-escalate"}
    assert {"inventory", "digest", "delete-now", *leaks, *PRESSES} <= {each.sweep for each in transactions}


def test_the_inventory_and_the_buttons_of_a_deleted_user_share_rows(transactions: list[Locked]) -> None:
    tables = {row.partition("/")[0] for each in transactions if each.sweep == "inventory" for row in each.rows}
    assert {"found_user", "adopted", "finding", "claim"} <= tables


def test_every_pair_of_transactions_locks_its_first_shared_row_first(transactions: list[Locked]) -> None:
    clashes = {
        (one.sweep, other.sweep, *found)
        for one, other in combinations_with_replacement(transactions, 2)
        if (found := lock_order.clash(one, other))
    }
    assert clashes == set()
