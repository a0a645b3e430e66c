"""The window and an entitlement that only the members of a user group may have."""

from dataclasses import replace

import pytest

from bot.sandbox.slack import View
from tests.fakes import ALICE, CAROL
from tests.slack.kit import House
from tests.slack.press import told, top

GROUP = "S0ANALYSTS"


@pytest.fixture
def g(h: House) -> House:
    rows = h.catalog.entitlements
    rows["reports-two"] = replace(rows["reports-two"], requester_groups=(GROUP,), approvals=1)  # type: ignore[index]
    h.slack.usergroups[GROUP] = [ALICE]
    return h


def offered(view: View) -> list[str]:
    (found,) = [each for each in view.blocks if each.get("block_id") == "entitlement"]
    return [each["value"] for each in found["element"]["options"]]


def test_the_window_offers_it_to_its_members_alone(g: House) -> None:
    g.alice.command("/key request")
    assert "reports-two" in offered(top(g.alice))
    g.carol.command("/key request")
    assert "reports-two" not in offered(top(g.carol))
    g.carol.close(top(g.carol))
    g.carol.command("/key request reports-two")
    assert "doesn't offer this" in told(g.carol)


def test_the_window_follows_the_owner(g: House) -> None:
    g.alice.command("/key request")
    g.alice.select(top(g.alice), "owner", "value", CAROL)
    assert "reports-two" not in offered(top(g.alice))
    g.alice.select(top(g.alice), "owner", "value", ALICE)
    assert "reports-two" in offered(top(g.alice))


def test_what_is_not_ones_own_is_an_error_at_the_entitlement(g: House) -> None:
    g.bob.command("/key request reports-bob")
    fields = {"entitlement": "reports-bob", "duration": "7d", "justification": "x", "owner": ALICE}
    answer = g.bob.submit(top(g.bob), fields)
    assert "doesn't offer this" in answer.errors["entitlement"]


def test_an_unreadable_group_is_an_error_at_the_entitlement(g: House) -> None:
    g.alice.command("/key request")
    view = top(g.alice)
    g.tick.seconds += 301
    g.slack.faults.down("usergroups.users.list", how="503")
    fields = {"entitlement": "reports-two", "duration": "7d", "justification": "x"}
    assert "couldn't reach Slack" in g.alice.submit(view, fields).errors["entitlement"]
    g.alice.command("/key request")
    assert "reports-two" not in offered(top(g.alice))
