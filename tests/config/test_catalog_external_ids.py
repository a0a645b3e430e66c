"""Which roles work without an external id: those of the account that the worker runs in, at most one."""

from pathlib import Path

import pytest

from tests.commands.test_iam import FAR, ROLES
from tests.config.test_catalog_file import ACCOUNT, COMMON, GROUP, SESSION, TOP, WHOLE, mistakes, one, read

SECOND = (ACCOUNT + FAR).replace("main", "second").replace("123456789012", "210987654321")
WITHOUT_ID = SECOND.replace('external_id = "latchkey-7d41"\n', "")
OTHER_KEY = (
    '[[entitlements]]\nid = "other"\nkind = "access_key"\npolicy_arns = ["arn:aws:iam::aws:policy/A"]\n'
    'services = ["s3"]\n' + COMMON.replace('"main"', '"second"')
)


def test_the_workers_own_account_does_without_one_with_roles_or_without(tmp_path: Path) -> None:
    for text in (WHOLE, WHOLE.replace(ACCOUNT, ACCOUNT + ROLES), WHOLE + SECOND + OTHER_KEY):
        assert read(text, tmp_path).accounts["main"].external_id is None  # type: ignore[index]


@pytest.mark.parametrize("more", [OTHER_KEY, ""], ids=["that offers a key", "that is only read"])
def test_roles_beside_the_workers_own_account_need_one(tmp_path: Path, more: str) -> None:
    said = one(WHOLE + WITHOUT_ID + more, tmp_path)
    assert "[accounts.second]: external_id is missing: only the roles of the worker's own account" in said
    assert "[accounts.main] already is that one" in said


def test_two_accounts_with_roles_need_one_of_them(tmp_path: Path) -> None:
    said = mistakes(WHOLE.replace(ACCOUNT, ACCOUNT + ROLES) + WITHOUT_ID + OTHER_KEY, tmp_path)
    assert [each.split(": ")[1] for each in said] == ["[accounts.main]", "[accounts.second]"]
    assert all("external_id is missing" in each and "there are several here" in each for each in said)


def test_an_account_of_sessions_alone_may_have_one(tmp_path: Path) -> None:
    far = ACCOUNT + 'external_id = "latchkey-7d41"\n'
    alone = TOP + far + GROUP + SESSION.replace('instead_of = ["read"]\n', "") + WITHOUT_ID
    assert read(alone, tmp_path).accounts["second"].external_id is None  # type: ignore[index]
