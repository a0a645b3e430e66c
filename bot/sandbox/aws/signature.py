"""Signature Version 4, checked as AWS describes it: the signer must have the secret.

The age of a signature isn't checked: the stand-in uses an injected clock, its clients the real one.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from urllib.parse import quote

from bot.sandbox.aws.wire import Message, Refusal

ALGORITHM = "AWS4-HMAC-SHA256"
AUTHORIZATION = re.compile(
    ALGORITHM + r"\s+Credential=([^/,\s]+)/(\d{8})/([^/,\s]+)/([^/,\s]+)/aws4_request,\s*"
    r"SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True)
class Signed:
    """What the Authorization header states."""

    access_key_id: str
    date: str
    region: str
    service: str
    headers: tuple[str, ...]
    signature: str

    @property
    def scope(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


def read_claim(message: Message) -> Signed:
    """Raises Refusal if the request isn't signed in the supported way."""
    header = message.headers.get("authorization")
    if header is None:
        raise Refusal("MissingAuthenticationToken", "Request is missing Authentication Token")
    found = AUTHORIZATION.fullmatch(header.strip())
    if found is None:
        raise Refusal("IncompleteSignature", "The Authorization header is not a Signature Version 4 header.", 400)
    key, date, region, service, headers, signature = found.groups()
    return Signed(key, date, region, service, tuple(headers.split(";")), signature)


def check(message: Message, claim: Signed, secret: str) -> None:
    """Raises Refusal SignatureDoesNotMatch."""
    if not hmac.compare_digest(_expected(message, claim, secret), claim.signature):
        raise Refusal(
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. "
            "Check your AWS Secret Access Key and signing method.",
        )


def _expected(message: Message, claim: Signed, secret: str) -> str:
    digest = hashlib.sha256(_canonical(message, claim).encode()).hexdigest()
    to_sign = "\n".join((ALGORITHM, message.headers.get("x-amz-date", ""), claim.scope, digest))
    key = f"AWS4{secret}".encode()
    for part in claim.scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, to_sign.encode(), "sha256").hex()


def _canonical(message: Message, claim: Signed) -> str:
    # S3 signs the path as sent; every other service encodes it once more.
    path = message.raw_path if claim.service == "s3" else quote(message.raw_path, safe="/-_.~")
    pairs = sorted((p if "=" in p else f"{p}=") for p in message.raw_query.split("&") if p)
    lines = "".join(f"{name}:{' '.join(message.headers.get(name, '').split())}\n" for name in claim.headers)
    payload = message.headers.get("x-amz-content-sha256") or hashlib.sha256(message.body).hexdigest()
    return "\n".join((message.method, path or "/", "&".join(pairs), lines, ";".join(claim.headers), payload))
