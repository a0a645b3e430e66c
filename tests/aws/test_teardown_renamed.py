"""A renamed IAM user: "no such user" counts only if AWS has none of its keys."""

from collections.abc import Callable

import pytest

from bot.domain.errors import AwsError, AwsRefused
from bot.domain.ids import AccessKeyId
from bot.ports import Iam
from tests.aws.kit import ACCOUNT, AwsWorld, MotoAws, grant, spec
from tests.aws.test_lives import Lives, lives
from tests.fakes import ALICE

__all__ = ["lives"]

GRANT = grant()
USER = GRANT.iam_user
NAME = "reports"


def renamed(aws: MotoAws, **more: str) -> AccessKeyId:
    key = aws.mint().id
    aws.admin("iam").update_user(UserName=USER, NewUserName=NAME, **more)
    return key


def test_a_revoke_goes_on_under_the_new_name(lives: Lives) -> None:
    aws, made = lives.aws, lives.spec()
    key = aws.mint(made)
    aws.admin("iam").update_user(UserName=made.grant.iam_user, NewUserName=NAME)
    aws.iam.tear_down(made.grant, lives.account, keys=(key.id,), by=ALICE)
    assert aws.read(key) == "InvalidAccessKeyId"
    assert aws.truth(NAME) is None


def test_each_key_is_asked_for_until_one_says_the_name(aws: MotoAws) -> None:
    first = renamed(aws)
    second = AccessKeyId(aws.admin("iam").create_access_key(UserName=NAME)["AccessKey"]["AccessKeyId"])
    aws.admin("iam").delete_access_key(UserName=NAME, AccessKeyId=first)
    aws.iam.tear_down(GRANT, ACCOUNT, keys=(first, second), by=ALICE)
    assert aws.truth(NAME) is None


def test_also_where_another_user_took_the_old_name(aws: MotoAws) -> None:
    key = renamed(aws)
    aws.iam.prepare(spec(), by=ALICE)
    aws.iam.tear_down(GRANT, ACCOUNT, keys=(key,), by=ALICE)
    assert (aws.truth(USER), aws.truth(NAME)) == (None, None)


def test_also_where_aws_denies_the_question_who_holds_the_key(aws: MotoAws) -> None:
    key = renamed(aws)
    aws.aws.faults.deny("GetAccessKeyLastUsed", times=100)
    aws.iam.tear_down(GRANT, ACCOUNT, keys=(key,), by=ALICE)
    assert aws.truth(NAME) is None


def test_renamed_and_moved_it_is_cut_off(lives: Lives) -> None:
    aws, made = lives.aws, lives.spec()
    key = aws.mint(made)
    aws.admin("iam").update_user(UserName=made.grant.iam_user, NewUserName=NAME, NewPath="/people/")
    with pytest.raises(AwsRefused):
        aws.iam.tear_down(made.grant, lives.account, keys=(key.id,), by=ALICE)
    assert aws.truth(NAME) == {key.id: False}


def test_a_forged_key_in_the_ledger_affects_no_other_user(lives: Lives) -> None:
    """An attacker who can write to the ledger reaches only the keys of grants."""
    aws, iam = lives.aws, lives.aws.admin("iam")
    iam.create_user(UserName="alice", Path="/people/")
    key = iam.create_access_key(UserName="alice")["AccessKey"]["AccessKeyId"]
    with pytest.raises(AwsRefused):
        aws.iam.tear_down(GRANT, lives.account, keys=(key,), by=ALICE)
    assert aws.truth("alice") == {key: True}
    assert iam.list_attached_user_policies(UserName="alice")["AttachedPolicies"] == []


def test_a_user_deleted_by_hand_is_done(lives: Lives) -> None:
    """With permissions limited to the path, AWS answers AccessDenied about a user that is gone."""
    aws, made = lives.aws, lives.spec()
    user, key = made.grant.iam_user, aws.mint(made).id
    aws.admin("iam").delete_access_key(UserName=user, AccessKeyId=key)
    aws.aws._directory.backend.users.pop(user)
    aws.iam.set_active(lives.account, user, key, active=False, by=ALICE)
    aws.iam.delete_key(lives.account, user, key, by=ALICE)
    aws.iam.tear_down(made.grant, lives.account, keys=(key,), by=ALICE)


def test_one_key_is_switched_off_by_rights_that_are_bound_to_the_path(lives: Lives) -> None:
    aws, made = lives.aws, lives.spec()
    user, key = made.grant.iam_user, aws.mint(made).id
    aws.admin("iam").update_user(UserName=user, NewUserName=NAME)
    aws.iam.set_active(lives.account, user, key, active=False, by=ALICE)
    assert aws.truth(NAME) == {key: False}


def test_nothing_is_believed_while_aws_does_not_say_who_holds_the_key(aws: MotoAws) -> None:
    key = renamed(aws)
    aws.aws.faults.throttle("GetAccessKeyLastUsed", times=100)
    with pytest.raises(AwsError):
        aws.iam.tear_down(GRANT, ACCOUNT, keys=(key,), by=ALICE)


ACTS: dict[str, tuple[Callable[[Iam, AccessKeyId], None], bool | None]] = {
    "off": (lambda iam, key: iam.set_active(ACCOUNT, USER, key, active=False, by=ALICE), False),
    "on": (lambda iam, key: iam.set_active(ACCOUNT, USER, key, active=True, by=ALICE), True),
    "deleted": (lambda iam, key: iam.delete_key(ACCOUNT, USER, key, by=ALICE), None),
}


@pytest.mark.parametrize("act", ACTS)
def test_one_key_is_switched_and_deleted_under_the_new_name(world: AwsWorld, act: str) -> None:
    world.iam.prepare(spec(), by=ALICE)
    key = world.iam.create_key(ACCOUNT, USER, by=ALICE).id
    world.rename(USER, NAME)
    do, after = ACTS[act]
    do(world.iam, key)
    assert (world.truth(NAME) or {}).get(key) is after
    assert world.iam.holder_of(ACCOUNT, key, USER) == (None if act == "deleted" else NAME)
