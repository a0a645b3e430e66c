"""Which found keys Latchkey never touches, and whose approval it takes to reactivate one."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.adopted import DualApproval, Protection, path_of, protection
from bot.domain.catalog import Account
from bot.domain.hygiene.credential_report import ROOT
from bot.domain.hygiene.inventory import FoundKey, FoundUser
from bot.domain.ids import AccessKeyId, AccountName, CredentialId, SlackUserId
from tests.fakes import ALICE, BOB, CAROL, START

MAIN = AccountName("main")
IAM = "arn:aws:iam::123456789012:"
ACCOUNT = Account(MAIN, "123456789012", adopt=True)
USER = FoundUser(MAIN, "reporting", f"{IAM}user/reporting", START, START, CAROL, {}, False, False, False)
KEY = FoundKey("k1", MAIN, "reporting", 1, START, True, START, START, AccessKeyId("AKIA1"))

UNTOUCHED: dict[str, tuple[Protection, dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "no adopt": (Protection.NOT_ADOPTED, {"adopt": False}, {}, {}),
    "the root user": (Protection.ROOT, {}, {"name": ROOT, "arn": f"{IAM}root"}, {}),
    "what is no user": (Protection.ROOT, {}, {"arn": f"{IAM}root"}, {}),
    "a credential of Latchkey's": (Protection.LATCHKEYS, {}, {}, {"credential": CredentialId("c1")}),
    "a user of a grant": (Protection.LATCHKEYS, {}, {"name": "latchkey-g1"}, {}),
    "a user under /latchkey/": (Protection.LATCHKEYS, {}, {"arn": f"{IAM}user/latchkey/reporting"}, {}),
    "deep under /latchkey/": (Protection.LATCHKEYS, {}, {"arn": f"{IAM}user/latchkey/a/reporting"}, {}),
    "the bot's own": (Protection.ITSELF, {}, {"arn": f"{IAM}user/service/worker"}, {}),
    "a key that is gone": (Protection.GONE, {}, {}, {"gone_at": START}),
    "a user that is gone": (Protection.GONE, {}, {"gone_at": START}, {}),
    "a key without a name": (Protection.NAMELESS, {}, {}, {"access_key_id": None}),
    "a key that is unclear": (Protection.NAMELESS, {}, {}, {"unclear": "two of one second"}),
}


def test_a_found_key_in_an_account_that_adopts_may_be_touched() -> None:
    assert protection(ACCOUNT, USER, KEY) is None
    there = replace(USER, arn=f"{IAM}user/team/latchkey/reporting")
    assert protection(ACCOUNT, there, KEY) is None


@pytest.mark.parametrize(("why", "account", "user", "key"), UNTOUCHED.values(), ids=UNTOUCHED)
def test_what_is_never_touched(
    why: Protection, account: dict[str, Any], user: dict[str, Any], key: dict[str, Any]
) -> None:
    assert protection(replace(ACCOUNT, **account), replace(USER, **user), replace(KEY, **key)) is why


def test_what_is_not_known_is_not_touched() -> None:
    assert protection(None, USER, KEY) is Protection.UNKNOWN
    assert protection(ACCOUNT, None, KEY) is Protection.UNKNOWN
    assert protection(ACCOUNT, USER, None) is Protection.UNKNOWN


@pytest.mark.parametrize(
    ("arn", "path"),
    [
        (f"{IAM}user/name", "/"),
        (f"{IAM}user/team/name", "/team/"),
        (f"{IAM}user/a/b/name", "/a/b/"),
        (f"{IAM}root", "/"),
    ],
)
def test_the_path_of_a_user(arn: str, path: str) -> None:
    assert path_of(arn) == path


def warrant(*agreed: SlackUserId, owners: frozenset[SlackUserId] = frozenset({CAROL})) -> DualApproval:
    return DualApproval(KEY.access_key_id or AccessKeyId(""), USER.arn, owners, frozenset(agreed))


@pytest.mark.parametrize("agreed", [(), (ALICE,), (ALICE, ALICE), (ALICE, CAROL), (CAROL,)])
def test_no_warrant_for_fewer_than_two_who_do_not_own_it(agreed: tuple[SlackUserId, ...]) -> None:
    with pytest.raises(ValueError, match="2 approvers"):
        warrant(*agreed)


def test_a_warrant_names_both_and_never_the_owner() -> None:
    assert warrant(BOB, ALICE).by == f"{ALICE}+{BOB}"
    assert warrant(CAROL, BOB, ALICE).by == f"{ALICE}+{BOB}"
