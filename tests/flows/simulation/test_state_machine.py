"""A Hypothesis state machine over a key's whole life: presses, clocks, faults and crashes in any order.

After every step the invariants hold (invariants.py). LATCHKEY_LIFE_RUNS and LATCHKEY_LIFE_STEPS make it longer.
"""

import os
import shutil
import tempfile
from contextlib import suppress
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.domain.errors import Refused
from bot.domain.ids import RequestId
from bot.domain.lifecycle import CredentialState as C
from bot.store.engine import make_engine
from bot.store.schema import upgrade
from bot.store.work import SqlUnitOfWork
from tests.fakes import Crash, FakeClock
from tests.flows.crash_points import Fuse, fused
from tests.flows.invariants import Laws, witnessed
from tests.flows.simulation.player import FAULTS, Player
from tests.flows.world import World
from tests.forget_limits import forget_limits
from tests.shared import in_memory

STEPS = int(os.environ.get("LATCHKEY_LIFE_STEPS", "50"))
FEW = 4  # of the default run; the long one has all
RUNS = int(os.environ.get("LATCHKEY_LIFE_RUNS", "40"))
GRANTS = 3
SPANS = (
    timedelta(seconds=1),
    timedelta(seconds=31),
    timedelta(minutes=11),
    timedelta(hours=2),  # a worker was down
    timedelta(days=1, hours=1),
    timedelta(days=9),  # over the holidays
    timedelta(seconds=-2),  # the clock was set
    timedelta(minutes=-20),
)
UNTIL_SETTLED = (timedelta(0), timedelta(minutes=6), timedelta(minutes=31), timedelta(hours=1), timedelta(minutes=1))
VERBS = {  # on a credential, with the states in which a press is useful; a few also go to any other
    "retire": (C.LIVE,),
    "reactivate": (C.RETIRING, C.LIVE),
    "wait": (C.LIVE,),
    "replace": (C.REVEALED,),
    "confirm": (C.REVEALED,),
    "disown": (C.REVEALED, C.LIVE),
}
DEADLY = ("get_a_key", "rotate", "approve", "retire", "reactivate", "replace", "disown", "sweep", "sweep")


@cache
def template() -> Path:
    ledger = Path(tempfile.mkdtemp(prefix="latchkey-life-")) / "ledger.db"
    upgrade(f"sqlite:///{ledger}")
    witnessed(ledger)
    return ledger


class Life(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(dir=in_memory())
        ledger = Path(self._folder.name) / "ledger.db"
        shutil.copy(template(), ledger)
        self.engine = make_engine(f"sqlite:///{ledger}")
        clock = FakeClock()
        self.world = World(SqlUnitOfWork(self.engine, clock), clock)
        self.player = Player(self.world)
        self.laws = Laws(self.world, ledger)
        self.calm = True  # no fault, no crash and no clock set back since ledger and AWS agreed

    def teardown(self) -> None:
        self.engine.dispose()
        self._folder.cleanup()

    @initialize()
    def begin(self) -> None:
        self._get_a_key("30d")

    # --- people --------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.player.standing() < GRANTS)
    @rule(what=st.sampled_from(["reports-read", "reports-session"]))
    def request(self, what: str) -> None:
        self.player.asked.append(self._ask(what, "8h"))

    @precondition(lambda self: self.player.asked)
    @rule(data=st.data())
    def approve(self, data: st.DataObject) -> None:
        self.player.approve(data.draw(st.sampled_from(self.player.asked)))

    @precondition(lambda self: self.player.standing() < GRANTS)
    @rule(duration=st.sampled_from(["8h", "30d"]))
    def get_a_key(self, duration: str) -> None:
        """All steps at once: what comes later is the longer part."""
        self._get_a_key(duration)

    @precondition(lambda self: self.player.grants)
    @rule(data=st.data(), taken=st.booleans())
    def collect(self, data: st.DataObject, taken: bool) -> None:
        grant = data.draw(st.sampled_from(self.player.grants))
        if taken:
            self.player.mint(self.world.collect, grant)
        else:  # no worker takes it
            with suppress(Refused):
                self.world.collect(grant)

    @precondition(lambda self: self.player.credentials(C.LIVE))
    @rule(data=st.data(), reveal=st.booleans())
    def rotate(self, data: st.DataObject, reveal: bool) -> None:
        self._rotate(data)
        if reveal:
            self.player.reveal()

    @precondition(lambda self: self.world.notifier.links)
    @rule(data=st.data(), receipt=st.booleans())
    def reveal(self, data: st.DataObject, receipt: bool) -> None:
        self.player.reveal(-data.draw(st.integers(1, min(3, len(self.world.notifier.links)))), receipt=receipt)

    @precondition(lambda self: self.player.credentials())
    @rule(data=st.data(), verb=st.sampled_from(sorted(VERBS)))
    def press(self, data: st.DataObject, verb: str) -> None:
        self._press(data, verb)

    @precondition(lambda self: self.player.grants)
    @rule(data=st.data(), duration=st.sampled_from(["1h", "30d"]), approve=st.booleans())
    def renew(self, data: st.DataObject, duration: str, approve: bool) -> None:
        self.player.renew(data.draw(st.sampled_from(self.player.grants)), duration, approve=approve)

    @precondition(lambda self: self.player.standing() > 1)
    @rule(data=st.data(), by_owner=st.booleans())
    def revoke(self, data: st.DataObject, by_owner: bool) -> None:
        grant = data.draw(st.sampled_from(self.player.grants))
        with suppress(Refused):
            (self.world.give_back if by_owner else self.world.revoke)(grant)

    @precondition(lambda self: self.player.usable())
    @rule(data=st.data())
    def use(self, data: st.DataObject) -> None:
        self.player.use(data.draw(st.sampled_from(self.player.usable())))

    # --- clocks, faults, crashes ---------------------------------------------------------------------------------

    @rule(span=st.sampled_from(SPANS), swept=st.booleans())
    def advance(self, span: timedelta, swept: bool) -> None:
        self.world.clock.advance(span)
        self.calm &= span > timedelta(0)
        if swept:
            self.sweep()

    @rule(data=st.data(), call=st.sampled_from(sorted(FAULTS)), after=st.booleans())
    def aws_is_to_fail(self, data: st.DataObject, call: str, after: bool) -> None:
        self.calm = False
        self.player.aws_is_to_fail(call, data.draw(st.sampled_from(FAULTS[call])), after=after)

    @precondition(lambda self: self.player.grants)
    @rule(data=st.data(), press=st.sampled_from(["collect", "rotate"]))
    def lose_the_answer_of_a_mint(self, data: st.DataObject, press: str) -> None:
        """AWS has created a key that no one has, and lists it late."""
        self.calm = False
        self.player.aws_is_to_fail("create_key", FAULTS["create_key"][0], after=True)
        self.player.mint(getattr(self.world, press), data.draw(st.sampled_from(self.player.grants)))

    @rule(data=st.data(), at=st.integers(0, 60), verb=st.sampled_from(DEADLY))
    def die(self, data: st.DataObject, at: int, verb: str) -> None:
        """The process crashes at any call that leaves it or around any commit.

        Another one starts, with another name.
        """
        self.calm = False
        with suppress(Crash), fused(self.world, Fuse(at)):
            if verb == "sweep":
                self.player.sweep()
            elif verb == "get_a_key":
                self._get_a_key("30d") if self.player.standing() < GRANTS else None
            elif verb == "rotate":
                self._rotate(data)
            elif verb != "approve":
                self._press(data, verb)
            elif self.player.asked:
                self.player.approve(data.draw(st.sampled_from(self.player.asked)))
        self.player.heir()

    @rule()
    def sweep(self) -> None:
        self.player.sweep()
        if self.calm:
            self.laws.hold_after_a_sweep()

    @rule()
    def reconcile(self) -> None:
        """AWS answers again and time passes: whatever happened before, ledger and AWS agree."""
        self.world.iam._faults.clear()
        for span in UNTIL_SETTLED:
            self.world.clock.advance(span)
            self.player.sweep()
        self.laws.hold_after_reconcile()
        self.calm = True

    @invariant()
    def the_laws_hold(self) -> None:
        self.laws.lock()

    # --- helpers -------------------------------------------------------------------------------------------------

    def _ask(self, what: str, duration: str) -> RequestId:
        forget_limits(self.engine)  # alice stands for many
        return self.world.ask(what, duration=duration)

    def _get_a_key(self, duration: str) -> None:
        self.player.approve(self._ask("reports-read", duration))
        self.player.mint(self.world.collect, self.player.grants[0])
        self.player.reveal()

    def _rotate(self, data: st.DataObject) -> None:
        if live := self.player.credentials(C.LIVE):
            self.player.mint(self.world.rotate, data.draw(st.sampled_from(live)).grant)

    def _press(self, data: st.DataObject, verb: str) -> None:
        if rows := self.player.credentials(*VERBS[verb]) or self.player.credentials():
            self.player.press(verb, data.draw(st.sampled_from(rows)))


def lives(number: int) -> settings:
    return settings(
        max_examples=number,
        stateful_step_count=STEPS,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )


class TestLife(Life.TestCase):  # type: ignore[misc]
    settings = lives(FEW)


@pytest.mark.long
class TestManyLives(Life.TestCase):  # type: ignore[misc]
    settings = lives(RUNS)
