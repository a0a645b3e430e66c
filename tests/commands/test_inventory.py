"""`latchkey inventory`: each finding with its key id, JSON for machines, a sentence for each error."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import cli
from bot.commands import tools
from bot.domain.errors import LatchkeyError
from bot.sandbox.aws import Use
from bot.sandbox.aws.cloudtrail import agents
from bot.store.engine import make_engine
from bot.store.work import SqlUnitOfWork
from tests.aws.kit import MotoAws
from tests.config.test_catalog_file import WHOLE
from tests.fakes import FakeClock

SECOND = """
[accounts.second]
id = "210987654321"
reader_role_arn = "arn:aws:iam::210987654321:role/latchkey-reader"
external_id = "latchkey-7d41"
"""


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[MotoAws]:
    """On the system clock, which the command uses: carol's key is 100 days old."""
    clock = FakeClock(datetime.now(UTC) - timedelta(days=100))
    made = MotoAws(clock, monkeypatch)
    made.admin("iam").create_user(UserName="carol", Tags=[{"Key": "Slack", "Value": "U03CAROL"}])
    made.key = made.admin("iam").create_access_key(UserName="carol")["AccessKey"]["AccessKeyId"]  # type: ignore[attr-defined]
    clock.advance(days=100)
    made.aws.report_takes(0)
    yield made
    made.close()


@pytest.fixture
def env(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    (tmp_path / "catalog.toml").write_text(WHOLE)
    return {"CATALOG_FILE": str(tmp_path / "catalog.toml"), "DATABASE_URL": sqlite_url}


def run(
    env: dict[str, str], *, account: str | None = None, dry: bool = False, as_json: bool = False, usage: bool = False
) -> int:
    return tools.run_inventory(env, account=account, dry=dry, as_json=as_json, usage=usage)


def told(capsys: pytest.CaptureFixture[str], env: dict[str, str], **words: Any) -> dict[str, Any]:
    assert run(env, as_json=True, **words) == 0
    return dict(json.loads(capsys.readouterr().out))


def test_usage_is_shown_for_each_key_with_a_finding_and_comes_from_the_ledger_next_time(
    aws: MotoAws, env: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    key = aws.key  # type: ignore[attr-defined]
    aws.aws.trail.seed(key, Use("s3", "ListBuckets", ago=timedelta(days=2), region="eu-west-1", agent=agents.TERRAFORM))
    (account,) = told(capsys, env, usage=True)["accounts"]
    used = {each["access_key_id"]: each for each in account["usage"]}[key]
    assert (used["unread"], used["tools"]) == (None, [{"name": "Terraform 1.9", "calls": 1}])
    aws.aws.forget_calls()
    assert run(env, usage=True) == 0
    said = "last used 2 days ago by Terraform 1.9 from 203.0.113.0/24, S3 in eu-west-1"
    assert f"({key}): {said}." in capsys.readouterr().out
    assert aws.aws.count("LookupEvents") == 0
    with pytest.raises(LatchkeyError, match="leave out --dry-run"):
        run(env, dry=True, usage=True)


def open_findings(env: dict[str, str]) -> int:
    engine = make_engine(env["DATABASE_URL"])
    try:
        with SqlUnitOfWork(engine, FakeClock()).begin() as tx:
            return len(tx.findings.open_on("main", ["carol", "latchkey-worker"]))  # type: ignore[arg-type]
    finally:
        engine.dispose()


def test_the_table_has_each_finding_with_its_key_id(
    aws: MotoAws, env: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(env) == 0
    out = capsys.readouterr().out
    [head] = [line for line in out.splitlines() if line.startswith("main (123456789012): ")]
    assert "2 users, 2 keys" in head
    [row] = [line for line in out.splitlines() if aws.key in line]  # type: ignore[attr-defined]
    for word in ("never-used", "carol", "U03CAROL", "never used", "give it back"):
        assert word in row
    assert "\x1b" not in out


def test_a_narrow_terminal_wraps_the_last_columns_and_never_cuts_a_key_id(
    aws: MotoAws, env: dict[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr(shutil, "get_terminal_size", lambda: os.terminal_size((100, 24)))
    assert run(env) == 0
    lines = capsys.readouterr().out.splitlines()
    at = next(place for place, line in enumerate(lines) if aws.key in line)  # type: ignore[attr-defined]
    evidence = lines[at].index("made ")
    assert lines[at].endswith("give it back if nobody")
    assert lines[at + 1][evidence:].split(maxsplit=2) == ["never", "used", "needs it"]
    assert not lines[at + 1][:evidence].strip()


def test_json_has_every_finding_and_every_key(
    aws: MotoAws, env: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    git = aws.admin("iam").create_service_specific_credential(UserName="carol", ServiceName="codecommit.amazonaws.com")
    (account,) = told(capsys, env)["accounts"]
    assert (account["account"], account["problem"], account["users"]) == ("main", None, 2)
    (service,) = account["service_credentials"]
    assert service["id"] == git["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]
    assert (service["user"], service["status"], service["expires_at"]) == ("carol", "Active", None)
    [found] = [each for each in account["findings"] if each["user"] == "carol"]
    assert found["access_key_id"] == aws.key  # type: ignore[attr-defined]
    assert (found["finding"], found["owner"], found["threshold"]) == ("never-used", "U03CAROL", "14d")
    assert found["escalation"] == ["owner", "owner", "approvers", "off"]
    keys = {each["user"]: each for each in account["keys"]}
    assert keys["carol"]["last_used"] == {"at": None, "service": None, "region": None}
    assert keys["latchkey-worker"]["active"] is True


def test_service_credentials_that_could_not_be_listed_are_null_and_said(
    aws: MotoAws, env: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    aws.aws.faults.deny("ListServiceSpecificCredentials", times=9)
    assert run(env) == 0
    assert "ListServiceSpecificCredentials was refused or did not answer (AccessDenied)" in capsys.readouterr().out
    assert told(capsys, env)["accounts"][0]["service_credentials"] is None


def test_a_dry_run_writes_nothing_and_needs_no_ledger(
    aws: MotoAws, env: dict[str, str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    dry = told(capsys, env, dry=True)
    assert dry["dry_run"] is True
    assert open_findings(env) == 0
    nowhere = {**env, "DATABASE_URL": f"sqlite:///{tmp_path}/nowhere.db"}
    assert told(capsys, nowhere, dry=True)["accounts"][0]["keys"]
    assert not (tmp_path / "nowhere.db").exists()
    told(capsys, env)
    assert open_findings(env) > 0


def test_an_account_that_cannot_be_read_is_reported_beside_the_others(
    aws: MotoAws, env: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path(env["CATALOG_FILE"]).write_text(WHOLE + SECOND)
    assert run(env) == 1
    out = capsys.readouterr().out
    assert (
        "second (210987654321): AssumeRole was refused or did not answer (AccessDenied), and nothing was changed" in out
    )
    assert aws.key in out  # type: ignore[attr-defined]
    assert run(env, account="main") == 0
    assert "second" not in capsys.readouterr().out


def test_progress_is_shown_on_a_terminal_and_never_in_what_is_piped(
    aws: MotoAws, env: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told(capsys, env)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert run(env) == 0
    seen = capsys.readouterr()
    assert "main: AWS generates its report" in seen.err or "main: keys" in seen.err
    assert "AWS generates its report" not in seen.out
    assert run(env, as_json=True) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"DATABASE_URL": "sqlite:////nonexistent/ledger.db"}, "doesn't exist yet; run `latchkey migrate`"),
        ({"DATABASE_URL": "postgresql://alice@127.0.0.1:9/x"}, "the database doesn't answer"),
        ({"CATALOG_FILE": "/nonexistent"}, "/nonexistent"),
    ],
)
def test_what_cannot_work_is_a_sentence(env: dict[str, str], change: dict[str, str], why: str) -> None:
    with pytest.raises(LatchkeyError, match=why):
        run({**env, **change})


def test_an_unknown_account_and_an_unmigrated_ledger_are_sentences(env: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(LatchkeyError, match="no account 'other'; it has main"):
        run(env, account="other")
    (tmp_path / "bare.db").touch()
    with pytest.raises(LatchkeyError, match="schema is empty; run `latchkey migrate`"):
        run({**env, "DATABASE_URL": f"sqlite:///{tmp_path}/bare.db"})


def test_an_endpoint_that_is_not_a_url(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "aws")
    with pytest.raises(LatchkeyError, match="AWS_ENDPOINT_URL isn't a URL"):
        run(env)


def test_no_credentials_are_a_problem_of_the_account(
    aws: MotoAws, env: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert run(env) == 1
    assert (
        "(NoCredentialsError), and nothing was changed; `latchkey doctor` names what is missing."
        in capsys.readouterr().out
    )


def test_the_command_line(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, Any]] = []
    monkeypatch.setattr(tools, "run_inventory", lambda _env, **words: seen.append(words) or 0)
    assert cli.main(["inventory"]) == 0
    assert cli.main(["inventory", "--account", "main", "--dry-run", "--json"]) == 0
    assert seen == [
        {"account": None, "dry": False, "as_json": False, "usage": False},
        {"account": "main", "dry": True, "as_json": True, "usage": False},
    ]
