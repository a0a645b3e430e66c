"""The audit export as CSV: the columns of the JSON line, with the same hashes. `facts` is JSON in one cell.

The closing line has `count` and `first_previous_hash` as its facts, and the last hash as its previous one. Text that a
spreadsheet would run as a formula gets an apostrophe in front, and line breaks are written as escapes, so that a row is
a line; `read` undoes both.
"""

import csv
import json
import re
from collections.abc import Mapping
from io import StringIO
from typing import Any

from bot.domain.audit.entry import NAMES, as_json

FORMULA = ("=", "+", "-", "@", "\t", "'")
TEXTS = frozenset({"event", "actor", "subject"})
WRITTEN: dict[str, str | int | None] = {"\\": "\\\\", "\n": "\\n", "\r": "\\r"}
PLAIN = {written: plain for plain, written in WRITTEN.items()}
ESCAPED = re.compile(r"\\[\\nr]")


def header() -> str:
    return _row(NAMES)


def as_csv(line: Mapping[str, Any]) -> str:
    if "count" in line:
        facts = {name: line[name] for name in ("count", "first_previous_hash")}
        return _row([line["v"], "", "", "", "", "", as_json(facts), line["last_hash"], line["hash"]])
    return _row([_cell(name, line[name]) for name in NAMES])


def read(row: list[str]) -> dict[str, Any]:
    """The line of a row. Raises ValueError or KeyError for what `as_csv` can't have written."""
    cells = dict(zip(NAMES, row, strict=True))
    facts = json.loads(cells["facts"])
    if not cells["seq"]:
        closing = {"v": int(cells["v"]), "count": facts["count"], "first_previous_hash": facts["first_previous_hash"]}
        return {**closing, "last_hash": cells["previous_hash"], "hash": cells["hash"]}
    texts = {name: ESCAPED.sub(lambda found: PLAIN[found[0]], text.removeprefix("'")) for name, text in cells.items()}
    return {**texts, "v": int(cells["v"]), "seq": int(cells["seq"]), "facts": facts}


def _cell(name: str, value: Any) -> str:
    if name == "facts":
        return as_json(value)
    if name not in TEXTS:
        return str(value)
    text = str(value).translate(str.maketrans(WRITTEN))
    return f"'{text}" if text.startswith(FORMULA) else text


def _row(cells: Any) -> str:
    out = StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()
