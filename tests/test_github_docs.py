"""What a new maintainer reads: every path that it names exists, and the checks before a commit are those of CI."""

import re
from pathlib import Path

import pytest

from tests.guide import ROOT

DOCUMENTS = [*sorted((ROOT / ".github").rglob("*.md")), ROOT / ".pre-commit-config.yaml"]
ARCHITECTURE = (ROOT / ".github" / "ARCHITECTURE.md").read_text()
CONTRIBUTING = (ROOT / ".github" / "CONTRIBUTING.md").read_text()
TOP = "|".join(re.escape(each.name) for each in ROOT.iterdir() if each.name not in {".git", ".venv"})
PATH = re.compile(rf"(?<![\w./])(?:{TOP})(?:/[\w.-]+)*/?(?![\w])")
OF_FLOWS = re.compile(r"(?<![\w/])(?!bot/|tests/)(\w+/\w+\.py)")  # in the diagrams, where a longer name would not fit
CI = re.findall(r"^check \.venv/bin/(.+)$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
HOOKS = re.findall(r"^ +entry: \.venv/bin/(.+)$", (ROOT / ".pre-commit-config.yaml").read_text(), re.MULTILINE)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda each: each.name)
def test_every_path_that_it_names_exists(document: Path) -> None:
    text = document.read_text()
    named = {each.rstrip("/.") for each in PATH.findall(text)} | {
        f"bot/flows/{each}" for each in OF_FLOWS.findall(text)
    }
    assert not sorted(each for each in named if not (ROOT / each).exists())


def test_paths_are_found() -> None:
    assert PATH.findall("in `bot/slack/app.py`, or tests/flows/: .github/x.md") == [
        "bot/slack/app.py", "tests/flows/", ".github/x.md",
    ]  # fmt: skip
    assert len(set(PATH.findall(ARCHITECTURE))) > 40
    assert len(OF_FLOWS.findall(ARCHITECTURE)) >= 9


def test_each_package_is_in_the_house() -> None:
    bot = ROOT / "bot"
    found = [*bot.glob("*/__init__.py"), *bot.glob("domain/*/__init__.py"), *bot.glob("flows/*/__init__.py")]
    folders = [each.parent for each in found]
    assert folders
    assert not [each for each in folders if f"| `{each.relative_to(ROOT)}` |" not in ARCHITECTURE]


def test_twenty_questions_are_answered_with_a_file() -> None:
    rows = re.findall(r"^\| .+\? \| (.+) \|$", ARCHITECTURE.split("## Where is")[1], re.MULTILINE)
    assert len(rows) >= 20
    assert all(PATH.search(each) for each in rows)


def test_before_a_commit_runs_what_ci_runs() -> None:
    assert HOOKS == CI
    assert len(CI) == 4


def test_the_second_command_sets_a_newcomer_up() -> None:
    _, second, *_ = re.findall(r"^```sh\n(.+)\n```$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert second in CONTRIBUTING.splitlines()


@pytest.mark.parametrize("added", ["a slash command", "a finding", "a sweep", "a message"])
def test_it_says_which_files_it_takes_to_add(added: str) -> None:
    steps = CONTRIBUTING.split(f"## Add {added}\n")[1].split("\n## ")[0]
    assert len(re.findall(r"^\d\. ", steps, re.MULTILINE)) >= 5
    assert len(PATH.findall(steps)) >= 5
