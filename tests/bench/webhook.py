"""10,000 events to a receiver that refuses every third request, beside a bare loop that posts the same lines to it.

Both sign what they send, use one connection and wait as long after a refusal. The receiver is a process of its own.
"""

import http.client
import json
import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import ClassVar

from sqlalchemy import insert

from bot.domain import retry
from bot.domain.audit.entry import as_json
from bot.domain.events import Tag
from bot.flows.audit import chain
from bot.flows.audit.deliver import Delivery
from bot.runtime.audit_webhook import Webhook, signature
from bot.runtime.bootstrap import SystemClock
from bot.secret import Secret
from bot.store import tables
from bot.store.engine import make_engine
from bot.store.schema import upgrade
from bot.store.work import SqlUnitOfWork
from tests.bench.figures import Figures
from tests.fakes import ALICE, START

EVENTS, FAILS_EVERY = 10_000, 3
SECRET = Secret("bench-webhook")
PAUSE = retry.wait(retry.AUDIT_WEBHOOK)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked = 0
    taken: ClassVar[list[int]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).asked += 1
        refused = self.asked % FAILS_EVERY == 0
        if not refused:
            self.taken.append(json.loads(body)["seq"])
        self.send_response_only(503 if refused else 204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silent."""


def _serve(told: Connection) -> None:
    """Answers `told` with what was taken since the last question."""
    server = HTTPServer(("127.0.0.1", 0), _Handler)
    server.timeout = 0.05
    told.send(server.server_port)
    while True:
        server.handle_request()  # returns when its one connection ends
        while told.poll():
            if told.recv() == "stop":
                return
            told.send((_Handler.asked, list(_Handler.taken)))
            _Handler.asked, _Handler.taken = 0, []


@contextmanager
def receiver() -> Iterator[tuple[int, Connection]]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield ours.recv(), ours
    finally:
        ours.send("stop")
        process.join(10)


def measure(events: int = EVENTS) -> list[Figures]:
    with tempfile.TemporaryDirectory(prefix="latchkey-bench-") as folder, receiver() as (port, told):
        url = f"sqlite:///{Path(folder) / 'ledger.db'}"
        upgrade(url)
        engine = make_engine(url)
        try:
            work = SqlUnitOfWork(engine, SystemClock())
            row = {"tag": Tag.REQUEST_MADE, "subject": "r1", "actor": ALICE, "at": START, "facts": {"duration": "7d"}}
            with engine.begin() as connection:
                connection.execute(insert(tables.audit), [row] * events)
            chain.number(work)
            bare, bare_asked = _bare(work, port), _seen(told, events)
            latchkey, asked = _latchkey(work, port), _seen(told, events)
        finally:
            engine.dispose()
    rows = (
        ("a bare loop", events, bare_asked, bare, 1.0),
        ("the audit webhook", events, asked, latchkey, latchkey / bare),
    )
    return [_figures(rows)]


def _figures(rows: tuple[tuple[str, int, int, float, float], ...]) -> Figures:
    return Figures(
        f"The audit webhook: a receiver that refuses every {FAILS_EVERY}rd request",
        ("", "events in order", "requests", "seconds", "times the bare loop"),
        rows,
        (f"Each refusal is followed by a wait of {PAUSE / timedelta(milliseconds=1):.0f} ms.",),
    )


def _seen(told: Connection, events: int) -> int:
    told.send("what")
    asked, taken = told.recv()
    assert taken == list(range(1, events + 1)), "events were lost, repeated or overtaken"
    return int(asked)


def _bare(work: SqlUnitOfWork, port: int) -> float:
    bodies = [as_json(each.line()).encode() for each in chain.entries(work, chain.part(work, None, None))]
    connection = http.client.HTTPConnection("127.0.0.1", port)
    began = time.perf_counter()
    for body in bodies:
        while True:
            stamp = str(int(time.time()))
            headers = {"X-Latchkey-Request-Timestamp": stamp, "X-Latchkey-Signature": signature(SECRET, stamp, body)}
            connection.request("POST", "/", body, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status == 204:
                break
            time.sleep(PAUSE.total_seconds())
    took = time.perf_counter() - began
    connection.close()
    return took


def _latchkey(work: SqlUnitOfWork, port: int) -> float:
    webhook = Webhook(Secret(f"http://127.0.0.1:{port}/"), SECRET, SystemClock())
    delivery = Delivery(work, SystemClock(), "bench", webhook)
    began = time.perf_counter()
    while delivery.step(_wait, webhook.measure):
        pass
    took = time.perf_counter() - began
    webhook.close()
    return took


def _wait(span: timedelta) -> bool:
    if span:
        time.sleep(span.total_seconds())
    return False
