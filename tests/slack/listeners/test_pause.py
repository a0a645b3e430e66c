"""Pause: at once, with a reason typed or added later, told to the channels and to requesters."""

from bot.slack.text import labels
from tests.fakes import BOB
from tests.slack.kit import House
from tests.slack.press import buttons, told, top

OPS = "C01OPS"
WHY = "A key leaked in CI; we are checking."


def in_ops(h: House, words: str) -> list[str]:
    h.send()
    return [each.words for each in h.bob.channel(OPS) if words in each.words]


def test_a_bare_pause_pauses_at_once_and_offers_the_reason(h: House) -> None:
    answer = h.bob.command("/key pause").ephemeral
    assert "You paused issuing" in answer.words
    assert list(buttons(answer)) == ["issuing:explain", "issuing:resume"]
    message = h.granted()
    h.alice.press(message, "grant:collect")
    assert "paused" in top(h.alice).words


def test_the_reason_is_added_in_a_window_and_appears_in_the_channel(h: House) -> None:
    answer = h.bob.command("/key pause").ephemeral
    [before] = in_ops(h, "paused issuing")
    assert WHY not in before
    h.bob.press(answer, "issuing:explain")
    assert top(h.bob).callback_id == "issuing:explain"
    h.bob.submit(top(h.bob), {"justification": WHY})
    [after] = in_ops(h, "paused issuing")
    assert WHY in after


def test_a_typed_reason_is_announced_with_the_pause(h: House) -> None:
    h.bob.command(f"/key pause because {WHY}")
    [said] = in_ops(h, "paused issuing")
    assert WHY in said
    assert "because" not in said


def test_a_typed_reason_is_shown_as_it_was_typed(h: House) -> None:
    h.bob.command("/key pause because R&D <all> is down")
    [said] = in_ops(h, "paused issuing")
    assert "R&amp;D &lt;all&gt; is down" in said


def test_resuming_is_announced_and_closes_the_older_message(h: House) -> None:
    answer = h.bob.command(f"/key pause {WHY}").ephemeral
    in_ops(h, "paused")
    h.bob.press(answer, "issuing:resume")
    assert "resumed" in told(h.bob)
    said = in_ops(h, "resumed issuing")
    assert len(said) == 2
    assert not in_ops(h, "Nobody can collect")
    assert "isn't paused" in h.bob.command("/key resume").words


def test_a_request_made_meanwhile_says_so_at_once_and_is_taken(h: House) -> None:
    h.bob.command(f"/key pause {WHY}")
    h.alice.command("/key request")
    assert "Issuing has been paused" in top(h.alice).words
    assert WHY in top(h.alice).words
    wanted = {"entitlement": "reports-read", "duration": "7d", "justification": "the audit"}
    assert not h.alice.submit(top(h.alice), wanted).errors
    h.send()
    receipt = h.alice.dms()[-1]
    assert "Issuing has been paused" in receipt.words
    h.bob.command("/key resume")
    h.send()
    assert "Issuing has been paused" not in h.alice.dms()[-1].words


def test_a_pause_that_began_after_the_request_is_told_in_its_receipt(h: House) -> None:
    h.requested()
    h.send()
    h.bob.command("/key pause")
    h.send()
    assert any("Issuing has been paused" in each.words for each in h.alice.dms())


def test_only_an_admin_may_press(h: House) -> None:
    answer = h.bob.command("/key pause").ephemeral
    for action in ("issuing:explain", "issuing:resume"):
        h.carol.press(answer, action)
        assert told(h.carol) == f"Only Latchkey's admins can do this. Ask <@{BOB}>.", action
    h.alice.command("/key request")
    assert "Issuing has been paused" in top(h.alice).words


def test_a_late_reason_is_refused_in_the_window(h: House) -> None:
    answer = h.bob.command("/key pause").ephemeral
    h.bob.press(answer, "issuing:explain")
    view = top(h.bob)
    h.bob.command("/key resume")
    assert "isn't paused" in str(h.bob.submit(view, {"justification": WHY}).errors)
    assert view.title == labels.PAUSE_REASON
