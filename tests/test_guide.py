"""The guide documents every setting, command, state, finding and message, and has no broken links."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from bot import cli
from bot.config.catalog_schema import Row
from bot.config.settings import SETTINGS
from bot.domain.events import Notice
from bot.domain.hygiene.finding import FindingKind
from bot.domain.lifecycle import AdoptedState, CredentialState, GrantState, IncidentState, RequestState
from bot.slack.text import labels
from bot.slack.text.command_help import HELP
from bot.web.guide import anchor
from tests.guide import GUIDE, ROOT, documents

GITHUB = sorted((ROOT / ".github").glob("*.md"))
ALL = [*documents(), *GITHUB]
TEXT = "".join(each.read_text() for each in sorted(GUIDE.glob("*.md")))
WORDS = {
    *(each.name for each in SETTINGS),
    *(f"latchkey {name}" for name in cli.COMMANDS),
    *(f"/key {words}" for words, _ in HELP),
    *RequestState,
    *GrantState,
    *CredentialState,
    *AdoptedState,
    *IncidentState,
    *FindingKind,
    *Notice,
}


@pytest.mark.parametrize("word", sorted(map(str, WORDS)))
def test_each_value_is_documented(word: str) -> None:
    assert f"`{word}`" in TEXT


def test_no_message_is_documented_that_is_never_sent() -> None:
    table = (GUIDE / "admins.md").read_text().split("## Every message")[1]
    assert sorted(re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)) == sorted(Notice)


def test_each_key_of_the_catalog_is_documented() -> None:
    text = (GUIDE / "catalog.md").read_text()
    keys = {name for table in Row.__subclasses__() for name in table.model_fields}
    assert keys
    assert not {each for each in keys if not re.search(rf"\b{each}\b", text)}


@pytest.mark.parametrize("stolen", ["the bot token", "the app token", "the signing secret"])
def test_the_threat_model_says_what_a_stolen_slack_secret_gives(stolen: str) -> None:
    model = (GUIDE / "security.md").read_text().split("## Threat model")[1].split("\n## ")[0]
    (row,) = [line for line in model.splitlines() if line.startswith(f"| {stolen} |")]
    assert all(cell.strip() for cell in row.strip("|").split("|"))
    assert row.count("|") == 4


def test_the_deployment_notes_ask_for_a_proxy_that_buffers_requests() -> None:
    assert re.search(r"Put a proxy in front of `web` that terminates TLS and \*\*buffers whole requests\*\*", TEXT)


def test_each_button_that_the_guide_names_has_this_label() -> None:
    pages = [(GUIDE / f"{each}.md").read_text() for each in ("owners", "approvers", "admins", "hygiene")]
    named = set(re.findall(r"\*\*([A-Z][\w' ]+)\*\*", "".join(pages)))
    known = {label for name, label in vars(labels).items() if name.isupper() and isinstance(label, str)}
    assert "Collect" in named
    assert not named - known - {"Reveal"}  # that one is on the one-time page


def links(document: Path) -> list[str]:
    tokens = MarkdownIt("commonmark").enable("table").parse(document.read_text())
    inner = [child for each in tokens for child in each.children or ()]
    return [str(each.attrGet("href") or each.attrGet("src")) for each in inner if each.type in {"link_open", "image"}]


def anchors(document: Path) -> set[str]:
    tokens = MarkdownIt("commonmark").parse(document.read_text())
    return {anchor(text.content) for each, text in pairwise(tokens) if each.type == "heading_open"}


@pytest.mark.parametrize("document", ALL, ids=lambda each: each.name)
def test_no_link_is_broken(document: Path) -> None:
    broken = []
    for link in links(document):
        path, _, fragment = link.partition("#")
        target = document.parent / path if path else document
        if not link.startswith("https://") and (not target.exists() or (fragment and fragment not in anchors(target))):
            broken.append(link)
    assert not broken


@pytest.mark.parametrize("document", sorted(GUIDE.glob("*.md")), ids=lambda each: each.name)
def test_a_guide_page_links_only_to_pages_that_are_served(document: Path) -> None:
    served = {each.relative_to(GUIDE).as_posix() for each in GUIDE.rglob("*.*")} | {""}
    assert not [
        each for each in links(document) if not each.startswith("https://") and each.split("#")[0] not in served
    ]
