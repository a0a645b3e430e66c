"""A house that is a copy of an earlier one goes on like one whose set-up ran."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.store.engine import make_engine
from bot.store.work import SqlUnitOfWork
from tests.fakes import FakeClock
from tests.slack.kit import House, house
from tests.slack.press import buttons

Make = Callable[[], House]


@pytest.fixture
def houses(_sqlite_template: Path, memory_path: Path) -> Iterator[Make]:
    with ExitStack() as stack:

        def make() -> House:
            path = memory_path / f"{len(list(memory_path.iterdir()))}.db"
            engine = make_engine(f"sqlite:///{shutil.copy(_sqlite_template, path)}")
            stack.callback(engine.dispose)
            clock = FakeClock()
            made = stack.enter_context(house(SqlUnitOfWork(engine, clock), clock))
            made.caches_setup = True
            return made

        yield make


def said(h: House) -> list[object]:
    messages = [*h.alice.dms(), *h.bob.dms(), *h.bob.channel("C01OPS"), *h.alice.ephemerals()]
    shown = [(each.words, buttons(each)) for each in messages]
    return [*shown, [each.kind for each in h.slack.deliveries], h.iam.calls, h.key(), h.grant(), h.audit(h.grant().id)]


@pytest.mark.parametrize("what", ["reports-read", "reports-session"])
def test_a_copy_goes_on_like_what_is_played(houses: Make, what: str) -> None:
    played, first, copy = houses(), houses(), houses()
    played.caches_setup = False
    messages = [each.live(what, "8h") for each in (played, first, copy)]
    assert said(played) == said(first) == said(copy)
    assert len(copy.slack.traffic) == len(first.slack.traffic) > 10
    for each, message in zip((played, first, copy), messages, strict=True):
        assert each.alice.press(message, "grant:return").ok
        each.sweep()
    assert said(played) == said(first) == said(copy)
    assert copy.grant_state() == "revoked"


def test_what_slack_sent_is_answered_by_the_slack_of_the_copy(houses: Make) -> None:
    houses().granted()
    copy = houses()
    copy.granted()
    urls = [str(each.payload["response_url"]) for each in copy.slack.deliveries if "response_url" in each.payload]
    assert urls
    assert all(each.startswith(copy.slack.url) for each in urls)
