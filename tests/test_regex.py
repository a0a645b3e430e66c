"""No text stalls the process: every regular expression takes linear time, and log texts are cut first.

Growth is measured: CPU time at one size against four times that size. Quadratic time grows by sixteen, on any machine.
"""

import itertools
import re
import time
from collections.abc import Callable, Iterator

import pytest

from bot.logs.redact import LONGEST, MASK, redact, scrub
from bot.sandbox.aws.conditions import like
from tests.logs.test_structured import CANARIES
from tests.regex_search import bodies, found, starts

FOUND = list(found())
MADE_LATER = {
    ("bot.config.catalog_schema", "pattern"),  # passed to tests.regex_search.WRAPPERS, and found there
    ("bot.domain.usage.user_agent", "pattern"),  # the same
    ("bot.sandbox.slack.rules", "self.pattern"),  # the same
    ("bot.sandbox.aws.conditions", "regex"),  # of an IAM policy: test_a_wildcard_is_linear
}
SIZES, STEPS = (250, 1_000), 4  # the small one first: cubic time wouldn't finish at the large one
TOO_FAST = 100e-6  # seconds: at 4,000 characters only linear time is as fast as this
GROWS_TOO_MUCH = 9  # linear is 4, quadratic is 16
ENDS = ("\0", " <@\n")
BETWEEN = ("token", "secret=", "a", "A0", " ", "=", "'", '"', "-", "/", "://a:", "bearer ", "<", "%25", "\n", ".@a")


def spent(run: Callable[[str], object], text: str) -> float:
    began = time.thread_time()
    run(text)
    return time.thread_time() - began


def grows(run: Callable[[str], object], make: Callable[[int], str]) -> bool:
    """Whether it takes more than its share at four times the size, by the fastest of five."""
    for size in SIZES:
        once = spent(run, make(size * STEPS))
        if once < TOO_FAST or once < GROWS_TOO_MUCH * spent(run, make(size)):
            continue
        short, long = (min(spent(run, make(each)) for _ in range(5)) for each in (size, size * STEPS))
        if long > GROWS_TOO_MUCH * max(short, TOO_FAST / STEPS):
            return True
    return False


def texts(pattern: re.Pattern[str]) -> Iterator[Callable[[int], str]]:
    """A prefix that matches, a long repeat, and an end that doesn't match."""
    parts = bodies(pattern)
    longs = {*parts, *(a + b for a in parts for b in parts if len(a + b) <= 12), *BETWEEN}
    for start, long, end in itertools.product(starts(pattern), longs, ENDS):
        yield lambda size, start=start, long=long, end=end: start + long * (size // len(long)) + end  # type: ignore[misc]


def searches(pattern: re.Pattern[str] | re.Pattern[bytes]) -> tuple[Callable[[str], object], ...]:
    if isinstance(pattern.pattern, bytes):
        return (lambda text: pattern.sub(b"", text.encode()), lambda text: pattern.fullmatch(text.encode()))
    return (lambda text: pattern.sub("", text), pattern.fullmatch)


def hurt_by(pattern: re.Pattern[str]) -> Iterator[str]:
    for make in texts(pattern):
        yield from (make(40) for run in searches(pattern) if grows(run, make))


def test_every_pattern_is_found() -> None:
    assert {(module, written) for module, written, pattern in FOUND if pattern is None} == MADE_LATER
    assert len(FOUND) > len(MADE_LATER)


@pytest.mark.parametrize("pattern", {each.pattern: each for _, _, each in FOUND if each is not None}.values())
def test_every_pattern_is_linear(pattern: re.Pattern[str]) -> None:
    assert not list(hurt_by(pattern))


@pytest.mark.parametrize("slow", [r"\w*token\w*=x", r"a+a+b", r"x\s+=\s*y|\s+b"])
def test_the_measure_has_teeth(slow: str) -> None:
    assert next(hurt_by(re.compile(slow)), None)


def test_a_wildcard_is_linear() -> None:
    for pattern in ("*a*a*a*b", "*?*?*b", "*" * 9 + "b"):
        assert not grows(lambda text, pattern=pattern: like(text, pattern), lambda size: "a" * size)  # type: ignore[misc]
    assert like("arn:aws:s3:::reports/a/b", "arn:*:reports/*?b")
    assert not like("arn:aws:s3:::reports/a", "arn:*:reports/*b")
    assert like("x", "*")
    assert not like("x", "")


HOSTILE: tuple[Callable[[int], str], ...] = (
    lambda size: "token" * (size // 5),
    lambda size: "token=" * (size // 6) + "'",
    lambda size: "'token'" + " " * size + ":",
    lambda size: "<token" * (size // 6) + ">",
    lambda size: "DETAIL:  Failing row contains (" * (size // 31),
    lambda size: "://a:" * (size // 5) + "a",
    lambda size: "%25" * (size // 3) + "token",
    lambda size: "bearer" + " " * size,
    lambda size: "A" * size + "=",
)


@pytest.mark.parametrize("make", HOSTILE)
def test_no_text_holds_up_the_logs(make: Callable[[int], str]) -> None:
    assert not grows(scrub, make)
    assert len(scrub(make(LONGEST * 2))) < LONGEST * 2


@pytest.mark.parametrize("canary", CANARIES)
def test_what_is_cut_off_shows_no_part_of_a_secret(canary: str) -> None:
    for at in {1, 2, 9, len(canary) // 2, len(canary) - 1, len(canary)}:
        said = scrub("x " * ((LONGEST - at) // 2) + "x" * (at % 2) + "=" + canary + " and more " * 100)
        assert canary[: max(at - 1, 5)] not in said


def test_a_row_that_is_cut_off_stays_masked() -> None:
    said = scrub(f"{'x ' * (LONGEST // 2 - 40)}DETAIL:  Failing row contains (x, canary, {'y ' * LONGEST}).")
    assert "canary" not in said
    assert MASK in said


def test_names_are_cut_as_values_are() -> None:
    (name,) = redact({"x " * LONGEST: 1})
    assert len(name) < LONGEST + 100
