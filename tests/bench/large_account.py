"""An AWS account with thousands of users on the sandbox's AWS, and common ways to take an inventory."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.config import Config
from moto.iam.models import AccessKeyLastUsed, IAMBackend

from bot.sandbox.aws import AwsStandIn
from bot.sandbox.aws.standin import WORKER

REGION, ACCOUNT = "eu-central-1", "123456789012"
FLAGGED = 31
OWNER = [{"Key": "Slack", "Value": "U03CAROL"}]
DAY = timedelta(days=1)


class Turned:
    """A clock that a benchmark advances, so that AWS makes a new report."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def advance(self, by: timedelta) -> None:
        self._ahead += by


@contextmanager
def account(users: int, second_keys: int, flagged: int = FLAGGED) -> Iterator[tuple[AwsStandIn, Turned]]:
    """Owned users, each with a key in use; some are rotating, and some have a key of a hundred days."""
    clock = Turned()
    with AwsStandIn(clock=clock.now, account=ACCOUNT, region=REGION) as aws:
        backend = aws._directory.backend
        backend.tag_user(WORKER, OWNER)  # Latchkey's own user is one of them, with its own key
        for number in range(users - 1):
            name = f"user-{number}"
            backend.create_user(REGION, name, "/", OWNER)
            _key(backend, name, (100 if number < flagged else 30) * DAY, clock.now())
            if users - 1 - number <= second_keys:
                _key(backend, name, 3 * DAY, clock.now())
        yield aws, clock


def _key(backend: IAMBackend, user: str, age: timedelta, now: datetime) -> None:
    made = backend.create_access_key(user)
    naive = now.replace(tzinfo=None, microsecond=0)
    made.create_date = naive - age
    made.last_used = AccessKeyLastUsed(naive - DAY, "s3", REGION)


@contextmanager
def as_administrator(aws: AwsStandIn) -> Iterator[None]:
    key, secret = aws.admin
    mine = {
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_DEFAULT_REGION": REGION,
    }
    before = {name: os.environ.get(name) for name in mine}
    os.environ.update(mine)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


# --- common ways ----------------------------------------------------------------------------------------------------


def keys_of_each(iam: Any) -> None:
    """Ages only: a list of users, then the keys of each."""
    for user in _users(iam):
        iam.list_access_keys(UserName=user)


def keys_and_their_use(iam: Any) -> None:
    """2N + 1 calls and more: also the last use of each key."""
    for user in _users(iam):
        for key in iam.list_access_keys(UserName=user)["AccessKeyMetadata"]:
            iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])


def keys_use_and_owners(iam: Any) -> None:
    """Also the owner of each user, and whether it has a password."""
    for user in _users(iam):
        iam.list_user_tags(UserName=user)
        iam.list_mfa_devices(UserName=user)
        for key in iam.list_access_keys(UserName=user)["AccessKeyMetadata"]:
            iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])


PEERS: dict[str, Callable[[Any], None]] = {
    "ListUsers, then ListAccessKeys of each": keys_of_each,
    "… and GetAccessKeyLastUsed of each key": keys_and_their_use,
    "… and tags and MFA devices of each user": keys_use_and_owners,
}


def client(aws: AwsStandIn) -> Any:
    return boto3.client(
        "iam", endpoint_url=aws.url, region_name=REGION, config=Config(retries={"total_max_attempts": 1})
    )


def _users(iam: Any) -> list[str]:
    pages = iam.get_paginator("list_users").paginate()
    return [row["UserName"] for page in pages for row in page["Users"]]
