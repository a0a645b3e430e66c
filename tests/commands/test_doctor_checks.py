"""The checks of `latchkey doctor`: each part, how to fix each problem, and everything broken at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.commands import tools
from bot.config import catalog_file
from bot.sandbox.aws import AwsStandIn
from bot.sandbox.slack import StandIn
from bot.slack.manifest import scopes
from tests.aws_seed import seed
from tests.config.test_catalog_file import EXAMPLE
from tests.processes.test_migrate import pretend_newer

TOKENS = {"SLACK_BOT_TOKEN": "xoxb-sandbox", "SLACK_APP_TOKEN": "xapp-sandbox"}
MAY_READ = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}],
}
WORKER = "arn:aws:iam::123456789012:user/service/latchkey-worker"
NOWHERE = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"}


@pytest.fixture(autouse=True)
def no_account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """boto3 reads the process's environment: this hides the machine's own."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def slack() -> Iterator[StandIn]:
    with StandIn(scopes=[*scopes(), "team:read"]) as running:
        yield running


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsStandIn]:
    catalog = catalog_file.load(EXAMPLE)
    with AwsStandIn() as running:
        seed(running, catalog)
        monkeypatch.setenv("AWS_ENDPOINT_URL", running.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", running.admin[0])
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", running.admin[1])
        yield running


class Doctor:
    def __init__(self, capsys: pytest.CaptureFixture[str], slack: StandIn, url: str) -> None:
        self._capsys = capsys
        self.env = {
            **TOKENS,
            "SLACK_API_URL": slack.api_url,
            "DATABASE_URL": url,
            "CATALOG_FILE": str(EXAMPLE),
            "PUBLIC_URL": "https://latchkey.example.com",
        }

    def ask(self, **changes: str) -> tuple[int, list[str]]:
        code = tools.run_doctor({**self.env, **changes})
        return code, self._capsys.readouterr().out.splitlines()

    def line(self, check: str, **changes: str) -> str:
        """The lines about one part."""
        _, lines = self.ask(**changes)
        return "\n".join(each for each in lines if f" {check}: " in each)


@pytest.fixture
def doctor(capsys: pytest.CaptureFixture[str], slack: StandIn, sqlite_url: str) -> Doctor:
    return Doctor(capsys, slack, sqlite_url)


def with_catalog(tmp_path: Path, *changes: tuple[str, str]) -> dict[str, str]:
    text = EXAMPLE.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "catalog.toml").write_text(text)
    return {"CATALOG_FILE": str(tmp_path / "catalog.toml")}


def test_all_is_well(doctor: Doctor, aws: AwsStandIn) -> None:
    assert doctor.ask() == (
        0,
        [
            "ok     environment: complete",
            "ok     catalog: 4 entitlements in 1 account",
            "ok     database: at head",
            "ok     leaks: AWS Health off (LEAK_EVENTS_TOKEN); GitHub off (GITHUB_WEBHOOK_SECRET); no channel watched",
            f"ok     Slack: workspace T01LATCH, {len(scopes())} scopes; not needed: team:read",
            "ok     Socket Mode: the app-level token opens a connection",
            "ok     people and channels of the catalog: 4 found",
            "ok     AWS account main: roles, boundary and 1 of 5000 IAM users",
            "No problems.",
        ],
    )


def test_everything_broken_at_once_is_reported_with_its_fixes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "broken.toml").write_text("admins = 7\n")
    broken = {
        "SLACK_BOT_TOKEN": "xapp-canary",
        "SLACK_API_URL": "http://127.0.0.1:9",
        "DATABASE_URL": "mysql://canary",
        "CATALOG_FILE": "broken.toml",
        "PORT": "x",
    }
    assert tools.run_doctor(broken) == 1
    said = capsys.readouterr().out
    for name in ("SLACK_BOT_TOKEN", "SLACK_API_URL", "DATABASE_URL", "PORT"):
        assert f"fault  environment: {name} " in said
    assert "fault  catalog: broken.toml: the top level: admins" in said
    assert "fault  database: not checked\n       fix: correct DATABASE_URL first" in said
    assert "fault  Slack: not checked\n       fix: correct SLACK_API_URL first" in said
    assert "canary" not in said
    assert said.endswith("4 of the checks found a problem; fix the first one and run the doctor again.\n")


def test_an_unreachable_aws_is_a_problem(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in NOWHERE.items():
        monkeypatch.setenv(name, value)
    env = {
        **TOKENS,
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
        "DATABASE_URL": "postgresql://latchkey:canary@127.0.0.1:9/latchkey",
        "CATALOG_FILE": str(EXAMPLE),
    }
    assert tools.run_doctor(env) == 1
    said = capsys.readouterr()
    assert "fault  database: the database doesn't answer (OperationalError)" in said.out
    assert "fault  Slack: Slack doesn't answer (URLError)\n       fix: check the network, and SLACK_API_URL" in said.out
    catalog = (
        "fault  people and channels of the catalog: Slack doesn't answer (URLError)\n       fix: check the network"
    )
    assert catalog in said.out
    assert "fault  AWS account main: the worker has no AWS credentials; set AWS_ACCESS_KEY_ID" in said.out
    assert "canary" not in said.out
    assert said.err == ""


def test_an_empty_environment_says_what_is_still_to_be_set(capsys: pytest.CaptureFixture[str]) -> None:
    assert tools.run_doctor({}) == 1
    said = capsys.readouterr().out
    wanted = "SLACK_BOT_TOKEN, PUBLIC_URL, SLACK_SIGNING_SECRET or SLACK_APP_TOKEN"
    assert f"ok     environment: read; web and worker still need: {wanted}" in said
    assert "warn   environment: there is no .env in this folder" in said
    assert "fix: set it to the bot token, xoxb-…" in said
    assert not Path("latchkey.db").exists()


def test_a_database_that_is_behind_or_ahead(doctor: Doctor, tmp_path: Path, sqlite_url: str) -> None:
    (tmp_path / "empty.db").touch()
    empty = f"sqlite:///{tmp_path}/empty.db"
    assert doctor.line("database", DATABASE_URL=empty) == "fault  database: its schema is empty"
    (tmp_path / "notes.db").write_text("not a database, and longer than the head of one, which has a hundred bytes" * 2)
    assert "isn't a SQLite database" in doctor.line("database", DATABASE_URL=f"sqlite:///{tmp_path}/notes.db")
    pretend_newer(sqlite_url)
    assert doctor.line("database") == "fault  database: a newer release migrated it"


@pytest.mark.parametrize(
    ("token", "check"), [("SLACK_BOT_TOKEN", "Slack"), ("SLACK_APP_TOKEN", "Socket Mode")], ids=["bot", "app"]
)
def test_a_token_that_slack_does_not_take(doctor: Doctor, token: str, check: str) -> None:
    wrong = TOKENS[token].replace("sandbox", "canary")
    code, lines = doctor.ask(**{token: wrong})
    assert code == 1
    at = lines.index(f"fault  {check}: Slack returned invalid_auth")
    assert token in lines[at + 1]
    assert "canary" not in "".join(lines)


def test_a_scope_that_is_missing_is_named(capsys: pytest.CaptureFixture[str], sqlite_url: str, aws: AwsStandIn) -> None:
    with StandIn(scopes={*scopes()} - {"users:read"}) as slack:
        doctor = Doctor(capsys, slack, sqlite_url)
        code, lines = doctor.ask()
        assert code == 1
        assert "fault  Slack: the bot token lacks users:read" in lines
        unasked = "users.info (users:read)"
        assert doctor.line("people and channels of the catalog").endswith(
            f"not checked because a scope is missing: {unasked}"
        )


def test_whom_the_catalog_names_must_be_there(doctor: Doctor, slack: StandIn, tmp_path: Path) -> None:
    named = with_catalog(
        tmp_path,
        ('admins = ["U02BOB"]', 'admins = ["U0NOBODY"]'),
        ('usergroups = ["S0PLATFORM"]', 'usergroups = ["S0GONE"]'),
        ("requesters = []", 'requesters = ["U03CAROL", "S0OTHER"]'),
    )
    slack.people["U03CAROL"].deleted = True
    del slack.channels["C01OPS"]
    assert doctor.line("people and channels of the catalog", **named).splitlines() == [
        f"fault  people and channels of the catalog: {each}"
        for each in (
            "admins: U0NOBODY isn't in this workspace (user_not_found)",
            (
                "[[entitlements]] reports-read: U03CAROL is deactivated, a guest or a bot, "
                "and may neither request nor approve"
            ),
            "[approvers.platform]: S0GONE isn't a user group of this workspace (no_such_subteam)",
            "[[entitlements]] reports-read: requesters: S0OTHER isn't a user group of this workspace (no_such_subteam)",
            "[accounts.main]: channel C01OPS can't be seen (channel_not_found); invite the app, or correct the id",
        )
    ]


def test_a_channel_wants_the_app_as_a_member(doctor: Doctor, slack: StandIn) -> None:
    slack.channels["C01OPS"].members.clear()
    assert "can't be seen (channel_not_found); invite the app" in doctor.line("people and channels of the catalog")
    slack.channels["C01OPS"].private = False
    assert "type /invite @Latchkey there" in doctor.line("people and channels of the catalog")
    slack.channels["C01OPS"].archived = True
    assert "is archived; choose another channel" in doctor.line("people and channels of the catalog")


def test_approvals_need_that_many_people_who_may_approve(doctor: Doctor, slack: StandIn, tmp_path: Path) -> None:
    slack.people["U04DAVE"].deleted = True
    two = with_catalog(tmp_path, ("approvals = 1", "approvals = 2"))
    said = doctor.line("people and channels of the catalog", **two)
    assert "reports-read: approvals is 2, but 'platform' has 1 people who may approve" in said


def test_an_account_names_its_fault_and_the_fix(doctor: Doctor, aws: AwsStandIn, tmp_path: Path) -> None:
    other = with_catalog(tmp_path, ("policy/latchkey/boundary", "policy/latchkey/other"))
    assert "create it from `latchkey iam --account main`, key Boundary" in doctor.line("AWS account main", **other)


def test_a_boundary_that_differs_is_reported(doctor: Doctor, aws: AwsStandIn, tmp_path: Path) -> None:
    wider = with_catalog(tmp_path, ('["s3:GetObject", "s3:PutObject"]', '["s3:GetObject", "sqs:SendMessage"]'))
    assert "isn't what this catalog needs" in doctor.line("AWS account main", **wider)
