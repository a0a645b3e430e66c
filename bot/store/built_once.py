"""A SQL statement is built once and run with new arguments: building one takes longer than running it.

The function that builds it runs once for each combination of arguments that are None. Every other argument is a
placeholder, which can only become SQL: `column == arg`, `.in_(arg)`, `.values(column=arg)`, `.limit(arg)`. Python may
ask `arg is None` and nothing else; what has to be computed from an argument is computed by the caller.
"""

from collections.abc import Callable, Set
from dataclasses import dataclass
from functools import wraps
from inspect import signature
from typing import Any, NoReturn, ParamSpec

from sqlalchemy import BindParameter, Executable

P = ParamSpec("P")


class Placeholder(BindParameter[Any]):
    """Refuses what Python would decide or compute now, once for all later arguments."""

    inherit_cache = True
    __hash__ = BindParameter.__hash__

    @property
    def value(self) -> NoReturn:
        """That of an enum, or what SQLAlchemy would send if the caller left this parameter out."""
        self._refuse()

    @value.setter
    def value(self, _: None) -> None:
        """SQLAlchemy sets it to None."""

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError(f"{self.key} has no value yet: compute this before, and pass the result")

    __eq__ = __ne__ = __iter__ = __contains__ = __format__ = __neg__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _refuse
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _refuse


@dataclass(frozen=True, slots=True)
class Built:
    statement: Executable
    parameters: dict[str, Any]


def built_once(build: Callable[P, Executable]) -> Callable[P, Built]:
    """The statement apart from its arguments, which become its parameters. A default is None."""
    names = tuple(signature(build).parameters)
    known: dict[frozenset[str], Executable] = {}

    @wraps(build)
    def built(*args: P.args, **kwargs: P.kwargs) -> Built:
        given = {**dict(zip(names, args, strict=False)), **kwargs}
        parameters = {parameter(name): _as_sequence(value) for name, value in given.items() if value is not None}
        key = frozenset(parameters)
        statement = known.get(key)
        if statement is None:
            placeholders: Any = {name: _placeholder(name, value) for name, value in given.items()}
            statement = known[key] = build(**placeholders)  # type: ignore[call-arg]
        return Built(statement, parameters)

    return built


def parameter(name: str) -> str:
    """With an underscore: SQLAlchemy keeps a column's own name for the values of an UPDATE."""
    return f"{name}_"


def _as_sequence(value: object) -> object:
    """SQLAlchemy wants one for an IN."""
    return list(value) if isinstance(value, Set) else value


def _placeholder(name: str, value: object) -> Placeholder | None:
    return None if value is None else Placeholder(parameter(name))
