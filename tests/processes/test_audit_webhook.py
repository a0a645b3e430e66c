"""`latchkey worker` with AUDIT_WEBHOOK_URL: what arrives is what `latchkey audit export` prints, also after a kill."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.domain.events import Tag
from bot.store import tables
from bot.store.engine import make_engine
from tests.fakes import ALICE, START
from tests.processes.conftest import Start
from tests.processes.running import environment, once, until
from tests.processes.test_worker_alone import SILENT

pytestmark = pytest.mark.long
EVENTS = 600


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "Receiver"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        taken = self.server.takes(body)
        self.send_response(204 if taken else 503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silent."""


class Receiver(ThreadingHTTPServer):
    """Refuses every third request."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked = 0
        self.bodies: list[bytes] = []
        self.guard = threading.Lock()

    def takes(self, body: bytes) -> bool:
        with self.guard:
            self.asked += 1
            if self.asked % 3 == 0:
                return False
            self.bodies.append(body)
            return True


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def test_every_event_arrives_in_order_although_a_worker_is_killed(
    postgres_url: str, receiver: Receiver, tmp_path: Path, start: Start
) -> None:
    row = {"tag": Tag.REQUEST_MADE, "subject": "r1", "actor": ALICE, "at": START, "facts": {"duration": "7d"}}
    engine = make_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(insert(tables.audit), [row] * EVENTS)
    engine.dispose()
    (tmp_path / "secret").write_text("webhook-canary\n")
    words = {
        "DATABASE_URL": postgres_url,
        "AUDIT_WEBHOOK_URL": f"http://127.0.0.1:{receiver.server_port}/",
        "AUDIT_WEBHOOK_SECRET_FILE": str(tmp_path / "secret"),
        **SILENT,
    }
    first = start("worker", **words)
    until(lambda: len(receiver.bodies) > EVENTS // 4, "the first events arrive")
    first.process.kill()
    first.process.wait()
    second = start("worker", **words)
    until(lambda: len({*receiver.bodies}) >= EVENTS, "every event arrives", patience_seconds=180)
    numbers = [json.loads(each)["seq"] for each in receiver.bodies]
    fresh = [seq for at, seq in enumerate(numbers) if seq not in numbers[:at]]
    assert fresh == sorted(fresh), "an event overtook another"
    until(lambda: b"latchkey_audit_webhook_lag_events 0.0" in second.ask("/metrics")[1], "the lag is 0")
    assert second.end() == 0
    printed = once(tmp_path, "audit", "export", env=environment(tmp_path, DATABASE_URL=postgres_url))
    lines = [each.encode() for each in printed.stdout.splitlines()[:-1]]
    assert list(dict.fromkeys(receiver.bodies)) == lines[: len({*receiver.bodies})]
