"""A person in Slack who waits until the app has finished, and what they see."""

from concurrent.futures import Future, wait
from typing import Any

from bot.sandbox.slack import Actor, Answer, Message, View
from bot.slack import awaited_ack


class Listeners(awaited_ack.Listeners):
    """Waits for everything submitted, including what a listener does after its ack."""

    def __init__(self) -> None:
        super().__init__(8, thread_name_prefix="listener")
        self._all: list[Future[Any]] = []

    def submit(self, *args: Any, **kwargs: Any) -> "Future[Any]":
        self._all.append(super().submit(*args, **kwargs))
        return self._all[-1]

    def finish(self) -> None:
        wait(self._all, 10)


class Hand:
    """A person's actions: each waits until the app has done everything that follows."""

    def __init__(self, actor: Actor, listeners: Listeners) -> None:
        self._actor, self._listeners = actor, listeners

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._actor, name)
        if not callable(found):
            return found

        def act(*args: Any, **kwargs: Any) -> Any:
            result = found(*args, **kwargs)
            self._listeners.finish()
            return result

        return act


def top(actor: Hand) -> View:
    view = actor.modal()
    assert isinstance(view, View), "no window is open"
    return view


def buttons(where: Message | View | Answer) -> dict[str, str]:
    """Action id to value of every button."""
    found = {}
    for block in where.blocks:
        for element in [*block.get("elements", []), block.get("accessory") or {}]:
            if element.get("type") == "button":
                found[element["action_id"]] = element["value"]
    return found


def menu(where: Message | View | Answer) -> list[str]:
    """The value of each option of every overflow menu."""
    elements = (each for block in where.blocks for each in block.get("elements", []) if each["type"] == "overflow")
    return [option["value"] for each in elements for option in each["options"]]


def choose(actor: Hand, view: View, value: str) -> Answer:
    """Choose an option of an overflow menu."""
    for block in view.blocks:
        for element in block.get("elements", []):
            if element["type"] == "overflow" and value in {each["value"] for each in element["options"]}:
                answer: Answer = actor.select(view, block["block_id"], element["action_id"], value)
                return answer
    raise AssertionError(f"no menu has {value}: {menu(view)}")


def button_in(messages: list[Message], action: str) -> Message:
    """The newest message with this button."""
    found = [each for each in messages if action in buttons(each)]
    assert found, f"no message has {action}: {[each.words for each in messages]}"
    return found[-1]


def told(actor: Hand) -> str:
    """The newest thing that only this person sees: a private answer, or a modal."""
    view = actor.modal()
    private = actor.ephemerals()
    return view.words if view else (private[-1].words if private else "")
