"""The usage of a key in one line, for reminders, digests and windows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.domain.usage.key_usage import Count, Unread, Usage
from bot.slack.text.formatting import ago, escape, listed

WHY: Final = {
    Unread.DENIED: "the Reader role isn't allowed `cloudtrail:LookupEvents`",
    Unread.THROTTLED: "CloudTrail throttled Latchkey",
    Unread.REGION_OFF: "the account has disabled the region of its last use",
    Unread.TURNED_OFF: "the catalog says `usage = false` for this account",
    Unread.FAILED: "CloudTrail couldn't be read",
}
SILENT = "no management event in 90 days, and data events like reads from S3 aren't recorded"
NAMES: Final = {
    "s3": "S3",
    "dynamodb": "DynamoDB",
    "ec2": "EC2",
    "sts": "STS",
    "iam": "IAM",
    "sqs": "SQS",
    "sns": "SNS",
    "rds": "RDS",
    "kms": "KMS",
    "ecr": "ECR",
    "ecs": "ECS",
    "eks": "EKS",
    "ssm": "Systems Manager",
    "lambda": "Lambda",
    "logs": "CloudWatch Logs",
    "monitoring": "CloudWatch",
    "secretsmanager": "Secrets Manager",
    "cloudformation": "CloudFormation",
    "cloudtrail": "CloudTrail",
    "cloudfront": "CloudFront",
    "route53": "Route 53",
    "bedrock": "Bedrock",
    "athena": "Athena",
    "glue": "Glue",
    "email": "SES",
    "ses": "SES",
}
SHOWN = 2  # of each kind


def in_a_line(usage: Usage, now: datetime) -> str:
    """Like "last used 2 days ago by Terraform 1.9 from 203.0.113.0/24, S3 and DynamoDB in eu-west-1"."""
    if usage.unread is not None:
        return f"use unknown: {WHY[usage.unread]}"
    if usage.last_seen is None:
        return f"use unknown: {SILENT}"
    by, where = names(usage.tools), names(usage.networks)
    said = f"last used {ago(usage.last_seen, now)}{f' by {by}' if by else ''}{f' from {where}' if where else ''}"
    services, regions = listed_services(usage.services), names(usage.regions)
    return f"{said}, {services}{f' in {regions}' if regions else ''}" if services else said


def listed_services(counts: Sequence[Count]) -> str:
    return _listed([NAMES.get(each.name, escape(each.name)) for each in counts])


def names(counts: Sequence[Count]) -> str:
    return _listed([escape(each.name) for each in counts])


def _listed(names: Sequence[str]) -> str:
    """The first ones, and how many more there are."""
    if len(names) > SHOWN:
        names = [*names[:SHOWN], f"{len(names) - SHOWN} more"]
    return listed(names) if names else ""
