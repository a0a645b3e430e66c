"""Shared by the Slack tests of adopted keys: an account that adopts, alice's old key in it, and her digest."""

from dataclasses import replace
from datetime import timedelta

from bot.sandbox.slack import Message
from tests.fakes import ALICE
from tests.flows.catalog import MAIN
from tests.slack.kit import House
from tests.slack.press import Hand, button_in

DAY = timedelta(days=1)
USER = "reporting"


def adopts(h: House, **changes: object) -> None:
    """The account adopts; carol approves in addition to bob and dave, so that there are two besides an owner."""
    changed = replace(h.catalog.accounts[MAIN.name], **{"adopt": True, **changes})  # type: ignore[arg-type]
    h.catalog.accounts["main"] = changed  # type: ignore[index]


def digested(h: House, owner: str | None = ALICE, *, idle: timedelta | None = 60 * DAY, **changes: object) -> Message:
    """The digest about an old key that Latchkey didn't issue."""
    adopts(h, **changes)
    h.reader.user(MAIN, USER, tags={"Slack": owner} if owner else {})
    h.found = h.reader.key(MAIN, USER, age=200 * DAY, idle=idle)  # type: ignore[attr-defined]
    h.read_account()
    return button_in(h.alice.dms(), "finding:keep")


def key_of(h: House) -> str:
    return str(h.found)  # type: ignore[attr-defined]


def active(h: House) -> bool | None:
    found = h.iam.all_keys().get(h.found)  # type: ignore[attr-defined]
    return None if found is None else found.active


def same(actor: Hand, message: Message) -> Message:
    """The message in its current state."""
    (found,) = [each for each in actor.dms() if each.ts == message.ts]
    return found


def about(actor: Hand, words: str) -> Message:
    found = [each for each in actor.dms() if words in each.words]
    assert found, [each.words for each in actor.dms()]
    return found[-1]


def given_back(h: House) -> Message:
    """The owner's message about a deactivated key."""
    h.alice.press(digested(h), "grant:return")
    h.sweep()
    return button_in(h.alice.dms(), "credential:reactivate")
