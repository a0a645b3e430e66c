"""From the owner's click on Collect to the link in the modal, compared with the same AWS calls in sequence."""

import os
import secrets
import time
from collections import Counter
from collections.abc import Sequence

from botocore import xform_name

from bot.sandbox.aws import Call
from bot.sandbox.environment import set_up
from bot.sandbox.key_user import client
from bot.sandbox.people import OPS, People, done, value_of
from bot.sandbox.slack import Actor, Message
from bot.sandbox.tour_ask import ASKED, form
from tests.bench.figures import Figures, median, quantile

COLLECTS = 25
HEAD = ("", "p50 ms", "p95 ms", "max ms")


def measure(collects: int = COLLECTS) -> list[Figures]:
    clicks: list[float] = []
    bare: list[float] = []
    calls: Sequence[Call] = ()
    with set_up(dict(os.environ), port=0, log_level="INFO") as environment:
        people = People(environment)
        iam = client(environment.aws, "iam", *environment.aws.admin)
        for _ in range(collects):
            offer = _approved(people)
            environment.aws.forget_calls()
            clicks.append(_collect(people, offer))
            calls = environment.aws.calls
            bare.append(_again(iam, calls))
        iam.close()
    rows = tuple((name, *_spread(found)) for name, found in (("click to link", clicks), ("its AWS calls alone", bare)))
    ratio = f"click/calls {median(clicks) / median(bare):.1f} over {collects} collects, each paired with its own calls"
    names = Counter(call.action.removeprefix("iam:") for call in calls)
    told = ", ".join(f"{name} ×{count}" if count > 1 else name for name, count in names.items())
    return [Figures("From the click on Collect to the link", HEAD, rows, (ratio, f"the calls: {told}"))]


def _approved(people: People) -> Message:
    """The message with Collect, for a grant that wasn't collected yet."""
    done(people.alice.submit(form(people), ASKED))
    request = _fresh(people, people.bob, "request:approve", OPS)
    done(people.bob.press(request, "request:approve"))
    return _fresh(people, people.alice, "grant:collect")


def _fresh(people: People, who: Actor, action: str, channel: str = "") -> Message:
    """The message whose button has a value that no earlier round used."""
    seen: set[str] = people.kept.setdefault(action, set())

    def find() -> Message | None:
        there = who.channel(channel) if channel else who.dms()
        return next((each for each in there if value_of(each, action) not in seen | {""}), None)

    found = people.until(f"a new message with the button {action}", find)
    assert found
    seen.add(value_of(found, action))
    return found


def _collect(people: People, offer: Message) -> float:
    began = time.perf_counter()
    people.holding(people.alice, lambda: people.alice.press(offer, "grant:collect"))
    took = time.perf_counter() - began
    window = people.alice.modal()
    assert window
    people.alice.close(window, whole_stack=True)
    return took


def _again(iam: object, calls: Sequence[Call]) -> float:
    """The same calls with boto3 alone, on a separate user and without tags."""
    user = f"floor-{secrets.token_hex(8)}"
    mine = {"UserName": user, "Path": "/floor/"}
    wanted = [(xform_name(call.action.removeprefix("iam:")), _words(call.params, mine)) for call in calls]
    began = time.perf_counter()
    for method, words in wanted:
        getattr(iam, method)(**words)
    return time.perf_counter() - began


def _words(params: dict[str, str], mine: dict[str, str]) -> dict[str, str]:
    plain = {name: value for name, value in params.items() if "." not in name and name not in {"Action", "Version"}}
    return {name: mine.get(name, value) for name, value in plain.items()}


def _spread(found: list[float]) -> tuple[float, ...]:
    taken = [1000 * each for each in found]
    return quantile(taken, 0.5), quantile(taken, 0.95), max(taken)
