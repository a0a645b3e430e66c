"""`.env` in the working directory: settings for starting Latchkey from a folder, as `latchkey init` writes it.

The environment overrides the file, so that a host's own settings win. Only the command line reads it, never a library.
"""

from collections.abc import Mapping
from pathlib import Path

from bot.config.settings import SETTINGS
from bot.domain.errors import LatchkeyError

ENV_FILE = Path(".env")
OTHERS = 0o077
SESSION = "AWS_SESSION_TOKEN"
NEEDED = frozenset(row.name for row in SETTINGS if row.needed_by) | {"CATALOG_FILE", "DATABASE_URL"}


def with_env_file(env: Mapping[str, str], path: Path = ENV_FILE, *, aws: bool = True) -> dict[str, str]:
    """The environment plus the file's additional settings. An empty `NAME=` counts as unset. Raises LatchkeyError.

    The web process never has AWS credentials, so `aws` is false for it: it may share the worker's folder.
    """
    found = {name: value for name, value in read(path).items() if value and (aws or not name.startswith("AWS_"))}
    return {name: value for name, value in found.items() if _other_form(name) not in env} | dict(env)


def absent(env: Mapping[str, str], path: Path = ENV_FILE) -> str:
    """What to do in a folder without the file, if the environment has no setting that Latchkey needs; empty if fine."""
    if path.exists() or any(env.get(each) or env.get(f"{each}_FILE") for each in NEEDED):
        return ""
    return (
        f"there is no {path} in this folder, and the environment has no settings either; change to the folder in which "
        "you ran latchkey init, or run latchkey init here to write one"
    )


def overridden(env: Mapping[str, str], path: Path = ENV_FILE) -> tuple[str, ...]:
    """A warning if the environment, which wins, has another value: of a person's own AWS key, say."""
    found = {name: value for name, value in read(path).items() if value}
    names = [name for name, value in found.items() if env.get(name, value) != value]
    if "AWS_ACCESS_KEY_ID" in found and env.get(SESSION) and SESSION not in found:
        names.append(SESSION)  # it belongs to another key than the file's
    if not names:
        return ()
    said = (
        f"the environment has its own {', '.join(names)}, which Latchkey uses instead of {path}; to use {path}, run "
        f"unset {' '.join(names)} in this terminal"
    )
    return (said,)


def _other_form(name: str) -> str:
    """A secret is given as NAME or as NAME_FILE, and Latchkey takes one of them."""
    return name.removesuffix("_FILE") if name.endswith("_FILE") else f"{name}_FILE"


def read(path: Path) -> dict[str, str]:
    """Every name in the file, including those without a value; empty if there is no file. Raises LatchkeyError."""
    try:
        text = path.read_text(encoding="utf-8-sig")  # Windows editors put a mark in front
    except FileNotFoundError:
        return {}
    except OSError as wrong:
        raise LatchkeyError(
            f"{path} can't be read ({wrong.strerror}); make it readable, or move it elsewhere"
        ) from None
    except UnicodeDecodeError:
        raise LatchkeyError(f"{path} isn't UTF-8; save it as UTF-8") from None
    return _parsed(path, text)


def open_to_others(path: Path = ENV_FILE) -> tuple[str, ...]:
    """A warning if other users of the machine can read the file."""
    if not path.is_file() or not path.stat().st_mode & OTHERS:
        return ()
    return (f"other users of this machine can read {path}, which holds secrets; run chmod 600 {path}",)


def _parsed(path: Path, text: str) -> dict[str, str]:
    from io import StringIO

    from dotenv.parser import parse_stream  # dotenv_values would only log a line that it can't read

    found: dict[str, str] = {}
    for each in parse_stream(StringIO(text)):
        if each.error or (each.key is not None and each.value is None):
            raise LatchkeyError(f"{path}: line {each.original.line} isn't NAME=value; correct it, or start it with #")
        if each.key is not None:
            found[each.key] = each.value or ""
    return found
