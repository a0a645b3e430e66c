"""Act in the demo's past: the real flows against the pretend Slack and AWS, with the clock set back."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from bot.aws.cloudtrail import AwsTrail
from bot.aws.credential_report import AwsReader
from bot.aws.iam import AwsIam
from bot.aws.reactivator import AwsReactivator
from bot.aws.responder import AwsResponder
from bot.config import catalog_file
from bot.domain.errors import LatchkeyError
from bot.domain.ids import AccessKeyId, CredentialId, EntitlementId, EnvelopeId, GrantId, RequestId, SlackUserId
from bot.domain.schedule import parse_duration
from bot.flows.context import AwsContext
from bot.flows.hygiene import usage
from bot.flows.issuing import collect, intent, mint, orphans, recover, reveal
from bot.flows.lifecycle import activation, deadlines, receipt, revoke, rotate, session_revocation, teardown
from bot.flows.requests import ask, decide, preapprove, questions, renew
from bot.logs import structured
from bot.runtime.bootstrap import SystemEntropy
from bot.sandbox.aws import Use
from bot.sandbox.past import Before
from bot.sealing import proof_of, unb64
from bot.secret import Secret
from bot.slack.app import make_client
from bot.slack.people import SlackPeople
from bot.slack.workspace import Workspace
from bot.store.engine import make_engine
from bot.store.schema import upgrade
from bot.store.work import SqlUnitOfWork

WORKER = "latchkey-past"
BROWSER, ADDRESS = "Chrome on macOS", "203.0.113.7"
OF_AWS = "AWS_"
UNLIMITED = 1_000_000  # LookupEvents a second

T = TypeVar("T")


def _there(found: T | None) -> T:
    if found is None:
        raise LatchkeyError("the demo's history can't go on: what an earlier step made isn't there")
    return found


@dataclass
class Player:
    """One verb for each thing that people do. `at` says how long ago."""

    before: Before
    context: AwsContext
    link: str = ""

    def at(self, **ago: float) -> None:
        """The clock is set back by this much; from there on it runs as usual."""
        self.before.clock.set_back(timedelta(**ago))
        with self.context.work.begin() as tx:
            tx.beat(WORKER, self.context.clock.now())
        self.sweep()

    def sweep(self) -> None:
        """What the worker would have done by now."""
        for each in (
            deadlines.lapse_requests, deadlines.expire, activation.carry_out, session_revocation.carry_out,
            recover.clear_gone, orphans.orphans, teardown.tear_down,
        ):  # fmt: skip
            each(self.context)

    # --- requests -------------------------------------------------------------------------------------------------

    def ask(self, by: SlackUserId, entitlement: str, duration: str, why: str, ticket: str = "") -> RequestId:
        return self._ask(by, entitlement, duration, why, ticket, emergency=False)

    def emergency(self, by: SlackUserId, entitlement: str, duration: str, why: str, ticket: str) -> GrantId:
        return self.granted(self._ask(by, entitlement, duration, why, ticket, emergency=True))

    def _ask(
        self, by: SlackUserId, entitlement: str, duration: str, why: str, ticket: str, *, emergency: bool
    ) -> RequestId:
        made = ask.ask(
            self.context,
            entitlement=EntitlementId(entitlement),
            duration=parse_duration(duration),
            justification=why,
            by=by,
            delivery=None,
            ticket=ticket,
            emergency=emergency,
        )
        return made.id

    def granted(self, request: RequestId) -> GrantId:
        """The grant of a request that is approved."""
        with self.context.work.begin() as tx:
            found = tx.grants.of_request(request)
        return _there(found).id

    def approve(self, request: RequestId, by: SlackUserId, note: str = "") -> GrantId:
        decide.approve(self.context, request=request, by=by, delivery=None, note=note)
        return self.granted(request)

    def preapprove(self, request: RequestId, by: SlackUserId, days: int) -> None:
        until = self.context.clock.now() + timedelta(days=days)
        preapprove.preapprove(self.context, request=request, by=by, until=until, delivery=None)

    def decline(self, request: RequestId, by: SlackUserId, why: str) -> None:
        decide.decline(self.context, request=request, by=by, justification=why, delivery=None)

    def question(self, request: RequestId, by: SlackUserId, text: str) -> str:
        return questions.ask(self.context, request=request, by=by, text=text, delivery=None).id

    def answer(self, question: str, by: SlackUserId, text: str) -> None:
        questions.answer(self.context, question=question, by=by, text=text, delivery=None)

    def renew(self, grant: GrantId, by: SlackUserId, duration: str, why: str) -> None:
        length = parse_duration(duration)
        renew.ask(self.context, grant=grant, duration=length, justification=why, by=by, delivery=None)

    # --- keys -----------------------------------------------------------------------------------------------------

    def collect(self, grant: GrantId, by: SlackUserId) -> CredentialId:
        wanted = collect.begin(self.context, grant=grant, by=by, window=self._window(), delivery=None)
        return self._open(wanted.id)

    def rotate(self, grant: GrantId, by: SlackUserId) -> CredentialId:
        wanted = rotate.begin(self.context, grant=grant, by=by, window=self._window(), delivery=None)
        return self._open(wanted.id)

    def switch_off(self, credential: CredentialId, by: SlackUserId) -> None:
        rotate.retire(self.context, credential=credential, by=by, delivery=None)
        self.sweep()

    def used(self, credential: CredentialId, agent: str, address: str, **ago: float) -> None:
        """Its last use, as AWS reports it: it reads reports, which CloudTrail doesn't show, and asks who it is."""
        with self.context.work.begin() as tx:
            found = tx.credentials.get(credential)
        last, region = timedelta(**ago), self.before.aws.region
        uses = (Use("s3", "GetObject", last, region), Use("sts", "GetCallerIdentity", last, times=5))
        seen = [replace(each, agent=agent, address=address) for each in uses]
        self.before.aws.trail.seed(_there(_there(found).access_key_id), *seen, now=datetime.now(UTC))

    def read_usage(self) -> None:
        """What the worker would have read in CloudTrail by now, without waiting between two look-ups."""
        trail, (account, *_) = self.before.aws.trail, self.context.catalog.accounts.values()
        allowed, trail.rate = trail.rate, UNLIMITED
        for key in map(AccessKeyId, self.before.aws.access_keys):
            usage.read_key(self.context, account, key, self.context.iam.last_used(account, key).region)
        trail.rate = allowed

    def give_back(self, grant: GrantId, by: SlackUserId) -> None:
        revoke.give_back(self.context, grant=grant, by=by, delivery=None)
        self.sweep()

    def revoke(self, grant: GrantId, by: SlackUserId, why: str) -> None:
        revoke.revoke(self.context, grant=grant, by=by, justification=why, delivery=None)
        self.sweep()

    def _window(self) -> intent.Window:
        return intent.Window(f"V{self.context.fresh_id()}", self.context.clock.now())

    def _open(self, credential: CredentialId) -> CredentialId:
        """Collect's second half: the key is made, and the page opens and receives it."""
        settings = self.before.settings
        mint.mint(mint.Minter(self.context, self, settings["PUBLIC_URL"], WORKER), credential)
        page, _, seed = self.link.partition("#")
        envelope = EnvelopeId(page.rpartition("/")[2])
        proof, work, clock = proof_of(unb64(seed), envelope), self.context.work, self.context.clock
        reveal.reveal(work, clock, envelope=envelope, proof=proof, ip=ADDRESS, browser=BROWSER)
        receipt.receipt(work, clock, self.context.catalog, envelope=envelope, proof=proof)
        self.link = ""
        return credential

    def show_link(self, _view_id: str, link: Secret, _until: datetime, _credential: CredentialId) -> bool:
        """The Notifier: the owner's window is this player's own memory."""
        self.link = link.reveal()
        return True


@contextmanager
def playing(before: Before) -> Iterator[Player]:
    """The ledger is brought to head; boto3 reads AWS's address and key from the environment meanwhile."""
    settings = before.settings
    structured.configure("ERROR")  # the terminal is for the demo's own words
    aws = {name: value for name, value in settings.items() if name.startswith(OF_AWS)}
    kept = {name: os.environ.get(name) for name in aws}
    os.environ.update(aws)
    upgrade(settings["DATABASE_URL"])
    engine = make_engine(settings["DATABASE_URL"])
    try:
        yield Player(before, _context(before, SqlUnitOfWork(engine, before.clock)))
    finally:
        engine.dispose()
        for name, value in kept.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def _context(before: Before, work: SqlUnitOfWork) -> AwsContext:
    settings, clock = before.settings, before.clock
    catalog = catalog_file.load(Path(settings["CATALOG_FILE"]))
    client = make_client(settings["SLACK_BOT_TOKEN"], settings["SLACK_API_URL"])
    iam = AwsIam(catalog, clock)
    reader, responder = AwsReader(iam.accounts), AwsResponder(iam.accounts)
    people = SlackPeople(client, Workspace(client))
    return AwsContext(
        work,
        clock,
        SystemEntropy(),
        people,
        catalog,
        iam,
        reader,
        responder,
        AwsReactivator(iam.accounts),
        AwsTrail(iam.accounts, sleep=lambda _: None),
    )
