"""Sentences about keys with MFA: that they need a code, and what has to be at hand for one."""

from bot.domain.catalog import Entitlement

WITH_MFA = (
    "A key *with MFA* works only together with a six-digit code. The page on which you collect it sets up your "
    "authenticator app, once; a key that you rotate to shares it."
)


def needed() -> str:
    return (
        ":iphone: This key works only together with a six-digit code: have an authenticator app at hand when you "
        "collect it."
    )


def have_ready(entitlement: Entitlement | None) -> str:
    """A line of its own below what was said, or nothing."""
    return f"\n{needed()}" if entitlement is not None and entitlement.mfa else ""


def held(*, mfa: bool) -> str:
    return " · works only with a code (MFA)" if mfa else ""
