"""All files or none, whatever the disk does in between."""

import errno
import os
from pathlib import Path

import pytest

from bot.commands.new_files import OWNER, NewFile, write_all
from bot.domain.errors import LatchkeyError


@pytest.fixture
def files(tmp_path: Path) -> list[NewFile]:
    return [NewFile(tmp_path / name, f"new {name}", OWNER if name == "b" else 0o666) for name in ("a", "b", "c")]


def texts(folder: Path) -> dict[str, str]:
    return {each.name: each.read_text() for each in folder.iterdir()}


@pytest.mark.parametrize("replace", [False, True])
def test_each_gets_its_text_and_mode(files: list[NewFile], replace: bool, tmp_path: Path) -> None:
    write_all(files, replace=replace)
    assert texts(tmp_path) == {"a": "new a", "b": "new b", "c": "new c"}
    assert (tmp_path / "b").stat().st_mode & 0o777 == OWNER


def test_a_file_that_appeared_is_not_overwritten_and_the_others_are_taken_back(
    files: list[NewFile], tmp_path: Path
) -> None:
    (tmp_path / "c").write_text("old")
    with pytest.raises(LatchkeyError, match="c appeared meanwhile; nothing was written"):
        write_all(files, replace=False)
    assert texts(tmp_path) == {"c": "old"}


def test_a_link_is_not_followed(files: list[NewFile], tmp_path: Path) -> None:
    (tmp_path / "b").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LatchkeyError, match="appeared meanwhile"):
        write_all(files, replace=False)
    assert not (tmp_path / "elsewhere").exists()
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("call", ["fsync", "link", "replace"])
def test_a_disk_that_fails_leaves_everything_as_it_was(
    files: list[NewFile], call: str, at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if call == "replace":
        (tmp_path / "a").write_text("old")
    before, calls, real = texts(tmp_path), [0], getattr(os, call)

    def failing(*words: object) -> object:
        calls[0] += 1
        if calls[0] == at + 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(*words)

    monkeypatch.setattr(os, call, failing)
    with pytest.raises(LatchkeyError, match=r"nothing was written.*\(No space left on device\)"):
        write_all(files, replace=call == "replace")
    assert texts(tmp_path) == before
