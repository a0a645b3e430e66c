"""`latchkey worker`: its port, its start without Slack or a migrated database, and its end."""

import signal
from pathlib import Path

import pytest

from bot.runtime.bootstrap import NOT_AT_HEAD
from bot.sandbox.slack import StandIn
from tests.processes.conftest import Start
from tests.processes.running import APP_TOKEN, BOT_TOKEN, Running, environment, once, until

pytestmark = pytest.mark.long
SILENT = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_API_URL": "http://127.0.0.1:9/api/"}


def beating(worker: Running) -> bool:
    return worker.ready().get("worker_heartbeat_seconds") is not None


def talking_to(slack: StandIn) -> dict[str, str]:
    return {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_API_URL": slack.api_url}


def test_it_waits_for_the_migration_and_then_works(
    slack: StandIn, empty_url: str, tmp_path: Path, start: Start
) -> None:
    worker = start("worker", DATABASE_URL=empty_url, **talking_to(slack))
    worker.wait_for("/readyz", 503)
    worker.wait_to_say(NOT_AT_HEAD)
    assert worker.ready() == {"ok": False, "database": NOT_AT_HEAD}
    assert worker.status("/healthz") == 200
    assert slack.socket.connected == 0
    assert once(tmp_path, "migrate", env=environment(tmp_path, DATABASE_URL=empty_url)).returncode == 0
    worker.wait_for("/readyz", 200)
    until(lambda: beating(worker), "its heart beats")
    until(lambda: slack.socket.connected, "Socket Mode is connected")
    assert worker.ready()["loops"] is True
    assert worker.ready()["slack"] == "socket connected"
    assert worker.events().count(NOT_AT_HEAD) == 1


def test_its_port_serves_the_probes_alone(sqlite_url: str, start: Start) -> None:
    worker = start("worker", DATABASE_URL=sqlite_url, **SILENT)
    worker.wait_for("/readyz", 200)
    assert b"python_info" in worker.ask("/metrics")[1]
    assert worker.status("/c/envelopeofalice") == 404
    assert worker.ask("/slack/events", "POST", json={})[0] == 404


def test_it_starts_when_slack_is_down_and_connects_when_it_is_back(sqlite_url: str, start: Start) -> None:
    with StandIn() as passing:
        url, port = passing.api_url, int(passing.url.rsplit(":", 1)[1])
    words = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_API_URL": url}
    worker = start("worker", DATABASE_URL=sqlite_url, **words)
    worker.wait_for("/readyz", 200)
    worker.wait_to_say("Socket Mode can't connect; still trying")
    assert worker.ready()["slack"] == "socket not connected"
    back = StandIn()
    back.start(port)
    try:
        until(lambda: back.socket.connected, "Socket Mode is connected")
    finally:
        back.stop()


def test_two_of_them_share_a_database(postgres_url: str, start: Start) -> None:
    both = [start("worker", DATABASE_URL=postgres_url, **SILENT) for _ in range(2)]
    for each in both:
        each.wait_for("/readyz", 200)
    assert [each.end() for each in both] == [0, 0]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_exit_code_0(slack: StandIn, sqlite_url: str, number: int, start: Start) -> None:
    worker = start("worker", DATABASE_URL=sqlite_url, **talking_to(slack))
    worker.wait_for("/readyz", 200)
    until(lambda: slack.socket.connected, "Socket Mode is connected")
    assert worker.end(number) == 0
    until(lambda: not slack.socket.connected, "Socket Mode is closed")


def test_a_signal_ends_it_while_it_waits_for_the_migration(tmp_path: Path, start: Start) -> None:
    worker = start("worker", DATABASE_URL=f"sqlite:///{tmp_path}/empty.db", **SILENT)
    worker.wait_to_say(NOT_AT_HEAD)
    assert worker.end() == 0


def test_a_database_that_does_not_answer_does_not_stop_the_worker(start: Start) -> None:
    worker = start("worker", DATABASE_URL="postgresql://latchkey:pass-canary@127.0.0.1:9/latchkey", **SILENT)
    worker.wait_for("/readyz", 503)
    worker.wait_to_say("the database doesn't answer (OperationalError)")
    assert "canary" not in worker.said()
    assert worker.end() == 0
