"""`latchkey demo --tour`: the whole life of a key, played and verified step by step in the terminal."""

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from rich.console import Console

from bot.sandbox import tour_ask, tour_collect, tour_end, tour_expiry, tour_rotate, tour_usage
from bot.sandbox.environment import set_up
from bot.sandbox.people import People
from bot.sandbox.progress import Progress
from bot.sandbox.tour_expiry import OFFERED


@dataclass(frozen=True, slots=True)
class Step:
    """`prove` returns one sentence about what was seen, or raises."""

    title: str
    prove: Callable[[People], str]


CHAPTERS: Mapping[str, tuple[Step, ...]] = {
    "Request and decide": (
        Step("Alice types /key request", tour_ask.ask),
        Step("She requests too long a time, and is refused", tour_ask.refuse_bad_input),
        Step("She requests 8 hours to read the sales reports", tour_ask.submit),
        Step("Carol, an outsider, presses Approve", tour_ask.refuse_outsider),
        Step("Alice presses Approve herself", tour_ask.refuse_own),
        Step("Bob approves", tour_ask.approve),
    ),
    "Collect and use": (
        Step("Carol tries to collect Alice's key", tour_collect.refuse_stranger),
        Step("Alice presses Collect", tour_collect.collect),
        Step("Someone else looks at the link first", tour_collect.look_first),
        Step("Alice opens the one-time page", tour_collect.open_link),
        Step("The link is opened again", tour_collect.open_again),
        Step("The key reads the reports on AWS", tour_collect.use),
        Step("And nothing else", tour_collect.use_elsewhere),
        Step("Alice asks where the key is used", tour_usage.dossier),
    ),
    "Rotate while in use": (
        Step("Alice also collects a key for 15 seconds", tour_expiry.take_a_short_one),
        Step("A program runs on the first key", tour_rotate.run_a_program),
        Step("Alice rotates", tour_rotate.rotate),
        Step("She switches the old key off", tour_rotate.switch_off),
        Step("She undoes it", tour_rotate.undo),
        Step("The program noticed nothing", tour_rotate.never_without),
    ),
    "Renew and expire": (
        Step("The clock moves past the lease", tour_expiry.outlive),
        Step("Alice requests 7 more days", tour_expiry.renew),
        Step("The 15 seconds are over", tour_expiry.run_out),
    ),
    "A key of before Latchkey": (Step("Alice asks what should take its place", tour_usage.replace),),
    "The end": (
        Step("Alice gives the key back", tour_end.give_back),
        Step("Bob revokes a key that leaked", tour_end.revoke),
        Step("Bob requests a session and tries to approve it himself", tour_end.ask_for_session),
        Step("Dave approves, Bob collects and uses it", tour_end.use_session),
        Step("Dave revokes it while it runs", tour_end.revoke_session),
    ),
    "What remains": (
        Step("No secret in Slack, the database or the log", tour_end.canary),
        Step("Slack has no complaints", tour_end.manners),
    ),
}
STEPS = sum(len(steps) for steps in CHAPTERS.values())


def play(environ: Mapping[str, str], *, port: int) -> int:
    """0 if every step succeeded; otherwise 1, after printing the step, what was expected and what was seen."""
    progress = Progress(Console(highlight=False))
    progress.say("[bold]The life of an AWS key with Latchkey[/]: Slack and AWS are simulated, Latchkey is real.")
    began = time.monotonic()
    with ExitStack() as ending:
        with progress.working("Slack, AWS and Latchkey start"):
            environment = ending.enter_context(
                set_up(environ, port=port, log_level="DEBUG", offered=OFFERED, old_keys=tour_usage.plant)
            )
        people = People(environment, ending, progress.note)
        ending.callback(people.leave)
        proved = _all(progress, people)
        if not proved:
            progress.quote("The last lines of Latchkey's log:", environment.latchkey.last_words(8))
    if not proved:
        return 1
    progress.say(
        f"\n[bold green]All {STEPS} steps succeeded[/] in {time.monotonic() - began:.0f} s. Nothing is left running."
    )
    return 0


def _all(progress: Progress, people: People) -> bool:
    """Stops at the first failed step."""
    for chapter, steps in CHAPTERS.items():
        progress.heading(chapter)
        if not all(progress.step(each.title, partial(each.prove, people)) for each in steps):
            return False
    return True
