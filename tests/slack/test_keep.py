"""The digest and its answers: one message a day, with Rotate, Give back and Keep for each key."""

from datetime import timedelta

from tests.slack.hands import button_in, buttons, told, top
from tests.slack.kit import House


def digested(h: House) -> None:
    """A key that nobody used for a fortnight."""
    h.live(duration="30d")
    h.advance(days=15)
    h.look_over()


def test_the_digest_names_the_key_and_the_three_roads(h: House) -> None:
    digested(h)
    message = button_in(h.alice.dms(), "finding:keep")
    assert h.key() in message.words
    assert "never used" in message.words
    assert buttons(message).keys() == {"credential:rotate", "grant:return", "finding:keep"}


def test_the_next_day_repeats_nothing(h: House) -> None:
    digested(h)
    before = len(h.alice.dms())
    h.advance(days=1)
    h.look_over()
    assert len(h.alice.dms()) == before


def test_keep_asks_why_and_until_when(h: House) -> None:
    digested(h)
    h.alice.press(button_in(h.alice.dms(), "finding:keep"), "finding:keep")
    view = top(h.alice)
    assert view.callback_id == "finding:keep"
    assert [each["block_id"] for each in view.blocks] == ["until", "justification"]
    until = (h.clock.now() + timedelta(days=20)).date().isoformat()
    assert h.alice.submit(view, {"until": until, "justification": "runs once a quarter"}).ok
    h.send()
    assert all("finding:keep" not in buttons(each) for each in h.alice.dms())
    assert any("Kept until" in each.words for each in h.alice.dms())


def test_a_day_that_has_passed_is_refused_at_its_field(h: House) -> None:
    digested(h)
    h.alice.press(button_in(h.alice.dms(), "finding:keep"), "finding:keep")
    past = (h.clock.now() - timedelta(days=2)).date().isoformat()
    answer = h.alice.submit(top(h.alice), {"until": past, "justification": "x"})
    assert "lies ahead" in answer.errors["until"]


def test_keep_needs_a_reason(h: House) -> None:
    digested(h)
    h.alice.press(button_in(h.alice.dms(), "finding:keep"), "finding:keep")
    answer = h.alice.submit(top(h.alice), {"justification": " "})
    assert "Write why" in answer.errors["justification"]


def test_carol_keeps_nothing(h: House) -> None:
    digested(h)
    h.carol.press(button_in(h.alice.dms(), "finding:keep"), "finding:keep")
    answer = h.carol.submit(top(h.carol), {"justification": "mine now"})
    assert "not yours" in answer.errors["justification"]


def test_rotate_from_the_digest(h: House) -> None:
    digested(h)
    h.alice.press(button_in(h.alice.dms(), "finding:keep"), "credential:rotate")
    h.mint()
    assert h.link()


def test_give_back_from_the_digest(h: House) -> None:
    digested(h)
    h.alice.press(button_in(h.alice.dms(), "finding:keep"), "grant:return")
    h.sweep()
    assert not h.iam.all_keys()
    assert told(h.alice) == ""
