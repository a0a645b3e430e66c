"""Home for 500 keys beside 5, on SQLite: statements, bytes, and time, for an owner and for an approver and admin."""

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, insert

from bot.domain.adopted import Adopted
from bot.domain.catalog import Kind
from bot.domain.hygiene.finding import FindingKind
from bot.domain.hygiene.inventory import FoundKey, FoundUser
from bot.domain.ids import SlackUserId
from bot.domain.lifecycle import CredentialState, GrantState
from bot.domain.ownership.claim import Claim
from bot.domain.requests.question import Question
from bot.domain.requests.request import Answer, Decision
from bot.domain.requests.review import Review
from bot.flows.context import Context
from bot.flows.home.viewer import viewer
from bot.slack.messages.approval.facts import SlackFacts
from bot.slack.messages.context import Scene
from bot.slack.messages.home import view
from bot.slack.ui import blocks
from bot.store import tables
from bot.store.engine import make_engine
from bot.store.rows import write
from bot.store.schema import upgrade
from bot.store.work import SqlUnitOfWork
from tests.bench.figures import Cell, Figures, median
from tests.fakes import ALICE, BOB, CAROL, DAVE, FakeClock, FakePeople, FixedEntropy
from tests.flows.catalog import MAIN, catalog
from tests.store.rows import a_credential, a_finding, a_grant, a_request

FEW, MANY = 5, 500
ROUNDS = 41
SLOWER_MOST = 2.0  # times
DAY = timedelta(days=1)
HEAD = ("Home of", "keys", "statements", "blocks", "bytes", "median ms", "of the small one")


def fill(engine: Engine, many: int, clock: FakeClock, owner: SlackUserId = ALICE) -> None:
    """The owner has this many keys and as many found ones, with a finding on each; as many requests and claims wait."""
    now = clock.now()
    rows: dict[Any, list[Any]] = {}
    for number in range(many):
        name = f"{number:04}"
        request = a_request(
            f"r{name}", requester=owner, owner=owner, made_at=now, decide_by=now + DAY, justification="why " * 40
        )
        waits = replace(request, id=f"w{name}", requester=CAROL, owner=CAROL)
        grant = a_grant(
            f"g{name}",
            request.id,
            state=GrantState.ACTIVE,
            owner=owner,
            lease_until=now + DAY * (number + 1),
            told_stage=DAY,
        )
        made = {"made_at": now, "created_at": now, "revealed_at": now, "live_at": now, "retire_at": now + DAY}
        old = a_credential(f"c{name}", grant.id, state=CredentialState.LIVE, kind=Kind.ACCESS_KEY, **made)
        new = replace(old, id=f"d{name}", access_key_id=f"AKIAD{name}", made_at=now + DAY, retire_at=None)
        user = FoundUser(
            MAIN.name, f"job-{name}", f"arn:aws:iam::{MAIN.id}:user/job-{name}", now, now, owner, {}, None, None, None
        )
        key = FoundKey(f"k{name}", MAIN.name, user.name, 1, now - 200 * DAY, True, now, now, f"AKIAF{name}")
        found = a_finding(
            f"f{name}", owner=owner, account=MAIN.name, iam_user=user.name, access_key_id=key.access_key_id
        )
        kept = replace(found, id=f"h{name}", kind=FindingKind.STALE, kept_until=now + DAY, kept_why="why " * 99)
        claim = Claim(f"m{name}", MAIN.name, user.name, CAROL, CAROL, owner, user.name, now)
        row = Adopted(key.id, MAIN.name, user.name, key.access_key_id, "on", now)
        question = Question(f"q{name}", f"a{name}", DAVE, "why " * 40, now)
        asked = replace(waits, id=f"a{name}", requester=owner, owner=owner)
        emergency = replace(request, id=f"e{name}", requester=CAROL, owner=CAROL, emergency=True)
        review = Review(emergency.id, now, now + DAY)
        decided = Decision(request.id, DAVE, Answer.APPROVE, "fine", now)
        fresh = {
            tables.request: [request, waits, asked, emergency],
            tables.grants: [grant],
            tables.credential: [old, new],
            tables.found_user: [user],
            tables.found_key: [key],
            tables.adopted: [row],
            tables.finding: [found, kept],
            tables.claim: [claim],
            tables.decision: [decided],
            tables.question: [question],
            tables.review: [review],
        }
        for table, some in fresh.items():
            rows.setdefault(table, []).extend(write(each) for each in some)
    with engine.begin() as connection:
        for table, some in rows.items():
            connection.execute(insert(table), some)
        for number in range(many):
            approved = tables.request.c.id.in_([f"r{number:04}", f"e{number:04}"])
            connection.execute(tables.request.update().where(approved).values(state="approved"))


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that the ledger is sent meanwhile."""
    sent: list[str] = []

    def catch(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", catch)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", catch)


def drawn(context: Context, person: Any) -> dict[str, Any]:
    """The view as it is sent to Slack."""
    looks = viewer(context, person)
    with context.work.begin() as tx:
        now = context.clock.now()
        scene = Scene(tx, context.catalog, now, "/key", "https://keys.example.com/guide", SlackFacts(), looks)
        message = view.draw(scene)
    if message is None:
        raise AssertionError("nobody looks")
    return blocks.home(message.blocks)


@contextmanager
def ledger(many: int, owner: SlackUserId = ALICE) -> Iterator[tuple[Engine, Context]]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder, 'ledger.db')}"
        upgrade(url)
        engine, clock = make_engine(url), FakeClock()
        try:
            fill(engine, many, clock, owner)
            yield engine, Context(SqlUnitOfWork(engine, clock), clock, FixedEntropy(), FakePeople(), catalog())
        finally:
            engine.dispose()


def measure() -> list[Figures]:
    rows: list[tuple[Cell, ...]] = []
    with ledger(FEW) as few, ledger(MANY) as many:
        for name, person in (("an owner", ALICE), ("an approver and admin", BOB)):
            took = _times((few, many), person)
            for (engine, context), keys, spent in zip((few, many), (FEW, MANY), took, strict=True):
                with counted(engine) as sent:
                    home = drawn(context, person)
                size = len(json.dumps(home))
                row = (name, float(keys), float(len(sent)), float(len(home["blocks"])), float(size), spent)
                rows.append((*row, spent / took[0]))
            if took[1] > SLOWER_MOST * took[0]:
                raise AssertionError(f"Home of {name} takes {took[1]:.1f} ms instead of {took[0]:.1f} ms")
    return [Figures(f"Home for {MANY} keys beside {FEW}", HEAD, tuple(rows), (f"the median of {ROUNDS}, in turns",))]


def _times(ledgers: tuple[tuple[Engine, Context], ...], person: Any) -> list[float]:
    """In milliseconds, in turns, so that a busy machine slows both."""
    spent: list[list[float]] = [[] for _ in ledgers]
    for _ in range(ROUNDS):
        for (_engine, context), found in zip(ledgers, spent, strict=True):
            began = time.perf_counter()
            json.dumps(drawn(context, person))
            found.append((time.perf_counter() - began) * 1000)
    return [median(each) for each in spent]
