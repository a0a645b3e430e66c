"""Request again: on what was declined, cancelled, lapsed or has ended, filled in as it was."""

from typing import Any

from bot.sandbox.slack import Message
from tests.fakes import ALICE
from tests.slack.kit import JUSTIFIED, House
from tests.slack.press import button_in, buttons, told, top


def filled(h: House) -> dict[str, Any]:
    found = {}
    for block in top(h.alice).blocks:
        element = block.get("element") or {}
        initial = element.get("initial_option") or {}
        found[block.get("block_id")] = (
            initial.get("value") or element.get("initial_value") or element.get("initial_user")
        )
    return found


def again(h: House, message: Message) -> None:
    h.alice.press(message, "request:again")
    assert top(h.alice).callback_id == "request"
    wanted = {"entitlement": "reports-read", "duration": "7d", "justification": JUSTIFIED}
    assert {name: value for name, value in filled(h).items() if name in wanted} == wanted
    assert h.alice.submit(top(h.alice), {}).ok
    h.send()
    assert "request:approve" in buttons(h.bob.channel("C01OPS")[-1])


def decline(h: House, message: Message) -> None:
    h.bob.press(message, "request:decline")
    h.bob.submit(top(h.bob), {"justification": "use the session"})
    h.send()


def test_what_was_declined(h: House) -> None:
    decline(h, h.requested())
    again(h, button_in(h.alice.dms(), "request:again"))


def test_what_was_cancelled(h: House) -> None:
    h.requested()
    h.alice.press(button_in(h.alice.dms(), "request:cancel"), "request:cancel")
    h.send()
    again(h, button_in(h.alice.dms(), "request:again"))


def test_what_lapsed(h: House) -> None:
    h.requested()
    h.advance(hours=73)
    h.sweep()
    again(h, button_in(h.alice.dms(), "request:again"))


def test_a_grant_that_ended(h: House) -> None:
    message = h.live()
    h.alice.press(message, "grant:return")
    h.sweep()
    again(h, button_in(h.alice.dms(), "request:again"))


def test_a_grant_that_was_not_collected(h: House) -> None:
    h.granted()
    h.advance(hours=73)
    h.sweep()
    again(h, button_in(h.alice.dms(), "request:again"))


def test_nothing_that_waits_or_was_approved_has_it(h: House) -> None:
    message = h.requested()
    assert not [each for each in h.alice.dms() if "request:again" in buttons(each)]
    h.approve(message)
    assert not [each for each in h.alice.dms() if "request:again" in buttons(each)]


def test_an_outsider_does_not_read_what_was_written(h: House) -> None:
    decline(h, h.requested())
    h.carol.press(button_in(h.alice.dms(), "request:again"), "request:again")
    assert h.carol.modal() is None
    assert f"Only <@{ALICE}> can" in told(h.carol)


def test_a_forged_value_is_answered_as_unknown(h: House) -> None:
    decline(h, h.requested())
    h.alice.press(button_in(h.alice.dms(), "request:again"), "request:again", "no-such-row")
    assert "doesn't know this" in told(h.alice)
