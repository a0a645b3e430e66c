"""Service last accessed details: a job that lists every service that a user's policies allow, with the last attempt.

Source: IAM's GenerateServiceLastAccessedDetails and GetServiceLastAccessedDetails. Attempts count, denied ones too, and
so do data events. Boundaries aren't considered. In AWS recent activity can be missing for four hours; here it isn't.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from moto.iam.models import AccessKeyLastUsed, User

from bot.sandbox.aws.conditions import many
from bot.sandbox.aws.evaluate import statements
from bot.sandbox.aws.principals import Directory, Policy, Principal
from bot.sandbox.aws.wire import Answer, Message, Refusal, tags, xml_answer

TRACKED = timedelta(days=400)
KEPT = timedelta(days=7)
PAGE_MOST = 1000
NAMES: Mapping[str, str] = {
    "athena": "Amazon Athena",
    "bedrock": "Amazon Bedrock",
    "cloudformation": "AWS CloudFormation",
    "cloudtrail": "AWS CloudTrail",
    "cloudwatch": "Amazon CloudWatch",
    "dynamodb": "Amazon DynamoDB",
    "ec2": "Amazon EC2",
    "ecr": "Amazon Elastic Container Registry",
    "ecs": "Amazon Elastic Container Service",
    "glue": "AWS Glue",
    "iam": "AWS Identity and Access Management",
    "kms": "AWS Key Management Service",
    "lambda": "AWS Lambda",
    "logs": "Amazon CloudWatch Logs",
    "organizations": "AWS Organizations",
    "rds": "Amazon RDS",
    "s3": "Amazon S3",
    "secretsmanager": "AWS Secrets Manager",
    "sns": "Amazon SNS",
    "sqs": "Amazon SQS",
    "ssm": "AWS Systems Manager",
    "sts": "AWS Security Token Service",
}


@dataclass
class Job:
    by: str  # ARN of the caller; only the same caller gets the report
    made_at: datetime
    rows: tuple[str, ...]
    polls: int  # how many more times it is in progress


def generate(message: Message, who: Principal, directory: Directory) -> Answer:
    arn = message.params["Arn"]
    if message.params.get("Granularity", "SERVICE_LEVEL") != "SERVICE_LEVEL":
        raise Refusal("NotImplemented", "This stand-in has no action level.", 501)
    user = next((each for each in directory.backend.users.values() if each.arn == arn), None)
    if user is None:
        raise Refusal("NoSuchEntity", f"{arn} does not exist.", 404)
    number, now = str(uuid.uuid4()), directory.clock().replace(microsecond=0)
    rows = tuple(_row(each, user, directory) for each in sorted(_allowed(directory.policies_of(user))))
    directory.jobs[number] = Job(who.arn, now, rows, directory.job_polls)
    return xml_answer("iam", "GenerateServiceLastAccessedDetails", tags(JobId=number))


def get(message: Message, who: Principal, directory: Directory) -> Answer:
    number, now = message.params["JobId"], directory.clock()
    job = directory.jobs.get(number)
    if not isinstance(job, Job) or job.by != who.arn or now - job.made_at > KEPT:
        raise Refusal("NoSuchEntity", f"The job {number} does not exist for this caller.", 404)
    begun = tags(JobType="SERVICE_LEVEL", JobCreationDate=_moment(job.made_at))
    if job.polls:
        job.polls -= 1
        return _answer(tags(JobStatus="IN_PROGRESS") + begun + "<ServicesLastAccessed/>" + tags(IsTruncated="false"))
    start, most = int(message.params.get("Marker", 0)), int(message.params.get("MaxItems", directory.page))
    if not 1 <= most <= PAGE_MOST:
        raise Refusal("ValidationError", f"maxItems must be between 1 and {PAGE_MOST}", 400)
    more = len(job.rows) > start + most
    ended = tags(JobStatus="COMPLETED") + begun + tags(JobCompletionDate=_moment(job.made_at))
    rows = "".join(f"<member>{each}</member>" for each in job.rows[start : start + most])
    marker = tags(Marker=str(start + most)) if more else ""
    page = f"<ServicesLastAccessed>{rows}</ServicesLastAccessed>" + tags(IsTruncated=str(more).lower()) + marker
    return _answer(ended + page)


def _answer(inner: str) -> Answer:
    return xml_answer("iam", "GetServiceLastAccessedDetails", inner)


def _allowed(policies: Iterable[Policy]) -> set[str]:
    """Namespaces of services of which some action is allowed."""
    found: set[str] = set()
    for statement in (each for policy in policies for each in statements(policy) if each.get("Effect") == "Allow"):
        for action in many(statement["Action"]) if "Action" in statement else ("*",):
            service = action.partition(":")[0].lower()
            found |= set(NAMES) if service == "*" else {service}
    return found


def _row(service: str, user: User, directory: Directory) -> str:
    head = tags(ServiceName=NAMES.get(service, service), ServiceNamespace=service)
    oldest = directory.clock() - TRACKED
    last = max((each for each in _attempts(service, user, directory) if each[0] >= oldest), default=None)
    if last is None:
        return head + tags(TotalAuthenticatedEntities="0")
    at, region = last
    return head + tags(
        LastAuthenticated=_moment(at),
        LastAuthenticatedEntity=user.arn,
        LastAuthenticatedRegion=region,
        TotalAuthenticatedEntities="1",
    )


def _attempts(service: str, user: User, directory: Directory) -> Iterator[tuple[datetime, str]]:
    """Those in the record, and the last use that IAM shows of each key."""
    for event in directory.history.all():
        if event.service == service and event.identity.get("arn") == user.arn:
            yield event.at, event.region
    for key in user.access_keys:
        used = key.last_used
        if isinstance(used, AccessKeyLastUsed) and used.service == service:
            yield used.timestamp.replace(tzinfo=UTC), used.region


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
