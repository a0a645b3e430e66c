"""Service last accessed details of one IAM user: start AWS's report, and read it once it is complete."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.aws.errors import reading
from bot.domain.errors import Unreadable
from bot.domain.usage.last_accessed import Accessed

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

IN_PROGRESS, COMPLETED = "IN_PROGRESS", "COMPLETED"
PAGE = 1000  # maximum of GetServiceLastAccessedDetails; AWS has fewer services


def generate(client: "IAMClient", arn: str) -> str:
    """The id of the job. Raises Unreadable."""
    with reading("GenerateServiceLastAccessedDetails"):
        return client.generate_service_last_accessed_details(Arn=arn, Granularity="SERVICE_LEVEL")["JobId"]


def read(client: "IAMClient", job: str) -> Accessed | None:
    """None while AWS works on it. Raises Unreadable, also for a job that failed."""
    found: dict[str, datetime | None] = {}
    marker: dict[str, str] = {}
    while True:
        with reading("GetServiceLastAccessedDetails"):
            answer = client.get_service_last_accessed_details(JobId=job, MaxItems=PAGE, **marker)
        if answer["JobStatus"] == IN_PROGRESS:
            return None
        if answer["JobStatus"] != COMPLETED:
            raise Unreadable("GetServiceLastAccessedDetails", "JobFailed")
        for each in answer["ServicesLastAccessed"]:
            at = each.get("LastAuthenticated")
            found[each["ServiceNamespace"]] = at.astimezone(UTC) if at else None
        if not answer.get("IsTruncated"):
            return found
        marker = {"Marker": answer["Marker"]}
