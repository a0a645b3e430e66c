"""Shared by the tests of the AWS stand-in: a clock, clients, and grants."""

import json
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import boto3
from botocore.config import Config

from bot.sandbox.aws import AwsStandIn

NOW = datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=UTC)
BOUNDARY = "arn:aws:iam::123456789012:policy/latchkey/boundary"
READ_REPORTS = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}
BOUNDARY_DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "iam:*", "Resource": "*"},
    ],
}


class World:
    def __init__(self) -> None:
        self.now = NOW
        self.aws = AwsStandIn(clock=lambda: self.now)
        self._open = ExitStack()

    def advance(self, **by) -> None:
        self.now += timedelta(**by)

    def client(self, service, key=None, secret=None, token=None, region="eu-central-1"):
        """A boto3 client of the administrator, or of this key."""
        if key is None:
            key, secret = self.aws.admin
        made = boto3.client(
            service,
            endpoint_url=self.aws.url,
            region_name=region,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=token,
            config=Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=20),
        )
        self._open.callback(made.close)
        return made

    def holder(self, service, credentials):
        """A client with the credentials from AssumeRole, GetSessionToken or CreateAccessKey."""
        found = (credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials.get("SessionToken"))
        return self.client(service, *found)

    def user(self, name="grant-1", *, path="/latchkey/", policies=(READ_REPORTS,), **more):
        """An IAM user with one inline policy per statement, and its access key."""
        iam = self.client("iam")
        iam.create_user(UserName=name, Path=path, **more)
        for number, statement in enumerate(policies):
            self.put(name, statement, f"policy-{number}")
        return iam.create_access_key(UserName=name)["AccessKey"]

    def put(self, user, statement, name="more"):
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.client("iam").put_user_policy(UserName=user, PolicyName=name, PolicyDocument=document)

    def read(self, credentials):
        """Read the report: the bytes, or the ClientError."""
        answer = self.holder("s3", credentials).get_object(Bucket="reports", Key="2026/q3.csv")
        with answer["Body"] as body:
            return body.read()

    def close(self) -> None:
        self._open.close()
        self.aws.stop()
