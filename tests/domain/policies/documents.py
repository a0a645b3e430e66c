"""Policies for the tests of what they say in words and of what is risky about them."""

import json

REPORTS = "arn:aws:s3:::reports/*"
HERE = "123456789012"


def policy(*statements: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: object, resource: object = "*", **more: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: object, resource: object = "*", **more: object) -> dict[str, object]:
    return allow(action, resource, **more) | {"Effect": "Deny"}


def but(effect: str, **words: object) -> dict[str, object]:
    """A statement with NotAction or NotResource."""
    return {"Effect": effect, **words}


def arn(service: str, rest: str, region: str = "eu-west-1", account: str = HERE) -> str:
    return f"arn:aws:{service}:{region}:{account}:{rest}"
