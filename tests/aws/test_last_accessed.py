"""Service last accessed details as AWS answers them: in progress, in pages, failed."""

from datetime import UTC, datetime

import boto3
import pytest
from botocore.stub import Stubber

from bot.aws import last_accessed
from bot.domain.errors import Unreadable
from tests.aws.kit import ACCOUNT, MotoAws, spec

JOB, AT = "job-1234-5678-1234-5678-1234-567890123456", datetime(2026, 11, 1, 9, tzinfo=UTC)


def read(*answers: dict[str, object]) -> object:
    client = boto3.client("iam", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stub:
        for each in answers:
            stub.add_response("get_service_last_accessed_details", {"JobCreationDate": AT, **each})
        found = last_accessed.read(client, JOB)
        stub.assert_no_pending_responses()
    return found


def page(*services: dict[str, object], more: str = "") -> dict[str, object]:
    rest = {"IsTruncated": True, "Marker": more} if more else {"IsTruncated": False}
    done = {"JobStatus": "COMPLETED", "JobCompletionDate": AT}
    return {**done, "ServicesLastAccessed": [{"ServiceName": "X", **each} for each in services], **rest}


def test_every_page_is_read_and_no_date_is_no_attempt() -> None:
    found = read(
        page({"ServiceNamespace": "s3", "LastAuthenticated": AT}, more="x"), page({"ServiceNamespace": "dynamodb"})
    )
    assert found == {"s3": AT, "dynamodb": None}


def test_a_job_in_progress_is_no_answer_and_a_failed_one_is_unknown() -> None:
    listed = {"ServicesLastAccessed": [], "JobCompletionDate": AT}
    assert read({"JobStatus": "IN_PROGRESS", **listed}) is None
    with pytest.raises(Unreadable):
        read({"JobStatus": "FAILED", **listed})


def test_a_grants_user_on_the_sandboxs_aws(aws: MotoAws) -> None:
    made = spec()
    aws.mint(made)
    job = aws.iam.ask_last_accessed(ACCOUNT, made.grant.iam_user)
    answers = [aws.iam.last_accessed(ACCOUNT, job) for _ in range(2)]
    assert answers == [None, {"s3": None}]
    with pytest.raises(Unreadable):
        aws.iam.ask_last_accessed(ACCOUNT, "latchkey-nobody")
