"""`/key audit`: one's own, a person's, a key's, an entitlement's; paged, private, and checked at each page."""

from datetime import timedelta

import pytest

from bot.domain.events import Tag
from bot.flows.audit.trail import PAGE
from bot.sandbox.slack import Message
from tests.audit_log import latest_events
from tests.fakes import ALICE, BOB, CAROL
from tests.flows.catalog import MAIN
from tests.slack.kit import House
from tests.slack.press import Hand, buttons, told


def record(h: House, many: int, subject: str = "r1", by: str = ALICE) -> None:
    with h.work.begin() as tx:
        for number in range(many):
            tx.record(Tag.REPORT_SENT, subject, by=by, at=h.clock.now(), facts={"why": f"event-{number}"})


def shown(hand: Hand) -> Message:
    return hand.ephemerals()[-1]


def test_one_sees_what_one_did_and_what_others_did_to_it(h: House) -> None:
    h.live()
    h.alice.command("/key audit")
    words = shown(h.alice).words
    for part in ("approved *reports read*", "The lease of", "is in use from here on", "opened the link"):
        assert part in words, words
    h.carol.command("/key audit")
    assert "Nothing has happened here yet" in told(h.carol)


def test_the_reporter_of_a_leak_does_not_learn_whose_the_key_is(h: House) -> None:
    h.live()
    for each, owner in ((h.carol, False), (h.bob, True)):
        each.command(f"/key leaked {h.key()}")
        each.command("/key audit")
        assert h.key() in told(each)
        assert (f"<@{ALICE}>" in told(each)) is owner
        assert ("reports read" in told(each)) is owner


def test_only_the_asker_sees_it_newest_first(h: House) -> None:
    record(h, 3)
    h.alice.command("/key audit")
    words = shown(h.alice).words
    assert words.index("event-2") < words.index("event-1") < words.index("event-0")


def test_pages_turn_both_ways(h: House) -> None:
    record(h, 2 * PAGE + 5)
    h.alice.command("/key audit")
    seen = []
    for action in ("audit:older", "audit:older", "audit:newer", "audit:newer"):
        seen.append(shown(h.alice).words)
        h.alice.press(shown(h.alice), action)
    assert "event-24" in seen[0]
    assert "event-14" in seen[1]
    assert "event-4" in seen[2]
    assert set(buttons(shown(h.alice))) == {"audit:older"}
    assert shown(h.alice).words == seen[0]
    assert seen[3] == seen[1]


def test_a_page_of_somebody_else_is_refused_at_the_press_too(h: House) -> None:
    record(h, PAGE + 1)
    h.bob.command(f"/key audit <@{ALICE}>")
    h.alice.command("/key audit")
    message = shown(h.alice)
    for block in message.blocks:
        for element in block.get("elements", []):
            element["value"] = f"{element['value'].strip()} <@{BOB}>"
    h.alice.press(message, "audit:older")
    assert "That's for admins" in told(h.alice)


def test_an_approver_sees_what_they_decide_about_and_an_admin_everything(h: House) -> None:
    h.live()
    record(h, 1, subject="main")
    h.bob.command("/key audit @alice")
    assert "*reports read* for <@U01ALICE> was granted" in shown(h.bob).words
    assert ("event-0" in shown(h.bob).words) is (BOB in h.catalog.admins)


@pytest.mark.parametrize("rest", ["@alice", f"<@{ALICE}|alice>", "all", "reports-read", "AKIA"])
def test_somebody_elses_is_refused_in_words(h: House, rest: str) -> None:
    h.live()
    if rest == "AKIA":
        rest = str(h.credentials()[0].access_key_id)
    h.carol.command(f"/key audit {rest}")
    assert "That's for admins and for the approvers" in told(h.carol)
    with h.work.begin() as tx:
        assert [each.tag for each in latest_events(tx, 1, actor=CAROL)] == [Tag.COMMAND_REFUSED]


def test_a_key_has_its_own_story(h: House) -> None:
    h.live()
    key = str(h.credentials()[0].access_key_id)
    for hand, written in ((h.alice, key), (h.alice, f"AKIA…{key[-4:]}"), (h.bob, key.lower())):
        hand.command(f"/key audit {written}")
        assert f"`{key}`" in shown(hand).words
        assert "in use from here on" in shown(hand).words


def test_a_found_key_has_one_too(h: House) -> None:
    h.reader.key(MAIN, "ci", age=timedelta(days=20))
    h.read_account()
    with h.work.begin() as tx:
        (found,) = tx.inventory.keys(MAIN.name, ["ci"])
        tx.record(Tag.OWNER_CHANGED, f"{MAIN.name}/ci", by=BOB, at=h.clock.now(), facts={"to": ALICE})
    h.bob.command(f"/key audit {found.access_key_id}")
    assert "changed the owner of `main/ci`" in shown(h.bob).words


def test_an_entitlement_for_its_approvers(h: House) -> None:
    h.live()
    h.bob.command("/key audit reports-read")
    assert "*reports read* for <@U01ALICE> was granted" in shown(h.bob).words


@pytest.mark.parametrize("rest", ["@nobody", "reports", "<!channel>", "AKIAUNKNOWN0000000000", "x" * 2000])
def test_what_nobody_knows_gets_a_sentence(h: House, rest: str) -> None:
    h.alice.command(f"/key audit {rest}")
    assert "know" in told(h.alice)
    assert "<!channel>" not in told(h.alice)
    assert "&amp;lt;" not in told(h.alice)
