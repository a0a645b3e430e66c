"""What many tests do first is played once in each process: a later world in the same state gets its rows and fakes."""

import hashlib
import io
import pickle
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine

from bot.secret import Secret
from bot.store.work import SqlUnitOfWork
from tests.fakes import FakeClock, FakeIam, FakeNotifier, FakePeople, FixedEntropy
from tests.recorded_writes import RecordedWrites

if TYPE_CHECKING:
    from tests.flows.world import World

P, R = ParamSpec("P"), TypeVar("R")
FAKES = {"clock": FakeClock, "entropy": FixedEntropy, "iam": FakeIam, "notifier": FakeNotifier, "people": FakePeople}


@dataclass(frozen=True)
class End:
    answer: Any
    fakes: bytes
    rows: RecordedWrites


_ends: dict[object, End] = {}


def kept(play: Callable[Concatenate["World", P], R]) -> Callable[Concatenate["World", P], R]:
    """An act with an immutable answer. If an equal world began it before, this one gets to the same end without it."""

    @wraps(play)
    def act(world: "World", *given: P.args, **named: P.kwargs) -> R:
        before = _state(world) if world.keeps else None
        if before is None:
            return play(world, *given, **named)
        key = (play.__name__, given, *named.items(), before)
        if key in _ends:
            _bring(world, _ends[key])
        else:
            _ends[key] = _played(world, lambda: play(world, *given, **named))
        answer: R = _ends[key].answer
        return answer

    return act


def _played(world: "World", play: Callable[[], Any]) -> End:
    rows, world.keeps = RecordedWrites(), False  # an act of several is kept as one
    try:
        with rows.of(_engine(world)):
            answer = play()
    finally:
        world.keeps = True
    return End(answer, dump(world), rows)


def _bring(world: "World", end: End) -> None:
    end.rows.repeat(_engine(world))
    made = load(end.fakes, world)
    made.iam.clock = world.clock
    for name, each in vars(made).items():
        if name in FAKES:
            _become(getattr(world, name), each)
        elif getattr(world, name) != each:
            setattr(world, name, each)


def _become(fake: object, made: object) -> None:
    """In place, since a test may hold the fake, a list of it, or one of its users."""
    for name, value in vars(made).items():
        mine = getattr(fake, name)
        if isinstance(mine, list):
            mine[:] = value
        elif isinstance(mine, dict):
            changed = {key: each for key, each in value.items() if key not in mine or mine[key] != each}
            for gone in mine.keys() - value.keys():
                del mine[gone]
            mine.update(changed)
        elif mine != value:
            setattr(fake, name, value)


def _state(world: "World") -> tuple[bytes, bytes] | None:
    """All that an act depends on. None if it can't be compared: PostgreSQL, or a part that the test replaced."""
    fakes = all(type(getattr(world, name)) is fake for name, fake in FAKES.items())
    if not fakes or type(world.work) is not SqlUnitOfWork or _engine(world).dialect.name != "sqlite":
        return None
    try:
        dumped = dump(world)
    except (pickle.PicklingError, AttributeError, TypeError):  # a method that the test replaced
        return None
    with _engine(world).connect() as connection:
        ledger = connection.connection.driver_connection.serialize()  # type: ignore[union-attr]
    return hashlib.sha1(ledger).digest(), dumped


def _engine(world: "World") -> Engine:
    engine: Engine = world.work._engine  # type: ignore[attr-defined]
    return engine


class _Pickler(pickle.Pickler):
    def reducer_override(self, made: Any) -> Any:
        """A secret refuses to be copied; these are none."""
        return (Secret, (made.reveal(),)) if type(made) is Secret else NotImplemented


def dump(world: "World") -> bytes:
    """All of it but its ledger."""
    written = io.BytesIO()
    _Pickler(written).dump({name: each for name, each in vars(world).items() if name != "work"})
    return written.getvalue()


def load(dumped: bytes, world: "World") -> "World":
    """With the ledger of this world."""
    made = copy(world)
    vars(made).update(pickle.loads(dumped))
    return made
