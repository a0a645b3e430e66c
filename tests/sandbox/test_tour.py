"""`latchkey demo --tour` exits 0 only if every step succeeded; the first failed step ends it."""

import io
import signal
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from bot.sandbox import script, tour, tour_end, tour_rotate
from bot.sandbox.browser_client import Link
from bot.sandbox.people import People, StepFailed, expect, readable
from bot.sandbox.progress import Progress
from bot.sandbox.slack import Answer, Unplayable
from bot.sandbox.slack.traffic import Exchange
from bot.sandbox.workload import Service
from tests.sandbox.test_demo import PATIENCE_SECONDS, started


@pytest.mark.long
def test_the_whole_life_is_proved(tmp_path: Path) -> None:
    with started(tmp_path, "--tour") as running:
        said, complaints = running.communicate(timeout=PATIENCE_SECONDS * 2)
    assert (running.returncode, complaints) == (0, ""), said
    assert said.count("✓") == tour.TOUR.steps + 1
    assert f"All {tour.TOUR.steps} steps succeeded" in said
    assert not list(tmp_path.iterdir())


@pytest.mark.long
def test_a_tour_that_is_stopped_early_fails(tmp_path: Path) -> None:
    with started(tmp_path, "--tour") as running:
        assert running.stdout
        while "Request and decide" not in running.stdout.readline():
            pass
        running.send_signal(signal.SIGTERM)
        _, complaints = running.communicate(timeout=PATIENCE_SECONDS)
    assert (running.returncode, complaints) == (1, "")
    assert not list(tmp_path.iterdir())


# Output.


def told(prove: Callable[[], str], *, encoding: str = "utf-8") -> tuple[bool, str]:
    raw = io.BytesIO()
    page = io.TextIOWrapper(raw, encoding=encoding)
    proved = Progress(Console(file=page, highlight=False)).step("Bob approves", prove)
    page.flush()
    return proved, raw.getvalue().decode(encoding)


def test_a_proved_step_is_a_mark_a_time_and_what_was_seen() -> None:
    proved, said = told(lambda: "He did.")
    assert proved
    assert said.startswith(" ✓  1. Bob approves  0.0 s\n")
    assert "He did." in said


def raising(error: Exception) -> Callable[[], str]:
    def prove() -> str:
        raise error

    return prove


FAILURES = {
    StepFailed("a message", "  "): ("expected: a message", "seen:     nothing"),
    Unplayable("there is no button"): ("something to press", "there is no button"),
    KeyError("grant"): ("no surprise", "KeyError: 'grant'"),
}


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
def test_a_failed_step_tells_what_was_expected_and_seen(error: Exception) -> None:
    proved, said = told(raising(error))
    assert not proved
    assert "✗  1. Bob approves" in said
    assert all(words in said for words in FAILURES[error])


def test_a_terminal_without_unicode_gets_no_traceback() -> None:
    proved, said = told(lambda: "Wait… “now”", encoding="ascii")
    assert proved
    assert "ok  1. Bob approves" in said
    assert "Wait? ?now?" in said


def test_the_first_unproved_step_ends_the_tour() -> None:
    played: list[str] = []
    steps = (
        script.Step("one", lambda people: played.append("one") or "seen"),
        script.Step("two", lambda people: expect(False, "it", "not it")),
        script.Step("three", lambda people: played.append("three") or "seen"),
    )
    page = io.StringIO()
    assert not script.all_of({"A chapter": steps}, Progress(Console(file=page)), SimpleNamespace())
    assert played == ["one"]
    assert "not it" in page.getvalue()


class Key:
    """A holder with known answers."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)

    def read(self) -> str:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def ran(first: Key, second: Key | None = None, calls: int = 20) -> Service:
    service = Service(lambda words: None)
    if second:
        service.take(second)  # type: ignore[arg-type]
    service._keys = (*service._keys, first)  # type: ignore[assignment]
    for _ in range(calls):
        service._call()
    return service


def test_a_program_that_always_had_one_working_key_never_failed() -> None:
    assert ran(Key("ok", "InvalidAccessKeyId"), Key("ok")).failed == []
    assert ran(Key("ok"), Key("AccessDenied")).failed == []


def test_one_moment_without_a_working_key_fails_the_step() -> None:
    service = ran(Key("InvalidAccessKeyId"), Key("ok", "AccessDenied", "ok"))
    assert service.failed == ["AccessDenied, InvalidAccessKeyId"]
    people = SimpleNamespace(kept={"service": service}, eventually=lambda *_: "")
    with pytest.raises(StepFailed, match="not one call without a working key"):
        tour_rotate.never_without(people)  # type: ignore[arg-type]


class Owner:
    """A person whose top modal is read; each read is one later."""

    def __init__(self, *windows: str) -> None:
        self.windows = [SimpleNamespace(words=each, blocks=[]) for each in windows]

    def modal(self) -> Any:
        return self.windows.pop(0) if len(self.windows) > 1 else self.windows[0]


def cast_of(owner: Owner) -> People:
    def wait_for(look: Callable[[], Any], _seconds: float) -> bool:
        return any(look() for _ in range(9))

    slack = SimpleNamespace(as_person=lambda _user: owner, wait_for=wait_for)
    return People(SimpleNamespace(slack=slack))  # type: ignore[arg-type]


def link(envelope: str) -> str:
    return f"<http://127.0.0.1:1/c/{envelope}#{'s' * 43}|Open one-time page>"


def test_a_collect_waits_for_the_link_of_its_own_credential() -> None:
    people = cast_of(Owner(link("first"), link("first"), "Preparing…", link("second")))
    people.links.append(Link("http://127.0.0.1:1/c/first", "s" * 43))
    found = people.holding(people.alice, Answer)
    assert found.envelope == "second"
    assert [each.envelope for each in people.links] == ["first", "second"]


def test_what_was_seen_is_what_is_given_back() -> None:
    """A message may change between two reads."""
    looks = iter([None, "there", None, None])
    assert cast_of(Owner("")).until("it", lambda: next(looks)) == "there"


def test_progress_is_shown_next_to_a_step_in_a_terminal_only() -> None:
    for terminal in (True, False):
        page = io.StringIO()
        progress = Progress(Console(file=page, highlight=False, force_terminal=terminal, width=100))
        progress.note("nobody is on stage")
        assert progress.step("It runs out", lambda progress=progress: progress.note("9 s to go") or "It did.")
        assert "9 s to go" not in page.getvalue() or terminal
        assert "nobody" not in page.getvalue()


def test_slacks_markup_is_made_readable() -> None:
    line = ":key: *It* belongs to <@U01ALICE> until <!date^1^{time}|12:00 UTC>; type `/key list`.\nmore"
    assert readable(line) == "It belongs to @alice until 12:00 UTC; type /key list."


# The canary finds planted secrets.

SECRET, SEED = "Ab/cd+Ef" * 5, "s" * 43
WINDOW = Exchange("in", "views.update", f"<http://127.0.0.1:1/c/e#{SEED}|Open>", "{}")


def world(tmp_path: Path, *, log: str = "x", ledger: bytes = b"x", wal: bytes = b"x", traffic: Any = (WINDOW,)) -> Any:
    files = {"latchkey.log": log.encode(), "ledger.db": ledger, "ledger.db-wal": wal}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    latchkey, slack = SimpleNamespace(log=tmp_path / "latchkey.log"), SimpleNamespace(traffic=list(traffic))
    environment = SimpleNamespace(ledger=tmp_path / "ledger.db", latchkey=latchkey, slack=slack)
    holder = SimpleNamespace(secrets=[SECRET, "2" * 40, "3" * 40, "4" * 40])
    links = [Link("http://127.0.0.1:1/c/e", seed) for seed in (SEED, SEED, SEED)]
    return SimpleNamespace(environment=environment, holders=[holder], links=links)


def test_nothing_found_is_reported_with_where_it_looked(tmp_path: Path) -> None:
    people = world(tmp_path)
    people.links = [Link("http://127.0.0.1:1/c/e", SEED + each) for each in "abc"]
    people.environment.slack.traffic = [Exchange("in", "views.update", f"{SEED}{each}", "{}") for each in "abc"]
    assert "Searched 3 exchanges with Slack, the ledger and a log at DEBUG for 4 secrets" in tour_end.canary(people)


LEAKS = {
    "in the log": {"log": f'{{"event": "{SECRET}"}}'},
    "in the log, as JSON": {"log": SECRET.replace("/", r"\/")},
    "in the ledger": {"ledger": b"..." + SECRET.encode()},
    "in the ledger's log": {"wal": b"..." + SECRET.encode()},
    "a seed in the ledger": {"ledger": SEED.encode()},
    "in what Slack saw, in a form": {"traffic": [WINDOW, Exchange("in", "chat.postMessage", "Ab%2Fcd%2BEf" * 5, "{}")]},
    "in what Slack saw, as base64": {
        "traffic": [WINDOW, Exchange("in", "chat.update", tour_end.forms(SECRET)[2].decode(), "{}")]
    },
    "a link sent back to us": {"traffic": [WINDOW, Exchange("out", "interactive", SEED, "")]},
    "a link in a message": {"traffic": [WINDOW, Exchange("in", "chat.postMessage", SEED, "{}")]},
    "nothing to look into": {"log": ""},
}


@pytest.mark.parametrize("leak", LEAKS)
def test_the_canary_finds_a_planted_secret(tmp_path: Path, leak: str) -> None:
    people = world(tmp_path, **LEAKS[leak])
    people.links = [Link("http://127.0.0.1:1/c/e", SEED), Link("p", "t" * 43), Link("p", "u" * 43)]
    with pytest.raises(StepFailed):
        tour_end.canary(people)
