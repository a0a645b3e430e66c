"""Match a whole text against a regular expression of the catalog, in time linear in the text.

`re` backtracks: over a text that somebody typed, one nested repeat stops the whole process, because `re` holds the
interpreter lock. So `re` only parses the expression here, and all of its possible positions are followed at once
(Thompson's construction). What needs backtracking, such as a back-reference or lookaround, is refused. Classes and
cases are ASCII.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

STATES_MOST = 2000  # a counted repeat is written out: x{3} is xxx

_codes: Any = re._constants  # type: ignore[attr-defined]  # noqa: SLF001 - no public parser
_parser: Any = re._parser  # type: ignore[attr-defined]  # noqa: SLF001
_CLASSES: dict[str, Callable[[str], bool]] = {
    "DIGIT": str.isdigit,
    "SPACE": str.isspace,
    "WORD": lambda sign: sign.isalnum() or sign == "_",
}
_Test = Callable[[str], bool]


class NotLinear(ValueError):
    """The text isn't an expression, or one that this module doesn't match. Its message says why."""


@dataclass(slots=True)
class _State:
    test: _Test | None = None  # takes one character; None: goes on without one
    only: str = ""  # goes on only at the "begin" or the "end" of the text
    after: list["_State"] = field(default_factory=list)


@lru_cache(maxsize=512)
def compiled(expression: str) -> "Linear":
    """Raises NotLinear."""
    return Linear(expression)


class Linear:
    def __init__(self, expression: str) -> None:
        try:
            tree = _parser.parse(expression, re.ASCII)
        except (re.error, OverflowError, RecursionError, ValueError) as wrong:
            raise NotLinear(str(wrong)) from None
        self._left, self._end = STATES_MOST, _State()
        self._begin = self._sequence(tree, self._end, tree.state.flags)

    def fits(self, text: str) -> bool:
        """Whether the whole text matches."""
        now = self._reached([self._begin], 0, len(text))
        for at, sign in enumerate(text, start=1):
            passed = [each.after[0] for each in now if each.test is not None and each.test(sign)]
            now = self._reached(passed, at, len(text))
        return any(each is self._end for each in now)

    @staticmethod
    def _reached(states: Iterable[_State], at: int, length: int) -> list[_State]:
        """These, and what follows without a character."""
        waiting, seen, found = list(states), set[int](), []
        here = {"", *(["begin"] if at == 0 else []), *(["end"] if at == length else [])}
        while waiting:
            each = waiting.pop()
            if id(each) in seen:
                continue
            seen.add(id(each))
            found.append(each)
            if each.test is None and each.only in here:
                waiting += each.after
        return found

    def _state(self, test: _Test | None, *after: _State, only: str = "") -> _State:
        self._left -= 1
        if self._left < 0:
            raise NotLinear(f"it takes more than {STATES_MOST} steps; use smaller counts")
        return _State(test, only, list(after))

    def _sequence(self, nodes: Iterable[Any], after: _State, flags: int) -> _State:
        """The state before these nodes, which lead to `after`."""
        for op, given in reversed(list(nodes)):
            after = self._node(op, given, after, flags)
        return after

    def _node(self, op: Any, given: Any, after: _State, flags: int) -> _State:
        if op in {_codes.MAX_REPEAT, _codes.MIN_REPEAT}:
            return self._repeat(given, after, flags)
        if op is _codes.SUBPATTERN:
            _, added, taken, nodes = given
            return self._sequence(nodes, after, (flags | added) & ~taken)
        if op is _codes.BRANCH:
            return self._state(None, *(self._sequence(each, after, flags) for each in given[1]))
        if op is _codes.AT:
            return self._at(given, after)
        return self._state(_one(op, given, flags), after)

    def _repeat(self, given: Any, after: _State, flags: int) -> _State:
        least, most, nodes = given
        if most is _codes.MAXREPEAT:
            again = self._state(None, after)
            again.after.append(self._sequence(nodes, again, flags))
            after = again
        else:
            end = after
            for _ in range(most - least):
                after = self._state(None, end, self._sequence(nodes, after, flags))
        for _ in range(least):
            after = self._sequence(nodes, after, flags)
        return after

    def _at(self, where: Any, after: _State) -> _State:
        if where in {_codes.AT_BEGINNING, _codes.AT_BEGINNING_STRING}:
            return self._state(None, after, only="begin")
        if where in {_codes.AT_END, _codes.AT_END_STRING}:
            return self._state(None, after, only="end")
        raise NotLinear(f"{str(where).lower()} can't be used here")


def _one(op: Any, given: Any, flags: int) -> _Test:
    """The test of one character."""
    if op is _codes.ANY:
        return lambda sign: sign != "\n" or bool(flags & re.DOTALL)
    if op in {_codes.LITERAL, _codes.NOT_LITERAL}:
        return _any_of([_member(_codes.LITERAL, given)], flags, negated=op is _codes.NOT_LITERAL)
    if op is _codes.IN:
        tests = [_member(op, value) for op, value in given if op is not _codes.NEGATE]
        return _any_of(tests, flags, negated=len(tests) < len(given))
    raise NotLinear(f"{str(op).lower()} can't be used here")


def _any_of(tests: list[_Test], flags: int, *, negated: bool) -> _Test:
    def takes(sign: str) -> bool:
        cases = {sign, sign.lower(), sign.upper()} if flags & re.IGNORECASE and sign.isascii() else {sign}
        return any(test(each) for test in tests for each in cases) is not negated

    return takes


def _member(op: Any, given: Any) -> _Test:
    if op is _codes.LITERAL:
        return lambda sign: ord(sign) == given
    if op is _codes.RANGE:
        return lambda sign: bool(given[0] <= ord(sign) <= given[1])
    if op is _codes.CATEGORY:
        belongs, outside = _CLASSES[str(given).rpartition("_")[2]], "_NOT_" in str(given)
        return lambda sign: (sign.isascii() and belongs(sign)) is not outside
    raise NotLinear(f"{str(op).lower()} can't be used here")
