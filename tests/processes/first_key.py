"""From the request to the link, pressed in Slack by alice and bob, with AWS next to it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from bot.config import catalog_file
from bot.sandbox.aws import AwsStandIn
from bot.sandbox.browser_client import Link
from bot.sandbox.slack import Actor, Message
from bot.store.engine import make_engine
from tests.aws_seed import seed
from tests.processes.running import EXAMPLE, until

ASKED = {"entitlement": "reports-read", "duration": "8h", "justification": "The quarterly numbers"}
LINK = re.compile(r"https?://[^|>\s]+/c/[\w-]+#[\w-]{43}")


@contextmanager
def an_account() -> Iterator[AwsStandIn]:
    """With the boundary and roles that the example catalog needs."""
    catalog = catalog_file.load(EXAMPLE)
    with AwsStandIn() as running:
        seed(running, catalog)
        yield running


def with_aws(aws: AwsStandIn) -> dict[str, str]:
    key, secret = aws.admin
    return {
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_DEFAULT_REGION": aws.region,
    }


def ask_and_approve(alice: Actor, bob: Actor, entitlement: str = ASKED["entitlement"]) -> None:
    alice.command("/key request")
    until(alice.modal, "the request window is open")
    assert alice.submit(alice.modal(), ASKED | {"entitlement": entitlement}).ok
    press(bob, "request:approve", "C01OPS")


def press(who: Actor, action: str, channel: str = "") -> None:
    """The newest such button, as soon as it exists."""

    def with_button() -> list[Message]:
        return [each for each in (who.channel(channel) if channel else who.dms()) if action in str(each.blocks)]

    until(with_button, f"{who.id} has {action}")
    assert who.press(with_button()[-1], action).ok


def the_link(who: Actor) -> Link:
    def shown() -> re.Match[str] | None:
        modal = who.modal()
        return LINK.search(str(modal.body)) if modal else None  # it opens after the response to the press

    until(shown, "the window shows the link")
    found = shown()
    assert found
    return Link.read(found[0])


def states(url: str) -> list[str]:
    """Of all credentials, oldest first."""
    engine = make_engine(url)
    with engine.begin() as connection:
        found = connection.execute(text("SELECT state FROM credential ORDER BY made_at")).scalars().all()
    engine.dispose()
    return [str(each) for each in found]
