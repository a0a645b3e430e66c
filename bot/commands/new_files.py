"""Write several files, all of them or none."""

import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot.domain.errors import LatchkeyError

NOT_WRITABLE = "you can't write to this folder, so nothing was written; choose one in which you can create files"
ANYONE, OWNER = 0o666, 0o600  # before the umask


@dataclass(frozen=True, slots=True)
class NewFile:
    path: Path
    text: str
    mode: int = ANYONE


def write_all(files: Sequence[NewFile], *, replace: bool) -> None:
    """Every text is on disk before the first file gets its name. Without `replace`, no file is ever overwritten.

    Raises LatchkeyError, and then everything is as before.
    """
    staged: list[tuple[NewFile, Path]] = []
    try:
        for each in files:
            path = each.path.with_name(f".{each.path.name}.{secrets.token_hex(4)}")
            staged.append((each, path))
            _stage(each, path)
        _name_all(staged, replace=replace)
    except FileExistsError as wrong:
        raise LatchkeyError(f"{wrong.filename2} appeared meanwhile; nothing was written") from None
    except OSError as wrong:
        raise LatchkeyError(f"{NOT_WRITABLE} ({wrong.strerror})") from None
    finally:
        for _, path in staged:
            with suppress(OSError):  # never created, or in a folder that isn't writable
                path.unlink()


def _stage(file: NewFile, path: Path) -> None:
    made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, file.mode)
    with open(made, "w", encoding="utf-8") as out:  # noqa: PTH123 - a descriptor, so that the mode holds from the start
        out.write(file.text)
        out.flush()
        os.fsync(out.fileno())


def _name_all(staged: Sequence[tuple[NewFile, Path]], *, replace: bool) -> None:
    """Raises OSError after everything was undone."""
    before: list[tuple[Path, bytes | None]] = []
    try:
        for file, path in staged:
            old = file.path.read_bytes() if replace and file.path.is_file() else None
            if replace:
                path.replace(file.path)
            else:
                os.link(path, file.path)
            before.append((file.path, old))
    except OSError:
        for path, old in before:
            path.write_bytes(old) if old is not None else path.unlink()
        raise
