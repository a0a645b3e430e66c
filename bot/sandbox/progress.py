"""The tour's output: a line for each step with a spinner, a mark and its time; plain lines without a terminal."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.status import Status
from rich.text import Text

from bot.sandbox.people import StepFailed
from bot.sandbox.slack import Unplayable

INDENT = " " * 7


class Progress:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._plain = not console.encoding.lower().startswith("utf")
        self._number = 0
        self._title = ""
        self._status: Status | None = None

    def say(self, markup: str) -> None:
        self._console.print(markup, soft_wrap=True)

    def heading(self, words: str) -> None:
        self._console.print(f"\n[bold cyan]{words}[/]")

    @contextmanager
    def working(self, title: str, number: str = "") -> Iterator[None]:
        """A line while the step runs, then how long it took; the failure is printed where it is raised."""
        began = time.monotonic()
        try:
            with self._spinner(title):
                yield
        except BaseException:  # Ctrl+C too: name the interrupted step, and re-raise
            self._line("red", "x" if self._plain else "✗", number, title, time.monotonic() - began)
            raise
        self._line("green", "ok" if self._plain else "✓", number, title, time.monotonic() - began)

    def step(self, title: str, prove: Any) -> bool:
        """False if the step failed; prints what was expected and what was seen."""
        self._number += 1
        try:
            with self.working(title, f"{self._number:>2}."):
                seen = prove()
        except StepFailed as wrong:
            self._wrong(wrong.expected, wrong.seen)
        except Unplayable as wrong:
            self._wrong("something to press or fill in", str(wrong))
        except Exception as wrong:  # noqa: BLE001 - the edge of a step: whatever it was, the tour says where
            self._wrong("no surprise", f"{type(wrong).__name__}: {wrong}")
        else:
            self._under(seen, "dim")
            return True
        return False

    def quote(self, heading: str, words: str) -> None:
        self._console.print(f"\n{heading}")
        self._console.print(Text(self._safe(words), "dim"), soft_wrap=True)

    def _wrong(self, expected: str, seen: str) -> None:
        self._under(f"expected: {expected}", "yellow")
        self._under(f"seen:     {seen}", "yellow")

    def _under(self, words: str, style: str) -> None:
        """Indented below its step; wrapped in a terminal, whole lines elsewhere."""
        text = Text(self._safe(words), style)
        if self._console.is_terminal:
            self._console.print(Padding(text, (0, 0, 0, len(INDENT))))
        else:
            self._console.print(Text(INDENT).append_text(text), soft_wrap=True)

    def _line(self, colour: str, mark: str, number: str, title: str, seconds: float) -> None:
        text = Text.assemble(
            (f" {mark} ", colour), f"{number} " if number else "", title, (f"  {seconds:.1f} s", "dim")
        )
        self._console.print(text, soft_wrap=True)

    def note(self, words: str) -> None:
        """Progress next to the spinner of the running step. Prints nothing without a terminal."""
        status = self._status  # another thread may call this while the step ends
        if status is not None:
            status.update(Text.assemble(self._title, ("  " + self._safe(words), "dim")))

    @contextmanager
    def _spinner(self, title: str) -> Iterator[None]:
        if not self._console.is_terminal:
            yield
            return
        self._title = title
        try:
            with Status(title, console=self._console) as self._status:
                yield
        finally:
            self._status = None

    def _safe(self, words: str) -> str:
        """A terminal without Unicode gets question marks instead of a traceback."""
        encoding = self._console.encoding
        return words.encode(encoding, "replace").decode(encoding)
