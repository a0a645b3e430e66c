"""Read a request's body up to a limit, for a handler that refuses larger ones."""

from flask import request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge


class Unfit(HTTPException):
    """A request that its sender wouldn't send."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.code = status


def read(most: int) -> bytes:
    """`most` in bytes. Raises Unfit(413)."""
    if (request.content_length or 0) > most:
        raise Unfit(413)
    request.max_content_length = most + 1  # a longer chunked body is silently truncated there
    try:
        raw = request.get_data()
    except RequestEntityTooLarge:
        raise Unfit(413) from None
    if len(raw) > most:
        raise Unfit(413)
    return raw
