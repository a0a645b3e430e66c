"""The canary: after a whole life and many faults, no secret is in any log, ledger, message or response."""

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from urllib.parse import quote

import pytest

from bot.sandbox.browser_client import Link
from bot.slack.app import make_client
from tests.postgres import Server
from tests.processes.running import BOT_TOKEN
from tests.whole import sinks
from tests.whole.bad_days import Life
from tests.whole.latchkey import Build
from tests.whole.parallel import together
from tests.whole.people import Company, Heard
from tests.whole.sinks import Sinks, found

pytestmark = pytest.mark.long
TRIES = 3  # of the one call that carries a link, while Slack doesn't accept it


@dataclass(repr=False)
class Canary:
    company: Company
    server: Server | None
    life: Life = field(init=False)
    while_sealed: Sinks = field(default_factory=dict)
    stored: Sinks = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.life = Life(self.company, self.look_while_sealed)

    def look_while_sealed(self) -> None:
        for name, held in self.ledger().items():
            self.while_sealed[name] = self.while_sealed.get(name, b"") + b"\n" + held

    def end(self) -> None:
        self.life.other_bad_days()
        self.company.eventually("no trace of an envelope", self.unerased, lambda number: number == "0")
        self.stored.update(self.ledger())
        assert [each.end() for each in self.company.house.running] == [0] * len(self.company.house.running)

    def unerased(self) -> str:
        [[number]] = self.company.house.rows("SELECT count(*) FROM tombstone WHERE erased_at IS NULL")
        return str(number)

    def ledger(self) -> Sinks:
        """Rows, files and the write-ahead log, and a restored backup."""
        house = self.company.house
        files = sinks.ledger_files(house, self.server)
        return {**sinks.rows(house), **files, **sinks.backup(house, self.server)}

    def at_rest(self) -> Sinks:
        """The ledger, while it held a sealed secret and at the end, and everything the processes left."""
        then = {f"{name}, while sealed": held for name, held in self.while_sealed.items()}
        return {**then, **self.stored, **sinks.logs(self.company.house)}

    def everywhere(self) -> Sinks:
        return {**self.at_rest(), **sinks.slack(self.company), **sinks.heard(self.company)}

    def misplaced(self) -> list[tuple[str, str]]:
        """A seed anywhere except in the updates of its own modal."""
        places = found(self.life.seeds(), self.everywhere())
        return [(name, sink) for name, sink in places if not sink.endswith(" in views.update")]


@pytest.fixture(scope="module")
def canaries(build: Build, postgres_server: Server) -> Iterator[dict[str, Canary]]:
    """`python -m bot` in Socket Mode on SQLite; web and worker in HTTP mode on PostgreSQL; both at DEBUG."""
    with ExitStack() as ending:
        made = {}
        for kind, server in (("sqlite", None), ("postgresql", postgres_server)):
            company = Company(build(ending, kind, log_level="DEBUG"))
            ending.callback(company.leave)
            made[kind] = Canary(company, server)
        alone, apart = made["sqlite"].company.house, made["postgresql"].company.house
        together(alone.everything, lambda: (apart.web(), apart.worker()))
        together(*(each.life.good_days for each in made.values()))
        for each in made.values():
            each.life.bad_days_of_aws()
        together(*(each.end for each in made.values()))
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def canary(request: pytest.FixtureRequest, canaries: dict[str, Canary]) -> Canary:
    return canaries[request.param]


def test_no_secret_access_key_and_no_session_token_is_left_anywhere(canary: Canary) -> None:
    secrets = canary.life.secrets()
    assert len(secrets) >= 10
    assert {name.split()[0] for name in secrets} == {"SecretAccessKey", "SessionToken", "Base32StringSeed"}
    assert found(secrets, canary.everywhere()) == []


def test_a_seed_is_in_the_update_of_its_owners_window_and_nowhere_else(canary: Canary) -> None:
    assert canary.misplaced() == []
    updates = {name: held for name, held in sinks.slack(canary.company).items() if name.endswith(" in views.update")}
    shown = {each.seed for each, _ in canary.life.answers}
    assert len(shown) >= 5
    for link in canary.life.links():
        carrying = found({"it": link.seed}, updates)
        assert len(carrying) == 1 if link.seed in shown else len(carrying) <= TRIES


def test_a_proof_is_not_stored(canary: Canary) -> None:
    proofs = canary.life.proofs()
    assert len(proofs) >= 12
    assert found(proofs, canary.everywhere()) == []


def test_a_ciphertext_is_in_its_envelope_and_in_the_one_answer_to_its_link(canary: Canary) -> None:
    ciphertexts = canary.life.ciphertexts()
    places = found(ciphertexts, {**canary.at_rest(), **sinks.slack(canary.company)})
    assert ("ciphertext 0", "table envelope, while sealed") in places
    assert {sink for _, sink in places if not sink.startswith("raw ")} == {"table envelope, while sealed"}
    raw = {sink for _, sink in places if sink.startswith("raw ")}
    assert {sink for sink in raw if not sink.endswith(", while sealed") or "pg_wal/" in sink} == set()
    answers = found(ciphertexts, sinks.heard(canary.company))
    assert {sink.split()[-1] for _, sink in answers} == {"reveal"}
    assert len(answers) == len(canary.life.answers)


def test_seed_and_ciphertext_are_nowhere_together(canary: Canary) -> None:
    everywhere = canary.everywhere()
    for link, answer in canary.life.answers:
        seeds, texts = found({"it": link.seed}, everywhere), found({"it": answer["ciphertext"]}, everywhere)
        assert seeds
        assert texts
        assert not {sink for _, sink in seeds} & {sink for _, sink in texts}


def test_a_ciphertext_leaves_every_file_of_the_database_with_its_envelope(canary: Canary) -> None:
    files = sinks.ledger_files(canary.company.house, canary.server)
    assert any(name.startswith(("raw ledger.db", "raw pg_wal/")) for name in files)
    assert found(canary.life.ciphertexts(), files) == []


def test_the_audit_trail_names_key_ids_alone(canary: Canary) -> None:
    facts = [fact for (fact,) in canary.company.house.rows("SELECT facts FROM audit")]
    assert any("AKIA" in str(each) for each in facts)
    held = {"audit": json.dumps(facts, default=str).encode()}
    life = canary.life
    assert found({**life.secrets(), **life.seeds(), **life.proofs(), **life.ciphertexts()}, held) == []


# --- the canary finds what is planted -----------------------------------------------------------------------------


def test_a_secret_that_is_planted_in_a_sink_is_found_there(canary: Canary) -> None:
    house, secret = canary.company.house, next(iter(canary.life.secrets().values()))
    wanted = {"it": secret}
    wrapped = b64encode(json.dumps({"secret_access_key": secret}).encode()).decode()
    with house.running[0].log.open("a") as log:
        log.write(f"GET /?key={quote(secret, safe='')} HTTP/1.1\n")
    assert found(wanted, sinks.logs(house)) == [("it", f"file {house.running[0].log.name}")]

    [[request, before]] = house.rows("SELECT id, justification FROM request LIMIT 1")
    house.tell("UPDATE request SET justification = :planted WHERE id = :id", id=request, planted=wrapped)
    assert found(wanted, sinks.rows(house)) == [("it", "table request")]
    house.tell("UPDATE request SET justification = :before WHERE id = :id", id=request, before=before)
    assert found(wanted, sinks.rows(house)) == []
    raw = {sink for _, sink in found(wanted, sinks.ledger_files(house, canary.server))}
    assert any(sink.startswith(("raw ledger.db-wal", "raw pg_wal/")) for sink in raw), "deleted, and still in the files"

    make_client(BOT_TOKEN, house.slack.api_url).chat_postMessage(channel="C01OPS", text=f"a secret: {secret}")
    assert [sink.split()[-1] for _, sink in found(wanted, sinks.slack(canary.company))] == ["chat.postMessage"]

    said = json.dumps({"why": secret}).replace("/", "\\/")
    canary.company.ear.heard.append(Heard("GET", "/readyz", "{}", said))
    assert [sink.split()[-1] for _, sink in found(wanted, sinks.heard(canary.company))] == ["readyz"]


def test_a_seed_in_another_message_is_found(canary: Canary) -> None:
    link: Link = canary.life.answers[0][0]
    text = f"<{link.page}#{link.seed}|Open>"
    make_client(BOT_TOKEN, canary.company.house.slack.api_url).chat_postMessage(channel="C01OPS", text=text)
    assert {sink.split()[-1] for _, sink in canary.misplaced()} == {"chat.postMessage"}
