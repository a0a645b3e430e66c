"""Delete now over HTTP: on the rotation's message and in the list, by owner, approver and admin, and nobody else."""

import pytest

from bot.domain.lifecycle import CredentialState
from bot.domain.usage.last_used import LastUsed
from tests.slack.kit import House
from tests.slack.listeners.test_rotate import rotated
from tests.slack.press import buttons, told, top


def off(h: House, *, new_used: bool = True) -> None:
    """A rotation whose old key alice switched off."""
    rotated(h)
    if new_used:
        h.iam.uses[h.key()] = LastUsed(h.clock.now(), "s3", "eu-west-1")
    h.advance(minutes=3)
    h.sweep()
    h.alice.press(rotation(h), "credential:retire")
    h.sweep()
    h.advance(minutes=3)
    h.sweep()


def rotation(h: House):  # type: ignore[no-untyped-def]
    return next(each for each in h.alice.dms() if each.words.startswith(":arrows_counterclockwise:"))


def old(h: House) -> CredentialState:
    return h.credentials()[0].state


def test_the_message_has_it_with_a_dialog_and_the_key_is_gone(h: House) -> None:
    off(h)
    message = rotation(h)
    assert {"credential:reactivate", "credential:delete"} == buttons(message).keys()
    (asked,) = [
        element["confirm"] for block in message.blocks for element in block.get("elements", [])
        if element.get("action_id") == "credential:delete"
    ]  # fmt: skip
    assert "can't bring it back" in asked["text"]["text"]
    h.alice.press(message, "credential:delete")
    h.send()
    assert "being deleted" in rotation(h).words
    h.sweep()
    assert old(h) is CredentialState.DELETED
    assert len(h.iam.all_keys()) == 1


def test_the_list_has_it_and_then_there_is_room_for_another(h: House) -> None:
    off(h)
    h.alice.command("/key rotate")
    assert "AWS allows two keys" in top(h.alice).words
    assert "credential:delete" in buttons(top(h.alice))
    h.alice.close(top(h.alice))
    h.alice.press(h.alice.command("/key list").ephemeral, "credential:delete")
    assert "then deletes it" in told(h.alice)
    h.sweep()
    h.alice.command("/key rotate")
    h.mint()
    assert h.link()


def test_it_is_not_offered_and_refused_in_words_before_the_new_key_is_used(h: House) -> None:
    off(h, new_used=False)
    message = rotation(h)
    assert "credential:delete" not in buttons(message)
    h.alice.press(proof_of_another(h, message), "credential:delete")
    assert "doesn't show any use of the new key" in told(h.alice)
    h.sweep()
    assert old(h) is CredentialState.RETIRING


def proof_of_another(h: House, message):  # type: ignore[no-untyped-def]
    """The same message with a forged button."""
    row = h.credentials()[0].id
    button = {
        "type": "button", "action_id": "credential:delete", "value": row,
        "text": {"type": "plain_text", "text": "Delete now"},
    }  # fmt: skip
    message.blocks.append({"type": "actions", "block_id": "forged", "elements": [button]})
    return message


@pytest.mark.parametrize("who", ["bob", "dave"])
def test_approvers_may_too(h: House, who: str) -> None:
    off(h)
    getattr(h, who).press(rotation(h), "credential:delete")
    h.sweep()
    assert old(h) is CredentialState.DELETED


def test_an_outsider_may_not(h: House) -> None:
    off(h)
    h.carol.press(rotation(h), "credential:delete")
    assert "isn't for you" in told(h.carol)
    h.sweep()
    assert old(h) is CredentialState.RETIRING


def test_used_meanwhile_it_stays_and_the_message_says_why(h: House) -> None:
    off(h)
    h.alice.press(rotation(h), "credential:delete")
    first = h.credentials()[0].access_key_id
    assert first is not None
    h.iam.uses[first] = LastUsed(h.clock.now(), "s3", "eu-west-1")
    h.sweep()
    assert old(h) is CredentialState.RETIRING
    assert "It wasn't deleted" in rotation(h).words
    assert "credential:delete" not in buttons(rotation(h))
