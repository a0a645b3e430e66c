"""`latchkey init` writes four files that fit together, and overwrites none of them."""

import json
import stat
import tomllib
from pathlib import Path

import pytest
import yaml

from bot import cli
from bot.commands.env_file import read
from bot.config import catalog_file
from tests.commands.init_kit import there, words

pytestmark = pytest.mark.usefixtures("empty")

FILES = {"catalog.toml", ".env", "manifest.json", "latchkey-iam.yaml"}


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


def test_an_env_that_names_another_catalog_is_pointed_out(capsys: pytest.CaptureFixture[str]) -> None:
    Path(".env").write_text("PUBLIC_URL=https://keys.example.com\nCATALOG_FILE=/srv/catalog.toml\n")
    assert cli.main(words()) == 0
    assert "CATALOG_FILE=/srv/catalog.toml, so Latchkey reads that file and not catalog.toml" in capsys.readouterr().out
    Path(".env").write_text("PUBLIC_URL=https://keys.example.com\nCATALOG_FILE=./catalog.toml\n")
    assert cli.main(["init"]) == 0
    assert "Latchkey reads that file" not in capsys.readouterr().out


@pytest.mark.parametrize(("host", "port"), [("http://localhost:8085", "8085"), ("http://127.0.0.1", "80")])
def test_on_this_machine_it_listens_where_the_links_lead(host: str, port: str) -> None:
    assert cli.main([*words(host=[host]), "--socket-mode"]) == 0
    assert (read(Path(".env"))["PUBLIC_URL"], read(Path(".env"))["PORT"]) == (host, port)


def test_behind_a_proxy_it_leaves_the_port_alone() -> None:
    assert cli.main(words()) == 0
    assert "PORT" not in read(Path(".env"))


def test_slack_cannot_reach_this_machine_without_socket_mode(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(words(host=["http://localhost:3000"])) == 2
    assert there() == set()
    assert "Slack can't reach http://localhost:3000" in capsys.readouterr().err


def test_it_says_what_is_left_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(words()) == 0
    said = capsys.readouterr().out
    steps = [line.partition(". ")[2] for line in said.splitlines() if line[:1].isdigit()]
    assert len(steps) == 9
    for step, word in zip(
        steps,
        ("manifest.json", "SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET", "C01OPS", "aws cloudformation deploy",
         "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY", "latchkey migrate", "latchkey doctor", "latchkey",
         "Event Subscriptions"),
        strict=True,
    ):  # fmt: skip
        assert word in step
    assert "--template-file latchkey-iam.yaml --capabilities CAPABILITY_NAMED_IAM" in said


def test_in_socket_mode_slack_gives_another_token_and_gets_no_address(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*words(), "--socket-mode"]) == 0
    said = capsys.readouterr().out
    assert "SLACK_BOT_TOKEN, SLACK_APP_TOKEN" in said
    assert "Have Slack verify" not in said, "Slack calls no address"
    assert "SLACK_SIGNING_SECRET" not in Path(".env").read_text()
    assert json.loads(Path("manifest.json").read_text())["settings"]["socket_mode_enabled"] is True
    Path("manifest.json").unlink()
    assert cli.main(["init"]) == 0  # without the flag: .env has it
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
    assert "Not used, because the file already exists: --host." in said
    assert cli.main(["init", "--socket-mode"]) == 0
    assert contents() == before
    assert "Not used, because the file already exists: --socket-mode." in capsys.readouterr().out


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
    assert "differs from what" not in capsys.readouterr().out  # the boundary names services, and it stays the same
    Path("catalog.toml").write_text(Path("catalog.toml").read_text().replace("s3:GetObject", "sqs:SendMessage"))
    assert cli.main(["init"]) == 0
    said = capsys.readouterr().out
    assert "latchkey-iam.yaml differs from what catalog.toml and .env now produce" in said
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
