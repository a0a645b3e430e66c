"""Events of AWS Health and GitHub, from the signed request to the ledger, on both databases."""

import json
import threading
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from bot.domain.events import Notice, Tag
from bot.domain.ids import AccessKeyId
from bot.domain.leaks.incident import Incident, Source
from bot.domain.leaks.leak_event import LeakEvent
from bot.flows.leaks import events
from bot.secret import Secret
from bot.store.work import SqlUnitOfWork
from bot.web.leak_events import Senders
from tests.audit_log import latest_events
from tests.domain.leaks.leaked_corpus import id_in
from tests.fakes import BOB, FakeClock
from tests.flows.catalog import MAIN
from tests.flows.hygiene.found_keys import DAY, Found
from tests.flows.world import World
from tests.web.leak_requests import BEARER, PATH, SECRET, TOKEN, alert, client, from_github, health

KEY = AccessKeyId(id_in(MAIN.id, 3))


@pytest.fixture
def world(work: SqlUnitOfWork, clock: FakeClock) -> World:
    return World(work, clock)


@pytest.fixture
def web(world: World) -> FlaskClient:
    return client(Senders(lambda event: events.take(world.context, event), Secret(TOKEN), Secret(SECRET)))


def opened(world: World) -> tuple[Incident, ...]:
    with world.work.begin() as tx:
        return tx.incidents.recent(world.clock.now() - timedelta(days=99), 99)


def alerts(world: World) -> list[str]:
    with world.work.begin() as tx:
        told = [each for each in latest_events(tx, 99) if each.tag is Tag.LEAK_UNNAMED]
        due = tx.outbox.due(world.clock.now(), 99)
    assert {each.to for each in due if each.notice is Notice.LEAK_UNNAMED} <= {BOB}
    assert len(told) == sum(each.notice is Notice.LEAK_UNNAMED for each in due)
    return [str(dict(each.facts)) for each in told]


def test_one_event_is_one_incident_however_often_it_comes(world: World, web: FlaskClient) -> None:
    answers = [web.post(PATH, json=health(KEY), headers=BEARER).json for _ in range(3)]
    assert answers == [{"taken": 1}, {"taken": 0}, {"taken": 0}]
    (incident,) = opened(world)
    assert (incident.access_key_id, incident.source, incident.reported_by) == (KEY, Source.AWS_HEALTH, "latchkey")
    assert incident.link is not None
    assert "AWS_RISK_CREDENTIALS_EXPOSED" in incident.link


def test_hostile_text_is_kept_out(world: World, web: FlaskClient) -> None:
    odd = "\ud800\x00\u202e<!channel>"
    event = {**health(odd, eventArn=odd, affectedAccount=odd), "id": odd, "time": odd, "account": odd}
    raw = json.dumps(event)
    assert [web.post(PATH, data=raw, headers=BEARER, content_type="application/json").status_code] == [202]
    sent = alert(html_url=f"https://github.com/{odd}", created_at=odd, secret=f"{odd} {KEY} {odd}")
    sent["repository"] = {"full_name": odd}
    assert from_github(web, sent).status_code == 202
    (said,) = alerts(world)
    assert "channel" not in said.replace("%21channel", "")
    assert [(each.access_key_id, each.link) for each in opened(world)] == [(KEY, None)]


def test_a_replay_after_the_incident_was_closed_opens_none(world: World, web: FlaskClient) -> None:
    web.post(PATH, json=health(KEY), headers=BEARER)
    (incident,) = opened(world)
    with world.work.begin() as tx:
        tx.incidents.lock(incident.id)
        assert tx.transition(incident.id, incident.state, type(incident.state).CLOSED, by=BOB, at=world.clock.now())
    world.clock.advance(days=2)
    assert web.post(PATH, json=health(KEY), headers=BEARER).json == {"taken": 0}
    world.clock.advance(days=60)
    assert web.post(PATH, json={**health(KEY), "id": "another"}, headers=BEARER).json == {"taken": 0}, "too old"
    assert len(opened(world)) == 1


def test_an_alert_of_github_goes_to_the_admins_once(world: World, web: FlaskClient) -> None:
    for _ in range(3):
        from_github(web, alert())
    (said,) = alerts(world)
    assert "secret-scanning/42" in said
    assert not opened(world)
    from_github(web, alert(secret=KEY), **{"X-GitHub-Delivery": "another"})
    assert [(each.access_key_id, each.source) for each in opened(world)] == [(KEY, Source.GITHUB)]


def test_an_iam_user_stands_for_its_active_keys(world: World, web: FlaskClient) -> None:
    found = Found(world)
    found.reader.user(MAIN, "reports")
    keys = {found.reader.key(MAIN, "reports", age=days * DAY) for days in (20, 30)}
    found.reader.key(MAIN, "reports", age=10 * DAY, active=False)
    found.look()
    web.post(PATH, json=health("arn:aws:iam::123456789012:user/reports"), headers=BEARER)
    assert {each.access_key_id for each in opened(world)} == keys
    web.post(PATH, json={**health("nobody"), "id": "e2"}, headers=BEARER)
    (said,) = alerts(world)
    assert "nobody" in said


def test_an_event_that_comes_twice_at_once_is_one_incident(world: World) -> None:
    event = LeakEvent(Source.AWS_HEALTH, ("e1",), (KEY,))
    unnamed = LeakEvent(Source.GITHUB, ("d1", "h1"), link="https://github.com/a/b")
    gate, failed = threading.Barrier(4), []

    def take(which: LeakEvent) -> None:
        try:
            gate.wait(10)
            events.take(world.context, which)
        except Exception as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=take, args=(each,)) for each in (event, event, unnamed, unnamed)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)
    assert not failed
    assert (len(opened(world)), len(alerts(world))) == (1, 1)


def test_an_event_whose_report_failed_can_be_sent_again(
    world: World, web: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("away")

    with monkeypatch.context() as patch:
        patch.setattr(events, "report", fail)
        assert web.post(PATH, json=health(KEY), headers=BEARER).status_code == 500
    assert web.post(PATH, json=health(KEY), headers=BEARER).json == {"taken": 1}
    assert len(opened(world)) == 1
