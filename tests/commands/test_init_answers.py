"""Answers to `latchkey init`: one sentence for each wrong one, by flags or on a terminal, and nothing written."""

import sys
from pathlib import Path

import pytest

from bot import cli
from bot.commands.init import init
from bot.config import catalog_file
from bot.domain.errors import LatchkeyError
from tests.commands.init_kit import RIGHT, there, words

pytestmark = pytest.mark.usefixtures("empty")


@pytest.mark.parametrize(
    ("flag", "text", "said"),
    [
        ("account_id", "12345", "--account-id '12345' isn't the 12 digits of an AWS account"),
        ("account_id", "１２３４５６７８９０１２", "isn't the 12 digits of an AWS account"),
        ("account_id", "", "--account-id '' isn't the 12 digits of an AWS account"),
        ("admin", "bob", "--admin 'bob' isn't a Slack user id, like U02BOB"),
        ("admin", "C01OPS", "--admin 'C01OPS' isn't a Slack user id, like U02BOB"),
        ("approver", "@platform", "like U02BOB, and isn't a user group id like S0PLATFORM either"),
        ("approver", "S1", "--approver 'S1' isn't a Slack user group id, like S0PLATFORM"),
        ("channel", "#ops", "--channel '#ops' isn't a Slack channel id, like C01OPS"),
        ("host", "http://keys.example.com", "--host 'http://keys.example.com' is http; browsers decrypt only on https"),
        ("host", "keys.example.com", "--host 'keys.example.com' has no https:// in front; write https://keys.example.com"),
        ("host", "ftp://keys.example.com", "--host isn't a web address; write https:// and a host"),
        ("host", "", "--host '' has no https:// in front"),
        ("host", "https://keys.example.com/latchkey", "is more than a host"),
        ("host", "https://schlüssel.example", "use https://xn--schlssel-95a.example"),
        ("host", "https://straße.example", "write the form that begins with xn--"),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_one_sentence_and_writes_nothing(
    flag: str, text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words(**{flag: [text]})) == 2
    seen = capsys.readouterr()
    assert (seen.out, seen.err.count("\n")) == ("", 1)
    assert said in seen.err
    assert not there()


def test_every_wrong_answer_is_named_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(words(account_id=["1"], admin=["bob"], host=["ftp://x"])) == 2
    assert [line.split()[1] for line in capsys.readouterr().err.splitlines()] == ["--account-id", "--admin", "--host"]
    assert not there()


def test_an_account_id_may_be_pasted_from_the_console() -> None:
    assert cli.main(words(account_id=["1234-5678-9012"])) == 0
    assert catalog_file.load(Path("catalog.toml")).accounts["main"].id == "123456789012"  # type: ignore[index]


def test_one_value_is_not_given_twice(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(words(channel=["C01OPS", "C02DEV"])) == 2
    assert capsys.readouterr().err == "latchkey: --channel is given more than once; give one value\n"


def test_without_a_terminal_it_says_which_flags_are_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["init", "--admin", "U02BOB"]) == 2
    said = "latchkey: there is no terminal to ask on; pass --account-id, --approver, --host\n"
    assert capsys.readouterr().err == said
    assert not there()


def test_with_a_closed_input_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert cli.main(["init"]) == 2
    assert "there is no terminal to ask on" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_to_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir("/proc")  # refuses new files to root too
    assert cli.main(words()) == 2
    assert "you can't write to this folder, so nothing was written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("catalog.toml", "admins = 1", "catalog.toml: the top level: admins must be a list"),
        (".env", "PUBLIC_URL=nonsense\n", "PUBLIC_URL isn't a web address"),
        (".env", "PUBLIC_URL\n", ".env: line 1 isn't NAME=value"),
        (".env", "SLACK_BOT_TOKEN=xoxb-1\n", ".env has no PUBLIC_URL, so nothing was written"),
        ("catalog.toml", "", "the catalog has no account"),
    ],
)
def test_a_file_that_is_there_and_wrong_stops_it(
    name: str, text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(name).write_text(text)
    assert cli.main(words()) == 2
    assert said in capsys.readouterr().err
    assert there() == {name}
    assert Path(name).read_text() == text


def test_a_folder_in_the_place_of_a_file_stops_it(capsys: pytest.CaptureFixture[str]) -> None:
    Path("catalog.toml").mkdir()
    assert cli.main(words()) == 2
    assert "catalog.toml: can't be read (Is a directory)" in capsys.readouterr().err
    assert cli.main([*words(), "--force"]) == 2
    assert "can't write to this folder" in capsys.readouterr().err
    assert there() == {"catalog.toml"}


@pytest.fixture
def typed() -> list[str]:
    return [
        "12",
        "123456789012",
        "U02BOB",
        "U02BOB, S0PLATFORM",
        "",
        "http://keys.example.com",
        "https://keys.example.com",
    ]


@pytest.fixture
def prompts() -> list[str]:
    return []


def test_on_a_terminal_it_asks_until_each_answer_is_right(typed: list[str], prompts: list[str]) -> None:
    answers = iter(typed)

    def ask(prompt: str) -> str:
        prompts.append(prompt)
        return next(answers)

    assert init({}, socket_mode=False, force=False, ask=ask) == 0
    catalog = catalog_file.load(Path("catalog.toml"))
    assert catalog.approvers["platform"].channel is None
    assert catalog.approvers["platform"].usergroups == ("S0PLATFORM",)
    assert len(prompts) == len(typed)
    assert prompts[1].startswith("'12' isn't the 12 digits of an AWS account.\n")


def test_a_flag_is_not_asked_for(prompts: list[str]) -> None:
    def ask(prompt: str) -> str:
        prompts.append(prompt)
        return "https://keys.example.com"

    given = {flag: texts for flag, texts in RIGHT.items() if flag != "--host"}
    assert init(given, socket_mode=False, force=False, ask=ask) == 0
    assert len(prompts) == 1


def test_a_terminal_that_closes_meanwhile_leaves_nothing() -> None:
    def ask(_prompt: str) -> str:
        raise EOFError

    with pytest.raises(LatchkeyError, match="--account-id was not answered; nothing was written"):
        init({}, socket_mode=False, force=False, ask=ask)
    assert not there()
