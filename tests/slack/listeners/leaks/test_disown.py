"""This wasn't me, pressed in Slack: the grant ends, and an incident is open."""

from tests.slack.kit import House
from tests.slack.listeners.test_revoke import ended
from tests.slack.press import told


def test_this_wasnt_me_ends_it_and_tells_approvers_and_admins(h: House) -> None:
    h.alice.press(h.live(), "credential:disown")
    assert ended(h)
    for place in (h.bob.channel("C01OPS"), h.bob.dms()):
        said = [each.words for each in place]
        assert any("leaked" in each for each in said), "an incident is open too"
        (about,) = (each for each in said if "someone else opened" in each)
        assert "203.0.113.7" in about
        assert "deleted in AWS" in about, "brought up to date after the teardown"
    assert any("The owner says someone else opened the link." in each.words for each in h.alice.dms())


def test_carol_cannot_say_that_it_wasnt_her(h: House) -> None:
    h.carol.press(h.live(), "credential:disown")
    assert "isn't for you" in told(h.carol)
    assert h.grant_state() == "active"


def test_this_wasnt_me_pressed_again_on_an_old_copy_is_answered(h: House) -> None:
    message = h.live()
    h.alice.press(message, "credential:disown")
    h.sweep()
    h.alice.press(message, "credential:disown")
    assert "had already ended" in told(h.alice)
