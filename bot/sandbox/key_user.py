"""A program with a credential: AWS's answers when it reads the reports, and when it tries anything else."""

from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from bot.sandbox.aws import AwsStandIn

BUCKET, OBJECT = "reports", "2026/q3.csv"
WORKED = "ok"
OFF = frozenset({"InvalidAccessKeyId", "InvalidClientTokenId", "UnrecognizedClientException"})
ONCE = Config(retries={"total_max_attempts": 1}, connect_timeout=10, read_timeout=60)


class Holder:
    """Each try answers WORKED or AWS's error code."""

    def __init__(self, aws: AwsStandIn, credential: Mapping[str, str]) -> None:
        self._aws = aws
        self.key = credential["access_key_id"]
        self._secret = credential["secret_access_key"]
        self._token = credential.get("session_token")
        self._clients: dict[str, Any] = {}

    @property
    def secrets(self) -> list[str]:
        return [self._secret, *([self._token] if self._token else [])]

    def read(self) -> str:
        """The sales report, with s3:GetObject."""

        def get(client: Any) -> None:
            with closing(client.get_object(Bucket=BUCKET, Key=OBJECT)["Body"]) as body:
                assert body.read()

        return self._try("s3", get)

    def write(self) -> str:
        return self._try("s3", lambda client: client.put_object(Bucket=BUCKET, Key="mine.csv", Body=b"x"))

    def list_users(self) -> str:
        return self._try("iam", lambda client: client.list_users())

    def list_buckets(self) -> str:
        return self._try("s3", lambda client: client.list_buckets())

    def _try(self, service: str, act: Callable[[Any], object]) -> str:
        if service not in self._clients:
            self._clients[service] = client(self._aws, service, self.key, self._secret, self._token)
        try:
            act(self._clients[service])
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return WORKED

    def close(self) -> None:
        for each in self._clients.values():
            each.close()


def client(aws: AwsStandIn, service: str, key: str, secret: str, token: str | None = None) -> Any:
    session = boto3.session.Session(
        aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token, region_name=aws.region
    )
    make: Callable[..., Any] = session.client
    return make(service, endpoint_url=aws.url, config=ONCE)


def users_of_latchkey(aws: AwsStandIn) -> list[str]:
    """Every IAM user under /latchkey/, read as the account's administrator."""
    with closing(client(aws, "iam", *aws.admin)) as iam:
        return [each["UserName"] for each in iam.list_users(PathPrefix="/latchkey/")["Users"]]
