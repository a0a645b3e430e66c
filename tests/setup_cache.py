"""A step of set-up that many tests share runs once in each process: later tests get a copy of its rows and fakes."""

import hashlib
import io
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass, is_dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import pytest
from sqlalchemy import Engine

from bot.secret import Secret
from bot.store.work import SqlUnitOfWork
from tests.recorded_writes import RecordedWrites

WATCHED = {"caplog", "capsys", "monkeypatch"}  # fixtures that see, or change, how a step runs
Parts = Sequence[tuple[Any, str]]  # objects and the names of their attributes


class Environment(Protocol):
    """What a test acts on. `caches_setup`: whether a step may be a copy of one that ran in an earlier test."""

    caches_setup: bool
    work: Any  # UnitOfWork

    @property
    def address(self) -> str:
        """Where its server listens, if it has one."""

    def is_comparable(self) -> bool:
        """False if the test replaced a part, or if a step wouldn't end the same in a second run."""

    def parts(self) -> Parts:
        """All that a step depends on and may change, besides the ledger. A copy lacks what isn't named here."""


S = TypeVar("S", bound=Environment)
P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Recorded:
    rows: RecordedWrites
    dumped: bytes  # the answer, and the parts
    address: str


_recorded: dict[object, Recorded] = {}


def caches_setup(request: pytest.FixtureRequest) -> bool:
    """Whether this test may begin with copies."""
    return WATCHED.isdisjoint(request.fixturenames)


def cached_setup(setup: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Run a step once for each state that a test begins it in. A later test in an equal state gets a copy of its end.

    A breakpoint in it therefore stops in the first such test only; set `caches_setup = False` to run it always.
    """

    @wraps(setup)
    def step(environment: S, /, *given: P.args, **named: P.kwargs) -> R:
        before = _state(environment) if environment.caches_setup else None
        if before is None:
            return setup(environment, *given, **named)
        key = (setup.__qualname__, given, *named.items(), before)
        if key not in _recorded:
            return _run_and_record(environment, key, lambda: setup(environment, *given, **named))
        answer: R = _copy(environment, _recorded[key])
        return answer

    return step


def _run_and_record(environment: Environment, key: object, setup: Callable[[], R]) -> R:
    rows, environment.caches_setup = RecordedWrites(), False  # a step of several is recorded as one
    try:
        with rows.of(_engine(environment)):
            answer = setup()
    finally:
        environment.caches_setup = True
    _recorded[key] = Recorded(rows, _dumped(environment, answer), environment.address)
    return answer


def _copy(environment: Environment, recorded: Recorded) -> Any:
    recorded.rows.repeat(_engine(environment))
    answer, *values = pickle.loads(recorded.dumped.replace(recorded.address.encode(), environment.address.encode()))
    for (part, name), (_, value) in zip(environment.parts(), values, strict=True):
        _set(part, name, value)
    return answer


def _set(part: object, name: str, value: Any) -> None:
    """In place, since a test may hold the part, a list of it, or one of its users."""
    mine = getattr(part, name)
    if isinstance(mine, list):
        mine[:] = value
    elif isinstance(mine, dict):
        for gone in mine.keys() - value.keys():
            del mine[gone]
        for key, each in value.items():
            if key in mine and is_dataclass(each) and type(each).__hash__ is None:  # not frozen
                for attribute, it in vars(each).items():
                    _set(mine[key], attribute, it)
            else:
                mine[key] = each
    elif mine != value:
        setattr(part, name, value)


def _state(environment: Environment) -> tuple[bytes, bytes, int] | None:
    """None if it can't be compared."""
    on_sqlite = type(environment.work) is SqlUnitOfWork and _engine(environment).dialect.name == "sqlite"
    if not on_sqlite or not environment.is_comparable():
        return None
    try:
        dumped = _dumped(environment)
    except (pickle.PicklingError, AttributeError, TypeError):  # a method that the test replaced
        return None
    return _ledger(_engine(environment)), dumped, len(environment.address)  # replaced in the pickle


def _ledger(engine: Engine) -> bytes:
    """All rows, and what the tables and triggers are. The file also holds pages that were emptied."""
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        schema = driver.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
        names = [name for type_, name, _ in schema if type_ == "table"]
        rows = [driver.execute(f"SELECT * FROM {name}").fetchall() for name in names]
    return hashlib.sha1(pickle.dumps((schema, rows))).digest()


def _dumped(environment: Environment, answer: object = None) -> bytes:
    return dump([answer, *((name, getattr(part, name)) for part, name in environment.parts())])


def _engine(environment: Environment) -> Engine:
    engine: Engine = environment.work._engine
    return engine


class _Pickler(pickle.Pickler):
    def reducer_override(self, made: Any) -> Any:
        """A `Secret` refuses to be pickled; those of tests are made up."""
        return (Secret, (made.reveal(),)) if type(made) is Secret else NotImplemented


def dump(made: object) -> bytes:
    written = io.BytesIO()
    _Pickler(written, pickle.HIGHEST_PROTOCOL).dump(made)
    return written.getvalue()


def each_of(*fakes: object, but: Sequence[str] = ()) -> Parts:
    """All that these consist of, except their links to each other."""
    return [(each, name) for each in fakes for name in vars(each) if name not in but]
