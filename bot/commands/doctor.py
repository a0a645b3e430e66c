"""`latchkey doctor`: runs every check and prints one line for each, with how to fix each problem.

It doesn't know the parts it checks: the caller passes in callables that return text or raise. That way the doctor still
runs if a part can't even be imported.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bot.domain.errors import LatchkeyError


@dataclass(frozen=True, slots=True)
class Well:
    """The check passed. `warnings` are settings that work but have a cost the operator should know."""

    words: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """`ask` returns what is in order or raises any LatchkeyError. `fix` tells how to fix unexpected errors.

    `warnings` are known without running the check.
    """

    name: str
    ask: Callable[[], str | Well]
    fix: str
    warnings: tuple[str, ...] = ()


class Fault(LatchkeyError):
    """The check failed: each sentence says what is wrong, and `fix` how to fix it."""

    def __init__(self, *what: str, fix: str = "") -> None:
        super().__init__("; ".join(what))
        self.what = what
        self.fix = fix


def examine(checks: Iterable[Check], write: Callable[[str], None] = print) -> int:
    """Run every check, also after a failure. Returns 0 if all passed, 1 otherwise."""
    faults = warnings = 0
    for check in checks:
        found = list(check.warnings)
        lines = tuple(_faults(check, write, found))
        faults += bool(lines)
        warnings += len(found)
        for line in (*lines, *(f"warn   {check.name}: {each}" for each in found)):
            write(line)
    write(_sum(faults, warnings))
    return 1 if faults else 0


def _sum(faults: int, warnings: int) -> str:
    if faults:
        return f"{faults} of the checks found a problem; fix the first one and run the doctor again."
    return f"No problems. Warnings: {warnings}." if warnings else "No problems."


def missing_scopes(granted: str | None, wanted: Iterable[str]) -> str:
    """Check the x-oauth-scopes header of Slack's responses. Raises Fault; unneeded scopes are only mentioned."""
    have = {each.strip() for each in (granted or "").split(",") if each.strip()}
    need = frozenset(wanted)
    if need - have:
        raise Fault(
            f"the bot token lacks {', '.join(sorted(need - have))}",
            fix="paste the output of latchkey manifest as the app's manifest and install the app again",
        )
    extra = have - need
    return f"{len(need)} scopes" + (f"; not needed: {', '.join(sorted(extra))}" if extra else "")


def _faults(check: Check, write: Callable[[str], None], warnings: list[str]) -> Iterator[str]:
    """The lines about problems; warnings are added to `warnings`."""
    try:
        answer = check.ask()
        well = answer if isinstance(answer, Well) else Well(answer)
        warnings += well.warnings
        write(f"ok     {check.name}: {well.words}")
    except Fault as fault:
        yield from _lines(check, fault.what, fault.fix)
    except LatchkeyError as fault:
        yield from _lines(check, tuple(getattr(fault, "mistakes", (str(fault),))), "")
    except Exception as fault:  # noqa: BLE001  # the edge of a tool: an unforeseen fault is a finding, not a traceback
        yield from _lines(check, (type(fault).__name__,), "")


def _lines(check: Check, what: tuple[str, ...], fix: str) -> Iterator[str]:
    yield from (f"fault  {check.name}: {each}" for each in what)
    yield f"       fix: {fix or check.fix}"
