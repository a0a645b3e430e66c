"""The README says what the code does: its tables, its two commands, its files, and every word that has a sentence."""

import re

import pytest

from bot.config.catalog_schema import Row
from bot.config.settings import SETTINGS
from bot.domain.lifecycle import AdoptedState, CredentialState, GrantState, RequestState
from tests.readme import README, fill

ROOT = README.parent
TEXT = README.read_text()


def test_the_tables_are_the_codes() -> None:
    assert fill(TEXT) == TEXT, "run python -m tests.readme"


@pytest.mark.parametrize("name", [each.name for each in SETTINGS])
def test_each_setting_is_documented(name: str) -> None:
    assert f"`{name}`" in TEXT


@pytest.mark.parametrize("state", sorted({*RequestState, *GrantState, *CredentialState, *AdoptedState}))
def test_each_state_is_documented(state: str) -> None:
    assert f"`{state}`" in TEXT


def test_pictures_and_files_that_it_names_are_there() -> None:
    named = re.findall(r"\]\((?!http|#)([^)]+)\)", TEXT) + re.findall(r'src="([^"]+)"', TEXT)
    assert named
    assert not [each for each in named if not (ROOT / each).is_file()]


def test_the_first_command_is_one_line_and_ends_in_the_demo() -> None:
    block = re.search(r"```sh\n(.+)\n```", TEXT)
    assert block is not None
    assert "\n" not in block[1]
    assert block[1].endswith("latchkey demo")
    assert "install -q '.[demo]'" in block[1]


@pytest.mark.parametrize("stolen", ["the bot token", "the app token", "the signing secret"])
def test_the_threat_model_says_what_a_stolen_slack_secret_gives(stolen: str) -> None:
    model = TEXT.split("## Threat model")[1].split("\n## ")[0]
    (row,) = [line for line in model.splitlines() if line.startswith(f"| {stolen} |")]
    assert all(cell.strip() for cell in row.strip("|").split("|"))
    assert row.count("|") == 4


def test_the_deployment_notes_ask_for_a_proxy_that_buffers_requests() -> None:
    assert re.search(r"Put a proxy in front of `web` that ends TLS and \*\*buffers whole requests\*\*", TEXT)


def test_each_key_of_the_catalog_is_in_the_example_or_the_readme() -> None:
    known = (ROOT / "catalog.toml").read_text() + TEXT
    keys = {name for table in Row.__subclasses__() for name in table.model_fields}
    assert keys
    assert not {each for each in keys if not re.search(rf"\b{each}\b", known)}
