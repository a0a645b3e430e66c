"""`latchkey` alone: it migrates, serves and works in one process tree, and ends what it started."""

import re
from pathlib import Path

import psutil
import pytest

from bot.sandbox.slack import StandIn
from tests.processes.conftest import Start
from tests.processes.running import BOT_TOKEN, SIGNING_SECRET, Running, until
from tests.processes.test_worker_alone import beating, talking_to


def hearing(slack: StandIn) -> dict[str, str]:
    return {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SIGNING_SECRET, "SLACK_API_URL": slack.api_url}


@pytest.fixture
def latchkey(slack: StandIn, start: Start) -> Running:
    """On SQLite by default, in an empty folder, in HTTP mode."""
    running = start("", **hearing(slack))
    running.wait_for("/readyz", 200)
    until(lambda: beating(running), "its heart beats")
    slack.deliver_to(f"http://127.0.0.1:{running.port}/slack/events")
    return running


def test_it_answers_slack_and_every_library_logs_json(latchkey: Running, slack: StandIn) -> None:
    assert slack.verify_url().error == ""
    alice = slack.as_person("U01ALICE")
    assert alice.command("/key help").error == ""
    until(lambda: any("request" in each.words for each in alice.ephemerals()), "help is shown")
    assert slack.complaints == []
    assert {latchkey.listens(), "the worker is running"} <= set(latchkey.events())
    latchkey.end()
    lines = latchkey.said().splitlines()
    assert not [line for line in lines if not re.fullmatch(r"\{.*\}", line)]


def test_it_migrates_first_and_is_one_process_tree_that_sigterm_ends(latchkey: Running, tmp_path: Path) -> None:
    said = latchkey.ready()
    assert (said["ok"], said["loops"], said["slack"]) == (True, True, "http")
    assert (tmp_path / "latchkey.db").is_file()
    [child] = psutil.Process(latchkey.process.pid).children(recursive=True)  # one worker
    assert latchkey.end() == 0
    assert not child.is_running()
    assert latchkey.status("/healthz") == 0


@pytest.mark.long
def test_in_socket_mode_it_receives_events_without_a_signing_secret(slack: StandIn, start: Start) -> None:
    latchkey = start("", **talking_to(slack))
    latchkey.wait_for("/readyz", 200)
    until(lambda: slack.socket.connected, "Socket Mode is connected")
    assert latchkey.ask("/slack/events", "POST", json={})[0] == 404
    assert latchkey.ready()["slack"] == "socket connected"
    assert latchkey.end() == 0
