"""What many tests do first is played once in each process: a later test in the same state gets its rows and fakes."""

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

WATCHED = {"caplog", "capsys", "monkeypatch"}  # fixtures that see, or change, how an act is played
Parts = Sequence[tuple[Any, str]]  # objects and the names of their attributes


class Stage(Protocol):
    """What a test acts on. `keeps`: whether an act may be a copy of one that an earlier test played."""

    keeps: bool
    work: Any  # UnitOfWork

    @property
    def address(self) -> str:
        """Where its server listens, if it has one."""

    def is_comparable(self) -> bool:
        """False if the test replaced a part, or if an act wouldn't end the same when played again."""

    def parts(self) -> Parts:
        """All that an act depends on and may change, besides the ledger. A copy lacks what isn't named here."""


S = TypeVar("S", bound=Stage)
P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class End:
    rows: RecordedWrites
    dumped: bytes  # the answer, and the parts
    address: str


_ends: dict[object, End] = {}


def keeps(request: pytest.FixtureRequest) -> bool:
    """Whether this test may begin with copies."""
    return WATCHED.isdisjoint(request.fixturenames)


def kept(play: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Play an act once for each state that a test begins it in. A later test in an equal state gets the same end.

    A breakpoint in it therefore stops in the first such test only; set `keeps = False` to play it always.
    """

    @wraps(play)
    def act(stage: S, /, *given: P.args, **named: P.kwargs) -> R:
        before = _state(stage) if stage.keeps else None
        if before is None:
            return play(stage, *given, **named)
        key = (play.__qualname__, given, *named.items(), before)
        if key not in _ends:
            return _played(stage, key, lambda: play(stage, *given, **named))
        answer: R = _bring(stage, _ends[key])
        return answer

    return act


def _played(stage: Stage, key: object, play: Callable[[], R]) -> R:
    rows, stage.keeps = RecordedWrites(), False  # an act of several is kept as one
    try:
        with rows.of(_engine(stage)):
            answer = play()
    finally:
        stage.keeps = True
    _ends[key] = End(rows, _dumped(stage, answer), stage.address)
    return answer


def _bring(stage: Stage, end: End) -> Any:
    end.rows.repeat(_engine(stage))
    answer, *values = pickle.loads(end.dumped.replace(end.address.encode(), stage.address.encode()))
    for (part, name), (_, value) in zip(stage.parts(), values, strict=True):
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


def _state(stage: Stage) -> tuple[bytes, bytes, int] | None:
    """None if it can't be compared."""
    if type(stage.work) is not SqlUnitOfWork or _engine(stage).dialect.name != "sqlite" or not stage.is_comparable():
        return None
    try:
        dumped = _dumped(stage)
    except (pickle.PicklingError, AttributeError, TypeError):  # a method that the test replaced
        return None
    return _ledger(_engine(stage)), dumped, len(stage.address)  # replaced in the pickle


def _ledger(engine: Engine) -> bytes:
    """All rows, and what the tables and triggers are. The file also holds pages that were emptied."""
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        schema = driver.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
        names = [name for type_, name, _ in schema if type_ == "table"]
        rows = [driver.execute(f"SELECT * FROM {name}").fetchall() for name in names]
    return hashlib.sha1(pickle.dumps((schema, rows))).digest()


def _dumped(stage: Stage, answer: object = None) -> bytes:
    return dump([answer, *((name, getattr(part, name)) for part, name in stage.parts())])


def _engine(stage: Stage) -> Engine:
    engine: Engine = stage.work._engine
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
