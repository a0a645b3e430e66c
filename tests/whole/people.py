"""The people of a house and their actions: request, approve, collect, open, rotate; in parallel where it helps."""

import itertools
import json
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import boto3

from bot import totp
from bot.sandbox.browser_client import Link, Reply, Visitor
from bot.sandbox.key_user import ONCE, WORKED, Holder
from bot.sandbox.people import LINK, OPS, People, done, value_of
from bot.sandbox.slack import Actor, Message, View
from bot.secret import Secret
from tests.forget_limits import forget_limits
from tests.processes.running import METRICS_TOKEN, until
from tests.whole.latchkey import House

KEY, SESSION, CODED = "reports-read", "reports-read-session", "reports-mfa"
USER = "latchkey-"
GRANT = "SELECT grants.id FROM grants JOIN request ON grants.request = request.id WHERE justification = :why"
HELD = """SELECT access_key_id, state FROM credential WHERE "grant" = :grant AND gone_at IS NULL
    AND state IN ('sealed', 'revealed', 'live', 'retiring')"""
OF_SESSION = {
    "access_key_id": "AccessKeyId",
    "secret_access_key": "SecretAccessKey",
    "session_token": "SessionToken",
}
_numbers = itertools.count(1)


@dataclass(frozen=True, repr=False)
class Heard:
    """One full response of the web process."""

    method: str
    path: str
    headers: str
    body: str


class Listening(Visitor):
    """Keeps the web process's responses."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Heard] = []

    def _ask(self, method: str, url: str, agent: str, body: str | None = None) -> Reply:
        kind = {"Content-Type": "application/json"} if body else {}
        words = {"User-Agent": agent, "Authorization": f"Bearer {METRICS_TOKEN}", **kind}
        answer = self._http.request(method, url, body=body, headers=words)
        said = answer.data.decode(errors="replace")
        self.heard.append(Heard(method, urlsplit(url).path, str(dict(answer.headers)), said))
        return Reply(answer.status, said)


class Company(People):
    def __init__(self, house: House) -> None:
        self.ear = Listening()
        super().__init__(house, visitor=self.ear)  # type: ignore[arg-type]
        self.house = house
        self.brought: dict[str, dict[str, str]] = {}  # by key id: everything that the page received
        self._boto = boto3.Session(region_name=house.aws.region)
        self._iam = self._client("iam", *house.aws.admin)

    def __repr__(self) -> str:
        return f"the company of {self.house.database}"  # no holder, no link

    def leave(self) -> None:
        self._iam.close()
        super().leave()

    def _client(self, service: Any, key: str, secret: str, token: str | None = None) -> Any:
        """From one session, so that botocore reads a service description once."""
        return self._boto.client(
            service, endpoint_url=self.house.aws.url, config=ONCE,
            aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token,
        )  # fmt: skip

    # --- requests -----------------------------------------------------------------------------------------------

    def ask(self, what: str = KEY, who: Actor | None = None) -> str:
        """Returns the justification, which identifies the request."""
        asks, why = who or self.alice, f"The quarterly numbers, part {next(_numbers)}."
        view = self.window(asks, lambda: asks.command(f"/key request {what}"), "the request window", "request")
        done(asks.submit(view, {"entitlement": what, "duration": "8h", "justification": why}))
        return why

    def request_message(self, why: str) -> Message:
        def find() -> Message | None:
            there = reversed(self.bob.channel(OPS))
            return next((each for each in there if says(each, why) and value_of(each, "request:approve")), None)

        found = self.until(f"the request {why!r} in #ops", find)
        assert found
        return found

    def approve(self, why: str, by: Actor | None = None) -> None:
        done((by or self.bob).press(self.request_message(why), "request:approve"))

    def grant_of(self, why: str) -> str:
        until(lambda: self.house.rows(GRANT, why=why), "the request is granted")
        return str(self.house.rows(GRANT, why=why)[0][0])

    def granted(self, number: int = 1, what: str = KEY) -> list[str]:
        """Grants of alice, uncollected."""
        return [self._granted(what) for _ in range(number)]

    def _granted(self, what: str) -> str:
        forget_limits(self.house.engine)  # alice stands for many
        why = self.ask(what)
        self.approve(why)
        return self.grant_of(why)

    # --- collecting ---------------------------------------------------------------------------------------------

    def collect(self, grant: str, who: Actor | None = None) -> None:
        presses = who or self.alice
        done(presses.press(self.message(presses, "grant:collect", value=grant), "grant:collect", grant))

    def rotate(self, key: str) -> None:
        done(self.alice.command(f"/key rotate {key}"))

    def credential(self, grant: str) -> Any:
        """The newest one, if there is any."""
        rows = self.house.rows('SELECT * FROM credential WHERE "grant" = :grant ORDER BY made_at DESC', grant=grant)
        return rows[0] if rows else None

    def window_of(self, grant: str) -> View | None:
        row = self.credential(grant)
        return self.house.slack.world.windows.find(row.view_id) if row and row.view_id else None

    def link_of(self, grant: str) -> Link | None:
        """In the modal of the newest credential, as soon as it is there."""
        view = self.window_of(grant)
        found = LINK.search(view.words) if view else None
        if found is None:
            return None
        link = Link.read(found[1])
        if link not in self.links:
            self.links.append(link)
        return link

    def links_of(self, grants: Sequence[str]) -> list[Link]:
        for each in grants:
            until(lambda each=each: self.link_of(each), "the link stands in the window")  # type: ignore[misc]
        return [link for each in grants if (link := self.link_of(each))]

    def close(self, grant: str, who: Actor | None = None) -> None:
        view = self.window_of(grant)
        assert view is not None
        (who or self.alice).close(view)

    def held(self, number: int = 1) -> dict[str, Holder]:
        """Grants whose key alice has."""
        grants = self.granted(number)
        for each in grants:
            self.collect(each)
        opened = {each: self.open(link) for each, link in zip(grants, self.links_of(grants), strict=True)}
        for each in grants:
            self.close(each)
        return opened

    # --- in AWS -------------------------------------------------------------------------------------------------

    def keys_in_aws(self, grant: str) -> dict[str, str]:
        """Status by key id."""
        try:
            rows = self._iam.list_access_keys(UserName=USER + grant)["AccessKeyMetadata"]
        except self._iam.exceptions.NoSuchEntityException:
            rows = []
        return {each["AccessKeyId"]: each["Status"] for each in rows}

    def devices_in_aws(self) -> list[str]:
        """Serial numbers of this house's own credentials only: AWS is shared with other houses."""
        ours = {serial for (serial,) in self.house.rows("SELECT device FROM credential WHERE device IS NOT NULL")}
        there = self._iam.list_virtual_mfa_devices()["VirtualMFADevices"]
        return [each["SerialNumber"] for each in there if each["SerialNumber"] in ours]

    def keys_in_ledger(self, grant: str) -> dict[str, str]:
        """The keys that someone has, or may still open; all others in AWS must be deleted."""
        rows = self.house.rows(HELD, grant=grant)
        return {key: "Inactive" if state == "retiring" else "Active" for key, state in rows}

    def agrees(self, grant: str) -> bool:
        return self.keys_in_aws(grant) == self.keys_in_ledger(grant)

    def open(self, link: Link) -> Holder:
        holder = super().open(link)
        self.brought[holder.key] = link.decrypt(json.loads(self.ear.heard[-2].body))
        return holder

    def by_code(self, bare: Holder) -> Holder:
        """The session that `aws sts get-session-token` returns; with the next code, because each is accepted once."""
        brought = self.brought[bare.key]
        code = totp.code(Secret(brought["mfa_seed"]), datetime.now(UTC) + totp.STEP)
        with closing(self._client("sts", bare.key, brought["secret_access_key"])) as sts:
            found = sts.get_session_token(SerialNumber=brought["mfa_serial"], TokenCode=code)["Credentials"]
        holder = Holder(self.house.aws, {ours: found[theirs] for ours, theirs in OF_SESSION.items()})
        self.holders.append(holder)
        return holder

    def works(self, holder: Holder) -> None:
        holder._clients.setdefault("s3", self._client("s3", holder.key, holder._secret, holder._token))
        self.eventually("the key to work", holder.read, lambda answer: answer == WORKED)

    def dm(self, who: Actor, wanted: Callable[[Message], bool], expected: str) -> Message:
        found = self.until(expected, lambda: next((each for each in who.dms() if wanted(each)), None))
        assert found
        return found


def says(message: Message, words: str) -> bool:
    return words in message.words
