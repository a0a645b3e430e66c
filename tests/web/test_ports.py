"""A port that can't be opened is one sentence that says what to change."""

import socket

import pytest

from bot.web.ports import PortTaken, must_be_free


@pytest.mark.parametrize(("address", "and_where"), [("127.0.0.1", " and in PUBLIC_URL"), ("0.0.0.0", "")])
def test_a_port_in_use(address: str, and_where: str) -> None:
    with socket.create_server((address, 0)) as taken, pytest.raises(PortTaken) as said:
        must_be_free("PORT", address, taken.getsockname()[1])
    assert str(said.value).endswith(
        f"(Address already in use); stop the process that has it, or choose a free one in PORT{and_where}"
    )


def test_an_address_of_another_machine() -> None:
    with pytest.raises(PortTaken, match=r"doesn't have the address 192\.0\.2\.1: correct LISTEN_ADDRESS"):
        must_be_free("PORT", "192.0.2.1", 3000)
