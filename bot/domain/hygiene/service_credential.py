"""Service-specific credentials of IAM users: passwords and keys that work with one AWS service alone.

Amazon Bedrock and CloudWatch Logs have long-term API keys, CodeCommit and Keyspaces passwords. AWS says when each was
created, when it ends and its status, but not when it was used (IAM API: ServiceSpecificCredentialMetadata).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

BEDROCK = "bedrock.amazonaws.com"
NAMES = {
    BEDROCK: "Bedrock",
    "cassandra.amazonaws.com": "Keyspaces",
    "codecommit.amazonaws.com": "CodeCommit",
    "logs.amazonaws.com": "CloudWatch Logs",
}
NAME_MOST = 64  # characters of a service's name that is not among these


class ServiceStatus(StrEnum):
    ACTIVE = "Active"
    INACTIVE = "Inactive"
    EXPIRED = "Expired"  # AWS sets it; access keys have no such status


@dataclass(frozen=True, slots=True)
class ServiceCredential:
    """As ListServiceSpecificCredentials returns it. `expires_at` is None if it never ends."""

    id: str  # ACCA…
    user: str
    service: str  # like codecommit.amazonaws.com
    status: ServiceStatus | None  # None: a status that Latchkey doesn't know
    created_at: datetime | None
    expires_at: datetime | None = None

    @property
    def service_name(self) -> str:
        return NAMES.get(self.service) or "".join(each for each in self.service if each.isprintable())[:NAME_MOST]

    def works(self, now: datetime) -> bool | None:
        """None: unknown."""
        if self.status is None:
            return None
        return self.status is ServiceStatus.ACTIVE and (self.expires_at is None or now < self.expires_at)
