"""The catalog file: every mistake at once, each with file, table and key."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.config.catalog_file import load
from bot.config.catalog_rules import INLINE_LIMIT
from bot.domain.catalog import Catalog, Kind
from bot.domain.errors import CatalogError
from bot.domain.policies.forbidden_services import NEVER_OFFERED

EXAMPLE = Path(__file__).parents[2] / "catalog.toml"
LONG = "x" * 51
POLICY = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::r/*"}]}'
)

TOP = 'admins = ["U02BOB"]\n'
ACCOUNT = '[accounts.main]\nid = "123456789012"\nboundary_arn = "arn:aws:iam::123456789012:policy/latchkey/boundary"\n'
GROUP = '[approvers.platform]\nusers = ["U02BOB"]\n'
COMMON = 'title = "Read"\naccount = "main"\nmax_duration = "8h"\napprovers = "platform"\n'
KEY = f'[[entitlements]]\nid = "read"\nkind = "access_key"\npolicy = \'{POLICY}\'\n{COMMON}'
SESSION = (
    '[[entitlements]]\nid = "session"\nkind = "session"\n'
    f'role_arn = "arn:aws:iam::123456789012:role/reports"\ninstead_of = ["read"]\n{COMMON}'
)
WHOLE = TOP + ACCOUNT + GROUP + KEY + SESSION


def read(text: str, tmp_path: Path) -> Catalog:
    file = tmp_path / "catalog.toml"
    file.write_text(text, encoding="utf-8")
    return load(file)


def mistakes(text: str, tmp_path: Path) -> tuple[str, ...]:
    with pytest.raises(CatalogError) as caught:
        read(text, tmp_path)
    assert all("catalog.toml: " in each for each in caught.value.mistakes)
    return caught.value.mistakes


def one(text: str, tmp_path: Path) -> str:
    (only,) = mistakes(text, tmp_path)
    return only


def test_it_reads_the_example() -> None:
    found = load(EXAMPLE)
    assert found.admins == ("U02BOB",)
    assert set(found.entitlements) == {"reports-read-session", "reports-read", "reports-write", "reports-mfa"}
    key = found.entitlements["reports-read"]
    assert (key.kind, key.max_duration, key.approvals) == (Kind.ACCESS_KEY, timedelta(days=30), 1)
    assert found.safer_than(key) is found.entitlements["reports-read-session"]
    assert found.account_of(key).channel == "C01OPS"
    assert found.approvers_of(key).usergroups == ("S0PLATFORM",)


def test_it_fills_in_the_defaults(tmp_path: Path) -> None:
    found = read(WHOLE, tmp_path)
    assert found.collect_within == found.decide_within == timedelta(hours=72)
    assert found.hygiene.overlap == timedelta(days=7)
    assert found.hygiene.keep_most == timedelta(days=180)
    assert found.hygiene.workdays == {0, 1, 2, 3, 4}
    assert found.entitlements["read"].requesters == ()


def test_the_working_week_is_the_companys(tmp_path: Path) -> None:
    found = read(WHOLE + '[hygiene]\nworkdays = ["sun", "mon", "tue", "wed", "thu"]\n', tmp_path)
    assert found.hygiene.workdays == {6, 0, 1, 2, 3}


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        (TOP, TOP + '[hygiene]\nworkdays = ["Monday"]\n', "[hygiene]: workdays", "isn't a day"),
        (TOP, TOP + '[hygiene]\nworkdays = ["mon", "wed", "fri"]\n', "[hygiene]: workdays", "three days in a row"),
        ('admins = ["U02BOB"]', 'admins = ["bob"]', "the top level: admins[1]", "Slack user id"),
        (TOP, TOP + 'colect_within = "1h"\n', "the top level: colect_within", "did you mean collect_within"),
        (TOP, TOP + 'watch_channels = ["general"]\n', "the top level: watch_channels[1]", "a Slack channel id"),
        (TOP, TOP + 'watch_channels = ["*", "C01OPS"]\n', "the top level: watch_channels", "leave the others out"),
        (TOP, TOP + 'collect_within = "1w"\n', "the top level: collect_within", "isn't a duration"),
        (TOP, TOP + "collect_within = 72\n", "the top level: collect_within", "text in quotes"),
        ('"123456789012"', '"1234"', "[accounts.main]: id", "12 digits"),
        ('"123456789012"', "123456789012", "[accounts.main]: id", "text in quotes"),
        ("boundary_arn =", "# ", "[accounts.main]: boundary_arn", "latchkey iam"),
        ("012:policy/latchkey", "013:policy/latchkey", "[accounts.main]: boundary_arn", "is in account 123456789013"),
        (ACCOUNT, ACCOUNT + 'channel = "#ops"\n', "[accounts.main]: channel", "Slack channel id"),
        (ACCOUNT, ACCOUNT + "adopt = 1\n", "[accounts.main]: adopt", ""),
        ('users = ["U02BOB"]', "", "[approvers.platform]: users", "no one could approve"),
        ('users = ["U02BOB"]', 'usergroups = ["U02BOB"]', "[approvers.platform]: usergroups[1]", "user group id"),
        (
            GROUP,
            GROUP + 'silent = ["U02BOB"]\n',
            "[approvers.platform]: silent",
            "no one to send a request to",
        ),
        (
            GROUP,
            GROUP + 'escalate_after = "1h"\nescalate_to = "security"\n',
            "[approvers.platform]: escalate_to",
            "another group",
        ),
        ('id = "read"', 'id = "read"\napprovals = 2', "[[entitlements]] read: approvals", "too few people"),
        ('id = "read"', 'id = "read"\napprovals = 0', "[[entitlements]] read: approvals", "at least 1"),
        ('id = "read"', 'id = "read"\nrequesters = ["U02BOB"]', "[[entitlements]] read: approvals", "too few people"),
        ('id = "read"', 'id = "read"\nservices = ["*"]', "[[entitlements]] read: services[1]", 'never "*"'),
        ('id = "read"', 'id = "read"\nservices = ["iam"]', "[[entitlements]] read: services[1]", "can't be offered"),
        ('id = "read"', 'id = "read"\nsource_ips = ["1.2.3.4/8"]', "[[entitlements]] read: source_ips[1]", "range"),
        ('id = "read"', 'id = "read"\nsource_vpces = ["x"]', "[[entitlements]] read: source_vpces[1]", "VPC endpoint"),
        ('id = "read"', 'id = "read"\nmay_assume = ["x"]', "[[entitlements]] read: may_assume[1]", "ARN of a role"),
        ('id = "read"', 'id = "read"\ninstead_of = ["session"]', "[[entitlements]] read: instead_of", "sessions"),
        (
            'instead_of = ["read"]',
            'instead_of = ["gone"]',
            "[[entitlements]] session: instead_of",
            "'gone' doesn't exist",
        ),
        (
            'instead_of = ["read"]',
            'instead_of = ["session"]',
            "[[entitlements]] session: instead_of",
            "a session itself",
        ),
        ('instead_of = ["read"]', "mfa = true", "[[entitlements]] session: mfa", "is for access keys"),
        ('instead_of = ["read"]', 'services = ["s3"]', "[[entitlements]] session: services", "for access keys"),
        ("role_arn =", "# ", "[[entitlements]] session: role_arn", "is missing"),
        ("012:role/reports", "013:role/reports", "[[entitlements]] session: role_arn", "is in account"),
        ('kind = "session"', 'kind = "key"', "[[entitlements]] session: kind", "isn't a kind"),
        (
            "[accounts.main]",
            f'[accounts.{LONG}]\nid = "2"\n[accounts.main]'.replace("2", "2" * 12),
            f"[accounts.{LONG}]:",
            "51 characters",
        ),
        (f"policy = '{POLICY}'", "", "[[entitlements]] read: policy", "policy_arns with services"),
        (f"policy = '{POLICY}'", "policy = '{'", "[[entitlements]] read: policy", "isn't JSON"),
        (f"policy = '{POLICY}'", "policy = '[]'", "[[entitlements]] read: policy", "isn't an IAM policy"),
        ("2012-10-17", "2008-10-17", "[[entitlements]] read: policy", "isn't an IAM policy"),
        ('"s3:GetObject"', '"*"', "[[entitlements]] read: policy", "name each service"),
        ('"s3:GetObject"', '"s?:GetObject"', "[[entitlements]] read: policy", "name each service"),
        ('"s3:GetObject"', '"IAM:CreateUser"', "[[entitlements]] read: policy", "can't be offered"),
        ('"s3:GetObject"', '"sts:AssumeRole"', "[[entitlements]] read: policy", "can't be offered"),
        ('"s3:GetObject"', '"signin:*"', "[[entitlements]] read: policy", "hands out credentials"),
        ('"Action":', '"NotAction":', "[[entitlements]] read: policy", "NotAction"),
        ("arn:aws:s3:::r/*", "arn:aws:s3:::" + "r" * INLINE_LIMIT, "[[entitlements]] read: policy", "policy_arns"),
    ],
)
def test_it_names_file_table_and_key(old: str, new: str, where: str, what: str, tmp_path: Path) -> None:
    assert old in WHOLE
    said = one(WHOLE.replace(old, new, 1), tmp_path)
    assert f"catalog.toml: {where} " in said
    assert what in said


def test_services_that_make_identities_or_hand_out_credentials_are_on_the_list() -> None:
    """By name, because a test that iterates over the list wouldn't notice a removed entry."""
    directory = {"sso", "sso-directory", "sso-oauth", "identitystore", "identitystore-auth", "identity-sync"}
    credentials = {"sts", "signin", "rolesanywhere", "cognito-identity", "eks-auth"}
    assert NEVER_OFFERED.keys() >= {"iam", "organizations", "account", "ds", "ds-data", *directory, *credentials}


@pytest.mark.parametrize("service", sorted(NEVER_OFFERED))
def test_what_makes_identities_is_never_offered(service: str, tmp_path: Path) -> None:
    named = one(WHOLE.replace('id = "read"', f'id = "read"\nservices = ["{service}"]', 1), tmp_path)
    allowed = one(WHOLE.replace("s3:GetObject", f"{service}:Get*", 1), tmp_path)
    assert all("can't be offered: it " in said for said in (named, allowed))


def arns(*named: str, more: str = 'services = ["s3"]') -> str:
    return WHOLE.replace(f"policy = '{POLICY}'", f"policy_arns = {list(named)}\n{more}")


def test_it_takes_managed_policies_with_their_services(tmp_path: Path) -> None:
    found = read(arns("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", "arn:aws:iam::123456789012:policy/x"), tmp_path)
    assert found.entitlements["read"].services == ("s3",)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (arns("arn:aws:iam::aws:policy/A", more=""), "services is missing"),
        (arns(*[f"arn:aws:iam::aws:policy/A{at}" for at in range(11)]), "at most 10"),
        (arns("arn:aws:iam::123456789013:policy/A"), "is in account 123456789013"),
        (arns("arn:aws:iam::aws:policy/A", more=f"services = ['s3']\npolicy = '{POLICY}'"), "keep one of them"),
        (WHOLE.replace('"8h"', '"14m"'), "900 seconds"),
        (WHOLE.replace('account = "main"', 'account = "other"'), "[accounts.…]"),
        (WHOLE.replace('approvers = "platform"', 'approvers = "other"'), "[approvers.…]"),
        (WHOLE + KEY, "twice"),
        (WHOLE + ACCOUNT.replace("main", "second"), "twice"),
        (ACCOUNT + 'issuer_role_arn = "arn:aws:iam::123456789012:role/i"\n', "all three roles"),
    ],
)
def test_it_refuses_what_does_not_go_together(text: str, what: str, tmp_path: Path) -> None:
    text = text if text.startswith(TOP) else WHOLE.replace(ACCOUNT, text)
    assert what in "\n".join(mistakes(text, tmp_path))


def test_it_lets_a_named_role_be_assumed(tmp_path: Path) -> None:
    allowed = WHOLE.replace("s3:GetObject", "sts:AssumeRole").replace(
        'id = "read"', 'id = "read"\nmay_assume = ["arn:aws:iam::123456789012:role/next"]'
    )
    assert read(allowed, tmp_path).entitlements["read"].may_assume


def test_a_key_may_want_a_code(tmp_path: Path) -> None:
    found = read(WHOLE.replace('id = "read"', 'id = "read"\nmfa = true'), tmp_path).entitlements
    assert found["read"].mfa  # type: ignore[index]


def test_a_user_group_may_satisfy_any_number(tmp_path: Path) -> None:
    text = WHOLE.replace('users = ["U02BOB"]', 'usergroups = ["S0PLATFORM"]').replace(
        'id = "read"', 'id = "read"\napprovals = 3'
    )
    assert read(text, tmp_path).entitlements["read"].approvals == 3


def test_it_tells_every_mistake_at_once(tmp_path: Path) -> None:
    text = WHOLE.replace('["U02BOB"]', '["bob"]').replace('"8h"', '"8 hours"').replace('"123456789012"', '"1"')
    assert len(mistakes(text, tmp_path)) == 5


def test_a_broken_table_is_not_also_an_unknown_one(tmp_path: Path) -> None:
    assert "12 digits" in one(WHOLE.replace('"123456789012"', '"1"'), tmp_path)


@pytest.mark.parametrize(
    "text", ["accounts = 3\n", "entitlements = 3\n", "accounts.main = 3\n", "entitlements = [3]\n"]
)
def test_a_table_that_is_none_is_reported(text: str, tmp_path: Path) -> None:
    assert "must be" in "\n".join(mistakes(text, tmp_path))


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    assert "isn't TOML" in one("admins = ", tmp_path)
    (tmp_path / "latin").write_bytes(b"\xff")
    for name, what in {"none": "CATALOG_FILE", "latin": "UTF-8"}.items():
        with pytest.raises(CatalogError, match=what):
            load(tmp_path / name)
