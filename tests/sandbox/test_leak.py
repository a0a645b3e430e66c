"""`latchkey demo --leak` exits 0 only if AWS refused the leaked key and what was made from it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.sandbox import leak, leak_report
from bot.sandbox.attacker import LEAKED, PROBE, SESSION, Try
from bot.sandbox.aws.gate import Call
from bot.sandbox.key_user import WORKED
from bot.sandbox.people import StepFailed, expect
from tests.sandbox.test_demo import PATIENCE_SECONDS, started

NOW = datetime(2026, 11, 29, tzinfo=UTC)
KEY = "AKIA0000000000000000"


@pytest.mark.long
def test_a_leak_is_contained_replaced_and_closed(tmp_path: Path) -> None:
    with started(tmp_path, "--leak") as running:
        said, complaints = running.communicate(timeout=PATIENCE_SECONDS * 2)
    assert (running.returncode, complaints) == (0, ""), said
    assert said.count("✓") == leak.LEAK.steps + 1
    assert not list(tmp_path.iterdir())


# What it makes of the attacker's calls. Containment is at second 1.


def play(*tries: tuple[float, str, str]) -> str:
    """Each try by when it began, in seconds, the grip, and AWS's answer."""

    def call(action: str, **params: str) -> Call:
        return Call(NOW + timedelta(seconds=1), "iam", action, "AKIAWORKER", params, 200)

    made = [Try(at := NOW + timedelta(seconds=each), at, grip, PROBE, answer) for each, grip, answer in tries]
    attacker = SimpleNamespace(tries=made, of=lambda grip: [each for each in made if each.grip == grip])
    calls = [call("UpdateAccessKey", AccessKeyId=KEY), call("AttachUserPolicy", UserName=leak_report.USER)]
    people = SimpleNamespace(
        kept={"attacker": attacker, "key": KEY, "reported": NOW},
        environment=SimpleNamespace(aws=SimpleNamespace(calls=calls)),
        eventually=lambda expected, ask, wanted: expect(wanted(ask()), expected, ask()),
    )
    return leak_report.refused(people)  # type: ignore[arg-type]


OFF, DENIED = "InvalidAccessKeyId", "AccessDenied"
BEFORE = ((0.5, LEAKED, WORKED), (0.6, SESSION, WORKED))


def test_both_refused_at_once_is_contained() -> None:
    assert play(*BEFORE, (1.1, LEAKED, OFF), (1.2, SESSION, DENIED)).startswith("Contained 1.0 s after")


@pytest.mark.parametrize(
    "tries",
    [
        ((1.1, LEAKED, WORKED), (1.2, LEAKED, OFF), (1.2, SESSION, DENIED)),
        ((1.1, LEAKED, OFF), (1.1, SESSION, DENIED), (1.3, SESSION, WORKED)),
        ((1.1, LEAKED, OFF), (0.9, SESSION, DENIED)),
    ],
    ids=["the key worked afterwards", "the session worked again", "no call of the session afterwards"],
)
def test_anything_else_is_not(tries: tuple[tuple[float, str, str], ...]) -> None:
    with pytest.raises(StepFailed):
        play(*BEFORE, *tries)
