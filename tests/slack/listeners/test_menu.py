"""The menu by role, the global shortcut, and what a message in the app's DM gets."""

import pytest

from bot.sandbox.slack import payloads, written
from bot.sandbox.slack.people import BOT_ID, BOT_USER
from tests.fakes import ALICE
from tests.slack.kit import House
from tests.slack.press import Hand, buttons, told, top

OWNERS = {"request:open", "list:open"}
APPROVERS = OWNERS | {"request:pending"}
ADMINS = APPROVERS | {"issuing:pause", "report:send"}


@pytest.mark.parametrize(("who", "sees"), [("alice", OWNERS), ("carol", OWNERS), ("dave", APPROVERS), ("bob", ADMINS)])
def test_a_bare_command_is_a_short_menu_by_role(h: House, who: str, sees: set[str]) -> None:
    answer = getattr(h, who).command("/key")
    assert buttons(answer).keys() == sees
    assert len(answer.blocks) <= 4
    assert "/key help" in answer.words


def test_approvers_see_how_many_wait(h: House) -> None:
    h.requested()
    assert "Decide (1)" in h.bob.command("/key").words
    h.bob.press(h.bob.command("/key").ephemeral, "request:pending")
    assert "quarterly report" in told(h.bob)


def test_the_menus_list_is_the_list(h: House) -> None:
    h.live()
    h.alice.press(h.alice.command("/key").ephemeral, "list:open")
    assert h.key() in told(h.alice)


def test_an_admin_pauses_and_resumes_from_the_menu(h: House) -> None:
    h.bob.press(h.bob.command("/key").ephemeral, "issuing:pause")
    h.bob.close(top(h.bob))
    menu = h.bob.command("/key")
    assert "issuing:resume" in buttons(menu)
    h.bob.press(menu.ephemeral, "issuing:resume")
    assert "issuing:pause" in buttons(h.bob.command("/key"))


def test_an_admin_gets_the_report_from_the_menu(h: House) -> None:
    h.read_account()
    h.bob.press(h.bob.command("/key").ephemeral, "report:send")
    assert "report" in told(h.bob)


@pytest.mark.parametrize("forged", ["issuing:pause", "report:send"])
def test_a_forged_button_of_the_menu_is_refused(h: House, forged: str) -> None:
    menu = h.bob.command("/key").ephemeral
    h.carol.press(menu, forged)
    assert "admins" in told(h.carol)


def test_a_guest_reads_why_there_is_no_menu(h: House) -> None:
    h.slack.people[ALICE].is_restricted = True
    h.alice.command("/key")
    assert "full members" in told(h.alice)


def test_the_menu_works_while_slack_does_not_say_who_is_in_a_group(h: House) -> None:
    h.tick.seconds += 1000
    h.slack.faults.down("usergroups.users.list", how="503")
    assert buttons(h.carol.command("/key")).keys() >= OWNERS
    assert buttons(h.bob.command("/key")).keys() >= APPROVERS


# --- the shortcut ---------------------------------------------------------------------------------------------------


def test_the_shortcut_opens_the_request_window(h: House) -> None:
    assert h.alice.shortcut("request").ok
    assert top(h.alice).callback_id == "request"


def test_a_guest_gets_words_in_place_of_the_window(h: House) -> None:
    h.slack.people[ALICE].is_restricted = True
    h.alice.shortcut("request")
    assert "full members" in told(h.alice)


def test_an_unknown_shortcut_is_answered(h: House) -> None:
    h.alice.shortcut("other")
    assert "no longer works" in told(h.alice)


# --- hello ----------------------------------------------------------------------------------------------------------


def answers(h: House, actor: Hand) -> int:
    return sum(1 for each in actor.dms() if each.user == BOT_USER)


def test_hello_is_answered_with_the_menu(h: House) -> None:
    h.alice.say("hello")
    assert buttons(h.alice.dms()[-1]).keys() == OWNERS


def test_it_is_answered_once_in_five_minutes(h: House) -> None:
    for _ in range(3):
        h.alice.say("hello?")
    assert answers(h, h.alice) == 1
    h.carol.say("hello")
    assert answers(h, h.carol) == 1, "each person by themselves"
    h.advance(minutes=5, seconds=1)
    h.alice.say("still there?")
    assert answers(h, h.alice) == 2


def test_a_delivery_that_slack_repeats_is_answered_once(h: House) -> None:
    h.slack.faults.duplicate_deliveries(2)
    h.alice.say("hello")
    assert answers(h, h.alice) == 1


@pytest.mark.parametrize(
    "about",
    [
        {"bot_id": BOT_ID, "user": BOT_USER},
        {"bot_id": "B0OTHER", "user": "U0OTHER"},
        {"subtype": "message_changed", "user": ALICE},
        {"subtype": "bot_message", "bot_id": BOT_ID},
        {"channel_type": "channel", "user": ALICE},
    ],
)
def test_bots_edits_and_channels_get_no_answer(h: House, about: dict[str, str]) -> None:
    said = h.alice.say("hello", "C01OPS")
    payload = payloads.event(h.slack.world, written.posted(h.slack.world, said))
    direct = {"channel": h.slack.world.workspace.dm(ALICE).id, "channel_type": "im"}
    payload["event"] = {**payload["event"], **direct, **about}
    if "user" not in about:
        del payload["event"]["user"]
    assert h.slack.courier.deliver("events_api", payload).status == 200
    h.listeners.finish()
    assert answers(h, h.alice) == 0


def test_an_answer_in_a_thread_stays_there(h: House) -> None:
    said = h.alice.say("hello", "C01OPS")
    payload = payloads.event(h.slack.world, written.posted(h.slack.world, said))
    direct = {"channel": h.slack.world.workspace.dm(ALICE).id, "channel_type": "im"}
    payload["event"] |= {**direct, "thread_ts": said.ts}
    h.slack.courier.deliver("events_api", payload)
    h.listeners.finish()
    assert h.alice.dms()[-1].thread_ts == said.ts


def test_a_guest_who_writes_reads_why(h: House) -> None:
    h.slack.people[ALICE].is_restricted = True
    h.alice.say("hello")
    assert "full members" in h.alice.dms()[-1].words
