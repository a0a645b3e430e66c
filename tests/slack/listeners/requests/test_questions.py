"""Ask the requester about a request: who may, who answers, and where question and answer are shown."""

from bot.sandbox.slack import Answer, Message
from tests.fakes import ALICE, BOB
from tests.slack.kit import House
from tests.slack.press import Hand, button_in, buttons, told, top

QUESTION, ANSWER = "Would a session do?", "No, the nightly job <runs> for days"


def ask(h: House, message: Message, text: str = QUESTION, by: Hand | None = None) -> Answer:
    hand = by or h.bob
    hand.press(message, "request:ask")
    view = top(hand)
    assert view.callback_id == "request:ask"
    answer = hand.submit(view, {"justification": text})
    h.send()
    return answer


def answer(h: House, text: str = ANSWER) -> Answer:
    h.alice.press(button_in(h.alice.dms(), "request:answer"), "request:answer")
    view = top(h.alice)
    assert view.callback_id == "request:answer"
    assert QUESTION in view.words
    found = h.alice.submit(view, {"justification": text})
    h.send()
    return found


def card(h: House) -> Message:
    (only,) = h.bob.channel("C01OPS")
    return only


def test_the_requester_gets_the_question_and_the_card_shows_it_open(h: House) -> None:
    assert ask(h, h.requested()).ok
    message = button_in(h.alice.dms(), "request:answer")
    assert f"<@{BOB}> has a question" in message.words
    assert QUESTION in message.words
    assert QUESTION in card(h).words
    assert "request:approve" in buttons(card(h))


def test_the_answer_comes_back_to_the_card_and_to_whoever_asked(h: House) -> None:
    ask(h, h.requested())
    assert answer(h).ok
    assert f"<@{ALICE}> answered" in card(h).words
    assert "&lt;runs&gt;" in card(h).words
    assert "request:approve" in buttons(card(h))
    assert any("answered your question" in each.words and "nightly job" in each.words for each in h.bob.dms())
    done = next(each for each in h.alice.dms() if QUESTION in each.words)
    assert "You answered" in done.words
    assert buttons(done) == {}


def test_question_and_answer_stay_with_the_decided_request(h: House) -> None:
    ask(h, h.requested())
    answer(h)
    h.approve(card(h))
    assert QUESTION in card(h).words
    assert "nightly job" in card(h).words
    assert "Approved by" in card(h).words


def test_only_the_requester_answers(h: House) -> None:
    ask(h, h.requested())
    message = button_in(h.alice.dms(), "request:answer")
    h.carol.press(message, "request:answer")
    assert h.carol.modal() is None
    assert f"Only <@{ALICE}> can" in told(h.carol)


def test_only_an_approver_asks(h: House) -> None:
    message = h.requested()
    for outsider in (h.carol, h.alice):
        outsider.press(message, "request:ask")
        assert outsider.modal() is None
        assert "aren't an approver for this" in told(outsider)


def test_an_answer_after_the_decision_is_refused_in_words(h: House) -> None:
    ask(h, h.requested())
    message = button_in(h.alice.dms(), "request:answer")
    h.alice.press(message, "request:answer")
    view = top(h.alice)
    h.approve(card(h))
    late = h.alice.submit(view, {"justification": ANSWER})
    assert "Already approved" in late.errors["justification"]
    h.alice.close(view)
    h.alice.press(message, "request:answer")
    assert "Already approved" in told(h.alice)
    shown = next(each for each in h.alice.dms() if QUESTION in each.words)
    assert "decided before you answered" in shown.words
    assert buttons(shown) == {}


def test_a_question_is_answered_once(h: House) -> None:
    ask(h, h.requested())
    message = button_in(h.alice.dms(), "request:answer")
    answer(h)
    h.alice.press(message, "request:answer")
    assert "already answered this question" in told(h.alice)


def test_an_empty_question_is_an_error_at_its_field(h: House) -> None:
    h.bob.press(h.requested(), "request:ask")
    assert "Write something" in h.bob.submit(top(h.bob), {"justification": "   "}).errors["justification"]


def test_a_card_with_many_questions_shows_the_newest(h: House) -> None:
    message = h.requested()
    for number in range(8):
        h.advance(seconds=1)
        ask(h, message, f"question number {number}")
    assert "3 earlier questions" in card(h).words
    assert "question number 7" in card(h).words
    assert "question number 2" not in card(h).words


def test_both_are_in_the_audit_log(h: House) -> None:
    message = h.requested()
    request = buttons(message)["request:approve"]
    ask(h, message)
    answer(h)
    found = [(each.tag.value, each.actor) for each in h.audit(request)]
    assert ("request:question", BOB) in found
    assert ("request:answer", ALICE) in found


def test_a_forged_question_is_answered_as_unknown(h: House) -> None:
    ask(h, h.requested())
    h.alice.press(button_in(h.alice.dms(), "request:answer"), "request:answer", "no-such-question")
    assert "doesn't know this" in told(h.alice)
