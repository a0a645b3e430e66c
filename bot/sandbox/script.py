"""Play chapters of steps in the terminal against a fresh environment, and prove each of them."""

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from rich.console import Console

from bot.sandbox.environment import OldKeys, set_up
from bot.sandbox.people import People
from bot.sandbox.progress import Progress


@dataclass(frozen=True, slots=True)
class Step:
    """`prove` returns one sentence about what was seen, or raises."""

    title: str
    prove: Callable[[People], str]


Chapters = Mapping[str, tuple[Step, ...]]


@dataclass(frozen=True, slots=True)
class Script:
    """`offered` is added to the example catalog; `old_keys` makes keys that already exist in AWS."""

    title: str
    chapters: Chapters
    offered: str = ""
    old_keys: OldKeys | None = None

    @property
    def steps(self) -> int:
        return sum(len(steps) for steps in self.chapters.values())


def play(script: Script, environ: Mapping[str, str], *, port: int) -> int:
    """0 if every step succeeded; otherwise 1, after printing the step, what was expected and what was seen."""
    progress = Progress(Console(highlight=False))
    progress.say(f"[bold]{script.title}[/]: Slack and AWS are simulated, Latchkey is real.")
    began = time.monotonic()
    with ExitStack() as ending:
        with progress.working("Slack, AWS and Latchkey start"):
            environment = ending.enter_context(
                set_up(environ, port=port, log_level="DEBUG", offered=script.offered, old_keys=script.old_keys)
            )
        people = People(environment, ending, progress.note)
        ending.callback(people.leave)
        proved = all_of(script.chapters, progress, people)
        if not proved:
            progress.quote("The last lines of Latchkey's log:", environment.latchkey.last_words(8))
    if not proved:
        return 1
    taken = time.monotonic() - began
    progress.say(f"\n[bold green]All {script.steps} steps succeeded[/] in {taken:.0f} s. Nothing is left running.")
    return 0


def all_of(chapters: Chapters, progress: Progress, people: People) -> bool:
    """Stops at the first failed step."""
    for chapter, steps in chapters.items():
        progress.heading(chapter)
        if not all(progress.step(each.title, partial(each.prove, people)) for each in steps):
            return False
    return True
