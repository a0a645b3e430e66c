"""AWS's quarantine policy opens an incident for each active key of the user, once for each time it is attached."""

from datetime import timedelta

import pytest

from bot.domain import batch_size
from bot.domain.hygiene.finding import FindingKind
from bot.domain.ids import AccessKeyId
from bot.domain.leaks.incident import Incident, Source
from bot.domain.lifecycle import IncidentState
from bot.flows.hygiene.scan import SMALL
from bot.flows.leaks import quarantine
from bot.store.work import SqlUnitOfWork
from tests.fakes import BOB, FakeClock
from tests.flows.catalog import MAIN
from tests.flows.hygiene.found_keys import HOUR, Found
from tests.flows.world import World

POLICY = "AWSCompromisedKeyQuarantineV3"


class Leaked(Found):
    """An account with a user `job` that AWS quarantines."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.reader.user(MAIN, "job", made_at=self.world.clock.now() - 400 * HOUR)
        self.key = self.reader.key(MAIN, "job", age=300 * HOUR)

    def quarantined(self, *, on: bool = True) -> None:
        self.reader.profiles["job"].policies = (POLICY,) if on else ()
        self.pass_by()

    def pass_by(self) -> int:
        """How many incidents the next inventory opens."""
        self.world.clock.advance(hours=7)
        self.look()
        return quarantine.open_incidents(self.context) + quarantine.open_incidents(self.context)

    def incidents(self) -> tuple[Incident, ...]:
        with self.world.work.begin() as tx:
            return tx.incidents.recent(self.world.clock.now() - timedelta(days=99), 99)

    def close(self, incident: Incident) -> None:
        now = self.world.clock.now()
        with self.world.work.begin() as tx:
            tx.incidents.lock(incident.id)
            assert tx.transition(incident.id, incident.state, IncidentState.CLOSED, by=BOB, at=now)

    def alarms(self) -> list[str]:
        return [to for notice, to in self.world.items() if notice == "finding:alarm"]

    def stands(self) -> bool:
        with self.world.work.begin() as tx:
            return bool(tx.findings.of_kind(MAIN.name, FindingKind.QUARANTINED, 9))


@pytest.fixture
def leaked(sqlite_work: SqlUnitOfWork, clock: FakeClock) -> Leaked:
    return Leaked(World(sqlite_work, clock))


def test_each_active_key_is_an_incident_and_the_finding_pages_nobody(leaked: Leaked) -> None:
    second = leaked.reader.key(MAIN, "job", age=200 * HOUR)
    leaked.reader.user(MAIN, "other")
    leaked.reader.key(MAIN, "other")
    leaked.quarantined()
    found = leaked.incidents()
    assert {each.access_key_id for each in found} == {leaked.key, second}
    assert {(each.source, each.reported_by) for each in found} == {(Source.QUARANTINE, "latchkey")}
    assert leaked.stands()
    assert not leaked.alarms()
    assert leaked.pass_by() == 0


def test_without_an_active_key_the_finding_is_the_alarm(leaked: Leaked) -> None:
    leaked.world.iam.users[MAIN.id, "job"].keys[leaked.key].active = False
    leaked.quarantined()
    assert not leaked.incidents()
    assert leaked.alarms() == [BOB]


def test_once_for_each_attachment_and_not_again_while_it_stands(leaked: Leaked) -> None:
    leaked.quarantined()
    leaked.close(leaked.incidents()[0])
    assert leaked.pass_by() == 0
    newer = leaked.reader.key(MAIN, "job", age=timedelta(0))
    assert leaked.pass_by() == 0, f"{newer} replaces the leaked key"
    leaked.quarantined(on=False)
    leaked.quarantined()
    assert {each.access_key_id for each in leaked.incidents()} == {leaked.key, newer}
    assert len(leaked.incidents()) == 3


def test_the_policy_that_containment_attached_opens_none(leaked: Leaked) -> None:
    other = leaked.reader.key(MAIN, "job", age=200 * HOUR)
    leaked.quarantined()
    for each in leaked.incidents():
        if each.access_key_id == other:
            leaked.close(each)
        else:
            with leaked.world.work.begin() as tx:
                tx.incidents.set(each.id, contain_by=BOB, contain_at=leaked.world.clock.now())
    leaked.quarantined(on=False)
    leaked.quarantined()
    assert len(leaked.incidents()) == 2


def test_in_a_large_account_the_ids_of_a_quarantined_user_are_asked_once(leaked: Leaked) -> None:
    for number in range(SMALL + 1):
        leaked.reader.user(MAIN, f"user-{number}")
        leaked.reader.key(MAIN, f"user-{number}", age=HOUR, idle=HOUR)
    leaked.pass_by()
    leaked.forget_calls()
    leaked.quarantined()
    leaked.pass_by()
    assert leaked.calls().count("keys_of") == 1
    assert [each.access_key_id for each in leaked.incidents()] == [AccessKeyId(leaked.key)]


def test_a_whole_account_is_quarantined_at_once(leaked: Leaked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_size, "LEDGER_ROWS", 2)
    monkeypatch.setattr(quarantine, "REPORTED_TOGETHER", 2)
    for number in range(4):
        leaked.reader.user(MAIN, f"user-{number}")
        leaked.reader.key(MAIN, f"user-{number}")
        leaked.reader.profiles[f"user-{number}"].policies = (POLICY,)
    leaked.world.clock.advance(hours=7)
    leaked.look()
    assert [quarantine.open_incidents(leaked.context), quarantine.open_incidents(leaked.context)] == [4, 0]
    leaked.quarantined()
    assert len(leaked.incidents()) == 5, "and the policies that stand hide no new one"
