"""Revoking sessions: the policy `latchkey-revoked` on their role, evaluated by the AWS stand-in."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.aws.policies import inline_size
from bot.aws.responder import AwsResponder
from bot.aws.revoked_sessions import POLICY, ROLE_CHARACTERS, fitting, revoked
from bot.aws.roles import responder as printed
from bot.domain.errors import AwsRefused, Throttled
from bot.domain.ids import CredentialId, GrantId
from bot.domain.issuing.session import RevokedSession, names_of, session_name
from tests.aws.found import FAR, far
from tests.aws.kit import ACCOUNT, SESSION, SESSION_ROLE, MotoAws, catalog, elsewhere, grant, spec
from tests.fakes import ALICE, START

__all__ = ["far"]
SPEC = spec(SESSION, of=grant(wanted=SESSION))
HOUR = 3600
ROLE = "reports-session"


def entry(name: str, names: str | None = None) -> RevokedSession:
    return RevokedSession(name, START, names)


def revoke(aws: MotoAws, *sessions: RevokedSession, account: Any = ACCOUNT) -> frozenset[str]:
    return AwsResponder(aws.accounts).revoke_sessions(account, SESSION_ROLE, sessions, by=ALICE)


def standing(aws: MotoAws) -> list[str]:
    return list(aws.admin("iam").list_role_policies(RoleName=ROLE)["PolicyNames"])


def test_a_session_is_refused_once_its_name_is_in_the_policy_and_its_neighbour_is_not(aws: MotoAws) -> None:
    mine = aws.iam.assume(SPEC, HOUR, name="latchkey-g1-c1", by=ALICE)
    other = aws.iam.assume(SPEC, HOUR, name="latchkey-g1-c2", by=ALICE)
    assert revoke(aws, entry("latchkey-g1-c1")) == {"latchkey-g1-c1"}
    assert aws.read(mine) == "AccessDenied"
    assert aws.read(other) == "done"


def test_a_session_of_the_same_name_that_is_issued_later_is_not_meant(aws: MotoAws) -> None:
    revoke(aws, entry("latchkey-g1-c1"))
    aws.clock.advance(minutes=2)
    assert aws.read(aws.iam.assume(SPEC, HOUR, name="latchkey-g1-c1", by=ALICE)) == "done"


def test_what_stands_is_not_written_again_and_goes_with_the_last_session(aws: MotoAws) -> None:
    revoke(aws, entry("latchkey-g1-c1"))
    revoke(aws, entry("latchkey-g1-c1"))
    assert aws.aws.count("PutRolePolicy") == 1
    assert sorted(standing(aws)) == ["latchkey-revoked", "permissions"]
    assert revoke(aws) == frozenset()
    assert revoke(aws) == frozenset()
    assert standing(aws) == ["permissions"]
    assert aws.aws.count("DeleteRolePolicy") == 1


def test_what_someone_changed_by_hand_is_put_right(aws: MotoAws) -> None:
    revoke(aws, entry("latchkey-g1-c1"))
    session = aws.iam.assume(SPEC, HOUR, name="latchkey-g1-c1", by=ALICE)
    aws.admin("iam").delete_role_policy(RoleName=ROLE, PolicyName=POLICY)
    assert aws.read(session) == "done"
    revoke(aws, entry("latchkey-g1-c1"))
    assert aws.read(session) == "AccessDenied"


def test_the_responder_may_do_it_with_the_printed_right_and_without_it_is_refused(far: MotoAws) -> None:
    revokes = replace(FAR, revoke_sessions=True)
    with pytest.raises(AwsRefused, match="AccessDenied"):
        revoke(far, entry("latchkey-g1-c1"), account=revokes)
    document = printed(catalog(account=revokes), revokes, far.aws.admin[0])
    far.admin("iam").put_role_policy(
        RoleName="latchkey-responder", PolicyName="printed", PolicyDocument=json.dumps(document)
    )
    session = far.iam.assume(SPEC, HOUR, name="latchkey-g1-c1", by=ALICE)
    assert revoke(far, entry("latchkey-g1-c1"), account=revokes) == {"latchkey-g1-c1"}
    assert far.read(session) == "AccessDenied"


@pytest.mark.parametrize("call", ["ListRolePolicies", "PutRolePolicy", "GetRolePolicy"])
def test_an_aws_that_does_not_answer_is_asked_again(aws: MotoAws, call: str) -> None:
    aws.aws.faults.throttle(call)
    with pytest.raises(Throttled):
        revoke(aws, entry("latchkey-g1-c1"))
    assert revoke(aws, entry("latchkey-g1-c1")) == {"latchkey-g1-c1"}


def test_sessions_of_a_role_that_is_gone_are_gone(aws: MotoAws) -> None:
    iam = aws.admin("iam")
    iam.delete_role_policy(RoleName=ROLE, PolicyName="permissions")
    iam.delete_role(RoleName=ROLE)
    assert revoke(aws, entry("latchkey-g1-c1")) == {"latchkey-g1-c1"}


def test_only_the_catalogs_session_roles_and_only_where_the_account_says_so() -> None:
    for account, wanted in (
        (replace(elsewhere(), revoke_sessions=True), [SESSION_ROLE]),
        (replace(elsewhere(), revoke_sessions=False), []),
    ):
        rows = printed(catalog(account=account), account, "arn:aws:iam::123456789012:root")["Statement"]
        found = [row for row in rows if "iam:PutRolePolicy" in row["Action"]]
        assert [arn for row in found for arn in row["Resource"]] == wanted


# --- 10,240 characters ------------------------------------------------------------------------------------------------


def real(grants: int, each: int) -> Sequence[RevokedSession]:
    """As long as real ones."""
    ids = [
        (GrantId(f"g{of:025}"), CredentialId(f"c{of:012}{number:013}"))
        for of in range(grants)
        for number in range(each)
    ]
    return [RevokedSession(session_name(*pair), START, names_of(pair[0])) for pair in ids]


def test_a_session_name_is_what_sts_takes_and_nothing_that_stringlike_reads_as_a_wildcard() -> None:
    (name,) = (each.name for each in real(1, 1))
    assert len(name) <= 64
    assert not set(name) - set("abcdefghijklmnopqrstuvwxyz0123456789-")


@pytest.mark.parametrize(("grants", "each"), [(1, 1), (10, 12), (100, 5), (1, 400)])
def test_all_of_them_are_denied_by_name_or_by_grant(grants: int, each: int) -> None:
    sessions = real(grants, each)
    made, denied = fitting(sessions, ROLE_CHARACTERS)
    assert made is not None
    assert inline_size(made) <= ROLE_CHARACTERS
    assert denied == {every.name for every in sessions}


def test_one_that_was_given_up_under_a_running_grant_never_takes_its_neighbours_along() -> None:
    alone = RevokedSession("latchkey-g-c1", START)
    made, _ = fitting([alone, *real(300, 1)], ROLE_CHARACTERS)
    assert made is not None
    assert made["Statement"][0]["Condition"]["StringLike"]["aws:userid"][0] == "*:latchkey-g-c1"


def test_beyond_that_the_first_ones_are_denied_and_the_others_are_said_to_be_not() -> None:
    sessions = real(400, 1)
    made, denied = fitting(sessions, ROLE_CHARACTERS)
    assert made is not None
    assert inline_size(made) <= ROLE_CHARACTERS
    assert denied == {each.name for each in sessions[: len(denied)]}
    assert 200 < len(denied) < 400
    assert fitting(sessions, 0) == (None, frozenset())


def test_the_roles_other_policies_share_the_quota(aws: MotoAws) -> None:
    wide = {"Effect": "Deny", "Action": "s3:*", "Resource": [f"arn:aws:s3:::{number:040}" for number in range(170)]}
    document = json.dumps({"Version": "2012-10-17", "Statement": [wide]})
    aws.admin("iam").put_role_policy(RoleName=ROLE, PolicyName="wide", PolicyDocument=document)
    sessions = real(50, 1)
    denied = revoke(aws, *sessions)
    assert 0 < len(denied) < 50
    iam = aws.admin("iam")
    sizes = [
        inline_size(iam.get_role_policy(RoleName=ROLE, PolicyName=each)["PolicyDocument"]) for each in standing(aws)
    ]
    assert sum(sizes) <= ROLE_CHARACTERS


def test_the_moment_lies_after_every_revoke(aws: MotoAws) -> None:
    late = RevokedSession("latchkey-g2-c2", START + timedelta(hours=1))
    made = revoked(["a", "b"], [entry("latchkey-g1-c1"), late])
    assert made["Statement"][0]["Condition"]["DateLessThan"]["aws:TokenIssueTime"] == "2026-11-02T15:01:00Z"
