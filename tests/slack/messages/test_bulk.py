"""Many keys at once: a message with counts, and a question with two buttons."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.bulk_limit import BulkAction
from bot.domain.ids import GrantId
from bot.flows.lifecycle import teardown, teardown_progress
from bot.sandbox.slack import Message
from bot.slack.text import bulk
from bot.store.work import SqlUnitOfWork
from tests.fakes import FakeClock
from tests.flows.catalog import catalog
from tests.flows.copies import copies
from tests.flows.lifecycle.test_bulk_limit import MANY
from tests.flows.world import World
from tests.slack.kit import House, house
from tests.slack.press import button_in, buttons, told

STORM = 100
DAY = timedelta(days=1)


@pytest.fixture
def h(sqlite_work: SqlUnitOfWork, clock: FakeClock) -> Iterator[House]:
    """An overlap of a day."""
    quick = catalog()
    with house(sqlite_work, clock, replace(quick, hygiene=replace(quick.hygiene, overlap=DAY))) as made:
        yield made


def world(h: House) -> World:
    """The same ledger and AWS, without Slack presses."""
    made = World(h.work, h.clock, entropy=h.entropy, catalog=h.catalog)
    made.iam = h.iam
    return made


def now(h: House, message: Message) -> Message:
    """The same message, in its current state."""
    (found,) = [each for each in h.bob.dms() if each.ts == message.ts]
    return found


def test_every_bulk_action_says_what_would_happen_and_what_stop_does() -> None:
    assert set(bulk.WANTED) == set(bulk.AFTER_STOP) == set(BulkAction)
    assert all("{many}" in said and "{account}" in said for said in bulk.WANTED.values())


def test_a_hundred_teardowns_are_one_message_that_counts(h: House) -> None:
    hands = world(h)
    first, _ = hands.live()
    h.send()  # once, not for each copy
    for each in (first, *(GrantId(each[first]) for each in copies(hands, first, STORM - 1))):
        hands.give_back(each)
    h.send()
    teardown_progress.watch(h.context)
    h.send()
    (message,) = [each for each in h.bob.dms() if "100 ended grants" in each.words]
    assert "0 of 100 ended grants" in message.words
    shown = list[str]()
    for _ in range(5):
        teardown.tear_down(h.context)
        h.advance(seconds=3)
        teardown_progress.watch(h.context)
        h.send()
        shown.append(now(h, message).words)
    for done, said in zip((20, 40, 60, 80), shown, strict=False):
        assert f"{done} of 100 ended grants" in said
    assert "All 100 ended grants" in shown[-1]
    assert [each for each in h.bob.dms() if "100 ended grants" in each.words] == [now(h, message)], "no second one"


def halted(h: House) -> Message:
    hands = world(h)
    grant, _ = hands.live()
    h.clock.advance(seconds=1)
    hands.rotated(grant)
    h.send()  # once, not for each copy
    copies(hands, grant, MANY - 1)
    h.advance(DAY)
    h.sweep()
    return button_in(h.bob.dms(), "sweep:go")


@pytest.mark.parametrize(
    ("press", "said", "off"), [("sweep:go", "chose *Go on*", MANY), ("sweep:stop", "chose *Stop*", 0)]
)
def test_a_clock_that_wants_too_much_asks_and_does_what_is_answered(h: House, press: str, said: str, off: int) -> None:
    question = halted(h)
    assert f"{MANY} rotated keys" in question.words
    assert set(buttons(question)) == {"sweep:go", "sweep:stop"}
    h.carol.press(question, press)
    assert "aren't an approver for this" in told(h.carol)
    h.sweep()
    assert buttons(now(h, question)), "carol has changed nothing"
    h.bob.press(question, press)
    for _ in range(3):
        h.advance(minutes=1)
        h.sweep()
    assert said in now(h, question).words
    assert buttons(now(h, question)) == {}
    assert sum(not key.active for key in h.iam.all_keys().values()) == off
    h.bob.press(question, "sweep:go")  # on another device, where it was still shown
    assert "answered with" in told(h.bob)
    assert [each for each in h.bob.dms() if "sweep:go" in buttons(each)] == []
