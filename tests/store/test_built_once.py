"""Statements that are built at the first call: what they may not do with an argument, and what stays the caller's."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from inspect import signature
from types import FunctionType

import pytest
from sqlalchemy import ClauseElement, Select, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import NullType

import bot.store
from bot.store.built_once import Placeholder, built_once
from bot.store.tables import grants
from tests.fakes import START


def test_an_argument_is_a_parameter_of_one_statement() -> None:
    calls = []

    @built_once
    def ended(before: datetime, most: int) -> Select[tuple[object, ...]]:
        calls.append(before)
        return select(grants).where(grants.c.ended_at <= before).limit(most)

    first, second = ended(START, 5), ended(START + timedelta(days=1), most=7)
    assert first.statement is second.statement
    assert len(calls) == 1
    assert (first.parameters, second.parameters["most_"]) == ({"before_": START, "most_": 5}, 7)


def test_none_is_a_statement_of_its_own() -> None:
    @built_once
    def of(owner: str | None = None) -> Select[tuple[object, ...]]:
        return select(grants) if owner is None else select(grants).where(grants.c.owner == owner)

    assert "WHERE" not in str(of().statement)
    assert of(None).statement is of().statement
    assert "owner = :owner_" in str(of("U1").statement)


@pytest.mark.parametrize("compute", [lambda at: at + timedelta(1), lambda at: START - at, list, lambda at: at or START])
def test_what_python_should_compute_is_not_left_to_the_database(compute: object) -> None:
    @built_once
    def late(at: datetime) -> Select[tuple[object, ...]]:
        return select(grants).where(grants.c.ended_at <= compute(at))  # type: ignore[operator]

    with pytest.raises(TypeError):
        late(START)


@pytest.mark.parametrize(
    "ask",
    [
        lambda kind: kind == "left",
        lambda kind: kind != "left",
        lambda kind: kind in ("left", "right"),
        lambda kind: f"%{kind}%",
        bool,
        lambda kind: kind.value,
        lambda kind: -kind,
        lambda kind: kind % 2,
    ],
)
def test_nor_is_what_python_should_decide_decided_at_the_first_call(ask: Callable[[object], object]) -> None:
    @built_once
    def of(kind: str) -> Select[tuple[object, ...]]:
        ask(kind)
        return select(grants)

    with pytest.raises(TypeError):
        of("left")


def builders() -> Iterator[Callable[..., object]]:
    """Of all statements of the ledger, and more."""
    for each in pkgutil.walk_packages(bot.store.__path__, "bot.store."):
        module = importlib.import_module(each.name)
        yield from decorated(module)
        for made in vars(module).values():
            if isinstance(made, type) and made.__module__ == each.name:
                yield from (partial(build, None) for build in decorated(made))


def decorated(of: object) -> Iterator[Callable[..., object]]:
    for name, made in vars(of).items():
        if isinstance(made, FunctionType) and hasattr(made, "__wrapped__") and not name.startswith("__"):
            yield made.__wrapped__


def test_each_argument_has_a_columns_type() -> None:
    """Without one, a time would be stored as text on SQLite. That of a LIMIT is a number."""
    without, many = [], 0
    for build in builders():
        names = signature(build).parameters
        built = build(**{name: Placeholder(f"{name}_") for name in names})
        if isinstance(built, ClauseElement):
            many += 1
            binds = built.compile(dialect=sqlite.dialect()).binds.values()
            without += [(build, each.key) for each in binds if isinstance(each.type, NullType) and each.key != "most_"]
    assert without == []
    assert many > 100
