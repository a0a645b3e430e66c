"""A Slack stub that answers at once and only counts calls: fast enough for a baseline."""

import asyncio
import json
import os
import sys
from collections import Counter
from typing import Any, ClassVar
from urllib.parse import parse_qs

HERE = "127.0.0.1"
TEAM = "T01LATCH"
APPROVERS = ["U02BOB", "U04DAVE"]
LENGTH = b"content-length:"


def _user(form: dict[str, list[str]]) -> dict[str, Any]:
    ident = form["user"][0]
    return {"user": {"id": ident, "team_id": TEAM, "name": ident.lower(), "tz": "Europe/Berlin", "deleted": False}}


ANSWERS: dict[str, Any] = {
    "auth.test": lambda _form: {
        "team_id": TEAM,
        "user_id": "U0BOT",
        "bot_id": "B0BOT",
        "url": "",
        "team": "",
        "user": "",
    },
    "users.info": _user,
    "usergroups.users.list": lambda _form: {"users": APPROVERS},
    "views.open": lambda _form: {"view": {"id": "V0OPENED"}},
}


class Stub(asyncio.Protocol):
    """One request per connection at a time, as slack_sdk's client sends them. GET / returns the counts."""

    asked: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        self._buffer = b""
        self._wire: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if found and len(body) >= _length(head):
            self._buffer = b""
            said = json.dumps(self._answer(head, body)).encode()
            lines = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(said)}\r\n\r\n"
            self._wire.write(lines.encode() + said)

    def _answer(self, head: bytes, body: bytes) -> dict[str, Any]:
        verb, path, _ = head.split(b"\r\n", 1)[0].decode().split(" ", 2)
        if verb == "GET":
            return dict(self.asked)
        self.asked[path.strip("/")] += 1
        method = path.rpartition("/")[2]
        form = parse_qs(body.decode()) if method == "users.info" else {}
        return {"ok": True, **ANSWERS[method](form)}


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(LENGTH):
            return int(line[len(LENGTH) :])
    return 0


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Stub, HERE, port, backlog=512)
    await server.serve_forever()


if __name__ == "__main__":
    sys.exit(asyncio.run(_serve(int(os.environ["PORT"]))))
