"""`.env` in the working directory supplies what the environment lacks."""

import os
from pathlib import Path

import pytest

from bot import cli
from bot.commands.env_file import NEEDED, absent, open_to_others, overridden, read, with_env_file
from bot.domain.errors import LatchkeyError


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / ".env"
    file.write_text(text)
    return file


def test_it_adds_what_the_environment_leaves_out(tmp_path: Path) -> None:
    file = written(tmp_path, "# settings\nPORT=3001\nexport LOG_LEVEL='DEBUG'\nSLACK_COMMAND=/aws\n\n")
    assert with_env_file({"PORT": "80"}, file) == {"PORT": "80", "LOG_LEVEL": "DEBUG", "SLACK_COMMAND": "/aws"}


@pytest.mark.parametrize(
    ("given", "filed"), [("METRICS_TOKEN_FILE", "METRICS_TOKEN"), ("METRICS_TOKEN", "METRICS_TOKEN_FILE")]
)
def test_a_secret_that_the_environment_gives_in_its_other_form_outranks_the_file(
    given: str, filed: str, tmp_path: Path
) -> None:
    assert with_env_file({given: "x"}, written(tmp_path, f"{filed}=y\n")) == {given: "x"}


def test_an_empty_line_is_unset(tmp_path: Path) -> None:
    file = written(tmp_path, "AWS_ACCESS_KEY_ID=\n")
    assert with_env_file({}, file) == {}
    assert read(file) == {"AWS_ACCESS_KEY_ID": ""}


def test_the_web_process_gets_no_aws_credentials_from_it(tmp_path: Path) -> None:
    file = written(tmp_path, "AWS_ACCESS_KEY_ID=AKIA\nPORT=80\n")
    assert with_env_file({}, file, aws=False) == {"PORT": "80"}
    assert with_env_file({}, file)["AWS_ACCESS_KEY_ID"] == "AKIA"


@pytest.mark.parametrize("command", ["demo", "init"])
def test_the_demo_and_init_leave_it_alone(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, "nonsense\n")
    monkeypatch.chdir(tmp_path)
    assert cli._environment(command) == dict(os.environ)
    with pytest.raises(LatchkeyError, match="line 1"):
        cli._environment("doctor")


@pytest.mark.parametrize(("command", "says"), [(None, True), ("web", True), ("worker", True), ("migrate", False)])
def test_a_folder_without_it_is_named_before_the_mistakes(
    command: str | None, says: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in NEEDED:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    cli._environment(command)
    said = capsys.readouterr().err
    assert said.startswith("latchkey: there is no .env in this folder") == says, "migrate needs no settings"
    assert ("latchkey init" in said) == says


@pytest.mark.parametrize("name", ["PUBLIC_URL", "SLACK_BOT_TOKEN_FILE", "CATALOG_FILE", "DATABASE_URL"])
def test_an_environment_with_settings_needs_no_file(name: str, tmp_path: Path) -> None:
    assert absent({name: "x"}, tmp_path / ".env") == ""
    assert absent({"PORT": "80", "LOG_LEVEL": "INFO"}, tmp_path / ".env") != ""
    assert absent({}, written(tmp_path, "")) == ""


def test_nothing_is_expanded(tmp_path: Path) -> None:
    assert read(written(tmp_path, "A=x$HOME${B}#c\n")) == {"A": "x$HOME${B}#c"}


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffPUBLIC_URL=https://keys.example.com\n",
        "PUBLIC_URL=https://keys.example.com\r\n",
        "export PUBLIC_URL='https://keys.example.com'\r\n",
        'PUBLIC_URL="https://keys.example.com" # ours\n',
    ],
)
def test_it_reads_what_editors_and_shells_write(text: str, tmp_path: Path) -> None:
    assert read(written(tmp_path, text)) == {"PUBLIC_URL": "https://keys.example.com"}


def test_no_file_is_no_settings(tmp_path: Path) -> None:
    assert with_env_file({"PORT": "80"}, tmp_path / ".env") == {"PORT": "80"}


@pytest.mark.parametrize("line", ["PORT", "PORT='80", "=80"])
def test_a_line_that_cannot_be_read_is_named(line: str, tmp_path: Path) -> None:
    with pytest.raises(LatchkeyError, match=r"\.env: line 2 isn't NAME=value"):
        read(written(tmp_path, f"A=1\n{line}\n"))


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(LatchkeyError, match="can't be read"):
        read(tmp_path)
    (tmp_path / ".env").write_bytes(b"A=\xff\n")
    with pytest.raises(LatchkeyError, match="isn't UTF-8"):
        read(tmp_path / ".env")


@pytest.mark.parametrize(("mode", "open_"), [(0o600, False), (0o640, True), (0o604, True)])
def test_a_file_that_others_can_read_is_a_warning(mode: int, open_: bool, tmp_path: Path) -> None:
    file = written(tmp_path, "METRICS_TOKEN=x\n")
    file.chmod(mode)
    assert bool(open_to_others(file)) is open_
    assert not open_to_others(tmp_path / "none")


@pytest.mark.parametrize(
    ("exported", "named"),
    [
        ({}, ""),
        ({"AWS_ACCESS_KEY_ID": "AKIA"}, ""),
        ({"AWS_ACCESS_KEY_ID": "ASIA", "AWS_SECRET_ACCESS_KEY": "hidden"}, "AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY"),
        ({"AWS_SESSION_TOKEN": "of another key"}, "AWS_SESSION_TOKEN"),
    ],
)
def test_what_a_terminal_has_exported_over_the_file_is_a_warning(
    exported: dict[str, str], named: str, tmp_path: Path
) -> None:
    file = written(tmp_path, "AWS_ACCESS_KEY_ID=AKIA\nAWS_SECRET_ACCESS_KEY=secret\nSLACK_BOT_TOKEN=\n")
    said = "".join(overridden(with_env_file(exported, file), file))
    assert (f"unset {named} in this terminal" in said) if named else not said
    assert "secret" not in said
    assert "hidden" not in said
