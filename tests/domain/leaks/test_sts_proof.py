"""The proof that an access key and a secret belong together: as botocore signs it, and nothing else fits into a row."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import AccessKeyId
from bot.domain.leaks import sts_proof
from bot.domain.leaks.sts_proof import BODY, PAIRS_MOST, Proof, joined, read, sign, signature, write
from bot.secret import Secret

KEY = AccessKeyId("AKIDEXAMPLE2345678AA".replace("AKID", "AKIA"))
AT = datetime(2026, 11, 2, 14, 0, 5, tzinfo=UTC)
SECRETS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", min_size=40, max_size=40)


class At(SigV4Auth):
    """botocore's signer at a time of our choice."""

    def add_auth_at(self, request: AWSRequest, at: datetime) -> None:
        request.context["timestamp"] = at.strftime("%Y%m%dT%H%M%SZ")
        self._modify_request_before_signing(request)
        words = self.canonical_request(request)
        self._inject_signature_to_request(request, self.signature(self.string_to_sign(request, words), request))


@given(
    secret=SECRETS,
    partition=st.sampled_from(sorted(sts_proof.REGIONS)),
    at=st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1)),  # noqa: DTZ001 - given a zone below
)
def test_it_is_what_botocore_signs(secret: str, partition: str, at: datetime) -> None:
    proof = sign(KEY, Secret(secret), partition, at.replace(tzinfo=UTC))
    headers = {name: value for name, value in proof.headers.items() if name != "Authorization"}
    request = AWSRequest("POST", f"https://{proof.host}/", data=BODY, headers=headers)
    At(Credentials(KEY, secret), "sts", proof.region).add_auth_at(request, at.replace(tzinfo=UTC))
    assert request.headers["Authorization"] == proof.headers["Authorization"]


def test_it_is_no_login_elsewhere() -> None:
    """Vault's AWS auth refuses a request with headers beyond AWS's own; without a signed one, AWS refuses it."""
    headers = {name.lower() for name in sign(KEY, Secret("s" * 40), "aws", AT).headers}
    others = {each for each in sts_proof.SIGNED.split(";") if not each.startswith("x-amz-")} - {"content-type", "host"}
    assert others
    assert others < headers


def test_the_signature_is_aws_documented_one() -> None:
    """AWS General Reference, "Signature Version 4 test suite": get-vanilla."""
    request = (
        "GET\n/\n\nhost:example.amazonaws.com\nx-amz-date:20150830T123600Z\n\nhost;x-amz-date\n"
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
    secret = Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    made = signature(secret, "20150830T123600Z", "us-east-1", "service", request)
    assert made == "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"


@pytest.mark.parametrize(
    ("partition", "host"),
    [
        ("aws", "sts.us-east-1.amazonaws.com"),
        ("aws-cn", "sts.cn-north-1.amazonaws.com.cn"),
        ("aws-us-gov", "sts.us-gov-west-1.amazonaws.com"),
    ],
)
def test_each_partition_has_its_own_host(partition: str, host: str) -> None:
    assert sign(KEY, Secret("s" * 40), partition, AT).host == host


def test_the_time_is_utc_whatever_zone_the_clock_has() -> None:
    ahead = AT.astimezone(timezone(timedelta(hours=5)))
    assert sign(KEY, Secret("s" * 40), "aws", ahead) == sign(KEY, Secret("s" * 40), "aws", AT)


@given(secret=SECRETS)
def test_what_is_kept_holds_no_secret_and_reads_back(secret: str) -> None:
    proofs = tuple(sign(KEY, Secret(each), "aws", AT) for each in (secret, secret[::-1]))
    kept = write(proofs)
    assert kept is not None
    assert secret not in kept
    assert read(kept) == proofs


def test_temporary_credentials_have_none() -> None:
    with pytest.raises(ValueError, match="not a proof"):
        sign(AccessKeyId("ASIA" + KEY[4:]), Secret("s" * 40), "aws", AT)


GOOD = {"key": KEY, "region": "us-east-1", "date": "20261102T140005Z", "signature": "0" * 64}


@pytest.mark.parametrize(
    "wrong",
    [
        {"region": "evil.example.com/"},
        {"region": "us-east-1\r\nX-Evil: 1"},
        {"date": "20261102T140005Z\n"},
        {"signature": "0" * 63},
        {"key": "AKIA\r\nHost: evil"},
        {"signature": 5},
        {"purpose": "login\r\nX-Evil: 1"},
    ],
)
def test_a_forged_row_asks_no_other_server(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="proof"):
        read(json.dumps([{**GOOD, **wrong}]))


def test_a_row_of_an_older_release_is_sent_as_it_was_signed() -> None:
    (before,) = read(json.dumps([GOOD]))
    assert "X-Latchkey-Purpose" not in before.headers
    assert "SignedHeaders=content-type;host;x-amz-date," in before.headers["Authorization"]


@pytest.mark.parametrize("text", ["", "{", "null", "[1]", '{"a": 1}', '[{"key": "x"}]'])
def test_a_broken_row_is_no_proof(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read(text)


def test_a_row_has_a_few_pairs_the_newest_first() -> None:
    proofs = [Proof(KEY, "us-east-1", "20261102T140005Z", f"{each:064x}") for each in range(PAIRS_MOST + 2)]
    assert read(write(proofs) or "") == tuple(proofs[:PAIRS_MOST])
    assert write([]) is None
    before, new = write(proofs[:2]) or "", write(proofs[1:3]) or ""
    assert read(joined(new, before) or "") == (proofs[1], proofs[2], proofs[0])
    assert (joined(new, None), joined(new, "not ours")) == (new, new)
