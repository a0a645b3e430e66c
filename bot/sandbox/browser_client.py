"""A browser without a window: opens a one-time link as the page does, over HTTP and with the same cryptography."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urldefrag

import urllib3

from bot.sealing import Sealed, b64, open_sealed, proof_of, unb64

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
SCANNER = "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"
PATIENCE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: str

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Link:
    """`…/c/<envelope>#<seed>`: the part after # is never sent to a server."""

    page: str
    seed: str

    @classmethod
    def read(cls, url: str) -> "Link":
        return cls(*urldefrag(url))

    @property
    def envelope(self) -> str:
        return self.page.rpartition("/")[2]

    @property
    def proof(self) -> str:
        return b64(proof_of(unb64(self.seed), self.envelope))

    def decrypt(self, answer: dict[str, str]) -> dict[str, str]:
        sealed = Sealed(*(unb64(answer[part]) for part in ("nonce", "aad", "ciphertext")))
        opened: dict[str, str] = json.loads(open_sealed(unb64(self.seed), self.envelope, sealed))
        return opened


class Visitor:
    def __init__(self) -> None:
        self._http = urllib3.PoolManager(retries=False, timeout=PATIENCE_SECONDS)

    def look(self, link: Link, *, agent: str = CHROME) -> Reply:
        """Fetch the page, as a browser, a preview or a mail scanner does."""
        return self._ask("GET", link.page, agent)

    def reveal(self, link: Link, proof: str | None = None) -> Reply:
        return self._post(link, "reveal", link.proof if proof is None else proof)

    def receipt(self, link: Link) -> Reply:
        return self._post(link, "receipt", link.proof)

    def close(self) -> None:
        self._http.clear()

    def _post(self, link: Link, verb: str, proof: str) -> Reply:
        return self._ask("POST", f"{link.page}/{verb}", CHROME, json.dumps({"proof": proof}))

    def _ask(self, method: str, url: str, agent: str, body: str | None = None) -> Reply:
        headers = {"User-Agent": agent} | ({"Content-Type": "application/json"} if body else {})
        answer = self._http.request(method, url, body=body, headers=headers)
        return Reply(answer.status, answer.data.decode(errors="replace"))
