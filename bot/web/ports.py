"""Where servers listen, and a port that cannot be opened told in one sentence before anything is begun."""

import os
import socket

from bot.domain.errors import LatchkeyError

ANYWHERE = "0.0.0.0"  # noqa: S104 - servers bind all addresses; the network in front of them is the host's


class PortTaken(LatchkeyError):
    """Somebody else listens there, or this user may not."""


def must_be_free(name: str, port: int) -> None:
    """Raises PortTaken."""
    try:
        socket.create_server((ANYWHERE, port)).close()
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise PortTaken(f"{name} {port} cannot be opened ({why}); choose a free one") from None
