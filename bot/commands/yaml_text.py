"""Plain data as YAML. Scalars are written as in JSON, a subset of YAML, so that none is read as a date or a boolean."""

import json
import re
from collections.abc import Iterator
from typing import Any

WIDE = 110  # columns: what fits on one line stays on one line
PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(::[A-Za-z0-9]+)*")
READ_OTHERWISE = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})  # as keys, in YAML 1.1


def to_yaml(value: dict[str, Any]) -> str:
    return "\n".join(_block(value, 0)) + "\n"


def _block(value: Any, column: int) -> Iterator[str]:
    space = " " * column
    if isinstance(value, dict):
        for key, each in value.items():
            head = f"{space}{_key(key)}:"
            if (line := _line(each)) and len(head) + len(line) < WIDE:
                yield f"{head} {line}"
            else:
                yield head
                yield from _block(each, column + 2)
    elif isinstance(value, list):
        for each in value:
            if (line := _line(each)) and column + len(line) < WIDE:
                yield f"{space}- {line}"
            else:
                first, *rest = _block(each, column + 2)
                yield f"{space}- {first.lstrip()}"
                yield from rest
    else:
        yield f"{space}{json.dumps(value, ensure_ascii=False)}"


def _line(value: Any) -> str | None:
    """A scalar or a collection of scalars on one line: deeper ones are easier to read as a block."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if len(inner) > 1 and isinstance(value, dict):
        return None
    flat = not any(isinstance(each, dict | list) and each for each in inner)
    return json.dumps(value, ensure_ascii=False) if flat else None


def _key(name: str) -> str:
    return name if PLAIN.fullmatch(name) and name.lower() not in READ_OTHERWISE else json.dumps(name)
