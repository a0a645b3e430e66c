"""The people in the tour: what they do in Slack, the answers they get, and waiting for those."""

import re
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.sandbox.browser_client import Link, Visitor
from bot.sandbox.environment import Environment
from bot.sandbox.key_user import Holder
from bot.sandbox.slack import Actor, Answer, Message, View
from bot.sandbox.slack.elements import elements, words

OPS = "C01OPS"
COLLECT = "grant:collect"
PATIENCE_SECONDS = 60.0
LOOK_EVERY = 0.2  # seconds
LINK = re.compile(r"<(https?://[^|>\s]+/c/[^|>\s]+#[\w-]+)\|")

WORKING = re.compile("Preparing|One moment")  # a modal that is about to change

T = TypeVar("T")


class StepFailed(Exception):
    """A step didn't show what it should."""

    def __init__(self, expected: str, seen: object) -> None:
        super().__init__(f"expected {expected}; seen: {seen}")
        self.expected, self.seen = expected, str(seen).strip() or "nothing"


def expect(held: object, expected: str, seen: object) -> None:
    if not held:
        raise StepFailed(expected, seen)


def _silent(_words: str) -> None:
    """Progress isn't shown."""


@dataclass
class People:
    """`ending` takes what is stopped together with the tour; `note` is shown next to the running step."""

    environment: Environment
    ending: ExitStack = field(default_factory=ExitStack)
    note: Callable[[str], None] = _silent
    visitor: Visitor = field(default_factory=Visitor)
    holders: list[Holder] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    collected: set[str] = field(default_factory=set)  # grant ids
    kept: dict[str, Any] = field(default_factory=dict)  # values that one step passes to the next

    def __post_init__(self) -> None:
        slack = self.environment.slack
        self.alice, self.bob = slack.as_person("U01ALICE"), slack.as_person("U02BOB")
        self.carol, self.dave = slack.as_person("U03CAROL"), slack.as_person("U04DAVE")
        self.everybody = (self.alice, self.bob, self.carol, self.dave)

    def leave(self) -> None:
        self.visitor.close()
        for each in self.holders:
            each.close()

    # Waiting.

    def until(self, expected: str, look: Callable[[], T], seen: Callable[[], object] = lambda: "nothing") -> T:
        """The result of `look`, as soon as Slack shows it."""
        found: list[T] = []

        def once_more() -> T:
            found[:] = [look()]
            return found[0]

        if not self.environment.slack.wait_for(once_more, PATIENCE_SECONDS):
            raise StepFailed(expected, seen())
        return found[0]

    def eventually(self, expected: str, ask: Callable[[], str], wanted: Callable[[str], bool]) -> str:
        """Polls, for AWS, which has no events."""
        patience = time.monotonic() + PATIENCE_SECONDS
        while not wanted(answer := ask()):
            if time.monotonic() > patience:
                raise StepFailed(expected, answer)
            time.sleep(LOOK_EVERY)
        return answer

    # Answers to a person.

    def told(self, who: Actor, act: Callable[[], Answer], expected: str) -> str:
        """Run `act`, and return the text that Latchkey then shows to this person only."""
        before = _private(who).keys()
        done(act())

        def new() -> list[str]:
            fresh = [said for key, said in _private(who).items() if key not in before]
            return [said for said in fresh if not WORKING.search(said)]

        return self.until(expected, new)[-1]

    def window(self, who: Actor, act: Callable[[], Answer], expected: str, callback: str = "") -> View:
        """Run `act`, and return the modal that it opens."""
        old = who.modal()
        done(act())

        def opened() -> View | None:
            view = who.modal()
            return view if view and view is not old and callback in ("", view.callback_id) else None

        found = self.until(expected, opened, lambda: view.words if (view := who.modal()) else "no window")
        assert found
        return found

    def message(self, who: Actor, action: str, *, channel: str = "", value: str = "") -> Message:
        """The newest message in which this person can press `action`."""

        def find() -> Message | None:
            there = who.channel(channel) if channel else who.dms()
            return next((each for each in reversed(there) if value_of(each, action, value)), None)

        found = self.until(f"a message with the button {action}", find, lambda: _last(who, channel))
        assert found
        return found

    def request(self, who: Actor, words: str) -> Message:
        """The message in #ops in which this person reads `words` and can press Approve."""

        def find() -> Message | None:
            there = who.channel(OPS)
            return next((each for each in there if words in each.words and value_of(each, "request:approve")), None)

        found = self.until(f"a request in #ops that says “{words}”", find, lambda: _last(who, OPS))
        assert found
        return found

    def collect(self, who: Actor) -> Link:
        """Press Collect on the grant that this person hasn't collected yet."""

        def find() -> Message | None:
            return next((each for each in who.dms() if value_of(each, COLLECT) not in {"", *self.collected}), None)

        message = self.until("a message with Collect", find, lambda: _last(who, ""))
        assert message
        self.collected.add(value_of(message, COLLECT))
        return self.holding(who, lambda: who.press(message, COLLECT))

    def holding(self, who: Actor, act: Callable[[], Answer]) -> Link:
        """A collect: the link that Latchkey puts into the modal that `act` opened, never an earlier one's."""
        before = {each.page for each in self.links}
        done(act())

        def brought() -> Link | None:
            view = who.modal()
            found = LINK.search(view.words) if view else None
            link = Link.read(found[1]) if found else None
            return link if link and link.page not in before else None

        def seen() -> str:
            view = who.modal()
            return words(view.blocks) if view else "no window"

        link = self.until("a window with a one-time link", brought, seen)
        assert link
        self.links.append(link)
        return link

    def open(self, link: Link) -> Holder:
        """The page's steps: reveal, decrypt, receipt. Then Latchkey removes the link from the owner's modal."""
        answer = self.visitor.reveal(link)
        expect(answer.status == 200, "the sealed credential (200)", f"{answer.status} {answer.body}")
        holder = Holder(self.environment.aws, link.decrypt(answer.json()))
        self.holders.append(holder)
        receipt = self.visitor.receipt(link)
        expect(receipt.status == 204, "the receipt to be accepted (204)", f"{receipt.status} {receipt.body}")
        self.until(
            "the window with the link to say that it was opened",
            lambda: not any(link.seed in view.words for who in self.everybody if (view := who.modal())),
        )
        return holder


def readable(mrkdwn: str) -> str:
    """The first line of an answer, without Slack's markup."""
    line = mrkdwn.strip().partition("\n")[0]
    line = re.sub(r"<@U\d*+(\w+)>", lambda found: "@" + found[1].lower(), line)
    line = re.sub(r"<[^<>|]*\|([^<>]*)>", r"\1", line)
    return re.sub(r":\w+:|[*`]", "", line).strip()


def done(answer: Answer) -> Answer:
    expect(answer.ok, "Latchkey to answer Slack in time", answer.sentence or answer.error or answer.errors)
    return answer


def value_of(message: Message, action: str, value: str = "") -> str:
    """The value of the button `action`, empty if this message has none (or none with `value`)."""
    found = [e.get("value", "") for b in message.blocks for e in elements(b) if e["action_id"] == action]
    return next((each for each in found if value in ("", each)), "")


def _private(who: Actor) -> dict[str, str]:
    """Text that only this person sees, ephemeral or in the open modal, by an id that changes with each update."""
    view = who.modal()
    return {each.ts: each.words for each in who.ephemerals()} | ({view.hash: words(view.blocks)} if view else {})


def _last(who: Actor, channel: str) -> str:
    there = who.channel(channel) if channel else who.dms()
    return there[-1].words if there else "no message"
