"""`latchkey iam --format cloudformation`: a template that cfn-lint accepts, and that creates what `iam` prints."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import cli
from bot.aws.roles import iam_documents, named_account
from bot.commands.cloudformation import as_yaml
from bot.config import catalog_file
from bot.domain.catalog import Catalog
from bot.domain.errors import LatchkeyError
from bot.sandbox.aws import AwsStandIn
from tests.commands.cfn_lint import complaints
from tests.commands.stack import client, create
from tests.commands.test_iam import FAR, SECOND
from tests.config.test_catalog_file import ACCOUNT, EXAMPLE, WHOLE

ACCOUNT_ID = "123456789012"
USER = f"arn:aws:iam::{ACCOUNT_ID}:user/service/latchkey"
ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/teams/worker"
ELSEWHERE = "arn:aws:iam::999999999999:role/worker"
BARE = "\n".join(line for line in ACCOUNT.splitlines() if "_arn" not in line) + "\n"


@pytest.fixture(scope="module")
def stand_in() -> Iterator[AwsStandIn]:
    with AwsStandIn() as running:
        yield running


@pytest.fixture
def aws(stand_in: AwsStandIn) -> AwsStandIn:
    stand_in.reset()
    return stand_in


def catalog_of(tmp_path: Path, text: str) -> Catalog:
    (tmp_path / "catalog.toml").write_text(text)
    return catalog_file.load(tmp_path / "catalog.toml")


def role(aws: AwsStandIn, name: str) -> tuple[Any, Any]:
    """Its trust policy and its permissions."""
    iam = client(aws, "iam")
    found = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    rights = [
        iam.get_role_policy(RoleName=name, PolicyName=each)["PolicyDocument"]
        for each in iam.list_role_policies(RoleName=name)["PolicyNames"]
    ]
    return found, rights


def policy(aws: AwsStandIn, arn: str) -> Any:
    iam = client(aws, "iam")
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


def texts() -> list[str]:
    return [EXAMPLE.read_text(), WHOLE, WHOLE.replace(ACCOUNT, ACCOUNT + FAR), WHOLE + SECOND]


@pytest.mark.parametrize("number", range(4))
def test_cfn_lint_finds_no_problem(number: int, tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, texts()[number])
    for account in catalog.accounts.values():
        assert not complaints(as_yaml(catalog, account, None))


def test_the_stack_is_what_latchkey_iam_prints_for_the_user_that_it_creates(aws: AwsStandIn) -> None:
    catalog = catalog_file.load(EXAMPLE)
    outputs = create(aws, as_yaml(catalog, named_account(catalog, None), None))
    wanted = iam_documents(catalog, None, USER)
    for name in ("Reader", "Issuer", "Responder"):
        arn = outputs[f"{name}RoleArn"]
        assert getattr(named_account(catalog, None), f"{name.lower()}_role_arn") == arn
        assert role(aws, arn.rpartition("/")[2]) == (wanted["Trust"], [wanted[name]])
    assert policy(aws, outputs["BoundaryArn"]) == wanted["Boundary"]
    assert role(aws, "reports-session") == (wanted["SessionTrust"], [])
    attached = client(aws, "iam").list_attached_user_policies(UserName="latchkey")["AttachedPolicies"]
    assert [each["PolicyArn"] for each in attached] == [outputs["WorkerPolicyArn"]]
    assumed = policy(aws, outputs["WorkerPolicyArn"])["Statement"][0]["Resource"]
    assert set(wanted["Worker"]["Statement"][0]["Resource"]) <= set(assumed)
    assert "DeleterRoleArn" not in outputs
    assert client(aws, "iam").get_role(RoleName="reports-session")["Role"]["MaxSessionDuration"] == 8 * 3600


def test_the_parameters_name_the_principal_the_external_id_and_the_deleter(aws: AwsStandIn) -> None:
    catalog = catalog_file.load(EXAMPLE)
    text = as_yaml(catalog, named_account(catalog, None), None)
    outputs = create(aws, text, Principal=ROLE, ExternalId="latchkey-7d41", Deleter="yes", SessionRoles="no")
    known = {"StringEquals": {"sts:ExternalId": "latchkey-7d41"}}
    for name in ("reader", "issuer", "responder", "deleter"):
        assume, identity = role(aws, f"latchkey-{name}")[0]["Statement"]
        assert (assume["Principal"], assume["Condition"]) == ({"AWS": ROLE}, known)
        assert "Condition" not in identity
    assert role(aws, "latchkey-deleter")[1] == [iam_documents(catalog, None, ROLE)["Deleter"] | {"Statement": DENIED}]
    users = {each["UserName"] for each in client(aws, "iam").list_users()["Users"]}
    assert "latchkey" not in users
    roles = {each["RoleName"] for each in client(aws, "iam").list_roles()["Roles"]}
    assert "reports-session" not in roles
    assert "WorkerPolicyArn" in outputs


DENIED = [
    {
        "Sid": "DeleteAdoptedKeys",
        "Effect": "Allow",
        "Action": ["iam:DeleteAccessKey", "iam:ListAccessKeys"],
        "Resource": f"arn:aws:iam::{ACCOUNT_ID}:user/*",
    },
    {
        "Sid": "NeverLatchkeysOwn",
        "Effect": "Deny",
        "Action": "iam:DeleteAccessKey",
        "Resource": [
            f"arn:aws:iam::{ACCOUNT_ID}:user/latchkey/*",
            f"arn:aws:iam::{ACCOUNT_ID}:user/service/*",
            ROLE,
        ],
    },
]


def test_in_another_account_the_principal_must_be_named_and_nothing_of_the_worker_is_made(
    aws: AwsStandIn, tmp_path: Path
) -> None:
    catalog = catalog_of(tmp_path, WHOLE.replace(ACCOUNT, ACCOUNT + FAR))
    account = named_account(catalog, "main")
    parameters = yaml.safe_load(as_yaml(catalog, account, None))["Parameters"]
    assert "Default" not in parameters["Principal"]
    assert parameters["ExternalId"]["Default"] == "latchkey-7d41"
    outputs = create(aws, as_yaml(catalog, account, ELSEWHERE))
    assert role(aws, "latchkey-reader")[0] == iam_documents(catalog, "main", ELSEWHERE)["Trust"]
    assert role(aws, "reports")[0] == iam_documents(catalog, "main", ELSEWHERE)["SessionTrust"]
    assert "WorkerPolicyArn" not in outputs


def test_the_workers_own_account_lets_it_assume_the_roles_of_the_others(tmp_path: Path) -> None:
    far = SECOND + FAR.replace(ACCOUNT_ID, "210987654321")
    catalog = catalog_of(tmp_path, WHOLE + far)
    made = yaml.safe_load(as_yaml(catalog, named_account(catalog, "main"), None))["Resources"]
    assume, _ = made["WorkerPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert "arn:aws:iam::210987654321:role/latchkey-issuer" in assume["Resource"]
    assert {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/latchkey-issuer"} in assume["Resource"]


def test_roles_of_more_accounts_than_fit_are_named_in_any_account(tmp_path: Path) -> None:
    far = "".join(f'[accounts.a{n}]\nid = "{n:012}"\n' + FAR.replace(ACCOUNT_ID, f"{n:012}") for n in range(100))
    catalog = catalog_of(tmp_path, WHOLE + far)
    made = yaml.safe_load(as_yaml(catalog, named_account(catalog, "main"), None))["Resources"]
    assume, _ = made["WorkerPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert "arn:aws:iam::*:role/latchkey-issuer" in assume["Resource"]
    assert {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/latchkey-issuer"} in assume["Resource"]


def test_an_account_without_roles_is_shown_which_lines_to_add(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, WHOLE)
    head = [line for line in as_yaml(catalog, named_account(catalog, "main"), None).splitlines() if line[0] == "#"]
    assert head[-4:] == [
        "# Add to [accounts.main] of the catalog:",
        *(f'#   {each}_role_arn = "arn:aws:iam::{ACCOUNT_ID}:role/latchkey-{each}"' for each in
          ("reader", "issuer", "responder")),
    ]  # fmt: skip
    example = catalog_file.load(EXAMPLE)
    assert "Add to" not in as_yaml(example, named_account(example, None), None)


def test_a_principal_that_cannot_be_the_workers_is_refused(tmp_path: Path) -> None:
    catalog = catalog_file.load(EXAMPLE)
    with pytest.raises(LatchkeyError, match="isn't the ARN of an IAM user or role"):
        as_yaml(catalog, named_account(catalog, None), "worker")


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CATALOG_FILE", str(EXAMPLE))
    assert cli.main(["iam", "--account", "main", "--format", "cloudformation", "--principal", ROLE]) == 0
    printed = capsys.readouterr().out
    assert yaml.safe_load(printed)["Parameters"]["Principal"]["Default"] == ROLE
    assert cli.main(["iam", "--format", "json"]) == 0
    assert "Boundary" in json.loads(capsys.readouterr().out)


def test_another_format_is_refused() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "bot", "iam", "--format", "xml"], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr
