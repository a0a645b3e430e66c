"""Which policies let a user grant permissions, and which only look like it."""

from typing import Any

import pytest

from bot.domain.policies.admin_power import EVERYTHING, Effect, Held, effect_by_name, effect_of, listed, power

ROLE = "arn:aws:iam::123456789012:role/app"
SELF = "arn:aws:iam::123456789012:user/${aws:username}"


def held(*statements: dict[str, Any], name: str = "deploy", group: str = "") -> Held:
    return Held(name, effect_of({"Version": "2012-10-17", "Statement": list(statements)}), group)


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def if_(key: str) -> dict[str, Any]:
    return {"Condition": {"StringEquals": {key: "x"}}}


@pytest.mark.parametrize(
    "statement",
    [
        allow("*"),
        allow("*:*"),
        allow("iam:*"),
        allow(["s3:GetObject", "IAM:putuserpolicy"]),
        allow("iam:Attach*Policy"),
        allow("iam:CreateAccessKey", "arn:aws:iam::123456789012:user/*"),
        allow("iam:UpdateAssumeRolePolicy", ROLE),
        allow("iam:PassRole"),
        allow("iam:PassRole", "arn:aws:iam::123456789012:role/*"),
        allow("*", **if_("aws:MultiFactorAuthPresent")),
        {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"},
        {"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::secret/*"},
    ],
)
def test_what_lets_a_user_grant_permissions(statement: dict[str, Any]) -> None:
    assert power([held(statement)])


@pytest.mark.parametrize(
    "statement",
    [
        allow("s3:*"),
        allow("iam:Get*"),
        allow(["iam:ListUsers", "iam:ChangePassword"]),
        allow("*", "arn:aws:s3:::reports/*"),
        allow(["iam:CreateAccessKey", "iam:UpdateAccessKey"], SELF),
        allow("iam:PassRole", ROLE),
        allow("iam:CreateUser", **if_("iam:PermissionsBoundary")),
        allow("iam:AttachRolePolicy", **if_("iam:PolicyARN")),
        {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},
        deny("iam:*"),
        {},
        {"Effect": "Allow", "Action": None, "Resource": 7, "Condition": "odd"},
    ],
)
def test_what_only_looks_like_it(statement: dict[str, Any]) -> None:
    assert power([held(statement)]) == ()


def test_a_deny_of_another_policy_takes_it_away_unless_it_has_a_condition() -> None:
    admin = Held("AdministratorAccess", effect_by_name("AdministratorAccess"))
    assert power([admin, held(deny("iam:*"))]) == ()
    assert power([admin, Held("AWSDenyAll", effect_by_name("AWSDenyAll"))]) == ()
    assert power([admin, held({"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"})]) == ()
    assert power([admin, held(deny("iam:*", **if_("aws:SourceVpce")))])
    assert power([admin, held(deny("iam:*", ROLE))])


def test_the_boundary_limits_it() -> None:
    writes = held(allow("iam:*"))
    assert power([writes], effect_of({"Statement": allow("s3:*")})) == ()
    assert power([writes], effect_by_name("PowerUserAccess")) == ()
    assert power([writes], effect_of({"Statement": allow("iam:CreateUser")})) == ("deploy allows iam:CreateUser",)
    assert power([writes], None) is None, "a boundary that couldn't be read"
    assert power([held(allow("s3:*"))], None) == (), "nothing that it could limit"


def test_a_policy_that_was_not_shown_is_unknown() -> None:
    assert power([Held("deploy", None), Held("IAMFullAccess", EVERYTHING)]) is None
    assert effect_of("not a document") is None
    assert effect_by_name("ReadOnlyAccess") == Effect()


def test_the_words_say_which_policy_and_through_which_group_and_are_bounded() -> None:
    found = power([held(allow("*"), name="admin", group="ops"), held(allow(["iam:PutUserPolicy", "iam:CreateUser"]))])
    assert found == (
        "admin through the group ops allows every change in IAM",
        "deploy allows iam:CreateUser and 1 more",
    )
    many = power([held(allow("*"), name=f"{number}\n\u202e" + "x" * 500) for number in range(50)])
    assert many is not None
    said = listed(many)
    assert len(said) < 400
    assert said.isprintable()
    assert said.endswith("and 47 more")
