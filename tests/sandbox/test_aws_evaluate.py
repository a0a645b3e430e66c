"""AWS's documented truth tables: an operator's result for a key that matches, doesn't match, or is absent."""

import pytest

from bot.sandbox.aws.conditions import UnknownOperator, holds
from bot.sandbox.aws.evaluate import BadPolicy, Request, evaluate

NOON = "2026-11-24T12:00:00+00:00"
ALL = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}

# operator, policy's value, context's value (None: absent), matches?
TABLE = [
    ("StringEquals", "a", "a", True),
    ("StringEquals", "a", "A", False),
    ("StringEquals", "a*", "abc", False),
    ("StringEquals", ["a", "b"], "b", True),
    ("StringEquals", "a", None, False),
    ("StringEqualsIfExists", "a", None, True),
    ("StringEqualsIfExists", "a", "b", False),
    ("StringEqualsIgnoreCase", "a", "A", True),
    ("StringNotEquals", "a", "b", True),
    ("StringNotEquals", ["a", "b"], "b", False),
    ("StringNotEquals", "a", None, True),
    ("StringNotEqualsIfExists", "a", None, True),
    ("StringNotEqualsIfExists", "a", "a", False),
    ("StringLike", "a*", "abc", True),
    ("StringLike", "a?", "abc", False),
    ("StringLike", "a*", None, False),
    ("StringNotLike", "a*", "abc", False),
    ("StringNotLike", "a*", None, True),
    ("DateGreaterThan", NOON, "2026-11-24T12:00:01Z", True),
    ("DateGreaterThan", NOON, "2026-11-24T12:00:00Z", False),
    ("DateGreaterThan", NOON, None, False),
    ("DateGreaterThanEquals", NOON, NOON, True),
    ("DateLessThan", NOON, "2026-11-24T13:00:00+02:00", True),
    ("DateLessThan", NOON, NOON, False),
    ("DateLessThan", NOON, None, False),
    ("DateLessThanIfExists", NOON, None, True),
    ("DateLessThanEquals", NOON, NOON, True),
    ("DateEquals", "1795521600", NOON, True),
    ("DateNotEquals", NOON, None, True),
    ("NumericLessThan", "10", "9", True),
    ("NumericLessThan", "10", "ten", False),
    ("IpAddress", "203.0.113.0/24", "203.0.113.7", True),
    ("IpAddress", "203.0.113.0/24", "198.51.100.1", False),
    ("IpAddress", "203.0.113.0/24", None, False),
    ("NotIpAddress", ["203.0.113.0/24", "198.51.100.0/24"], "198.51.100.1", False),
    ("NotIpAddress", "203.0.113.0/24", "192.0.2.1", True),
    ("NotIpAddress", "203.0.113.0/24", None, True),
    ("Bool", "false", "false", True),
    ("Bool", False, "false", True),
    ("Bool", "true", None, False),
    ("BoolIfExists", "true", None, True),
    ("Null", "true", None, True),
    ("Null", "true", "x", False),
    ("Null", "false", "x", True),
    ("Null", "false", None, False),
    ("ArnLike", "arn:aws:iam::1:role/*", "arn:aws:iam::1:role/x", True),
    ("ArnLike", "arn:aws:iam::*:role/x", "arn:aws:iam::1:role/x", True),
    ("ArnLike", "arn:*:role/x", "arn:aws:iam::1:role/x", False),
    ("ArnEquals", "arn:aws:iam::1:role/*", "arn:aws:iam::1:role/x", True),
    ("ArnNotLike", "arn:aws:iam::1:role/*", "arn:aws:iam::1:role/x", False),
    ("ArnNotLike", "arn:aws:iam::1:role/*", None, True),
    ("ForAllValues:StringEquals", ["a", "b"], ["a", "b"], True),
    ("ForAllValues:StringEquals", ["a", "b"], ["a", "c"], False),
    ("ForAllValues:StringEquals", "a", None, True),
    ("ForAnyValue:StringEquals", "a", ["c", "a"], True),
    ("ForAnyValue:StringEquals", "a", ["c"], False),
    ("ForAnyValue:StringEquals", "a", None, False),
    ("ForAnyValue:StringNotLike", "a*", ["abc", "b"], True),
]


@pytest.mark.parametrize(("operator", "wanted", "carried", "expected"), TABLE)
def test_it_follows_the_documented_truth_table(operator, wanted, carried, expected):
    context = {} if carried is None else {"aws:Some/Key": carried}

    assert holds({operator: {"AWS:some/key": wanted}}, context) is expected


def test_it_wants_every_key_and_every_operator():
    block = {"Bool": {"aws:ViaAWSService": "false"}, "StringEquals": {"aws:a": "1", "aws:b": "2"}}

    assert holds(block, {"aws:viaawsservice": "false", "aws:a": "1", "aws:b": "2"})
    assert not holds(block, {"aws:viaawsservice": "false", "aws:a": "1", "aws:b": "3"})
    assert not holds(block, {"aws:viaawsservice": "true", "aws:a": "1", "aws:b": "2"})


@pytest.mark.parametrize("operator", ["StringSortOf", "ForSome:StringEquals", "BinaryEquals", "stringequals"])
def test_it_refuses_an_operator_that_it_does_not_know(operator):
    with pytest.raises(UnknownOperator, match="doesn't implement"):
        holds({operator: {"aws:a": "1"}}, {})


def allow(**more):
    return {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"} | more]}


def deny(**more):
    return {"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"} | more}


READ = Request("s3:GetObject", "arn:aws:s3:::reports/2026/q3.csv", {"aws:username": "alice"})

# identity, boundary, session, allowed?, word of the reason
LAYERS = [
    ([], None, None, False, "no identity-based policy"),
    ([allow()], None, None, True, ""),
    ([allow(), deny()], None, None, False, "explicit deny in the identity"),
    ([allow()], allow(), allow(), True, ""),
    ([allow()], {"Statement": []}, None, False, "no permissions boundary"),
    ([allow()], deny(), None, False, "explicit deny in the permissions boundary"),
    ([allow()], None, allow(Action="s3:PutObject"), False, "no session policy"),
    ([allow()], ALL, deny(), False, "explicit deny in the session policy"),
    ([], ALL, ALL, False, "no identity-based policy"),
]


@pytest.mark.parametrize(("identity", "boundary", "session", "allowed", "why"), LAYERS)
def test_every_layer_has_to_allow_and_none_to_deny(identity, boundary, session, allowed, why):
    decision = evaluate(READ, identity, boundary, session)

    assert decision.allowed is allowed
    assert why in decision.reason


# a statement's elements, does it apply to READ?
STATEMENTS = [
    ({"Action": "S3:getobject"}, True),
    ({"Action": ["iam:*", "s3:Get*"]}, True),
    ({"Action": "s3:Get"}, False),
    ({"Action": "*"}, True),
    ({"Resource": "arn:aws:s3:::reports/*"}, True),
    ({"Resource": "arn:aws:s3:::REPORTS/*"}, False),
    ({"Resource": "arn:aws:s3:::reports"}, False),
    ({"Resource": "arn:aws:s3:::reports/2026/q?.csv"}, True),
    ({"Resource": "arn:aws:s3:::${aws:username}/*"}, False),
    ({"Resource": "arn:aws:s3:::*/${aws:PrincipalTag/absent}*"}, False),
    ({"Condition": {"StringEquals": {"aws:username": "${aws:username}"}}}, True),
]


@pytest.mark.parametrize(("elements", "applies"), STATEMENTS)
def test_it_matches_actions_and_resources_as_aws_does(elements, applies):
    assert evaluate(READ, [allow(**elements)], None, None).allowed is applies


def test_not_action_and_not_resource_are_everything_else():
    statement = {"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::secret/*"}

    assert evaluate(READ, [{"Statement": [statement]}], None, None).allowed
    assert not evaluate(Request("iam:GetUser", "*"), [{"Statement": [statement]}], None, None).allowed
    secret = Request("s3:GetObject", "arn:aws:s3:::secret/x")
    assert not evaluate(secret, [{"Statement": [statement]}], None, None).allowed


@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Allow", "Action": "*"},
        {"Effect": "Maybe", "Action": "*", "Resource": "*"},
        {"Effect": "Allow", "Action": "*", "NotAction": "*", "Resource": "*"},
        {"Effect": "Allow", "Action": "*", "Resource": "*", "Conditions": {}},
    ],
)
def test_it_refuses_a_statement_that_it_cannot_read(statement):
    with pytest.raises(BadPolicy):
        evaluate(READ, [{"Statement": [statement]}], None, None)


def test_the_end_of_sessions_leaves_long_term_keys_alone():
    ended = deny(Condition={"DateLessThan": {"aws:TokenIssueTime": NOON}})

    assert evaluate(READ, [allow(), ended], None, None).allowed
    old = Request(READ.action, READ.resource, {"aws:TokenIssueTime": "2026-11-24T11:59:59Z"})
    assert not evaluate(old, [allow(), ended], None, None).allowed
    new = Request(READ.action, READ.resource, {"aws:TokenIssueTime": NOON})
    assert evaluate(new, [allow(), ended], None, None).allowed
