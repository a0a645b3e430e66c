"""One-time codes by the RFC's own vectors, and what an authenticator scans."""

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from bot import totp
from bot.secret import Secret

RFC_SEED = Secret(base64.b32encode(b"12345678901234567890").decode())
VECTORS = [  # RFC 6238, appendix B: the last six of its eight digits
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]
SEED = Secret("A" * 60 + "2345")


@pytest.mark.parametrize(("seconds", "wanted"), VECTORS)
def test_the_vectors_of_the_rfc(seconds: int, wanted: str) -> None:
    assert totp.code(RFC_SEED, datetime.fromtimestamp(seconds, UTC)) == wanted


def test_the_last_two_are_in_a_row_and_neither_lies_ahead() -> None:
    now = datetime(2026, 11, 2, 14, 0, 29, 999_999, tzinfo=UTC)
    before, current = totp.last_two(SEED, now)
    assert before == totp.code(SEED, now.replace(second=0) - timedelta(seconds=1))
    assert current == totp.code(SEED, now.replace(second=0)) != totp.code(SEED, now + timedelta(microseconds=1))


def test_the_address_says_all_that_an_authenticator_needs() -> None:
    found = urlsplit(totp.uri(SEED, "reports-read@123456789012").reveal())
    assert (found.scheme, found.netloc) == ("otpauth", "totp")
    assert found.path == "/Latchkey:reports-read%40123456789012"
    assert parse_qs(found.query) == {
        "secret": [SEED.reveal()],
        "issuer": ["Latchkey"],
        "algorithm": ["SHA1"],
        "digits": ["6"],
        "period": ["30"],
    }


def test_a_qr_code_is_a_square_of_noughts_and_ones_with_a_quiet_edge() -> None:
    rows = totp.qr(totp.uri(SEED, "reports-read@123456789012")).reveal().split("\n")
    assert {len(each) for each in rows} == {len(rows)}
    assert set("".join(rows)) == {"0", "1"}
    edge = "0" * len(rows)
    assert rows[: totp.QUIET_ZONE] == [edge] * totp.QUIET_ZONE == rows[-totp.QUIET_ZONE :]
    assert rows[totp.QUIET_ZONE].startswith("0000" + "1111111" + "0")  # the finder pattern in the corner


def test_none_of_it_is_seen_by_accident() -> None:
    address = totp.uri(SEED, "x")
    assert {repr(address), str(totp.qr(address)), f"{address}"} == {"•••"}


@pytest.mark.parametrize("wrong", ["not base 32", "A" * 8])
def test_an_invalid_seed_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # the library's own sentence
        totp.code(Secret(wrong), datetime(2026, 11, 2, tzinfo=UTC))
