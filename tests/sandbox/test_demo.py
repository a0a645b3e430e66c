"""`latchkey demo` starts anywhere, touches nothing real, and leaves nothing behind."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import urllib3

from bot.sandbox.latchkey_process import Child, clean_environment, free_port

CODE = "import sys; from bot.cli import main; sys.exit(main(sys.argv[1:]))"
PATIENCE_SECONDS = 120
REAL = {
    "AWS_PROFILE": "production",
    "AWS_ACCESS_KEY_ID": "AKIAREAL",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    "SLACK_BOT_TOKEN": "xoxb-real",
    "SLACK_APP_TOKEN": "xapp-real",
    "SLACK_API_URL": "http://127.0.0.1:1/api/",
    "DATABASE_URL": "postgresql://127.0.0.1:1/real",
    "PUBLIC_URL": "https://keys.example.com",
    "CATALOG_FILE": "/nowhere/catalog.toml",
    "HTTP_PROXY": "http://127.0.0.1:1",
    "WORKER_PORT": "1",
}


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The demo in an empty folder, with the environment of a machine that has a real Latchkey."""
    env = {**os.environ, **REAL, "TMPDIR": str(folder), "PYTHONPATH": str(Path.cwd())}
    running = subprocess.Popen(
        [sys.executable, "-c", CODE, "demo", *arguments],
        cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield running
    finally:
        if running.poll() is None:
            running.kill()
        running.communicate()


def invitation(running: subprocess.Popen[str]) -> str:
    """Its output up to the last line."""
    assert running.stdout
    said = ""
    for line in running.stdout:
        said += line
        if "Ctrl+C" in line:
            return said
    assert running.stderr
    raise AssertionError(said + running.stderr.read())


def descendants(running: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(running.pid).children(recursive=True)


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_invites_and_ends_without_a_trace(tmp_path: Path, number: signal.Signals) -> None:
    with started(tmp_path) as running:
        said = invitation(running)
        (address,) = re.findall(r"http://\S+", said)
        assert all(name in said for name in ("Alice", "Bob", "Carol", "/key request"))
        pool = urllib3.PoolManager()
        assert pool.request("GET", address).status == 200
        state = pool.request("GET", f"{address}page/state?user=U01ALICE").json()
        assert len(state["first_steps"]) == 3, "the page says what to press first too"
        pool.clear()
        family = descendants(running)
        assert len(family) >= 2
        running.send_signal(number)
        _, complaints = running.communicate(timeout=PATIENCE_SECONDS)
        assert (running.returncode, complaints) == (0, "")
        assert not psutil.wait_procs(family, timeout=PATIENCE_SECONDS)[1]
        assert not list(tmp_path.iterdir())


@pytest.mark.long
def test_everything_listens_on_loopback_only_and_latchkey_ends_when_the_demo_is_killed(tmp_path: Path) -> None:
    with started(tmp_path) as running:
        invitation(running)
        family = descendants(running)
        listening = {
            each.laddr.ip
            for one in (psutil.Process(running.pid), *family)
            for each in one.net_connections("inet")
            if each.status == psutil.CONN_LISTEN
        }
        assert listening == {"127.0.0.1"}
        running.kill()
        assert not psutil.wait_procs(family, timeout=PATIENCE_SECONDS)[1]


def test_a_taken_port_is_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with started(tmp_path, "--port", str(port)) as running:
            said, complaints = running.communicate(timeout=PATIENCE_SECONDS)
    assert (running.returncode, said) == (2, "")
    assert (
        complaints == f"latchkey: port {port} can't be used (Address already in use); choose another one with --port\n"
    )
    assert not list(tmp_path.iterdir())


def test_nothing_real_reaches_it() -> None:
    kept = clean_environment(
        {**REAL, "PATH": "/bin", "LC_ALL": "C.UTF-8", "AWS_CONFIG_FILE": "/home/alice/.aws/config"}
    )
    assert not set(REAL) & set(kept)
    assert (kept["PATH"], kept["LC_ALL"]) == ("/bin", "C.UTF-8")
    assert kept["AWS_CONFIG_FILE"] == kept["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull


def test_a_latchkey_that_does_not_start_says_why() -> None:
    with tempfile.TemporaryDirectory() as folder:
        child = Child(clean_environment(os.environ), free_port(), Path(folder), show_log=False)
        try:
            with pytest.raises(Exception, match="didn't start") as told:
                child.wait_until_ready()
        finally:
            child.stop()
        assert "SLACK_BOT_TOKEN isn't set" in str(told.value)


def test_its_last_log_lines_are_sentences(tmp_path: Path) -> None:
    line = {
        "level": "error",
        "logger": "bot.runtime.worker",
        "event": "a step failed",
        "exception": "Traceback:\n  File\nOops: no",
    }
    child = Child(clean_environment(os.environ), free_port(), tmp_path, show_log=False)
    child.stop()
    child.log.write_text(json.dumps(line) + "\nplain words\n[1]\n")
    assert child.last_words() == "error bot.runtime.worker a step failed Oops: no\nplain words\n[1]"
