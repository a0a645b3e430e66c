"""`latchkey init`: four files at once or none, never twice, and one sentence for each wrong answer."""

import json
import os
import stat
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from bot import cli
from bot.commands.env_file import read
from bot.commands.init import init
from bot.config import catalog_file
from bot.domain.errors import LatchkeyError

FILES = {"catalog.toml", ".env", "manifest.json", "latchkey-iam.yaml"}
RIGHT = {
    "--account-id": ["123456789012"],
    "--admin": ["U02BOB"],
    "--approver": ["U02BOB", "S0PLATFORM", "U02BOB"],
    "--channel": ["C01OPS"],
    "--host": ["https://keys.example.com"],
}


@pytest.fixture(autouse=True)
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    return tmp_path


def words(**changed: list[str]) -> list[str]:
    """The command line, with flags named as in Python."""
    given = RIGHT | {f"--{name.replace('_', '-')}": texts for name, texts in changed.items()}
    return ["init", *(word for flag, texts in given.items() for text in texts for word in (flag, text))]


def there() -> set[str]:
    return set(os.listdir())  # noqa: PTH208 - hidden ones too


def contents() -> dict[str, str]:
    return {name: Path(name).read_text() for name in FILES}


def test_it_writes_four_files_that_fit_together(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(words()) == 0
    assert there() == FILES
    catalog = catalog_file.load(Path("catalog.toml"))
    assert catalog.accounts["main"].id == "123456789012"  # type: ignore[index]
    platform = catalog.approvers["platform"]
    assert (platform.users, platform.usergroups, platform.channel) == (("U02BOB",), ("S0PLATFORM",), "C01OPS")
    manifest = json.loads(Path("manifest.json").read_text())
    assert manifest["settings"]["interactivity"]["request_url"] == "https://keys.example.com/slack/events"
    roles = yaml.safe_load(Path("latchkey-iam.yaml").read_text())["Resources"]
    assert {"Boundary", "ReaderRole", "IssuerRole", "ResponderRole", "DeleterRole", "WorkerPolicy"} <= set(roles)
    assert capsys.readouterr().err == ""


def test_env_has_the_secrets_that_latchkey_makes_and_empty_lines_for_those_of_others() -> None:
    assert cli.main(words()) == 0
    assert stat.S_IMODE(Path(".env").stat().st_mode) == 0o600
    found = read(Path(".env"))
    assert found["PUBLIC_URL"] == "https://keys.example.com"
    assert len(found["METRICS_TOKEN"]) >= 40
    empty = {name for name, value in found.items() if not value}
    assert empty == {"SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
    Path(".env").unlink()
    assert cli.main(words()) == 0
    assert read(Path(".env"))["METRICS_TOKEN"] != found["METRICS_TOKEN"]


def test_it_says_what_is_left_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(words()) == 0
    said = capsys.readouterr().out
    steps = [line.partition(". ")[2] for line in said.splitlines() if line[:1].isdigit()]
    assert len(steps) == 8
    for step, word in zip(
        steps,
        ("manifest.json", "SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET", "C01OPS", "aws cloudformation deploy",
         "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY", "latchkey migrate", "latchkey doctor", "latchkey"),
        strict=True,
    ):  # fmt: skip
        assert word in step
    assert "--template-file latchkey-iam.yaml --capabilities CAPABILITY_NAMED_IAM" in said


def test_in_socket_mode_slack_gives_another_token_and_gets_no_address(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*words(), "--socket-mode"]) == 0
    assert "SLACK_BOT_TOKEN, SLACK_APP_TOKEN" in capsys.readouterr().out
    assert "SLACK_SIGNING_SECRET" not in Path(".env").read_text()
    assert json.loads(Path("manifest.json").read_text())["settings"]["socket_mode_enabled"] is True
    Path("manifest.json").unlink()
    assert cli.main(["init"]) == 0  # without the flag: .env says it
    assert json.loads(Path("manifest.json").read_text())["settings"]["socket_mode_enabled"] is True


def test_run_again_it_keeps_everything_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(words()) == 0
    Path(".env").write_text(Path(".env").read_text().replace("SLACK_BOT_TOKEN=", "SLACK_BOT_TOKEN=xoxb-1"))
    before = contents()
    capsys.readouterr()
    assert cli.main(["init", "--host", "https://other.example.com"]) == 0
    assert contents() == before
    said = capsys.readouterr().out
    assert all(f"kept   {name}" in said for name in FILES)
    assert "wrote" not in said
    assert "Copy from the app into .env: SLACK_SIGNING_SECRET." in said
    assert "Not used, because the file was there: --host." in said


def test_a_file_that_is_gone_is_made_again_from_the_others() -> None:
    assert cli.main(words()) == 0
    before = contents()
    for name in ("manifest.json", "latchkey-iam.yaml"):
        Path(name).unlink()
    assert cli.main(["init"]) == 0
    assert contents() == before


def test_what_no_longer_fits_the_catalog_is_kept_and_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(words()) == 0
    Path("catalog.toml").write_text(Path("catalog.toml").read_text().replace("ListAllMyBuckets", "GetObject"))
    assert cli.main(["init"]) == 0
    assert "is not what" not in capsys.readouterr().out  # the boundary names services, and it's the same one
    Path("catalog.toml").write_text(Path("catalog.toml").read_text().replace("s3:GetObject", "sqs:SendMessage"))
    assert cli.main(["init"]) == 0
    said = capsys.readouterr().out
    assert "latchkey-iam.yaml is not what catalog.toml and .env now make" in said
    assert "latchkey iam --format cloudformation > latchkey-iam.yaml" in said
    assert "manifest.json is not" not in said


def test_force_writes_again_and_keeps_the_secrets() -> None:
    assert cli.main(words()) == 0
    filled = Path(".env").read_text().replace("SLACK_BOT_TOKEN=", "SLACK_BOT_TOKEN=xoxb-1") + "PORT=3001\nODD='a b#c'\n"
    Path(".env").write_text(filled)
    before = read(Path(".env"))
    assert cli.main([*words(account_id=["210987654321"], host=["https://new.example.com"]), "--force"]) == 0
    assert read(Path(".env")) == before | {"PUBLIC_URL": "https://new.example.com"}
    assert stat.S_IMODE(Path(".env").stat().st_mode) == 0o600
    assert "210987654321" in Path("latchkey-iam.yaml").read_text()
    assert tomllib.loads(Path("catalog.toml").read_text())["accounts"]["main"]["id"] == "210987654321"


def test_force_does_not_lose_an_app_token() -> None:
    assert cli.main([*words(), "--socket-mode"]) == 0
    Path(".env").write_text(Path(".env").read_text().replace("SLACK_APP_TOKEN=", "SLACK_APP_TOKEN=xapp-1"))
    assert cli.main([*words(), "--force"]) == 0
    assert read(Path(".env"))["SLACK_APP_TOKEN"] == "xapp-1"


# --- wrong answers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flag", "text", "said"),
    [
        ("account_id", "12345", "--account-id '12345' is not the 12 digits of an AWS account"),
        ("account_id", "１２３４５６７８９０１２", "is not the 12 digits of an AWS account"),
        ("account_id", "", "--account-id '' is not the 12 digits of an AWS account"),
        ("admin", "bob", "--admin 'bob' is not a Slack user id, like U02BOB"),
        ("admin", "C01OPS", "--admin 'C01OPS' is not a Slack user id, like U02BOB"),
        ("approver", "@platform", "is not a Slack user id, like U02BOB, and no user group id, like S0PLATFORM"),
        ("approver", "S1", "--approver 'S1' is not a Slack user group id, like S0PLATFORM"),
        ("channel", "#ops", "--channel '#ops' is not a Slack channel id, like C01OPS"),
        ("host", "http://keys.example.com", "--host 'http://keys.example.com' is http; browsers decrypt only on https"),
        ("host", "keys.example.com", "--host is no web address; write https:// and a host"),
        ("host", "https://keys.example.com/latchkey", "has more than a host"),
        ("host", "https://schlüssel.example", "use https://xn--schlssel-95a.example"),
        ("host", "https://straße.example", "write the form that begins with xn--"),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_one_sentence_and_nothing_is_written(
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


def test_without_a_terminal_it_says_which_flags_are_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["init", "--admin", "U02BOB"]) == 2
    said = "latchkey: there is no terminal to ask on; give --account-id, --approver, --host\n"
    assert capsys.readouterr().err == said
    assert not there()


def test_with_a_closed_input_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert cli.main(["init"]) == 2
    assert "there is no terminal to ask on" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_to_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir("/proc")  # refuses new files to root as well
    assert cli.main(words()) == 2
    assert "this folder can't be written to, so nothing was written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("catalog.toml", "admins = 1", "catalog.toml: the top: admins must be a list"),
        (".env", "PUBLIC_URL=nonsense\n", "PUBLIC_URL is no web address"),
        (".env", "PUBLIC_URL\n", ".env: line 1 is not NAME=value"),
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
    assert "catalog.toml: cannot be read (Is a directory)" in capsys.readouterr().err
    assert cli.main([*words(), "--force"]) == 2
    assert "can't be written to" in capsys.readouterr().err
    assert there() == {"catalog.toml"}


# --- on a terminal ----------------------------------------------------------------------------------------------------


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
    assert prompts[1].startswith("'12' is not the 12 digits of an AWS account.\n")


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
