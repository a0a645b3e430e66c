"""Addresses that servers listen on, and one sentence for a port that can't be opened."""

import os
import socket

from bot.domain.errors import LatchkeyError

ANYWHERE = "0.0.0.0"  # noqa: S104 - servers bind all addresses; the network in front of them is the host's


class PortTaken(LatchkeyError):
    """Another process listens there, or this user lacks the permission."""


def must_be_free(name: str, port: int) -> None:
    """Raises PortTaken."""
    try:
        socket.create_server((ANYWHERE, port)).close()
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise PortTaken(f"{name} {port} can't be opened ({why}); choose a free one") from None
