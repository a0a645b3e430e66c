"""`latchkey audit` from the command line: exit codes, and one sentence for each mistake."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot import cli
from bot.domain.events import Tag
from bot.store.work import SqlUnitOfWork
from tests.fakes import ALICE, START

FORMATS = ("jsonl", "csv")
EVENTS = 3


@pytest.fixture
def run(work: SqlUnitOfWork, database_url: str, empty: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    with work.begin() as tx:
        for each in range(EVENTS):
            tx.record(Tag.REQUEST_MADE, f"r{each}", by=ALICE, at=START, facts={"duration": "7d"})
    monkeypatch.setenv("DATABASE_URL", database_url)
    return lambda *words: cli.main(["audit", *words])


@pytest.mark.parametrize("name", FORMATS)
def test_export_and_verify_from_the_command_line(
    run: Callable[..., int], name: str, empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("export", "--format", name, "--since", "2020-01-01", "--until", "2100-01-01T00:00:00Z") == 0
    file = empty / "audit.out"
    file.write_bytes(capsys.readouterr().out.encode())
    assert run("verify", str(file)) == 0
    assert f"{EVENTS} events" in capsys.readouterr().out
    file.write_bytes(file.read_bytes().replace(b"7d", b"9d", 1))
    assert run("verify", str(file)) == 1
    assert f"line {1 + (name == 'csv')} " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [(b"", 1, "is empty"), (b"\x00\xff\xfe", 2, "isn't text"), (None, 2, "can't be read"), (b"hello\n", 1, "line 1 ")],
)
def test_a_file_that_is_no_export_gets_a_sentence(
    empty: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, code: int, said: str
) -> None:
    file = empty / "file"
    if content is not None:
        file.write_bytes(content)
    assert cli.main(["audit", "verify", str(file)]) == code
    out = "".join(capsys.readouterr())
    assert said in out
    assert len(out.splitlines()) == 1


def test_a_folder_is_no_export(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["audit", "verify", str(empty)]) == 2
    assert "can't be read" in capsys.readouterr().err


def test_a_wrong_time_is_explained(run: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("export", "--since", "yesterday") == 2
    assert "--since 'yesterday' isn't a time" in capsys.readouterr().err


def test_without_a_ledger_there_is_nothing_to_export(
    empty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{empty}/none.db")
    assert cli.main(["audit", "export"]) == 2
    assert "latchkey migrate" in capsys.readouterr().err
    assert not (empty / "none.db").exists()
