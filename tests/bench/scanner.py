"""Search 10,000 messages for leaked keys, beside one plain search for an id in each of them.

And each of them as an event of a watched channel, beside a bare Bolt app whose listener does nothing.
"""

import re
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from unittest.mock import Mock

from slack_bolt import App, BoltRequest
from slack_bolt.authorization import AuthorizeResult

from bot.domain.leaks.keys_in_text import scan
from bot.slack.app import build_app, make_client
from bot.slack.context import Deps
from bot.slack.http_gate import VERIFIED
from bot.slack.workspace import Workspace
from tests.bench.figures import Figures
from tests.domain.leaks.leaked_corpus import SHAPES, Message, corpus
from tests.flows.catalog import catalog

EVENTS = 2_000  # through Bolt
MESSAGES, PLANTED, ROUNDS = 10_000, 500, 5
FLOOR = re.compile("A[KS]IA[A-Z0-9]{16}")


def measure(messages: int = MESSAGES, planted: int = PLANTED) -> list[Figures]:
    texts = list(corpus(messages, planted))
    quiet = [each for each in texts if "KIA" not in each.text and "SIA" not in each.text]
    found, missed, false, secrets = _judged(texts)
    assert not missed, missed[0]
    assert not false
    floor, ours = _rate(FLOOR.search, texts), _rate(scan, texts)
    rows = (
        ("one plain search", messages, floor, "", "", ""),
        ("the scanner", messages, ours, found, false, _peak(texts)),
        ("the scanner, messages without KIA or SIA", len(quiet), _rate(scan, quiet), 0, 0, _peak(quiet)),
    )
    head = ("", "messages", "messages a second", "found", "false", "peak KiB")
    return [
        Figures(
            f"Leaked keys: {planted} planted in {len(SHAPES)} shapes",
            head,
            rows,
            (
                f"{secrets} of the found ids came with their secret. False: an id that nobody planted.",
                f"Peak KiB after one pass: {_peak(texts):.1f}; after ten: {_peak(texts * 10):.1f}.",
            ),
        ),
        _events([each.text for each in quiet[:EVENTS]]),
    ]


def _events(texts: Sequence[str]) -> Figures:
    """Without a key: what a busy workspace sends all day."""
    bodies = [_body(each) for each in texts]
    bare, watched = _dispatched(_bare(), bodies), _dispatched(_watching(), bodies)
    rows = (
        ("a bare Bolt app", len(bodies), bare, 1.0),
        ("Latchkey, which searches it", len(bodies), watched, bare / watched),
    )
    head = ("", "events", "events a second", "times the bare app")
    return Figures("An event of a watched channel, acked", head, rows)


def _body(text: str) -> dict[str, Any]:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    typed = [{"type": "rich_text", "block_id": "b", "elements": [section]}]
    where = {"channel": "C02GENERAL", "channel_type": "channel", "ts": "1764.1", "user": "U01ALICE", "team": "T01LATCH"}
    event = {"type": "message", "text": text, "blocks": typed, "event_ts": "1764.1", **where}
    return {"type": "event_callback", "team_id": "T01LATCH", "api_app_id": "A1", "event_id": "E1", "event": event}


def _bare() -> App:
    def authorize(**_: object) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T01LATCH", bot_token="xoxb-bench")

    app = App(authorize=authorize, request_verification_enabled=False, process_before_response=True)
    app.event("message")(lambda: None)
    return app


def _watching() -> App:
    client = make_client("xoxb-bench", None)
    deps = Deps(Mock(), Mock(), Mock(), Mock(), replace(catalog(), watch_channels=("*",)), client, Mock(), "/key", "")
    return build_app(deps, Workspace(client))


def _dispatched(app: App, bodies: Sequence[dict[str, Any]]) -> float:
    """Events a second, by the fastest round."""
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for each in bodies:
            assert app.dispatch(BoltRequest(body=each, mode=VERIFIED)).status == 200
        took.append(time.perf_counter() - began)
    return len(bodies) / min(took)


def _judged(texts: Sequence[Message]) -> tuple[int, list[Message], int, int]:
    """Found, missed, false, and secrets found beside their id."""
    found, missed, false, secrets = 0, [], 0, 0
    for each in texts:
        result = scan(each.text)
        found += each.key in result.keys
        false += len([key for key in result.keys if key != each.key])
        whole = each.secret is None or each.secret in [pair.secret.reveal() for pair in result.pairs]
        secrets += whole and each.secret is not None
        if (each.key and each.key not in result.keys) or not whole:
            missed.append(each)
    return found, missed, false, secrets


def _rate(run: Callable[[str], object], texts: Sequence[Message]) -> float:
    """Messages a second, by the fastest round."""
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for each in texts:
            run(each.text)
        took.append(time.perf_counter() - began)
    return len(texts) / min(took)


def _peak(texts: Sequence[Message]) -> float:
    """KiB allocated beyond the messages themselves."""
    tracemalloc.start()
    for each in texts:
        scan(each.text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1024
