"""The catalog's expressions match as re.fullmatch does, in linear time; what needs backtracking is refused."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import catalog_regex

EXPRESSIONS = (
    r"[A-Z]{2,10}-\d+", r"FIN-[0-9]{3,6}", r"(FIN|OPS)-\d{1,4}", r"(?i)fin-\d+", r"^INC\d{7}$", r"", r"a*", r"a*?b+?",
    r"(a|b)*c?", r"(?:ab){2,3}", r"[^a-c]+", r"\w+\s\W?", r"a{0}", r"a{2}", r"a{1,}", r"(a*)*", r"(|a)+b", r"x|y|",
    r".+", r"(?s).+", r"\D\S", r"[\w.-]+@[\d_]+", r"(?P<project>[A-Z]+)-(?P<number>\d+)", r"\AX$", r"a$|b",
    r"(?i:a[b-d])C", r"[]a]+", r"(?i)[^a-c]+", r"(?i)[^x]", r"(?i)é|B", r"[^x]y", r"é+", r"\$\(\)",
)  # fmt: skip


@pytest.mark.parametrize("expression", EXPRESSIONS)
@given(text=st.text(alphabet="aAbBcCdXxyYFINOPS-_0123 @.é$()]\n", max_size=12))
def test_it_agrees_with_re(expression: str, text: str) -> None:
    expected = re.fullmatch(expression, text, re.ASCII) is not None
    assert catalog_regex.whole(expression)(text) is expected


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (r"[A-Z]{2,10}-\d+", "FIN-212"), (r"(?i)fin-\d+", "Fin-1"), (r"^INC\d{7}$", "INC0000001"),
        (r"(?:ab){2,3}", "ababab"), (r"(FIN|OPS)-\d{1,4}", "OPS-1234"),
    ],
)  # fmt: skip
def test_what_fits_fits_whole(expression: str, text: str) -> None:
    assert catalog_regex.whole(expression)(text)
    assert not catalog_regex.whole(expression)(f"{text} and more")
    assert not catalog_regex.whole(expression)(f" {text}")


@pytest.mark.parametrize("expression", ["(", "[a", "a{2,1}", "*", r"\1", r"(?<=a)b", r"(?=a)", r"(a)\1", r"(?>a)"])
def test_what_cannot_be_matched_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        catalog_regex.whole(expression)


def test_a_huge_count_is_refused() -> None:
    with pytest.raises(ValueError, match="repetition size"):
        catalog_regex.whole("a{2000}")


@pytest.mark.parametrize("expression", ["(a+)+b", "(a|a)*b", "(a*)*b", "a*a*a*a*a*b", "(a?){60}a{60}b", "(.*a){12}b"])
def test_no_expression_hangs(expression: str) -> None:
    """`re` would need longer than the age of the universe."""
    assert not catalog_regex.whole(expression)("a" * 255)
