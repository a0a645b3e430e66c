"""`latchkey doctor`: asks every part how it is, prints one line each, and the mend for each fault.

It knows no part itself. Whoever composes the process hands in the questions, each a callable that answers with words
or raises: a doctor that shared code with the patient would be ill at the same time.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bot.domain.errors import LatchkeyError


@dataclass(frozen=True, slots=True)
class Well:
    """Nothing is wrong. `warnings` say what works, and costs something that the operator should know."""

    words: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """`ask` returns what is well or raises any LatchkeyError. `mend` is for what it did not foresee.

    `warnings` are known without asking.
    """

    name: str
    ask: Callable[[], str | Well]
    mend: str
    warnings: tuple[str, ...] = ()


class Fault(LatchkeyError):
    """Something is wrong: each sentence says what, and `mend` what to do about it."""

    def __init__(self, *what: str, mend: str = "") -> None:
        super().__init__("; ".join(what))
        self.what = what
        self.mend = mend


def examine(checks: Iterable[Check], write: Callable[[str], None] = print) -> int:
    """0 when all is well, 1 otherwise. Every check is asked, also after a fault."""
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
        return f"{faults} of the checks found a fault; mend the first and ask again."
    return f"No faults. Warnings: {warnings}." if warnings else "All is well."


def missing_scopes(granted: str | None, wanted: Iterable[str]) -> str:
    """Judges the x-oauth-scopes header of Slack's answers. Raises Fault; needless scopes are only told."""
    have = {each.strip() for each in (granted or "").split(",") if each.strip()}
    need = frozenset(wanted)
    if need - have:
        raise Fault(
            f"the bot token lacks {', '.join(sorted(need - have))}",
            mend="paste the output of latchkey manifest as the app's manifest and install the app again",
        )
    extra = have - need
    return f"{len(need)} scopes" + (f"; not needed: {', '.join(sorted(extra))}" if extra else "")


def _faults(check: Check, write: Callable[[str], None], warnings: list[str]) -> Iterator[str]:
    """The lines of what is wrong; what is only to be known is added to `warnings`."""
    try:
        answer = check.ask()
        well = answer if isinstance(answer, Well) else Well(answer)
        warnings += well.warnings
        write(f"ok     {check.name}: {well.words}")
    except Fault as fault:
        yield from _lines(check, fault.what, fault.mend)
    except LatchkeyError as fault:
        yield from _lines(check, tuple(getattr(fault, "mistakes", (str(fault),))), "")
    except Exception as fault:  # noqa: BLE001  # the edge of a tool: an unforeseen fault is a finding, not a traceback
        yield from _lines(check, (type(fault).__name__,), "")


def _lines(check: Check, what: tuple[str, ...], mend: str) -> Iterator[str]:
    yield from (f"fault  {check.name}: {each}" for each in what)
    yield f"       mend: {mend or check.mend}"
