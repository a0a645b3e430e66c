"""Addresses that servers listen on, and one sentence for a port that can't be opened."""

import errno
import ipaddress
import os
import socket

from bot.domain.errors import LatchkeyError


class PortTaken(LatchkeyError):
    """Another process listens there, or this user lacks the permission."""


def must_be_free(name: str, address: str, port: int) -> None:
    """`name` is the port's setting. Raises PortTaken."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        socket.create_server((address, port), family=family).close()
    except OSError as error:
        number = error.errno or 0
        raise PortTaken(
            f"{name} {port} can't be opened ({os.strerror(number)}); {_fix(number, name, address)}"
        ) from None


def shown(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _fix(number: int, name: str, address: str) -> str:
    """What helps against this errno."""
    if number == errno.EADDRNOTAVAIL:
        return f"this machine doesn't have the address {address}: correct LISTEN_ADDRESS, or remove it"
    if number == errno.EACCES:
        return f"set {name} to a number from 1024 on"
    too = " and in PUBLIC_URL" if name == "PORT" and ipaddress.ip_address(address).is_loopback else ""
    return f"stop the process that has it, or choose a free one in {name}{too}"
