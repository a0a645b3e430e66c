"""One Hypothesis state machine over a key's short life, with the design's laws as invariants."""

import os
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import text

from bot.domain.catalog import Kind
from bot.domain.errors import Doubtful, Refused
from bot.domain.ids import GrantId
from bot.domain.lifecycle import CredentialState, GrantState
from bot.flows.reveal import Opened
from bot.store.engine import make_engine
from bot.store.schema import upgrade
from bot.store.work import SqlWork
from tests.fakes import Crash, FakeClock
from tests.flows.world import World

STEPS = int(os.environ.get("LATCHKEY_LIFE_STEPS", "40"))
RUNS = int(os.environ.get("LATCHKEY_LIFE_RUNS", "60"))


class Life(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        url = f"sqlite:///{Path(self._folder.name) / 'ledger.db'}"
        upgrade(url)
        self.engine = make_engine(url)
        clock = FakeClock()
        self.world = World(SqlWork(self.engine, clock), clock)
        self.grants: list[GrantId] = []
        self.opened: set[str] = set()

    def teardown(self) -> None:
        self.engine.dispose()
        self._folder.cleanup()

    # --- what people and clocks do -------------------------------------------------------------------------------

    @precondition(lambda self: len(self.grants) < 3)
    @rule(what=st.sampled_from(["reports-read", "reports-session"]))
    def request_and_approve(self, what: str) -> None:
        self.grants.append(self.world.granted(what, "8h" if what == "reports-session" else "7d"))

    @precondition(lambda self: self.grants)
    @rule(data=st.data(), lost=st.booleans())
    def collect(self, data: st.DataObject, lost: bool) -> None:
        if lost:
            self.world.iam.fail_at("create_key", Doubtful("CreateAccessKey"), after=True)
        with suppress(Refused):
            self.world.mint(self.world.collect(data.draw(st.sampled_from(self.grants))).id)
        self.world.iam._faults.clear()

    @precondition(lambda self: self.grants)
    @rule(data=st.data(), calls=st.integers(0, 6), after=st.booleans())
    def collect_and_crash(self, data: st.DataObject, calls: int, after: bool) -> None:
        grant = data.draw(st.sampled_from(self.grants))
        self.world.iam.crash_at(len(self.world.iam.calls) + calls, after=after)
        with suppress(Refused, Crash):
            self.world.mint(self.world.collect(grant).id)
        self.world.iam._faults.clear()

    @precondition(lambda self: self.grants)
    @rule(data=st.data())
    def collect_and_leave(self, data: st.DataObject) -> None:
        with suppress(Refused):
            self.world.collect(data.draw(st.sampled_from(self.grants)))

    @precondition(lambda self: self.grants)
    @rule(data=st.data())
    def rotate(self, data: st.DataObject) -> None:
        with suppress(Refused):
            self.world.mint(self.world.rotate(data.draw(st.sampled_from(self.grants))).id)

    @precondition(lambda self: self.world.notifier.links)
    @rule(data=st.data(), receipt=st.booleans())
    def reveal(self, data: st.DataObject, receipt: bool) -> None:
        from bot.domain.ids import EnvelopeId
        from bot.sealing import unb64

        url = data.draw(st.sampled_from(self.world.notifier.links))[1].reveal()
        where, _, seed = url.partition("#")
        link = EnvelopeId(where.rsplit("/", 1)[1]), unb64(seed)
        if isinstance(self.world.reveal(link), Opened):
            assert link[0] not in self.opened, "a secret was handed out twice"
            self.opened.add(link[0])
        if receipt:
            self.world.receipt(link)

    @precondition(lambda self: self.grants)
    @rule(data=st.data(), verb=st.sampled_from(["retire", "reactivate", "wait", "replace", "confirm"]))
    def press(self, data: st.DataObject, verb: str) -> None:
        grant = data.draw(st.sampled_from(self.grants))
        with self.world.work.begin() as tx:
            rows = tx.credentials.of(grant)
        if not rows:
            return
        row = data.draw(st.sampled_from(rows))
        self.world.beat()
        with suppress(Refused):
            getattr(self.world, verb)(row.id)

    @precondition(lambda self: self.grants)
    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        with suppress(Refused):
            self.world.give_back(data.draw(st.sampled_from(self.grants)))

    @rule(span=st.sampled_from([timedelta(seconds=11), timedelta(minutes=6), timedelta(hours=9), timedelta(days=4)]))
    def advance(self, span: timedelta) -> None:
        self.world.clock.advance(span)

    @rule()
    def sweep(self) -> None:
        """After a sweep no key outlives its lease, and once the clock has run on AWS holds the ledger's keys."""
        self.world.sweep()
        self.world.clock.advance(minutes=6)
        self.world.sweep()
        self.world.clock.advance(hours=1)
        self.world.sweep()
        assert set(self.world.iam.all_keys()) == self._ledger()
        for name in {name for _, name in self.world.iam.users}:
            grant = self.world.grant(GrantId(name.removeprefix("latchkey-")))
            assert grant.lease_until is None or grant.lease_until > self.world.clock.now()

    # --- laws ----------------------------------------------------------------------------------------------------

    @invariant()
    def one_audit_event_per_change(self) -> None:
        with self.engine.connect() as connection:
            rows = connection.execute(text("SELECT tag, subject FROM audit")).all()
        moves = [(tag, subject) for tag, subject in rows if tag.split(":")[1] in _STATES]
        for noun in ("grant", "credential"):
            with self.engine.connect() as connection:
                table = "grants" if noun == "grant" else noun
                now = connection.execute(text(f"SELECT id, state FROM {table}")).all()
            for subject, state in now:
                assert state == _FIRST[noun] or (f"{noun}:{state}", subject) in moves

    @invariant()
    def a_first_collect_alone_fixes_the_lease(self) -> None:
        for each in self.grants:
            grant = self.world.grant(each)
            assert grant.state is not GrantState.ACTIVE or grant.lease_until is not None

    @invariant()
    def at_most_two_keys_on_a_user(self) -> None:
        assert all(len(user.keys) <= 2 for user in self.world.iam.users.values())

    def _ledger(self) -> set[str]:
        held = {CredentialState.SEALED, CredentialState.REVEALED, CredentialState.LIVE, CredentialState.RETIRING}
        found: set[str] = set()
        with self.world.work.begin() as tx:
            for each in self.grants:
                rows = tx.credentials.of(each)
                found |= {str(row.access_key_id) for row in rows if row.state in held and row.kind is Kind.ACCESS_KEY}
        return found


_STATES = {state.value for state in (*GrantState, *CredentialState)}
_FIRST = {"grant": "approved", "credential": "issuing"}

TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=RUNS,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
