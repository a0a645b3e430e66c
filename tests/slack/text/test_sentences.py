"""Every sentence: one for each reason, notice and failure, and nothing in them that Slack would parse as markup."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.errors import Reason, Refused
from bot.domain.events import Notice
from bot.slack import text
from bot.slack.messages.registry import DRAWN
from bot.slack.text import collect, refusals
from bot.slack.text.formatting import cut, escape, quote, span
from bot.slack.ui.blocks import context, section
from tests.fakes import START

TEXTS = Path(text.__file__).parent
SANDBOX = TEXTS.parent.parent / "sandbox" / "slack" / "static"
FACTS = {
    "longest": timedelta(hours=8),
    "at": START,
    "ip": "203.0.113.7",
    "browser": "Chrome on <macOS>",
    "state": "revoked",
    "owner": "U01ALICE",
    "entitlement": "<x>",
    "key": "<y>",
}


@pytest.mark.parametrize("reason", Reason)
def test_each_reason_has_a_sentence_that_ends(reason: Reason) -> None:
    said = refusals.sentence(Refused(reason, **FACTS), "/aws")
    assert said.endswith(".")
    assert "{command}" not in said
    assert "/key" not in said
    assert "<x>" not in said
    assert "<y>" not in said
    assert "<macOS>" not in said


@pytest.mark.parametrize("reason", sorted(set(Reason) - {Reason.TOO_LONG}))
def test_a_sentence_also_stands_without_its_facts(reason: Reason) -> None:
    assert refusals.sentence(Refused(reason), "/key").endswith(".")


def test_each_notice_is_drawn() -> None:
    assert set(DRAWN) == set(Notice)


@pytest.mark.parametrize("word", [*collect.WHY, "aws:Whatever", None, ""])
def test_each_failed_mint_says_what_to_do_next(word: str | None) -> None:
    said = collect.why(word)
    assert said.endswith(".")
    assert any(hint in said for hint in ("Collect again", "Press again", "Ask again", "admins", "nothing was made"))


def test_the_sandbox_can_show_every_emoji_that_is_used() -> None:
    used = {name for each in TEXTS.rglob("*.py") for name in re.findall(r":([a-z_]+): ", each.read_text())}
    drawn = (SANDBOX / "mrkdwn.js").read_text()
    assert used
    assert not {each for each in used if f"{each}: " not in drawn}


def test_what_people_type_is_escaped_once() -> None:
    assert escape("<!here> & co") == "&lt;!here&gt; &amp; co"
    assert quote("one\n<two>") == ">one\n>&lt;two&gt;"


def test_a_long_justification_is_cut_visibly() -> None:
    assert quote("x" * 5000).endswith(" …")
    assert len(quote("&" * 5000)) < 9000


@pytest.mark.parametrize(
    ("length", "said"),
    [(timedelta(hours=1), "1 hour"), (timedelta(days=7), "7 days")],
)
def test_spans_are_text(length: timedelta, said: str) -> None:
    assert span(length) == said


@pytest.mark.parametrize(("text", "kept"), [
    ("&amp;" * 30, "&amp;" * 9 + " …"),
    ("12345678901234567890123456789012345678901234567&amp;", "12345678901234567890123456789012345678901234567 …"),
    ("owned by somebody with a long name, that is <@U01ALICE>", "owned by somebody with a long name, that is …"),
    ("until <!date^1793656800^{time}|22:00 UTC> at the latest", "until <!date^1793656800^{time}|22:00 UTC> at the …"),
    ("short &amp; sweet", "short &amp; sweet"),
])  # fmt: skip
def test_what_is_cut_is_cut_within_the_limit_and_in_no_entity_or_token(text: str, kept: str) -> None:
    assert cut(text, 50) == kept
    assert len(kept) <= 50


@pytest.mark.parametrize("typed", ["&" * 1000, "<" * 1000, "&<>" * 333, "a&" * 600])
def test_a_thousand_ampersands_fit_into_every_block_that_quotes_them(typed: str) -> None:
    """One ampersand is sent as five characters."""
    for block in (section(quote(typed)), section(escape(typed)), context(escape(typed))):
        said = block["text"]["text"] if "text" in block else block["elements"][0]["text"]
        assert len(said) <= 3000
        assert not re.search(r"&(?!amp;|lt;|gt;)", said)
        assert said.endswith(" …")
    assert len(quote(typed)) <= 1500, "there is room for what stands beside it"


def test_a_context_holds_ten_elements_and_says_how_many_more_there_are() -> None:
    """A renewal's card names every key and session of its grant."""
    said = [each["text"] for each in context(*(f"line {number}" for number in range(49)))["elements"]]
    assert said == [*(f"line {number}" for number in range(9)), "and 40 more"]
    assert len(context(*("line",) * 10)["elements"]) == 10
