"""One-time codes of an MFA device (RFC 6238 as AWS uses it), and the QR code for an authenticator. No IO."""

from base64 import b32decode
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from bot.secret import Secret

DIGITS = 6
STEP = timedelta(seconds=30)
ISSUER = "Latchkey"
QUIET_ZONE = 4  # light modules around a QR code (ISO/IEC 18004)


def code(seed: Secret, at: datetime) -> str:
    """`seed` is Base32, as CreateVirtualMFADevice returns it. Raises ValueError if it isn't."""
    return _totp(seed).generate(int(at.timestamp())).decode()


def last_two(seed: Secret, now: datetime) -> tuple[str, str]:
    """The previous and the current code, as EnableMFADevice needs them; neither lies in the future."""
    return code(seed, now - STEP), code(seed, now)


def uri(seed: Secret, name: str) -> Secret:
    """The otpauth:// URI that an authenticator opens, labelled with our name."""
    return Secret(_totp(seed).get_provisioning_uri(name, ISSUER))


def qr(text: Secret) -> Secret:
    """The QR code as rows of 0 and 1, which the page draws because it must not insert markup."""
    import segno  # loaded on the first key with MFA only

    made = segno.make_qr(text.reveal(), error="m")
    rows = ("".join(str(int(module)) for module in row) for row in made.matrix_iter(border=QUIET_ZONE))
    return Secret("\n".join(rows))


def _totp(seed: Secret) -> TOTP:
    return TOTP(b32decode(seed.reveal()), DIGITS, SHA1(), int(STEP.total_seconds()))  # noqa: S303  # RFC 6238's own
