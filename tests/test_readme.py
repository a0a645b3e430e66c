"""The README: short, with its two commands, ten steps and generated parts. test_guide.py checks its links."""

import re

import pytest

from tests.guide import PARTS, README, ROOT, documents, filled

TEXT = README.read_text()
LONGEST = 160


@pytest.mark.parametrize("document", documents(), ids=lambda each: each.name)
def test_generated_parts_are_the_codes(document) -> None:
    text = document.read_text()
    assert filled(text) == text, "run python -m tests.guide"


def test_each_generated_part_has_one_place() -> None:
    text = "".join(each.read_text() for each in documents())
    assert sorted(re.findall(r"^<!-- ([a-z-]+) -->$", text, re.MULTILINE)) == sorted(PARTS)
    assert sorted(re.findall(r"^<!-- /([a-z-]+) -->$", text, re.MULTILINE)) == sorted(PARTS)


def test_it_takes_ten_minutes() -> None:
    assert len(TEXT.splitlines()) <= LONGEST


def test_the_first_command_is_one_line_and_ends_in_the_demo() -> None:
    block = re.search(r"```sh\n(.+)\n```", TEXT)
    assert block is not None
    assert "\n" not in block[1]
    assert block[1].endswith("latchkey demo")
    assert "install -q '.[demo]'" in block[1]


def test_the_second_command_runs_the_tests() -> None:
    _, second, *_ = re.findall(r"^```sh\n(.+)\n```$", TEXT, re.MULTILINE)
    assert second.endswith(".venv/bin/python -m pytest")
    assert "install -q -e '.[dev]'" in second


def test_the_first_key_takes_ten_steps() -> None:
    steps = TEXT.split("## From nothing to the first key\n")[1].split("\n## ")[0]
    assert re.findall(r"^(\d+)\. ", steps, re.MULTILINE) == [str(each) for each in range(1, 11)]
    assert "python3 -c" not in steps


def test_the_pictures_that_it_shows_are_there() -> None:
    shown = re.findall(r"!\[[^]]+\]\(([^)]+)\)", TEXT)
    assert shown
    assert not [each for each in shown if not (ROOT / each).is_file()]
