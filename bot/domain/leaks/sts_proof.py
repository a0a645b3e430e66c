"""Prove that an access key and a secret belong together, without keeping the secret.

The process that hears of a leak signs one sts:GetCallerIdentity request (Signature Version 4) and keeps the signature
alone. The worker sends the request: AWS answers only if the secret is right. The signature says nothing about the
secret, is good for this one call, which changes nothing, and for five minutes. Vault and others accept such a request
as a login of its user, so a signed header that they don't accept says what this one is for.

Temporary credentials have no proof: their session token would have to be stored with it.

Source: AWS, "Create a signed AWS API request", IAM User Guide.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.ids import AccessKeyId
from bot.secret import Secret

LASTS = timedelta(minutes=5)
PAIRS_MOST = 12  # secrets tried for one id, whoever pasted them
SIGNED = "content-type;host;x-amz-date;x-latchkey-purpose"
SIGNED_BEFORE = "content-type;host;x-amz-date"  # by a release that named no purpose
PURPOSE = "leak-report"
CONTENT_TYPE = "application/x-www-form-urlencoded; charset=utf-8"
BODY = b"Action=GetCallerIdentity&Version=2011-06-15"
REGIONS = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""Where STS is asked, by partition: each of these regions is always enabled."""
_SUFFIX = {"cn-north-1": "amazonaws.com.cn"}
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Proof:
    """What the worker sends. Everything else of the request is fixed here, so a forged row can't ask another server."""

    key: AccessKeyId
    region: str
    date: str  # x-amz-date
    signature: str
    purpose: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError for anything that `sign` doesn't make."""
        well_formed = (
            re.fullmatch(r"AKIA[A-Z0-9]{12,124}", self.key, re.ASCII)
            and self.region in REGIONS.values()
            and re.fullmatch(r"\d{8}T\d{6}Z", self.date, re.ASCII)
            and re.fullmatch(r"[0-9a-f]{64}", self.signature, re.ASCII)
            and self.purpose in {PURPOSE, ""}
        )
        if not well_formed:
            raise ValueError("not a proof that Latchkey signed")

    @property
    def host(self) -> str:
        return host_in(self.region)

    @property
    def headers(self) -> dict[str, str]:
        credential = f"{self.key}/{_scope(self.date, self.region)}"
        signed = SIGNED if self.purpose else SIGNED_BEFORE
        return {
            "Content-Type": CONTENT_TYPE,
            "Host": self.host,
            "X-Amz-Date": self.date,
            **({"X-Latchkey-Purpose": self.purpose} if self.purpose else {}),
            "Authorization": (
                f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={signed}, Signature={self.signature}"
            ),
        }


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom AWS says that a key belongs to."""

    account: str  # twelve digits
    arn: str


def host_in(region: str) -> str:
    return f"sts.{region}.{_SUFFIX.get(region, 'amazonaws.com')}"


def sign(key: AccessKeyId, secret: Secret, partition: str, now: datetime) -> Proof:
    """Raises ValueError for an id of temporary credentials."""
    region, date = REGIONS.get(partition, REGIONS["aws"]), now.astimezone(UTC).strftime(_STAMP)
    lines = f"content-type:{CONTENT_TYPE}\nhost:{host_in(region)}\nx-amz-date:{date}\n"
    lines += f"x-latchkey-purpose:{PURPOSE}\n"
    request = "\n".join(("POST", "/", "", lines, SIGNED, hashlib.sha256(BODY).hexdigest()))
    return Proof(key, region, date, signature(secret, date, region, "sts", request), PURPOSE)


def signature(secret: Secret, date: str, region: str, service: str, request: str) -> str:
    """Of a canonical request, in hexadecimal digits."""
    scope = _scope(date, region, service)
    digest = hashlib.sha256(request.encode()).hexdigest()
    signing = f"AWS4{secret.reveal()}".encode()
    for part in scope.split("/"):
        signing = hmac.digest(signing, part.encode(), "sha256")
    return hmac.digest(signing, f"AWS4-HMAC-SHA256\n{date}\n{scope}\n{digest}".encode(), "sha256").hex()


def _scope(date: str, region: str, service: str = "sts") -> str:
    return f"{date[:8]}/{region}/{service}/aws4_request"


# --- as the ledger keeps them -----------------------------------------------------------------------------------------


def write(proofs: Iterable[Proof]) -> str | None:
    rows = [asdict(each) for each in proofs][:PAIRS_MOST]
    return json.dumps(rows) if rows else None


def joined(new: str, before: str | None) -> str | None:
    """The newest first, because an older one may be worth nothing any more."""
    try:
        return write(dict.fromkeys((*read(new), *(read(before) if before else ()))))
    except ValueError:
        return new


def read(text: str) -> tuple[Proof, ...]:
    """Raises ValueError for a row that Latchkey didn't write."""
    try:
        return tuple(Proof(**row) for row in json.loads(text)[:PAIRS_MOST])
    except (TypeError, KeyError) as wrong:
        raise ValueError("not proofs that Latchkey signed") from wrong
