"""A whole life of a key and of a session, and every fault while a secret is in memory, for the canary tests."""

import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from operator import contains

from bot.sandbox.browser_client import SCANNER, Link
from bot.sandbox.key_user import OFF, Holder
from bot.sandbox.people import done
from bot.sealing import b64, proof_of, unb64
from tests.processes.running import PATIENCE, until
from tests.whole.people import CODED, KEY, SESSION, Company, says
from tests.whole.proxy import named

LINK = re.compile(r"/c/([\w-]+)#([\w-]{43})")
IN_XML = re.compile(rb"<(SecretAccessKey|SessionToken)>([^<]+)<")
OF_DEVICE = re.compile(rb"<Base32StringSeed>([^<]+)<")
PATHS = {"/healthz": 200, "/readyz": 200, "/metrics": 200, "/static/collect.js": 200}
WRONG = "A" * 43
ALWAYS = 99  # times
BROKEN = {  # a ledger that accepts no more rows in this table
    "sqlite": (
        "CREATE TRIGGER broken BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'broken'); END",
        "DROP TRIGGER broken",
    ),
    "postgresql": (
        "ALTER TABLE {table} ADD CONSTRAINT broken CHECK (id = 'never') NOT VALID",
        "ALTER TABLE {table} DROP CONSTRAINT broken",
    ),
}


@dataclass(repr=False)
class Life:
    company: Company
    sealed: Callable[[], object] = lambda: None  # called while a secret is in its envelope
    answers: list[tuple[Link, dict[str, str]]] = field(default_factory=list)

    def good_days(self) -> None:
        self.key()
        self.session()
        self.key_with_device()

    def other_bad_days(self) -> None:
        # A device settles for 30 s, and the sweep that deletes it runs once a minute.
        until(lambda: not self.company.devices_in_aws(), "no device is left over", patience_seconds=3 * PATIENCE)
        self.bad_days_of_the_ledger()
        self.bad_days_of_slack()

    # --- without faults -----------------------------------------------------------------------------------------

    def key(self) -> None:
        company, alice = self.company, self.company.alice
        [grant] = company.granted()
        company.collect(grant)
        [link] = company.links_of([grant])
        self.sealed()
        for path, status in PATHS.items():
            assert company.ear._ask("GET", f"http://127.0.0.1:{company.house.port}{path}", SCANNER).status == status
        assert company.visitor.look(link, agent=SCANNER).status == 200
        self.wrong_proofs(link)
        first = self.open(link)
        assert company.visitor.reveal(link).status == 410
        company.dm(alice, lambda each: says(each, "tried your link for"), "the owner hears of the used link")
        company.works(first)
        company.close(grant)
        company.rotate(first.key)
        [link] = company.links_of([grant])
        second = self.open(link)
        for action, expected in (("credential:retire", OFF), ("credential:reactivate", {"ok"})):
            message = company.message(alice, action)
            done(alice.press(message, action))
            company.eventually(f"{action} to be carried out", first.read, partial(contains, expected))
        message = company.message(alice, "grant:return", value=grant)
        done(alice.press(message, "grant:return", grant))
        for each in (first, second):
            company.eventually("the key to be refused", each.read, lambda answer: answer in OFF)

    def wrong_proofs(self, link: Link) -> None:
        """None uses the link up, not even the right proof for another envelope."""
        visitor = self.company.ear
        assert visitor.reveal(link, WRONG).status == 404
        assert visitor.receipt(link).status == 404
        assert visitor.reveal(Link(link.page[:-1] + "7", link.seed), link.proof).status == 404
        assert visitor._ask("POST", f"{link.page}/reveal", SCANNER, '{"proof": "' + link.proof).status == 400
        assert visitor._ask("GET", f"{link.page}?proof={link.proof}", SCANNER).status == 200
        assert visitor._ask("GET", f"{link.page}/{link.proof}", SCANNER).status == 404

    def session(self) -> None:
        company, bob = self.company, self.company.bob
        why = company.ask(SESSION, bob)
        company.approve(why, company.dave)
        grant = company.grant_of(why)
        for _ in range(2):
            company.collect(grant, bob)
            [link] = company.links_of([grant])
            company.works(self.open(link))
            company.close(grant, bob)

    def key_with_device(self) -> None:
        """Collected, used with a code, rotated; it is deleted with the grant."""
        company = self.company
        [grant] = company.granted(what=CODED)
        company.collect(grant)
        [link] = company.links_of([grant])
        self.sealed()
        bare = self.open(link)
        company.close(grant)
        company.eventually("the key alone to be refused", bare.read, lambda answer: answer == "AccessDenied")
        company.works(company.by_code(bare))
        company.rotate(bare.key)
        [link] = company.links_of([grant])
        first, second = company.brought[bare.key], company.brought[self.open(link).key]
        company.close(grant)
        assert second["mfa_serial"] == first["mfa_serial"]
        assert "mfa_seed" not in second
        message = company.message(company.alice, "grant:return", value=grant)
        done(company.alice.press(message, "grant:return", grant))
        until(lambda: first["mfa_serial"] not in company.devices_in_aws(), "the device is gone")

    def open(self, link: Link) -> Holder:
        """As Company does, and the response is kept."""
        opened = self.company.open(link)
        self.answers.append((link, json.loads(self.company.ear.heard[-2].body)))
        return opened

    # --- faults: each with a secret in memory, each ends with the key deleted ----------------------------------------

    def bad_days_of_aws(self) -> None:
        """AWS and its faults are shared with other houses, so no other may mint meanwhile."""
        door, faults = self.company.house.aws_door, self.company.house.aws.faults
        door.spoil("CreateAccessKey", lambda answer: answer[:-20])
        self.comes_to_nothing("AWS didn't answer clearly")
        faults.server_error("CreateAccessKey", perform=True)
        self.comes_to_nothing("AWS didn't answer clearly")
        self.devices_that_come_to_nothing()
        why = self.company.ask(SESSION)
        self.company.approve(why)
        grant = self.company.grant_of(why)
        door.spoil("AssumeRole", lambda answer: answer[:-20])
        self.company.collect(grant)
        until(lambda: self.state(grant) in ("sealed", "failed"), "asked again, or given up")

    def devices_that_come_to_nothing(self) -> None:
        """The seed is lost with AWS's answer, or in memory when enabling is refused; then the key is."""
        door, faults = self.company.house.aws_door, self.company.house.aws.faults
        for begin in (
            lambda: door.spoil("CreateVirtualMFADevice", lambda answer: answer[:-20]),
            lambda: faults.deny("EnableMFADevice"),
            lambda: faults.deny("CreateAccessKey"),
        ):
            begin()
            self.comes_to_nothing("wasn't collected", CODED)

    def bad_days_of_the_ledger(self) -> None:
        """Sealing fails with seed and secret in memory, then opening with the ciphertext in memory."""
        with self.broken("envelope"):
            self.comes_to_nothing("wasn't collected")
        company = self.company
        [grant] = company.granted()
        company.collect(grant)
        [link] = company.links_of([grant])
        with self.broken("tombstone"):
            assert company.visitor.reveal(link).status == 500
        self.open(link)

    @contextmanager
    def broken(self, table: str) -> Iterator[None]:
        breaks, mends = BROKEN[self.company.house.engine.dialect.name]
        self.company.house.tell(breaks.format(table=table))
        try:
            yield
        finally:
            self.company.house.tell(mends.format(table=table))

    def bad_days_of_slack(self) -> None:
        company, slack = self.company, self.company.house.slack
        slack.faults.fail("views.update", "internal_error", ALWAYS)  # also to a late update of an earlier window
        self.comes_to_nothing("wasn't collected")
        slack.faults.clear()
        slack.faults.down("views.update", ALWAYS)
        self.comes_to_nothing("wasn't collected")
        slack.faults.clear()
        held = company.house.aws_door.hold(named("CreateAccessKey"), after=True)
        [grant] = company.granted()
        company.collect(grant)
        held.here()
        company.close(grant)
        held.go_on()
        self.nothing_left(grant, "You closed the window")

    def comes_to_nothing(self, because: str, what: str = KEY) -> None:
        [grant] = self.company.granted(what=what)
        self.company.collect(grant)
        self.nothing_left(grant, because)

    def nothing_left(self, grant: str, because: str) -> None:
        """The owner is notified, and AWS has nothing left."""
        company = self.company
        until(lambda: self.state(grant) in ("failed", "discarded"), f"it comes to nothing: {because}")
        until(lambda: not company.keys_in_aws(grant), f"no key is left: {because}")
        told = 'SELECT 1 FROM message JOIN credential ON message.subject = credential.id WHERE "grant" = :grant'
        until(lambda: company.house.rows(told, grant=grant), f"the owner hears: {because}")
        company.dm(company.alice, lambda each: says(each, because), f"the owner hears: {because}")

    def state(self, grant: str) -> str:
        row = self.company.credential(grant)
        return str(row.state) if row else ""

    # --- what to look for -------------------------------------------------------------------------------------------

    def links(self) -> list[Link]:
        """Every link that ever left the worker, shown or not."""
        sent = (each.plain for each in list(self.company.house.slack_door.sent) if each.name == "views.update")
        found = {match.groups() for body in sent for match in LINK.finditer(body)}
        url = f"http://127.0.0.1:{self.company.house.port}/c/"
        return [Link(url + envelope, seed) for envelope, seed in sorted(found)]

    def secrets(self) -> dict[str, str]:
        """Secret access keys and session tokens, delivered or not: everything that AWS returned."""
        answered = self.company.house.aws_door.answered
        found = [
            m for name in ("CreateAccessKey", "AssumeRole") for a in answered.get(name, []) for m in IN_XML.findall(a)
        ]
        texts = {f"{kind.decode()} {number}": value.decode() for number, (kind, value) in enumerate(found)}
        return texts | self.device_seeds()

    def device_seeds(self) -> dict[str, str]:
        """In Base32, and in lower case as apps write it; a sink may also hold it in base64, as AWS returns it."""
        answers = self.company.house.aws_door.answered.get("CreateVirtualMFADevice", [])
        seeds = [b64decode(value).decode() for each in answers for value in OF_DEVICE.findall(each)]
        return {f"Base32StringSeed {number} {dress}": text for number, seed in enumerate(seeds)
                for dress, text in (("as it is", seed), ("small", seed.lower()))}  # fmt: skip

    def seeds(self) -> dict[str, str | bytes]:
        texts = {f"seed {number}": each.seed for number, each in enumerate(self.links())}
        return {**texts, **{f"raw {name}": unb64(seed) for name, seed in texts.items()}}

    def proofs(self) -> dict[str, str | bytes]:
        raw = [proof_of(unb64(each.seed), each.envelope) for each in self.links()]
        texts = {f"proof {number}": b64(each) for number, each in enumerate(raw)}
        return {**texts, **{f"raw {name}": unb64(proof) for name, proof in texts.items()}}

    def ciphertexts(self) -> dict[str, str | bytes]:
        return {f"ciphertext {number}": unb64(each["ciphertext"]) for number, (_, each) in enumerate(self.answers)}
