"""What somebody with rights in IAM types to do a step of containment that Latchkey can't do."""

from datetime import UTC, datetime

from bot.domain.leaks.incident import Step, StepKind
from bot.domain.replacement.shell import aws, document

DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"
REVOKE = "AWSRevokeOlderSessions"  # the name that the IAM console gives this policy too


def lines(step: Step, user: str | None, now: datetime) -> list[str]:
    """Lines of AWS CLI. `user` is the IAM user; empty where nobody knows it."""
    match step.kind:
        case StepKind.KEY | StepKind.NEW_KEY:
            find = [] if user else [aws("iam", "get-access-key-last-used", "--access-key-id", step.target)]
            named = ("--user-name", user or "ITS_USER", "--access-key-id", step.target)
            return [*find, aws("iam", "update-access-key", *named, "--status", "Inactive")]
        case StepKind.SESSIONS:
            return [aws("iam", "attach-user-policy", "--user-name", step.target, "--policy-arn", DENY_ALL)]
        case StepKind.LOGIN:
            return [aws("iam", "delete-login-profile", "--user-name", step.target)]
        case StepKind.ROLE:
            named = ("--role-name", role_name(step.target), "--policy-name", REVOKE)
            return [aws("iam", "put-role-policy", *named, "--policy-document", document(_older_than(now)))]


def role_name(arn: str) -> str:
    return arn.rpartition("/")[2]


def _older_than(now: datetime) -> dict[str, object]:
    """Deny sessions that are older than this; a new one works."""
    issued = {"aws:TokenIssueTime": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}
    denied = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"DateLessThan": issued}}
    return {"Version": "2012-10-17", "Statement": [denied]}
