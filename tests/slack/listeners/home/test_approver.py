"""The Home tab of an approver: the queue, claims, and what was decided."""

from dataclasses import replace
from datetime import timedelta

from tests.fakes import ALICE, BOB, CAROL, DAVE
from tests.slack.home_tab import opened, values
from tests.slack.kit import House
from tests.slack.owned_key import job
from tests.slack.press import buttons, choose, menu, top


def test_the_queue_is_oldest_first_and_without_ones_own(h: House) -> None:
    h.requested()
    h.advance(hours=1)
    h.ask(by=h.carol)
    h.advance(hours=1)
    h.ask(by=h.dave)
    bobs, daves = opened(h.bob), opened(h.dave)
    assert bobs.words.index(f"<@{ALICE}>") < bobs.words.index(f"<@{CAROL}>") < bobs.words.index(f"<@{DAVE}>")
    assert len(values(bobs, "request:approve")) == 3
    assert len(values(daves, "request:approve")) == 2
    assert values(opened(h.carol), "request:approve") == []


def test_a_request_leaves_the_queue_of_whoever_decided_it(h: House) -> None:
    h.requested("reports-two")
    h.bob.press(opened(h.bob), "request:approve")
    assert "request:approve" not in buttons(h.bob.home())
    assert "request:approve" in buttons(opened(h.dave))


def test_the_decisions_of_the_last_week_say_by_whom_and_for_whom(h: House) -> None:
    h.granted()
    home = opened(h.dave)
    assert "1 decision" in home.words
    assert f"<@{BOB}> approved *reports read* for <@{ALICE}>" in home.words
    h.advance(days=8)
    assert "1 decision" not in opened(h.dave).words


def test_a_claim_waits_for_the_accounts_approvers(h: House) -> None:
    job(h)
    h.carol.command("/key claim job")
    home = opened(h.dave)
    assert "is theirs" in home.words
    h.dave.press(home, "claim:confirm")
    assert "claim:confirm" not in buttons(h.dave.home())
    assert "claim:confirm" not in buttons(opened(h.carol))


def test_an_emergency_waits_for_somebody_who_may_close_its_review(h: House) -> None:
    offered = h.catalog.entitlements["reports-read"]
    h.catalog.entitlements["reports-read"] = replace(offered, break_glass=timedelta(hours=1))  # type: ignore[index]
    h.alice.command("/key request")
    h.alice.select(top(h.alice), "entitlement", "value", "reports-read")
    asked = {"entitlement": "reports-read", "duration": "1h", "justification": "prod is down", "emergency": ["yes"]}
    assert h.alice.submit(top(h.alice), asked).ok
    h.send()
    assert "review:close" not in buttons(opened(h.alice))
    home = opened(h.dave)
    assert "Emergencies to review" in home.words
    h.dave.press(home, "review:close")
    assert h.dave.submit(top(h.dave), {"justification": "justified"}).ok
    assert "review:close" not in buttons(opened(h.dave))


def test_what_is_rare_about_a_request_is_in_its_menu(h: House) -> None:
    h.requested()
    home = opened(h.bob)
    assert {"request:approve", "request:shorten", "request:decline", "request:policy"} <= set(buttons(home))
    asks, preapproves = menu(home)
    assert asks.startswith("request:ask ")
    assert preapproves.startswith("request:preapprove ")
    choose(h.bob, home, asks)
    assert top(h.bob).callback_id == "request:ask"
