"""The doctor's checks of an account: each problem is a sentence with how to fix it, never a traceback."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.aws.accounts import Accounts
from bot.aws.doctor import AccountFault, check_account, warnings_of
from bot.aws.roles import iam_documents
from bot.aws.trust import session_trust
from bot.commands.doctor import Check, examine
from bot.domain.catalog import Account, Catalog
from tests.aws.kit import (
    ACCOUNT,
    ADMIN,
    BOUNDARY,
    IMPATIENT,
    READ_REPORTS,
    SESSION,
    MotoAws,
    catalog,
    elsewhere,
    entitlement,
)


@pytest.fixture(autouse=True)
def closed(aws: MotoAws) -> None:
    """The session's role has the printed trust policy."""
    shut(aws, ACCOUNT)


def shut(aws: MotoAws, account: Account) -> None:
    trusted = json.dumps(session_trust(account, ADMIN))
    aws.admin("iam").update_assume_role_policy(RoleName="reports-session", PolicyDocument=trusted)
    aws.aws.forget_calls()


def faults(aws: MotoAws, account: Account = ACCOUNT, made: Catalog | None = None) -> tuple[str, ...]:
    with pytest.raises(AccountFault) as found:
        check_account(made or catalog(account=account), account, Accounts(now=aws.clock.now, patient=IMPATIENT))
    return found.value.mistakes


def test_a_healthy_setup_prints_what_is_in_order(aws: MotoAws) -> None:
    assert check_account(aws.catalog, ACCOUNT, aws.accounts) == f"{ADMIN}, boundary and 1 of 5000 IAM users"


def test_the_doctors_sessions_may_do_nothing(aws: MotoAws) -> None:
    check_account(aws.catalog, ACCOUNT, aws.accounts)
    calls = [each for each in aws.aws.calls if each.action == "AssumeRole"]
    assert calls
    assert all('"Effect":"Deny","Action":"*"' in each.params["Policy"] for each in calls)


def test_credentials_of_another_account(aws: MotoAws) -> None:
    (fault,) = faults(aws, replace(ACCOUNT, id="210987654321"))
    assert fault == (
        "the worker's credentials belong to account 123456789012, the catalog says 210987654321; correct the id, or "
        "set reader_role_arn, issuer_role_arn, responder_role_arn and external_id in [accounts.main]"
    )


def test_roles_in_another_account_want_an_external_id(aws: MotoAws) -> None:
    far = replace(elsewhere(), id="210987654321", external_id=None)
    found = faults(aws, far, catalog(READ_REPORTS, account=far))
    assert found[0] == (
        "the worker's credentials belong to account 123456789012, [accounts.main] says 210987654321; if that is a "
        "mistake, correct the id and the ARNs there; if the account really is another one than the worker's, set "
        "external_id there and in the trust policies of its roles"
    )


def test_every_role_that_cannot_be_assumed_is_named(aws: MotoAws) -> None:
    aws.admin("iam").delete_role_policy(RoleName="reports-session", PolicyName="permissions")
    aws.admin("iam").delete_role(RoleName="reports-session")
    found = faults(aws, elsewhere())
    assert [each.partition(" ")[0].rpartition("/")[2] for each in found] == [
        "latchkey-issuer",
        "latchkey-responder",
        "reports-session",
        "latchkey-reader",
    ]
    assert found[0] == (
        f"arn:aws:iam::123456789012:role/latchkey-issuer can't be assumed by {ADMIN} (AccessDenied); deploy "
        "latchkey-iam.yaml and use a key of its user latchkey, or give the role the policy Trust "
        "and the worker the policy Worker of `latchkey iam --account main`"
    )


@pytest.mark.parametrize("open_", [None, "reader", "issuer", "responder"])
def test_a_role_that_lets_in_without_the_external_id_is_named(aws: MotoAws, open_: str | None) -> None:
    """Each of the three roles is checked on its own."""
    far = elsewhere()
    made = catalog(READ_REPORTS, account=far)
    printed = iam_documents(made, "main", ADMIN)
    iam = aws.admin("iam")
    for name in ("Reader", "Issuer", "Responder"):
        trust = json.loads(json.dumps(printed["Trust"]))
        if name.lower() == open_:
            for statement in trust["Statement"]:
                statement.pop("Condition", None)
        role = f"latchkey-{name.lower()}"
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(trust))
        iam.put_role_policy(RoleName=role, PolicyName="rights", PolicyDocument=json.dumps(printed[name]))
    if open_ is None:
        assert check_account(made, far, Accounts(now=aws.clock.now, patient=IMPATIENT)).startswith("roles, boundary")
        return
    (fault,) = faults(aws, far, made)
    assert f"role/latchkey-{open_} can be assumed without the external id" in fault
    assert "the policy Trust of `latchkey iam --account main`" in fault


def test_a_boundary_that_is_missing_or_differs(aws: MotoAws) -> None:
    aws.spoil_boundary("Differs")
    (fault,) = faults(aws)
    assert fault == (
        f"the policy {BOUNDARY} isn't what this catalog needs; replace it with `latchkey iam --account main`, "
        "key Boundary"
    )
    iam = aws.admin("iam")
    for version in iam.list_policy_versions(PolicyArn=BOUNDARY)["Versions"]:
        if not version["IsDefaultVersion"]:
            iam.delete_policy_version(PolicyArn=BOUNDARY, VersionId=version["VersionId"])
    aws.spoil_boundary("NoSuchEntity")
    assert faults(aws) == (
        f"the policy {BOUNDARY} doesn't exist; create it from `latchkey iam --account main`, key Boundary",
    )


def test_an_account_without_a_boundary_is_well_unless_it_offers_a_key(aws: MotoAws) -> None:
    bare = replace(ACCOUNT, boundary_arn=None)
    assert check_account(catalog(SESSION, account=bare), bare, aws.accounts) == f"{ADMIN}, 1 of 5000 IAM users"
    assert faults(aws, bare) == (
        "boundary_arn of [accounts.main] is missing; create the policy of `latchkey iam --account main`, key Boundary",
    )


@pytest.mark.parametrize(("users", "near"), [(3999, False), (4000, True), (4999, True)])
def test_an_account_that_fills_up_says_so_in_time(
    aws: MotoAws, monkeypatch: pytest.MonkeyPatch, users: int, near: bool
) -> None:
    summary = type(aws.aws._directory.backend.account_summary)
    monkeypatch.setattr(summary, "_users", property(lambda _: users))
    said = check_account(aws.catalog, ACCOUNT, aws.accounts)
    assert said.endswith("near the quota: delete unused ones") is near
    assert f"{users} of 5000 IAM users" in said


def test_a_full_account_is_a_fault(aws: MotoAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(aws.aws._directory.backend.account_summary), "_users", property(lambda _: 5000))
    assert faults(aws) == ("the account is full: 5000 of 5000 IAM users; delete unused ones",)


def test_a_policy_that_does_not_fit_beside_our_denies_is_found_before_anybody_collects(aws: MotoAws) -> None:
    crowded = entitlement("crowded", source_ips=tuple(f"203.0.113.{n}/32" for n in range(120)))
    (fault,) = [each for each in faults(aws, made=catalog(crowded)) if "crowded" in each]
    assert fault.startswith("the inline policies of crowded have ")
    assert "characters; IAM allows 2048; use managed policies in policy_arns" in fault


@pytest.mark.parametrize(
    "call",
    [
        "GetAccountSummary",
        "GetPolicy",
        "GenerateCredentialReport",
        "GetCredentialReport",
        "GetAccountAuthorizationDetails",
        "ListAccessKeys",
    ],
)
def test_a_read_that_is_refused_names_the_policy_to_compare(aws: MotoAws, call: str) -> None:
    aws.aws.faults.deny(call)
    assert faults(aws) == (
        f"AWS refused {call} (AccessDenied); compare with `latchkey iam --account main`, key Worker",
    )


@pytest.mark.parametrize("call", ["GetUser", "GetLoginProfile"])
def test_a_reader_that_may_not_look_at_leaked_keys_is_a_warning(aws: MotoAws, call: str) -> None:
    """These two rights came with leaked keys: a role from before lacks them."""
    aws.aws.faults.deny(call)
    quiet = replace(ACCOUNT, usage=False)
    (said,) = warnings_of(catalog(account=quiet), quiet, Accounts(now=aws.clock.now, patient=IMPATIENT))
    assert said.startswith(f"leaked keys can't be looked up and checked: AWS refused {call} (AccessDenied); compare")


def no_credentials(env: pytest.MonkeyPatch) -> None:
    env.delenv("AWS_ACCESS_KEY_ID")
    env.delenv("AWS_SECRET_ACCESS_KEY")


BAD_DAYS: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], str]] = {
    "no credentials": (
        no_credentials,
        "the worker has no AWS credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run it with a role",
    ),
    "half of them": (
        lambda env: env.delenv("AWS_SECRET_ACCESS_KEY"),
        "the worker's AWS credentials are incomplete; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    ),
    "unknown key": (
        lambda env: env.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        "AWS rejects the worker's credentials (InvalidClientTokenId); set a valid key, or use a role",
    ),
    "wrong secret, or wrong clock": (
        lambda env: env.setenv("AWS_SECRET_ACCESS_KEY", "wrong"),
        "AWS rejects the signature; copy AWS_SECRET_ACCESS_KEY again, or correct the host's clock",
    ),
    "nobody answers": (
        lambda env: env.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
        "AWS doesn't answer; check the network, and AWS_ENDPOINT_URL if it is set",
    ),
    "no URL": (
        lambda env: env.setenv("AWS_ENDPOINT_URL", "aws"),
        "AWS_ENDPOINT_URL isn't a URL; write one like https://host, or remove it",
    ),
    "no profile": (
        lambda env: env.setenv("AWS_PROFILE", "alice"),
        "the profile in AWS_PROFILE doesn't exist; correct it, or remove it",
    ),
}


@pytest.mark.parametrize(("spoil", "sentence"), BAD_DAYS.values(), ids=BAD_DAYS)
def test_a_bad_environment_is_a_sentence(
    aws: MotoAws, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[pytest.MonkeyPatch], None], sentence: str
) -> None:
    spoil(monkeypatch)
    assert faults(aws) == (sentence,)


def test_the_doctor_prints_each_fault_on_its_line(aws: MotoAws) -> None:
    lines, far = list[str](), elsewhere()
    ask = lambda: check_account(catalog(account=far), far, aws.accounts)  # noqa: E731
    assert examine([Check("AWS account main", ask, "compare the roles with `latchkey iam`")], lines.append) == 1
    assert [line.partition(": ")[0] for line in lines[:3]] == ["fault  AWS account main"] * 3
