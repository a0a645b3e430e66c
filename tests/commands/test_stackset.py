"""`latchkey iam --format stackset`: one template that cfn-lint accepts, for known and new accounts."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import cli
from bot.aws.roles import iam_documents
from bot.commands.stackset import as_yaml
from bot.sandbox.aws import AwsStandIn
from tests.commands.cfn_lint import complaints
from tests.commands.stack import create
from tests.commands.test_cloudformation import catalog_of, policy, role
from tests.config.test_catalog_file import POLICY, WHOLE

ELSEWHERE = "arn:aws:iam::999999999999:user/service/latchkey"
KNOWN, NEW = "210987654321", "310987654321"


def second() -> str:
    arn = f"arn:aws:iam::{KNOWN}:"
    roles = "".join(f'{each}_role_arn = "{arn}role/latchkey-{each}"\n' for each in ("reader", "issuer", "responder"))
    offered = 'account = "second"\nmax_duration = "2h"\napprovers = "platform"\n'
    return (
        f'[accounts.second]\nid = "{KNOWN}"\nexternal_id = "latchkey-7d41"\n'
        f'boundary_arn = "{arn}policy/latchkey/boundary"\n{roles}'
        f'[[entitlements]]\nid = "orders"\ntitle = "Orders"\nkind = "access_key"\npolicy = \'{POLICY}\'\n{offered}'
        '[[entitlements]]\nid = "orders-session"\ntitle = "Orders"\nkind = "session"\n'
        f'role_arn = "{arn}role/orders"\n{offered}'
    )


@pytest.mark.parametrize("text", [WHOLE, WHOLE + second()])
def test_cfn_lint_finds_no_problem_and_no_account_is_named(text: str, tmp_path: Path) -> None:
    made = as_yaml(catalog_of(tmp_path, text), ELSEWHERE)
    assert not complaints(made)
    assert "123456789012" not in made
    assert "account" not in yaml.safe_load(made)["Parameters"]["Principal"].get("Default", "")


@pytest.mark.parametrize("account", [KNOWN, NEW])
def test_a_stack_in_a_member_account_is_what_latchkey_iam_prints_for_it(account: str, tmp_path: Path) -> None:
    before = catalog_of(tmp_path, WHOLE + second())
    template = as_yaml(before, None)
    if account == NEW:  # it comes into the catalog after the stack is there, and offers nothing
        text = second().partition("[[entitlements]]")[0].replace(KNOWN, NEW).replace("accounts.second", "accounts.new")
        before = catalog_of(tmp_path, WHOLE + second() + text)
    name = "second" if account == KNOWN else "new"
    wanted, theirs = iam_documents(before, name, ELSEWHERE), before.accounts[name]  # type: ignore[index]
    with AwsStandIn(account=account) as aws:
        outputs = create(aws, template, Principal=ELSEWHERE, ExternalId="latchkey-7d41")
        assert outputs["BoundaryArn"] == theirs.boundary_arn
        assert policy(aws, outputs["BoundaryArn"]) == wanted["Boundary"]
        for each in ("Reader", "Issuer", "Responder"):
            assert outputs[f"{each}RoleArn"] == getattr(theirs, f"{each.lower()}_role_arn")
            assert role(aws, f"latchkey-{each.lower()}") == (wanted["Trust"], [wanted[each]])
        assert "DeleterRoleArn" not in outputs
        if account == KNOWN:
            assert role(aws, "orders") == (wanted["SessionTrust"], [])


def test_accounts_with_other_names_are_left_to_their_own_stack(tmp_path: Path) -> None:
    text = (WHOLE + second()).replace("role/latchkey-issuer", "role/teams/issuer")
    head = [line for line in as_yaml(catalog_of(tmp_path, text), None).splitlines() if line.startswith("#")]
    assert head[-1] == "# Not for [accounts.second], which names other roles or policies."
    assert KNOWN not in as_yaml(catalog_of(tmp_path, text), None)


def test_an_account_that_leaves_usage_out_gets_no_right_to_look_events_up(tmp_path: Path) -> None:
    text = second().partition("[[entitlements]]")[0]
    common = as_yaml(catalog_of(tmp_path, WHOLE + text), None)
    assert KNOWN not in common
    made = as_yaml(catalog_of(tmp_path, WHOLE + text + "usage = false\n"), None)
    assert not complaints(made)
    with AwsStandIn(account=KNOWN) as aws:
        create(aws, made, Principal=ELSEWHERE, ExternalId="latchkey-7d41")
        assert "cloudtrail" not in str(role(aws, "latchkey-reader"))
    with AwsStandIn(account=NEW) as aws:
        create(aws, made, Principal=ELSEWHERE, ExternalId="latchkey-7d41")
        assert "cloudtrail:LookupEvents" in str(role(aws, "latchkey-reader"))


def test_the_worker_and_the_external_id_must_be_named(tmp_path: Path) -> None:
    parameters: dict[str, Any] = yaml.safe_load(as_yaml(catalog_of(tmp_path, WHOLE), None))["Parameters"]
    assert "Default" not in parameters["Principal"]
    assert "Default" not in parameters["ExternalId"]
    assert "SessionRoles" not in parameters
    known = yaml.safe_load(as_yaml(catalog_of(tmp_path, WHOLE + second()), ELSEWHERE))["Parameters"]
    assert known["Principal"]["Default"] == ELSEWHERE
    assert known["ExternalId"]["Default"] == "latchkey-7d41"


def test_the_command_takes_no_account(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog_of(tmp_path, WHOLE)
    monkeypatch.setenv("CATALOG_FILE", str(tmp_path / "catalog.toml"))
    assert cli.main(["iam", "--format", "stackset", "--account", "main"]) == 2
    assert "leave out --account" in capsys.readouterr().err
    assert cli.main(["iam", "--format", "stackset"]) == 0
    assert json.dumps(yaml.safe_load(capsys.readouterr().out))
