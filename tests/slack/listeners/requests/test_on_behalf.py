"""The window's owner block: the requester asks, somebody else collects."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.sandbox.slack import Answer
from tests.fakes import ALICE, CAROL, DAVE
from tests.slack.kit import House
from tests.slack.press import Hand, button_in, buttons, told, top


def ask(h: House, owner: str | None, *, by: Hand | None = None, **more: object) -> Answer:
    actor = by or h.alice
    actor.command("/key request")
    fields = {"entitlement": "reports-read", "duration": "7d", "justification": "x", **more}
    answer = actor.submit(top(actor), fields | ({"owner": owner} if owner else {}))
    h.send()
    return answer


def test_it_is_for_oneself_unless_somebody_else_is_chosen(h: House) -> None:
    h.alice.command("/key request")
    (block,) = [each for each in top(h.alice).blocks if each.get("block_id") == "owner"]
    assert block["optional"]
    assert block["element"] == {"type": "users_select", "action_id": "value", "initial_user": ALICE}
    assert ask(h, None).ok
    assert "on behalf" not in h.bob.channel("C01OPS")[-1].words


def test_the_card_names_both_and_only_the_owner_gets_collect(h: House) -> None:
    assert ask(h, CAROL).ok
    card = h.bob.channel("C01OPS")[-1]
    assert f"<@{ALICE}>" in card.words
    assert f"<@{CAROL}>" in card.words
    assert "on your behalf" in button_in(h.carol.dms(), "request:cancel").words
    h.approve(card)
    assert "approved" in " ".join(each.words for each in h.alice.dms())
    assert all("grant:collect" not in buttons(each) for each in h.alice.dms())
    collect = button_in(h.carol.dms(), "grant:collect")
    h.alice.press(collect, "grant:collect")
    assert "isn't for you" in told(h.alice)
    h.collect(collect, h.carol)
    assert h.link(h.carol)


@pytest.mark.parametrize("owner", [DAVE, "U0NOBODY", "USLACKBOT"])
def test_someone_who_is_no_full_member_is_an_error_at_the_owner(h: House, owner: str) -> None:
    h.slack.people[DAVE].is_restricted = True
    assert "full member" in ask(h, owner).errors["owner"]


def test_the_owner_cancels_and_both_read_who_did(h: House) -> None:
    ask(h, CAROL)
    h.carol.press(button_in(h.carol.dms(), "request:cancel"), "request:cancel")
    h.send()
    assert f"Cancelled by <@{CAROL}>" in h.bob.channel("C01OPS")[-1].words
    assert all("request:cancel" not in buttons(each) for each in [*h.alice.dms(), *h.carol.dms()])


def test_what_already_waits_for_the_owner_is_an_error_at_the_entitlement(h: House) -> None:
    ask(h, CAROL)
    assert "already waiting" in ask(h, None, by=h.carol).errors["entitlement"]


def test_a_box_for_emergencies_appears_where_the_catalog_allows_them(h: House) -> None:
    rows = h.catalog.entitlements
    rows["reports-two"] = replace(rows["reports-two"], break_glass=timedelta(hours=1))  # type: ignore[index]
    h.alice.command("/key request")
    assert all(each.get("block_id") != "emergency" for each in top(h.alice).blocks)
    h.alice.select(top(h.alice), "owner", "value", CAROL)
    h.alice.select(top(h.alice), "entitlement", "value", "reports-two")
    (box,) = [each for each in top(h.alice).blocks if each.get("block_id") == "emergency"]
    assert box["element"]["options"][0]["value"] == "yes"
    assert top(h.alice).values["owner"]["value"]["selected_user"] == CAROL


def test_the_server_checks_an_emergency_whatever_the_window_showed(h: House) -> None:
    rows = h.catalog.entitlements
    rows["reports-two"] = replace(rows["reports-two"], break_glass=timedelta(hours=1))  # type: ignore[index]
    h.alice.command("/key request reports-two")
    fields = {"entitlement": "reports-two", "duration": "7d", "justification": "x", "emergency": ["yes"]}
    assert "1 hour at most" in h.alice.submit(top(h.alice), fields).errors["duration"]
    answer = h.alice.submit(top(h.alice), fields | {"entitlement": "reports-read"})
    assert "emergency" in answer.errors["emergency"]
