"""The linear matcher agrees with re.fullmatch, refuses what it can't match, and doesn't slow down."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.linear_regex import STATES_MOST, NotLinear, compiled

EXPRESSIONS = (
    r"[A-Z]{2,10}-\d+", r"FIN-[0-9]{3,6}", r"(FIN|OPS)-\d{1,4}", r"(?i)fin-\d+", r"^INC\d{7}$", r"", r"a*", r"a*?b+?",
    r"(a|b)*c?", r"(?:ab){2,3}", r"[^a-c]+", r"\w+\s\W?", r"a{0}", r"a{2}", r"a{1,}", r"(a*)*", r"(|a)+b", r"x|y|",
    r".+", r"(?s).+", r"\D\S", r"[\w.-]+@[\d_]+", r"(?P<project>[A-Z]+)-(?P<number>\d+)", r"\AX\Z", r"a$|b",
    r"(?i:a[b-d])C", r"[]a]+", r"(?i)[^a-c]+", r"(?i)[^x]", r"(?i)é|B", r"[^x]y", r"é+", r"\$\(\)",
)  # fmt: skip


@pytest.mark.parametrize("expression", EXPRESSIONS)
@given(text=st.text(alphabet="aAbBcCdXxyYFINOPS-_0123 @.é$()]\n", max_size=12))
def test_it_agrees_with_re(expression: str, text: str) -> None:
    expected = re.fullmatch(expression, text, re.ASCII) is not None
    assert compiled(expression).fits(text) is expected


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (r"[A-Z]{2,10}-\d+", "FIN-212"), (r"(?i)fin-\d+", "Fin-1"), (r"^INC\d{7}$", "INC0000001"),
        (r"(?:ab){2,3}", "ababab"), (r"(FIN|OPS)-\d{1,4}", "OPS-1234"),
    ],
)  # fmt: skip
def test_what_fits_fits_whole(expression: str, text: str) -> None:
    assert compiled(expression).fits(text)
    assert not compiled(expression).fits(f"{text} and more")
    assert not compiled(expression).fits(f" {text}")


@pytest.mark.parametrize(
    "expression", ["(", "[a", "a{2,1}", "*", r"\1", r"(?<=a)b", r"(?=a)", r"\bx", r"(a)\1", r"(?>a)"]
)
def test_what_cannot_be_matched_is_refused(expression: str) -> None:
    with pytest.raises(NotLinear):
        compiled(expression)


def test_a_huge_count_is_refused() -> None:
    with pytest.raises(NotLinear, match=str(STATES_MOST)):
        compiled("(a{100}){100}")


@pytest.mark.parametrize("expression", ["(a+)+b", "(a|a)*b", "(a*)*b", "a*a*a*a*a*b", "(a?){60}a{60}b", "(.*a){12}b"])
def test_no_expression_hangs(expression: str) -> None:
    began = time.thread_time()
    assert not compiled(expression).fits("a" * 255)
    assert time.thread_time() - began < 2, "re needs longer than the age of the universe"
