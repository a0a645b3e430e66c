"""Convert botocore's errors to the domain's, without the response body."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004  # botocore's own, over all its errors of the network
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ProxyConnectionError,
)
from botocore.parsers import ResponseParserError

from bot.domain.errors import AwsError, AwsRefused, Doubtful, Throttled, Unanswered, Unreadable

PATIENCE = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "SlowDown",
        "PriorRequestNotComplete",
        # IAM is changing the same entity; handled like a throttle.
        "ConcurrentModification",
        "EntityTemporarilyUnmodifiable",
        # Our own role's session expired on the way: the next try assumes the role again.
        "ExpiredToken",
        "ExpiredTokenException",
    }
)
TOO_MANY = 429
SERVER_FAULT = 500
GONE, DENIED = "NoSuchEntity", "AccessDenied"

NEVER_ARRIVED = (EndpointConnectionError, ConnectTimeoutError, ProxyConnectionError)
"""The connection failed, so nothing was sent."""
OWN_FAULTS = (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError, ParamValidationError)
"""Raised before anything is sent; retrying doesn't help."""
NETWORK = (ConnectionError, HTTPClientError, ResponseParserError)

Heard = (ClientError, BotoCoreError, ResponseParserError)


def code_of(error: Exception) -> str:
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", ""))
    return type(error).__name__


def status_of(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


@contextmanager
def reading(call: str) -> Iterator[None]:
    """Any error during a read makes the answer unknown."""
    try:
        yield
    except Heard as error:
        _forget_body(error)
        raise Unreadable(call, code_of(error)) from None


@contextmanager
def writing(call: str, *, once: bool = False, gone_is_done: bool = False) -> Iterator[None]:
    """`once`: a call that must not be repeated, so a lost answer is doubtful."""
    try:
        yield
    except Heard as error:
        _forget_body(error)
        if gone_is_done and code_of(error) == GONE:
            return
        kind = _kind_once(error) if once else _kind(error)
        raise kind(call, code_of(error)) from None


def _forget_body(error: Exception) -> None:
    """botocore includes an unparsable response in the error text, and with it a secret access key."""
    if isinstance(error, ResponseParserError):
        error.args = ()


def _kind(error: Exception) -> type[AwsError]:
    """The error for a call that may be repeated: anything that isn't a clear refusal is retried."""
    if isinstance(error, ClientError):
        if status_of(error) >= SERVER_FAULT:
            return Unanswered
        return Throttled if code_of(error) in PATIENCE or status_of(error) == TOO_MANY else AwsRefused
    if isinstance(error, NEVER_ARRIVED):
        return Throttled
    return Unanswered if isinstance(error, NETWORK) else AwsRefused


def _kind_once(error: Exception) -> type[AwsError]:
    """The error for a call that must not be repeated: doubtful unless it certainly did nothing."""
    if isinstance(error, ClientError):
        return Doubtful if status_of(error) >= SERVER_FAULT else _kind(error)
    if isinstance(error, OWN_FAULTS):
        return AwsRefused
    return Throttled if isinstance(error, NEVER_ARRIVED) else Doubtful
