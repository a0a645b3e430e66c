"""SIGTERM during a mint: the key that AWS is creating is sealed and shown before the process ends."""

import threading
from collections.abc import Iterator

import pytest

from bot.sandbox.aws import AwsStandIn
from bot.sandbox.slack import StandIn
from tests.processes.conftest import Start
from tests.processes.first_key import an_account, ask_and_approve, press, states, with_aws
from tests.processes.running import PATIENCE, until
from tests.processes.test_worker_alone import beating, talking_to

pytestmark = pytest.mark.long


@pytest.fixture
def aws() -> Iterator[AwsStandIn]:
    with an_account() as running:
        yield running


@pytest.mark.parametrize("command", ["", "worker"])
def test_a_mint_that_was_begun_is_handed_over(
    slack: StandIn, aws: AwsStandIn, sqlite_url: str, command: str, start: Start
) -> None:
    latchkey = start(command, DATABASE_URL=sqlite_url, **talking_to(slack), **with_aws(aws))
    until(lambda: beating(latchkey) and slack.socket.connected, "it works")
    alice, bob = slack.as_person("U01ALICE"), slack.as_person("U02BOB")
    ask_and_approve(alice, bob)
    begun, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        begun.set()
        go_on.wait(PATIENCE)

    aws.faults.call_back("CreateAccessKey", hold)
    press(alice, "grant:collect")
    assert begun.wait(PATIENCE)
    latchkey.process.terminate()
    until(lambda: not slack.socket.connected, "nothing new is taken")
    assert not latchkey.died()
    go_on.set()
    assert latchkey.process.wait(PATIENCE) == 0
    assert "/c/" in alice.modal().words
    assert states(sqlite_url) == ["sealed"]
    assert aws.count("CreateAccessKey") == 1
    assert slack.complaints == []
