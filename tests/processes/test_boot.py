"""Boot errors: every mistake at once, exit code 2, a sentence each, and never a traceback or a secret."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes.running import BAD_INPUT, environment, once

pytestmark = pytest.mark.long
SERVERS = pytest.mark.parametrize("command", ["web", "worker", ""])
SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "0a1b2c"}


def mistakes(folder: Path, command: str, **env: str) -> list[str]:
    """The lines of a failed boot, without the program's name."""
    given = environment(folder, **env)
    seen = once(folder, *([command] if command else []), env={key: value for key, value in given.items() if value})
    assert seen.returncode == BAD_INPUT, seen.stderr
    assert seen.stdout == ""
    lines = seen.stderr.splitlines()
    assert lines
    assert all(line.startswith("latchkey: ") for line in lines), seen.stderr
    return [line.removeprefix("latchkey: ") for line in lines]


@SERVERS
def test_every_mistake_of_environment_and_catalog_is_reported_at_once(command: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text('admins = ["bob"]\ncolour = "red"\n[accounts.main]\nid = "12"\n')
    wrong = {
        "SLACK_BOT_TOKEN": "xapp-canary",
        "SLACK_API_URL": "https://slack.com/api",
        "DATABASE_URL": "mysql://canary",
        "PUBLIC_URL": "http://latchkey.example.com",
        "LOG_LEVEL": "LOUD",
    }
    told = "\n".join(mistakes(tmp_path, command, CATALOG_FILE=str(broken), **wrong))
    for name in wrong:
        assert name in told
    for key in ("the top level: admins[1]", "the top level: colour", "[accounts.main]: id"):
        assert f"{broken}: {key}" in told
    assert "canary" not in told


@SERVERS
def test_missing_variables_are_named_with_what_they_are_for(command: str, tmp_path: Path) -> None:
    told = "\n".join(mistakes(tmp_path, command, PUBLIC_URL=""))
    assert "PUBLIC_URL isn't set" in told
    assert ("SLACK_BOT_TOKEN isn't set" in told) == (command != "web")


def test_all_in_one_without_socket_mode_or_a_signing_secret_is_refused(tmp_path: Path) -> None:
    [line] = mistakes(tmp_path, "", SLACK_BOT_TOKEN="xoxb-1")
    assert "Neither SLACK_SIGNING_SECRET nor SLACK_APP_TOKEN is set" in line


@pytest.mark.parametrize(
    ("name", "value"),
    [("SLACK_BOT_TOKEN", "xoxp-canary"), ("SLACK_APP_TOKEN", "xoxb-canary"), ("SLACK_SIGNING_SECRET", "xapp-canary")],
)
def test_a_token_of_the_wrong_kind_is_named_and_not_shown(name: str, value: str, tmp_path: Path) -> None:
    [line] = mistakes(tmp_path, "", **{**SLACK, name: value})
    assert line.startswith(name)
    assert "canary" not in line


@pytest.mark.parametrize("command", ["web", "worker"])
@pytest.mark.parametrize("url", ["", "sqlite:///latchkey.db"])
def test_web_and_worker_refuse_a_relative_sqlite_file(command: str, url: str, tmp_path: Path) -> None:
    [line] = mistakes(tmp_path, command, DATABASE_URL=url, **SLACK)
    assert line.startswith("DATABASE_URL is a SQLite file with a relative path")


@pytest.mark.parametrize("command", ["web", "worker", "", "iam"])
def test_a_catalog_that_is_not_there_is_one_sentence(command: str, tmp_path: Path) -> None:
    [line] = mistakes(
        tmp_path, command, CATALOG_FILE="none.toml", DATABASE_URL=f"sqlite:///{tmp_path}/ledger.db", **SLACK
    )
    assert line == "none.toml: can't be read (No such file or directory); set CATALOG_FILE to the path of your catalog"


@pytest.mark.parametrize("given", ["none", "empty", "both"])
def test_a_secret_file_that_cannot_be_used_is_one_sentence(given: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    if given != "none":
        file.write_text("" if given == "empty" else "xoxb-1")
    more = SLACK if given == "both" else {"SLACK_SIGNING_SECRET": "0a1b2c"}
    [line] = mistakes(tmp_path, "", SLACK_BOT_TOKEN_FILE=str(file), **more)
    assert "SLACK_BOT_TOKEN_FILE" in line


def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path) -> None:
    ledger = {"DATABASE_URL": f"sqlite:///{tmp_path}/ledger.db"}
    with socket.create_server(("0.0.0.0", 0)) as taken:
        port = str(taken.getsockname()[1])
        for command, more in {
            "web": {"PORT": port},
            "worker": {"WORKER_PORT": port},
            "": {"WORKER_PORT": port},
        }.items():
            [line] = mistakes(tmp_path, command, **ledger, **SLACK, **more)
            assert "can't be opened (Address already in use)" in line


def test_an_inventory_without_a_ledger_says_what_to_do(tmp_path: Path) -> None:
    seen = once(tmp_path, "inventory", env=environment(tmp_path))
    assert seen.returncode == BAD_INPUT
    [line] = seen.stderr.splitlines()
    assert line.endswith("run `latchkey migrate`, or use --dry-run")
    assert not (tmp_path / "latchkey.db").exists()


def test_an_unknown_command_or_option_prints_no_traceback(tmp_path: Path) -> None:
    for words in (["frobnicate"], ["audit"], ["web", "--fast"], ["iam", "--account"]):
        seen = once(tmp_path, *words, env=environment(tmp_path))
        assert seen.returncode == BAD_INPUT
        assert "Traceback" not in seen.stderr


@pytest.mark.parametrize(
    ("typed", "hint"),
    [("docter", "did you mean latchkey doctor?"), ("frobnicate", "see latchkey --help")],
)
def test_an_unknown_command_suggests_the_nearest_one(typed: str, hint: str, tmp_path: Path) -> None:
    seen = once(tmp_path, typed, env=environment(tmp_path))
    assert seen.returncode == BAD_INPUT
    assert seen.stderr.splitlines()[-1] == f"latchkey: error: there is no command {typed}; {hint}"


def test_help_names_every_command(tmp_path: Path) -> None:
    seen = once(tmp_path, "--help", env=environment(tmp_path))
    assert seen.returncode == 0
    listed = {line.split()[0] for line in seen.stdout.splitlines() if line.startswith("    ") and line[4] != " "}
    servers, looks = {"web", "worker", "migrate", "demo"}, {"doctor", "inventory", "audit"}
    assert listed == servers | looks | {"init", "manifest", "iam", "accounts"}


def test_a_reader_that_has_seen_enough_gets_no_traceback() -> None:
    seen = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {sys.executable} -m bot iam | head -n 1; echo ${{PIPESTATUS[0]}}"],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert seen.stderr == ""
    assert seen.stdout.split()[-1] in {"141", "0"}
