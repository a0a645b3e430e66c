"""Every place where a secret could remain, byte for byte, and every encoding it could have there."""

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any
from urllib.parse import quote, quote_plus

from sqlalchemy import Engine, inspect, text

from bot.store.engine import make_engine
from tests.database_files import backed_up, database_files, restored
from tests.postgres import Server
from tests.whole.latchkey import House
from tests.whole.people import Company

Sinks = dict[str, bytes]


def dresses(secret: str | bytes) -> frozenset[bytes]:
    """As it is, in hex, in base64 at any offset; a text also as URLs, JSON, HTML and UTF-16 encode it."""
    raw = secret.encode() if isinstance(secret, str) else secret
    found = {raw, raw.hex().encode(), raw.hex().upper().encode(), *_base64(raw)}
    if isinstance(secret, str):
        percent = {quote(secret, safe=""), quote_plus(secret), quote(secret, safe="/"), quote(secret, safe="").lower()}
        slashes = {secret.replace("/", to) for to in (r"\/", r"\u002f", r"\u002F", r"\\/", "&#x2F;", "&#47;")}
        signs = {secret.replace("+", to) for to in (r"\u002b", r"\u002B", "&#43;")}
        json_twice = {json.dumps(json.dumps(secret)).strip('"\\')}
        found |= {each.encode() for each in percent | slashes | signs | json_twice | {escape(secret)}}
        found |= {secret.encode("utf-16-le"), quote(quote(secret, safe=""), safe="").encode()}
    return frozenset(found)


def _base64(raw: bytes) -> Iterable[bytes]:
    """The part that is the same at any offset in the encoded text; both alphabets."""
    for before in range(3):
        padded = bytes(before) + raw
        begin, end = (0, 2, 3)[before], len(padded) * 8 // 6
        for encode in (b64encode, urlsafe_b64encode):
            yield encode(padded)[begin:end]


def found(secrets: Mapping[str, str | bytes], sinks: Sinks) -> list[tuple[str, str]]:
    """Which secret is in which sink, by name: a failing test prints neither."""
    wanted = {name: dresses(secret) for name, secret in secrets.items()}
    return [(name, sink) for sink, held in sinks.items() for name, looks in wanted.items() if _holds(held, looks)]


def _holds(held: bytes, looks: Iterable[bytes]) -> bool:
    return any(look in held for look in looks)


# --- the sinks ---------------------------------------------------------------------------------------------------


def logs(house: House) -> Sinks:
    """All output of the processes, and other files in their folder."""
    files = [each for each in house.home.rglob("*") if each.is_file() and "ledger.db" not in each.name]
    return {f"file {each.name}": each.read_bytes() for each in files}


def rows(house: House) -> Sinks:
    return rows_of(house.engine)


def rows_of(engine: Engine) -> Sinks:
    """Every column of every row of every table."""
    with engine.begin() as connection:
        tables = inspect(connection).get_table_names()
        return {f"table {each}": _dump(connection.execute(text(f'SELECT * FROM "{each}"'))) for each in tables}


def _dump(found_rows: Iterable[Any]) -> bytes:
    values = [value for row in found_rows for value in row if value is not None]
    return b"\n".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in values)


def ledger_files(house: House, server: Server | None) -> Sinks:
    return {f"raw {name}": held for name, held in database_files(house.engine, server).items()}


def backup(house: House, server: Server | None) -> Sinks:
    """What the guide's backup instructions save, and what is restored from it."""
    made = backed_up(house.engine, server, house.home)
    with restored(made, server) as url:
        engine = make_engine(url)
        found_there = {f"backup {name}": held for name, held in rows_of(engine).items()}
        engine.dispose()
    saved = made.read_bytes()
    made.unlink()
    return {"backup": saved, **found_there}


def slack(company: Company) -> Sinks:
    """Each exchange with Slack: name, both bodies, and the parsed arguments."""
    traffic = company.house.slack.traffic
    return {
        f"{number} {each.way} {each.name}": f"{each.plain}\n{json.dumps(each.arguments)}".encode()
        for number, each in enumerate(traffic)
    }


def heard(company: Company) -> Sinks:
    """Each response of the web process to a browser, including headers."""
    return {
        f"{number} {each.method} {each.path.rpartition('/')[2][:12]}": f"{each.headers} {each.body}".encode()
        for number, each in enumerate(company.ear.heard)
    }
