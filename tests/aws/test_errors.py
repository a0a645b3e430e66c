"""botocore's errors become the domain's errors, without the response body."""

import traceback
from collections.abc import Callable
from typing import Any

import pytest
from botocore import exceptions as aws_errors
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from bot.aws.accounts import ONCE, PATIENT
from bot.aws.errors import reading, writing
from bot.domain.errors import AwsError, AwsRefused, Doubtful, Throttled, Unanswered, Unreadable
from tests.aws.kit import ACCOUNT, MotoAws, spec
from tests.fakes import ALICE

USER = spec().grant.iam_user
CANARY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
URL = "https://iam.amazonaws.com"


def said(code: str, status: int) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": CANARY}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "CreateAccessKey")


TABLE: list[tuple[Callable[[], Exception], type[AwsError], type[AwsError]]] = [
    # what botocore raises, its error for a call that may be repeated, its error for CreateAccessKey
    (lambda: said("AccessDenied", 403), AwsRefused, AwsRefused),
    (lambda: said("NoSuchEntity", 404), AwsRefused, AwsRefused),
    (lambda: said("Throttling", 400), Throttled, Throttled),
    (lambda: said("ExpiredToken", 403), Throttled, Throttled),
    (lambda: said("ExpiredTokenException", 400), Throttled, Throttled),
    (lambda: said("Whatever", 429), Throttled, Throttled),
    (lambda: said("ConcurrentModification", 409), Throttled, Throttled),
    (lambda: said("ServiceFailure", 500), Unanswered, Doubtful),
    (lambda: said("Throttling", 503), Unanswered, Doubtful),
    (lambda: aws_errors.EndpointConnectionError(endpoint_url=URL), Throttled, Throttled),
    (lambda: aws_errors.ConnectTimeoutError(endpoint_url=URL), Throttled, Throttled),
    (lambda: aws_errors.ReadTimeoutError(endpoint_url=URL), Unanswered, Doubtful),
    (lambda: aws_errors.ConnectionClosedError(endpoint_url=URL), Unanswered, Doubtful),
    (lambda: aws_errors.SSLError(endpoint_url=URL, error="x"), Unanswered, Doubtful),
    (lambda: ResponseParserError(f"invalid XML received:\n{CANARY}"), Unanswered, Doubtful),
    (aws_errors.NoCredentialsError, AwsRefused, AwsRefused),
    (lambda: aws_errors.ParamValidationError(report="x"), AwsRefused, AwsRefused),
]


@pytest.mark.parametrize(("make", "repeatable", "once"), TABLE, ids=lambda each: getattr(each, "__name__", None))
def test_each_has_its_reason(make: Callable[[], Exception], repeatable: type[AwsError], once: type[AwsError]) -> None:
    with pytest.raises(AwsError) as again, writing("CreateUser"):
        raise make()
    with pytest.raises(AwsError) as single, writing("CreateAccessKey", once=True):
        raise make()
    with pytest.raises(AwsError) as read, reading("GetUser"):
        raise make()
    assert (type(again.value), type(single.value), type(read.value)) == (repeatable, once, Unreadable)
    for error in (again, single, read):
        assert CANARY not in "".join(traceback.format_exception(error.value))


def test_what_is_gone_is_done_only_where_that_was_said() -> None:
    with writing("DeleteUser", gone_is_done=True):
        raise said("NoSuchEntity", 404)
    with pytest.raises(AwsRefused), writing("DeleteUser", gone_is_done=True):
        raise said("AccessDenied", 403)


def test_create_access_key_is_never_retried_whatever_the_environment_says(
    aws: MotoAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "5")
    monkeypatch.setenv("AWS_RETRY_MODE", "adaptive")
    aws.be_whoever_the_environment_says()
    aws.iam.prepare(spec(), by=ALICE)
    aws.aws.faults.lose_answer("CreateAccessKey")
    with pytest.raises(Doubtful):
        aws.iam.create_key(ACCOUNT, USER, by=ALICE)
    assert aws.creations() == 1
    assert (ONCE.retries["total_max_attempts"], PATIENT.retries["total_max_attempts"]) == (1, 8)


def test_an_answer_that_cannot_be_read_is_doubt_and_its_secret_stays_out(aws: MotoAws) -> None:
    """botocore quotes a broken response in full, so a key's secret would be in the error's text."""
    aws.iam.prepare(spec(), by=ALICE)
    secrets = list[str]()

    def broken(body: bytes) -> bytes:
        secrets.append(body.decode().partition("<SecretAccessKey>")[2].partition("<")[0])
        return body[: body.index(b"</SecretAccessKey>")]

    aws.aws.faults.rewrite("CreateAccessKey", broken)
    with pytest.raises(Doubtful) as doubt:
        aws.iam.create_key(ACCOUNT, USER, by=ALICE)
    assert secrets[0]
    assert secrets[0] not in "".join(traceback.format_exception(doubt.value))
    assert doubt.value.__context__ is None or secrets[0] not in str(doubt.value.__context__)
    assert len(aws.truth(USER) or {}) == 1


def test_an_answer_without_a_key_is_doubt(aws: MotoAws, monkeypatch: pytest.MonkeyPatch) -> None:
    aws.iam.prepare(spec(), by=ALICE)
    client = aws.accounts.issuer(ACCOUNT, USER, by=ALICE, once=True)
    for answer in ({}, {"AccessKey": {}}, {"AccessKey": {"AccessKeyId": "AKIA"}}):
        monkeypatch.setattr(client, "create_access_key", lambda answer=answer, **_: answer)
        with pytest.raises(Doubtful):
            aws.iam.create_key(ACCOUNT, USER, by=ALICE)


def test_without_credentials_or_a_network_nothing_is_doubtful(aws: MotoAws, monkeypatch: pytest.MonkeyPatch) -> None:
    aws.iam.prepare(spec(), by=ALICE)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    aws.be_whoever_the_environment_says()
    with pytest.raises(AwsRefused, match="NoCredentialsError"):
        aws.iam.create_key(ACCOUNT, USER, by=ALICE)
    with pytest.raises(AwsRefused, match="NoCredentialsError"):
        aws.iam.prepare(spec(), by=ALICE)
    with pytest.raises(Unreadable, match="NoCredentialsError"):
        aws.iam.keys_of(ACCOUNT, USER)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    aws.be(*aws.aws.admin)
    with pytest.raises(Throttled, match="EndpointConnectionError"):
        aws.iam.prepare(spec(), by=ALICE)
    with pytest.raises(Unreadable, match="EndpointConnectionError"):
        aws.iam.users_under(ACCOUNT)
