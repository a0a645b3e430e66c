"""From botocore's errors to the domain's. No answer's body goes along."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from bot.domain.errors import AwsRefused, Doubtful, Throttled, Unreadable

THROTTLES = frozenset({"Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException"})
SERVER_FAULT = 500
GONE = "NoSuchEntity"


def code_of(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def status_of(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


@contextmanager
def reading(call: str) -> Iterator[None]:
    """Whatever keeps a read from answering makes the answer unknown."""
    try:
        yield
    except ClientError as error:
        raise Unreadable(call, code_of(error)) from None
    except BotoCoreError as error:
        raise Unreadable(call, type(error).__name__) from None


@contextmanager
def writing(call: str, *, once: bool = False, gone_is_done: bool = False) -> Iterator[None]:
    """`once`: a call that must not be repeated, so that no answer means doubt."""
    try:
        yield
    except ClientError as error:
        code = code_of(error)
        if gone_is_done and code == GONE:
            return
        if once and status_of(error) >= SERVER_FAULT:
            raise Doubtful(call, code) from None
        if code in THROTTLES:
            raise Throttled(call, code) from None
        raise AwsRefused(call, code) from None
    except BotoCoreError as error:
        name = type(error).__name__
        raise (Doubtful(call, name) if once else Throttled(call, name)) from None
