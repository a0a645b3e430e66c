"""`latchkey web`: starts before the database is ready, serves after that, finishes requests, and never calls AWS."""

import resource
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import urllib3

from bot.domain.events import Tag
from bot.flows.issuing.wrong_proofs import MANY, PAGE
from bot.runtime.bootstrap import NOT_AT_HEAD, TOO_NEW
from bot.sandbox.slack import StandIn
from bot.sealing import b64
from bot.store.work import SqlUnitOfWork
from tests.audit_log import latest_events
from tests.processes.conftest import Start
from tests.processes.running import BOT_TOKEN, PATIENCE, SIGNING_SECRET, Running, environment, once, until
from tests.processes.test_migrate import pretend_newer

pytestmark = pytest.mark.long
PROOF = {"proof": b64(bytes(32))}
NOWHERE = "postgresql://latchkey:pass-canary@127.0.0.1:9/latchkey"


def reveal(web: Running) -> int:
    return web.ask("/c/envelopeofalice/reveal", "POST", json=PROOF)[0]


def test_it_stays_up_closed_until_the_database_is_migrated(empty_url: str, tmp_path: Path, start: Start) -> None:
    web = start("web", DATABASE_URL=empty_url)
    web.wait_for("/healthz", 200)
    assert web.ask("/readyz") == (503, {"ok": False, "database": NOT_AT_HEAD})
    assert web.status("/c/envelopeofalice") == 200
    assert reveal(web) == 503
    assert web.ask("/c/envelopeofalice/receipt", "POST", json=PROOF)[0] == 503
    assert web.events() == [NOT_AT_HEAD, web.listens()]
    assert once(tmp_path, "migrate", env=environment(tmp_path, DATABASE_URL=empty_url)).returncode == 0
    web.wait_for("/readyz", 200)
    assert web.ready() == {"ok": True, "database": "at head", "worker_heartbeat_seconds": None, "slack": "off"}
    assert reveal(web) == 404
    assert web.events() == [NOT_AT_HEAD, web.listens()]


def test_a_newer_database_is_reported_and_nothing_is_opened(sqlite_url: str, start: Start) -> None:
    pretend_newer(sqlite_url)
    web = start("web", DATABASE_URL=sqlite_url)
    web.wait_for("/readyz", 503)
    assert web.events() == [TOO_NEW, web.listens()]
    assert reveal(web) == 503


def test_a_database_that_does_not_answer_is_one_sentence_and_no_end(start: Start) -> None:
    web = start("web", DATABASE_URL=NOWHERE)
    web.wait_for("/healthz", 200)
    status, said = web.ask("/readyz")
    assert (status, said["ok"]) == (503, False)
    assert reveal(web) == 503
    [line, *after] = web.events()
    assert line.startswith("the database doesn't answer (OperationalError)")
    assert after == [web.listens()]
    assert "canary" not in web.said()


def test_it_accepts_slack_requests_only_with_the_signing_secret(sqlite_url: str, start: Start) -> None:
    deaf = start("web", DATABASE_URL=sqlite_url)
    deaf.wait_for("/readyz", 200)
    assert deaf.ask("/slack/events", "POST", json={})[0] == 404
    hearing = start(
        "web", DATABASE_URL=sqlite_url, SLACK_BOT_TOKEN="xoxb-1", SLACK_SIGNING_SECRET=SIGNING_SECRET
    )  # fmt: skip
    hearing.wait_for("/readyz", 200)
    assert hearing.ask("/slack/events", "POST", json={})[0] == 401
    assert hearing.ready()["slack"] == "http"


def test_wrong_proofs_in_bulk_are_an_audit_event_of_the_web_process(
    sqlite_url: str, sqlite_work: SqlUnitOfWork, start: Start
) -> None:
    web = start("web", DATABASE_URL=sqlite_url)
    web.wait_for("/readyz", 200)
    assert [reveal(web) for _ in range(MANY)] == [404] * MANY
    web.wait_to_say(f'"tag": "{Tag.PROOFS_WRONG}"')
    with sqlite_work.begin() as tx:
        (event,) = latest_events(tx, 10)
    assert (event.tag, event.subject, dict(event.facts)) == (Tag.PROOFS_WRONG, PAGE, {"count": f"{MANY} or more"})
    assert b64(bytes(32)) not in web.said()


def test_secrets_may_come_from_files(sqlite_url: str, tmp_path: Path, start: Start) -> None:
    file = tmp_path / "database-url"
    file.write_text(f"{sqlite_url}\n")
    web = start("web", DATABASE_URL_FILE=str(file))
    web.wait_for("/readyz", 200)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_exit_code_0_and_no_further_words(sqlite_url: str, number: int, start: Start) -> None:
    web = start("web", DATABASE_URL=sqlite_url)
    web.wait_for("/readyz", 200)
    assert web.end(number) == 0
    assert web.events() == [web.listens()]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("whole_group", [False, True], ids=["alone", "with-its-child"])
def test_a_request_that_was_begun_is_answered_before_the_end(
    sqlite_url: str, number: int, whole_group: bool, start: Start
) -> None:
    """A host signals the first process, a terminal all of them."""
    web = start("web", DATABASE_URL=sqlite_url)
    web.wait_for("/readyz", 200)
    body = b'{"proof": "' + b64(bytes(32)).encode() + b'"}'
    head = (
        f"POST /c/envelopeofalice/reveal HTTP/1.1\r\nHost: 127.0.0.1:{web.port}\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", web.port), timeout=30) as wire:
        wire.sendall(head.encode())
        assert wire.recv(100).startswith(b"HTTP/1.1 100 ")  # it is being handled
        told = [web.process, *(psutil.Process(web.process.pid).children() if whole_group else [])]
        for each in told:
            each.send_signal(number)
        until(lambda: not lets_in(web.port), "the signal has arrived")
        wire.sendall(body)
        assert wire.recv(100).startswith(b"HTTP/1.1 404 ")
    assert web.process.wait(PATIENCE) == 0


def lets_in(port: int) -> bool:
    """A worker that shuts down leaves new connections waiting."""
    with urllib3.PoolManager(retries=False, timeout=0.5) as pool:
        try:
            return pool.request("GET", f"http://127.0.0.1:{port}/healthz").status == 200
        except urllib3.exceptions.HTTPError:
            return False


def test_metrics_count_wrong_proofs_of_this_process(sqlite_url: str, tmp_path: Path, start: Start) -> None:
    (tmp_path / "metrics").write_text("metrics-token-canary\n")
    web = start("web", DATABASE_URL=sqlite_url, METRICS_TOKEN_FILE=str(tmp_path / "metrics"))
    web.wait_for("/readyz", 200)
    assert [reveal(web) for _ in range(3)] == [404] * 3
    assert (
        b"latchkey_wrong_proofs_total 3.0"
        in web.ask("/metrics", headers={"Authorization": "Bearer metrics-token-canary"})[1]
    )
    assert web.status("/metrics") == 401


@pytest.mark.parametrize("command", ["web", "worker"])
def test_no_crash_writes_its_memory_to_a_disk(command: str, sqlite_url: str, slack: StandIn, start: Start) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    try:
        running = start(command, DATABASE_URL=sqlite_url, SLACK_BOT_TOKEN=BOT_TOKEN, SLACK_API_URL=slack.api_url)
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))
    running.wait_for("/healthz", 200)
    here = psutil.Process(running.process.pid)
    assert {each.rlimit(psutil.RLIMIT_CORE) for each in (here, *here.children())} == {(0, 0)}


@pytest.mark.parametrize("secret", ["", SIGNING_SECRET])
def test_its_process_imports_neither_boto3_nor_the_aws_adapter(secret: str, sqlite_url: str, tmp_path: Path) -> None:
    script = (
        "import os, sys\n"
        "from bot.main import make_web\n"
        "from bot.runtime.bootstrap import Parts, boot\n"
        "from bot.config.settings import Role\n"
        "make_web(Parts(*boot(os.environ, Role.WEB))).test_client().get('/readyz')\n"
        "strangers = ('boto3', 'botocore', 'bot.aws', 'bot.runtime.worker', 'apscheduler', 'moto')\n"
        "print([each for each in sys.modules if each.startswith(strangers)])\n"
    )
    more = {"SLACK_SIGNING_SECRET": secret, "SLACK_BOT_TOKEN": "xoxb-1"} if secret else {}
    seen = subprocess.run(
        [sys.executable, "-c", script],
        env=environment(tmp_path, DATABASE_URL=sqlite_url, **more), cwd=tmp_path, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip
    assert (seen.returncode, seen.stdout) == (0, "[]\n"), seen.stderr
