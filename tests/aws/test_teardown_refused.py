"""A tear-down that AWS partly refuses: every other step is tried, and the result says what still works."""

import pytest

from bot.domain.errors import StillStands
from bot.domain.incomplete_teardown import Works
from tests.aws.kit import ACCOUNT, MotoAws, grant
from tests.aws.test_lives import Lives, lives
from tests.aws.test_teardown import DENY_ALL
from tests.fakes import ALICE

__all__ = ["lives"]

GRANT = grant()
USER = GRANT.iam_user
ALWAYS = 100


def torn_down(aws: MotoAws, *keys: str) -> StillStands:
    with pytest.raises(StillStands) as still:
        aws.iam.tear_down(GRANT, ACCOUNT, keys=keys, by=ALICE)  # type: ignore[arg-type]
    return still.value


def attached(aws: MotoAws, user: str = USER) -> list[str]:
    found = aws.admin("iam").list_attached_user_policies(UserName=user)["AttachedPolicies"]
    return [each["PolicyArn"] for each in found]


def test_a_key_that_cannot_be_deactivated_is_deleted(aws: MotoAws) -> None:
    key = aws.mint()
    aws.aws.faults.deny("UpdateAccessKey", times=ALWAYS)
    aws.iam.tear_down(GRANT, ACCOUNT, keys=(key.id,), by=ALICE)
    assert aws.read(key) == "InvalidAccessKeyId"
    assert aws.truth(USER) is None


def test_a_key_that_cannot_be_ended_at_all_is_denied_everything(aws: MotoAws) -> None:
    key = aws.mint()
    for action in ("UpdateAccessKey", "DeleteAccessKey"):
        aws.aws.faults.deny(action, times=ALWAYS)
    still = torn_down(aws, key.id)
    assert still.works is Works.DENIED
    assert set(still.steps) == {"UpdateAccessKey: AccessDenied", "DeleteAccessKey: AccessDenied"}
    assert (aws.read(key), attached(aws)) == ("AccessDenied", [DENY_ALL])
    assert "latchkey-deny" in aws.admin("iam").list_user_policies(UserName=USER)["PolicyNames"]
    aws.aws.faults.clear()
    aws.iam.tear_down(GRANT, ACCOUNT, keys=(key.id,), by=ALICE)
    assert aws.truth(USER) is None


def test_where_even_that_is_refused_the_key_is_said_to_work(aws: MotoAws) -> None:
    key = aws.mint()
    for action in ("UpdateAccessKey", "DeleteAccessKey", "AttachUserPolicy"):
        aws.aws.faults.deny(action, times=ALWAYS)
    still = torn_down(aws, key.id)
    assert still.works is Works.KEYS
    assert "AttachUserPolicy: AccessDenied" in still.steps
    assert aws.admin("iam").list_user_policies(UserName=USER)["PolicyNames"] != ["latchkey-allow"]


def test_keys_that_are_not_listed_are_ended_by_the_ledgers_ids(aws: MotoAws) -> None:
    key = aws.mint()
    aws.aws.faults.deny("ListAccessKeys", times=ALWAYS)
    still = torn_down(aws, key.id)
    assert still.works is Works.DENIED, "there may be keys that the ledger does not know"
    assert aws.truth(USER) == {}


@pytest.mark.parametrize("action", ["ListUserPolicies", "DeleteUserPolicy", "DeleteLoginProfile", "ListMFADevices"])
def test_any_other_refused_step_leaves_no_key(aws: MotoAws, action: str) -> None:
    key = aws.mint()
    aws.aws.faults.deny(action, times=ALWAYS)
    still = torn_down(aws, key.id)
    assert (still.call, still.works) == (action, Works.NOTHING)
    assert aws.truth(USER) == {}


def test_a_user_moved_out_of_our_path_is_cut_off_by_the_responder(lives: Lives) -> None:
    aws, made = lives.aws, lives.spec()
    user, key = made.grant.iam_user, aws.mint(made)
    aws.admin("iam").update_user(UserName=user, NewPath="/people/")
    with pytest.raises(StillStands) as still:
        aws.iam.tear_down(made.grant, lives.account, keys=(key.id,), by=ALICE)
    assert still.value.works is Works.NOTHING
    assert aws.truth(user) == {key.id: False}
    assert attached(aws, user) == [DENY_ALL]
    aws.admin("iam").update_user(UserName=user, NewPath="/latchkey/")
    aws.iam.tear_down(made.grant, lives.account, keys=(key.id,), by=ALICE)
    assert aws.truth(user) is None
