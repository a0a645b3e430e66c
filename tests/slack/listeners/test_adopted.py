"""A found key's buttons in Slack: Give back, the question before a key in use, Undo by two, Rotate with both keys."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.usage.last_used import LastUsed
from tests.fakes import ALICE, BOB, CAROL
from tests.flows.catalog import MAIN
from tests.slack.found_key import about, active, adopts, digested, given_back, key_of, same
from tests.slack.kit import House
from tests.slack.press import button_in, buttons, told, top


def test_the_digest_has_the_buttons_where_the_account_adopts(h: House) -> None:
    assert buttons(digested(h)).keys() == {
        "credential:rotate",
        "grant:return",
        "finding:keep",
        "finding:disown",
        "finding:replace",
    }


def test_give_back_is_a_confirm_and_one_message_updated_in_place(h: House) -> None:
    digest = digested(h)
    (asked,) = [
        element["confirm"] for block in digest.blocks for element in block.get("elements", [])
        if element.get("action_id") == "grant:return"
    ]  # fmt: skip
    assert "isn't deleted" in asked["text"]["text"]
    h.alice.press(digest, "grant:return")
    h.send()
    assert active(h), "the press itself touches nothing"
    message = about(h.alice, "is switching off")
    assert "is switching off" in same(h.alice, digest).words
    assert "grant:return" not in buttons(same(h.alice, digest))
    h.sweep()
    assert active(h) is False
    assert "has been *off* since" in same(h.alice, message).words
    assert f"by <@{ALICE}>" in same(h.alice, message).words
    assert len([each for each in h.alice.dms() if key_of(h) in each.words]) == 2, "the digest and the one message"
    assert ("switch_off", key_of(h), ALICE) in h.iam.acts


def test_a_key_in_use_is_asked_about_by_service_place_and_time(h: House) -> None:
    digest = digested(h)
    h.iam.uses[h.found] = LastUsed(h.clock.now() - timedelta(minutes=12), "s3", "eu-west-1")  # type: ignore[attr-defined]
    h.alice.press(digest, "grant:return")
    h.sweep()
    question = button_in(h.alice.dms(), "credential:anyway")
    assert "still in use with s3 in eu-west-1" in question.words
    assert "12 minutes ago" in question.words
    assert "Switch it off anyway?" in question.words
    assert active(h)
    h.alice.press(question, "credential:anyway")
    h.sweep()
    assert active(h) is False
    assert "has been *off* since" in same(h.alice, question).words


def test_leave_it_on_leaves_it_on(h: House) -> None:
    digest = digested(h)
    h.iam.uses[h.found] = LastUsed(h.clock.now(), "s3", "eu-west-1")  # type: ignore[attr-defined]
    h.alice.press(digest, "grant:return")
    h.sweep()
    question = button_in(h.alice.dms(), "credential:anyway")
    h.alice.press(question, "credential:wait")
    h.sweep()
    assert active(h)
    assert "stays *on*" in same(h.alice, question).words
    assert buttons(same(h.alice, question)).keys() == {"grant:return"}


def test_an_outsider_is_refused_with_the_reason(h: House) -> None:
    digest = digested(h)
    h.carol.press(digest, "grant:return")
    assert "isn't for you" in told(h.carol)
    assert f"<@{ALICE}>" in told(h.carol)
    h.sweep()
    assert active(h)


def test_in_an_account_that_adopts_nothing_an_old_button_says_so(h: House) -> None:
    digest = digested(h)
    h.catalog.accounts["main"] = MAIN  # type: ignore[index]
    h.alice.press(digest, "grant:return")
    assert "adopt = false" in told(h.alice)
    h.sweep()
    assert active(h)


def test_what_aws_does_not_answer_is_said_and_tried_again(h: House) -> None:
    digest = digested(h)
    h.iam.uses[h.found] = None  # type: ignore[attr-defined]
    h.alice.press(digest, "grant:return")
    h.sweep()
    assert active(h)
    message = about(h.alice, "AWS didn't answer")
    assert buttons(message).keys() == {"credential:wait"}
    h.iam.uses[h.found] = LastUsed(None)  # type: ignore[attr-defined]
    h.advance(seconds=15)
    h.sweep()
    assert active(h) is False


# --- Undo ----------------------------------------------------------------------------------------------------------


def test_undo_is_two_approvers_and_an_alarm(h: House) -> None:
    message = given_back(h)
    h.alice.press(message, "credential:reactivate")
    assert "2 approvers have to agree" in told(h.alice)
    h.send()
    assert not buttons(same(h.alice, message))
    assert "asked to reactivate it" in same(h.alice, message).words
    question = h.bob.channel("C01OPS")[-1]
    assert buttons(question).keys() == {"credential:reactivate"}
    assert "asks to *reactivate*" in about(h.bob, "*reactivate").words, "the admins hear of it at once"
    h.alice.press(question, "credential:reactivate")
    h.carol.press(question, "credential:reactivate")
    assert "aren't an approver for this" in told(h.carol)
    h.bob.press(question, "credential:reactivate")
    h.sweep()
    assert active(h) is False
    assert "<@U02BOB> agreed so far" in h.bob.channel("C01OPS")[-1].words
    h.bob.press(question, "credential:reactivate")
    assert "already answered this" in told(h.bob)
    h.dave.press(question, "credential:reactivate")
    h.sweep()
    assert active(h)
    alarm = about(h.bob, "was *reactivated*")
    assert "<@U02BOB> and <@U04DAVE> agreed to it" in alarm.words
    assert about(h.alice, "was *reactivated*")
    assert not buttons(h.bob.channel("C01OPS")[-1])
    assert ("switch_on", key_of(h), "U02BOB+U04DAVE") in h.iam.acts


def test_where_the_channel_cannot_be_reached_each_approver_is_asked(h: House) -> None:
    message = given_back(h)
    h.slack.channels["C01OPS"].archived = True
    h.alice.press(message, "credential:reactivate")
    h.send()
    assert "credential:reactivate" in buttons(about(h.dave, "*reactivate"))


# --- ownerless -----------------------------------------------------------------------------------------------------


def test_an_approver_presses_the_buttons_of_a_key_whose_owner_has_left(h: House) -> None:
    digest = digested(h)
    h.slack.people[ALICE].deleted = True
    h.tick.seconds += 61
    h.carol.press(digest, "grant:return")
    assert "isn't for you" in told(h.carol)
    h.bob.press(digest, "grant:return")
    h.sweep()
    assert active(h) is False
    assert "has been *off* since" in about(h.bob, key_of(h)).words


# --- the end -------------------------------------------------------------------------------------------------------


def test_without_the_deleter_owner_and_approvers_are_notified_where_to_delete_it(h: House) -> None:
    given_back(h)
    h.advance(days=7)
    h.sweep()
    for said in (about(h.alice, "Latchkey may not delete it"), h.bob.channel("C01OPS")[-1]):
        assert key_of(h) in said.words
        assert MAIN.id in said.words
        assert "IAM, Users, reporting, Security credentials" in said.words
    assert active(h) is False


def test_with_the_deleter_it_is_gone_and_the_message_says_so(h: House) -> None:
    adopts(h, deleter_role_arn="arn:aws:iam::123456789012:role/latchkey-deleter")
    message = given_back(h)
    assert "It's deleted" in message.words
    h.advance(days=7)
    h.sweep()
    assert active(h) is None
    assert "was deleted" in same(h.alice, message).words
    assert not buttons(same(h.alice, message))


def test_the_same_buttons_on_issued_keys_use_the_other_flow(h: House) -> None:
    """Distinguished by the row id in the button's value."""
    adopts(h)
    h.alice.press(h.live(), "credential:rotate")
    h.mint()
    h.reveal()
    h.alice.close(top(h.alice))
    h.sweep()
    message = button_in(h.alice.dms(), "credential:retire")
    for action in ("credential:wait", "credential:retire"):
        h.alice.press(message, action)
    h.sweep()
    assert [each.state.value for each in h.credentials()] == ["retiring", "live"]
    h.alice.press(button_in(h.alice.dms(), "credential:reactivate"), "credential:reactivate")
    h.sweep()
    assert [each.state.value for each in h.credentials()] == ["live", "live"]
    h.alice.press(button_in(h.alice.dms(), "grant:return"), "grant:return")
    h.sweep()
    assert not h.iam.all_keys()
    assert {name for name, _, _ in h.iam.acts} & {"switch_off", "switch_on", "delete"} == set()


def test_where_no_one_could_undo_it_the_owner_is_notified_before_and_no_undo_is_offered(h: House) -> None:
    digest = digested(h)
    h.catalog.approvers["platform"] = replace(h.catalog.approvers["platform"], users=(BOB,), usergroups=())  # type: ignore[index]
    h.alice.press(digest, "grant:return")
    h.sweep()
    question = button_in(h.alice.dms(), "credential:anyway")
    assert "can't be undone in Slack" in question.words
    assert f"the catalog has <@{BOB}>" in question.words
    assert active(h)
    h.alice.press(question, "credential:anyway")
    h.sweep()
    assert active(h) is False
    message = about(h.alice, "has been *off* since")
    assert "credential:reactivate" not in buttons(message)
    assert "Someone with IAM rights can reactivate it in AWS" in message.words


def test_every_member_of_a_group_has_the_undo_of_its_key(h: House) -> None:
    h.slack.usergroups["S0NIGHT"] = [ALICE, CAROL]
    h.alice.press(digested(h, "subteam-S0NIGHT"), "grant:return")
    h.sweep()
    for actor in (h.alice, h.carol):
        assert "credential:reactivate" in buttons(about(actor, "has been *off* since"))
