"""The load: signed requests with fixed concurrency, each sent after the previous response. A separate process."""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.sandbox.slack.deliver import signature

FORM = "application/x-www-form-urlencoded"
AT_ONCE = 32
PATIENCE = 600  # seconds for a whole round


@dataclass(frozen=True, slots=True)
class Round:
    """`seconds` from the first request to the last response; `taken` for each request, in seconds."""

    seconds: float
    taken: list[float]
    statuses: dict[str, int]

    @property
    def per_second(self) -> float:
        return len(self.taken) / self.seconds


def fire(port: int, path: str, secret: str, bodies: Sequence[str], at_once: int = AT_ONCE) -> Round:
    """A new process for each round, so that rounds don't share memory."""
    order = {"port": port, "path": path, "secret": secret, "bodies": list(bodies), "at_once": at_once}
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"],
        input=json.dumps(order), capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return Round(**json.loads(ran.stdout))


def _signed(path: str, secret: str, body: str, at: int) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {FORM}\r\nContent-Length: {len(body.encode())}\r\n"
        "User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\nAccept: application/json,*/*\r\n"
        f"X-Slack-Request-Timestamp: {at}\r\nX-Slack-Signature: {signature(secret, body, at)}\r\n\r\n"
    )
    return (head + body).encode()


async def _one_after_another(port: int, requests: Iterator[bytes], taken: list[float], seen: Counter[str]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in requests:
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:-2])
        await reader.readexactly(int(fields.get(b"content-length", 0)))
        taken.append(time.perf_counter() - began)
        seen[head[9:12].decode()] += 1
        if fields.get(b"connection") == b"close":
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()


async def _all(port: int, requests: Sequence[bytes], at_once: int) -> Round:
    left, taken, seen = iter(requests), list[float](), Counter[str]()
    began = time.perf_counter()
    await asyncio.gather(*(_one_after_another(port, left, taken, seen) for _ in range(at_once)))
    return Round(time.perf_counter() - began, taken, dict(seen))


def main() -> int:
    order = json.load(sys.stdin)
    now = int(time.time())
    requests = [_signed(order["path"], order["secret"], body, now) for body in order["bodies"]]
    found = asyncio.run(_all(order["port"], requests, order["at_once"]))
    json.dump({"seconds": found.seconds, "taken": found.taken, "statuses": found.statuses}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
