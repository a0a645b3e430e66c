"""`latchkey accounts` on moto's Organizations: lists, TOML that the catalog takes, and a sentence for each refusal."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import cli
from bot.config import catalog_file
from bot.sandbox.aws import AwsStandIn
from bot.sandbox.aws.faults import Fault
from bot.sandbox.aws.wire import Refusal
from tests.commands.stack import client
from tests.config.test_catalog_file import WHOLE

MAIN_ID = "123456789012"


@pytest.fixture(scope="module")
def stand_in() -> Iterator[AwsStandIn]:
    with AwsStandIn() as running:
        yield running


@pytest.fixture
def aws(stand_in: AwsStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AwsStandIn:
    """With the worker's credentials in the environment."""
    stand_in.reset()
    key, secret = stand_in.admin
    (tmp_path / "catalog.toml").write_text(WHOLE)
    env = {"AWS_ENDPOINT_URL": stand_in.url, "AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret}
    for name, value in {**env, "CATALOG_FILE": str(tmp_path / "catalog.toml")}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return stand_in


def organized(aws: AwsStandIn, *names: str) -> dict[str, str]:
    """Ids by name."""
    organizations = client(aws, "organizations")
    organizations.create_organization(FeatureSet="ALL")
    made = {name: organizations.create_account(AccountName=name, Email="a@example.com") for name in names}
    return {name: answer["CreateAccountStatus"]["AccountId"] for name, answer in made.items()}


def ask(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = cli.main(["accounts", *words])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_the_output_is_toml_that_the_catalog_takes_as_it_is(
    aws: AwsStandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = organized(aws, "Payments", "Old", 'Data"]\n\u202e[accounts.evil]')
    client(aws, "organizations").close_account(AccountId=ids["Old"])
    code, out, err = ask(capsys)
    assert (code, err) == (0, "")
    assert {each["id"] for each in tomllib.loads(out)["accounts"].values()} == set(ids.values()) - {ids["Old"]}
    (tmp_path / "catalog.toml").write_text(WHOLE + out)
    after = catalog_file.load(tmp_path / "catalog.toml")
    assert after.accounts.keys() == {"main", "payments", "data-accounts-evil"}
    found = after.accounts["payments"]
    assert found.issuer_role_arn == f"arn:aws:iam::{ids['Payments']}:role/latchkey-issuer"
    assert found.external_id is not None
    assert found.external_id.startswith("latchkey-o-")
    assert "\u202e" not in out
    lines = [line for line in out.splitlines() if "Old" in line]
    assert len(lines) == 1
    assert "SUSPENDED" in lines[0]
    code, out, _ = ask(capsys)
    assert code == 0
    assert tomllib.loads(out) == {}


def test_json_has_the_same_lists_for_machines(aws: AwsStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    ids = organized(aws, "Payments", "Old")
    client(aws, "organizations").close_account(AccountId=ids["Old"])
    code, out, _ = ask(capsys, "--json")
    told: dict[str, Any] = json.loads(out)
    assert code == 0
    assert [each["id"] for each in told["in_catalog"]] == [MAIN_ID]
    assert told["missing"] == [{"id": ids["Payments"], "name": "Payments", "account": "payments"}]
    assert told["closed"] == [{"id": ids["Old"], "name": "Old", "account": None, "state": "SUSPENDED"}]
    assert tomllib.loads(told["toml"])["accounts"].keys() == {"payments"}


def test_a_worker_in_no_organization_is_told_to_write_accounts_by_hand(
    aws: AwsStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(capsys) == (
        1,
        "",
        "latchkey: the worker's account is in no organization; write each account into the catalog by hand\n",
    )


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("AccessDeniedException", "AWS refused ListAccounts: AWS lists an organization's accounts to its management"),
        ("TooManyRequestsException", "ListAccounts failed (TooManyRequestsException); try again in a minute"),
    ],
)
def test_a_refusal_is_one_sentence_that_says_what_to_do(
    code: str, said: str, aws: AwsStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    organized(aws)
    aws.faults.plan("ListAccounts", Fault(Refusal(code, "No.", 400)), times=9)
    exit_code, out, err = ask(capsys)
    assert (exit_code, out) == (1, "")
    assert err.startswith(f"latchkey: {said}")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "AWS doesn't answer; check the network"),
        ({"AWS_ENDPOINT_URL": "moto"}, "AWS_ENDPOINT_URL isn't a URL"),
        ({"AWS_ACCESS_KEY_ID": "AKIAAAAAAAAAAAAAAAAA"}, "AWS rejects the worker's credentials"),
        ({"AWS_PROFILE": "none"}, "the profile in AWS_PROFILE doesn't exist"),
    ],
)
def test_without_network_or_credentials_it_says_so(
    env: dict[str, str],
    said: str,
    aws: AwsStandIn,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    code, out, err = ask(capsys)
    assert (code, out) == (1, "")
    assert err.startswith(f"latchkey: {said}")
