"""Statements that are built at the first call: building one takes longer than running it.

A function that builds a statement gets a placeholder for each argument, or None for an argument that is None. It may
compare a placeholder with a column, set a column to it, or limit by it. What has to be computed from an argument is
computed by its caller.
"""

from collections.abc import Callable, Set
from dataclasses import dataclass
from functools import wraps
from inspect import signature
from typing import Any, NoReturn, ParamSpec

from sqlalchemy import BindParameter, Executable

P = ParamSpec("P")


class Placeholder(BindParameter[Any]):
    """Refuses Python's arithmetic, which would become the database's."""

    inherit_cache = True

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError(f"{self.key} has no value yet: compute this before, and pass the result")

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __iter__ = _refuse


@dataclass(frozen=True, slots=True)
class Built:
    statement: Executable
    parameters: dict[str, Any]


def built_once(build: Callable[P, Executable]) -> Callable[P, Built]:
    """The statement apart from its arguments, which become its parameters. Defaults have to be None."""
    names = tuple(signature(build).parameters)
    known: dict[frozenset[str], Executable] = {}

    @wraps(build)
    def built(*args: P.args, **kwargs: P.kwargs) -> Built:
        given = {**dict(zip(names, args, strict=False)), **kwargs}
        held = {_parameter(name): _in_order(value) for name, value in given.items() if value is not None}
        statement = known.get(key := frozenset(held))
        if statement is None:
            placeholders: Any = {name: _placeholder(name, value) for name, value in given.items()}
            statement = known[key] = build(**placeholders)  # type: ignore[call-arg]
        return Built(statement, held)

    return built


def _parameter(name: str) -> str:
    """Unlike a column's name: SQLAlchemy keeps those for the values of an UPDATE."""
    return f"{name}_"


def _in_order(value: object) -> object:
    """SQLAlchemy wants a sequence for an IN."""
    return list(value) if isinstance(value, Set) else value


def _placeholder(name: str, value: object) -> Placeholder | None:
    return None if value is None else Placeholder(_parameter(name))
