"""The Home tab of an admin: the switch, the worker, Slack, and the accounts."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.issuing.pause import PAUSED
from bot.store.work import SqlUnitOfWork
from tests.fakes import BOB, CAROL, FakeClock
from tests.flows.catalog import catalog
from tests.slack.home_tab import later, opened
from tests.slack.kit import House, house
from tests.slack.owned_key import job
from tests.slack.press import buttons, told


def test_an_admin_sees_the_worker_slack_and_each_account(h: House) -> None:
    job(h)
    home = opened(h.bob)
    assert "Worker: running" in home.words
    assert "Slack: up to date" in home.words
    assert "*main* (`123456789012`) · 2 findings" in home.words
    h.clock.advance(timedelta(minutes=5))
    assert "Worker: not running, last heartbeat 5 minutes ago" in opened(h.bob).words
    assert "Worker:" not in opened(h.dave).words


def test_the_report_of_an_account_is_one_press_away(h: House) -> None:
    job(h)
    h.bob.press(opened(h.bob), "account:report")
    h.send()
    assert any(each.files for each in h.bob.dms())


def test_the_switch_pauses_and_everybodys_home_says_so(h: House) -> None:
    opened(h.alice)
    later(h)
    h.bob.press(opened(h.bob), "issuing:pause")
    assert "issuing:resume" in buttons(h.bob.home())
    later(h)
    assert f"<@{BOB}> paused issuing" in h.alice.home().words
    assert "issuing:resume" not in buttons(h.alice.home())
    h.bob.press(h.bob.home(), "issuing:resume")
    assert "issuing:pause" in buttons(h.bob.home())


def test_only_an_admin_may_press_the_switch_or_ask_for_a_report(h: House) -> None:
    home = opened(h.bob)
    for action in ("issuing:pause", "account:report"):
        h.carol.press(home, action)
    with h.work.begin() as tx:
        assert tx.flag(PAUSED) is None
    assert "admin" in told(h.carol)


def test_an_admin_who_approves_nothing_has_no_requests_to_decide(sqlite_work: SqlUnitOfWork, clock: FakeClock) -> None:
    with house(sqlite_work, clock, replace(catalog(), admins=(CAROL,))) as h:
        h.requested()
        home = opened(h.carol)
        assert "Worker: running" in home.words
        assert "request:approve" not in buttons(home)
