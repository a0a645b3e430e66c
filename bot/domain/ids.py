"""Types for ids used across modules, and the one function that makes a fresh one."""

from base64 import b32encode
from typing import NewType

RequestId = NewType("RequestId", str)
GrantId = NewType("GrantId", str)
CredentialId = NewType("CredentialId", str)
EnvelopeId = NewType("EnvelopeId", str)
EntitlementId = NewType("EntitlementId", str)
AccountName = NewType("AccountName", str)
SlackUserId = NewType("SlackUserId", str)
AccessKeyId = NewType("AccessKeyId", str)
DeliveryId = NewType("DeliveryId", str)
"""What identifies a Slack delivery and its retries: a trigger id, a view id or an event id."""

ID_BYTES = 16


def fresh_id(entropy: bytes) -> str:
    """26 lower-case base32 characters from 16 random bytes: safe in a URL, a button value and an IAM user name."""
    if len(entropy) != ID_BYTES:
        raise ValueError(f"an id needs {ID_BYTES} random bytes, not {len(entropy)}")
    return b32encode(entropy).decode().rstrip("=").lower()
