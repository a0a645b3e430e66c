"""Approve and decline: who may, how often, and what everyone sees."""

import threading

import pytest

from bot.sandbox.slack import Message
from tests.fakes import ALICE, BOB, DAVE
from tests.slack.kit import House
from tests.slack.press import button_in, buttons, told, top


def test_one_press_approves_and_the_message_is_updated_not_doubled(h: House) -> None:
    message = h.requested()
    assert h.approve(message).ok
    (only,) = h.bob.channel("C01OPS")
    assert f"Approved by <@{BOB}>" in only.words
    assert set(buttons(only)) == {"request:preapprove"}
    assert "grant:collect" in buttons(button_in(h.alice.dms(), "grant:collect"))


def test_an_approval_creates_nothing_in_aws(h: House) -> None:
    h.approve(h.requested())
    assert not h.iam.all_keys()


def test_an_outsider_is_refused_with_a_sentence(h: House) -> None:
    message = h.requested()
    h.carol.press(message, "request:approve")
    assert "aren't an approver for this" in told(h.carol)
    assert buttons(h.bob.channel("C01OPS")[-1])


@pytest.mark.parametrize("presser", ["alice", "carol"])
@pytest.mark.parametrize("action", ["request:approve", "request:shorten", "request:ask", "request:decline"])
def test_whoever_may_not_decide_reads_who_can(h: House, presser: str, action: str) -> None:
    """`/key pending` shows them nothing. Dave left the company, so only Bob is named."""
    h.slack.people[DAVE].deleted = True
    message, actor = h.requested(), getattr(h, presser)
    actor.press(message, action)
    assert f"Ask <@{BOB}>." in told(actor)
    assert "/key pending" not in told(actor)


def test_the_approver_who_asked_reads_who_else_can_decide(h: House) -> None:
    h.ask(by=h.bob)
    message = h.bob.channel("C01OPS")[-1]
    h.bob.press(message, "request:approve")
    assert f"Ask <@{DAVE}>, or cancel it." in told(h.bob)


def test_no_one_approves_their_own_request(h: House) -> None:
    h.slack.usergroups["S0PLATFORM"].append(ALICE)
    message = h.requested()
    h.alice.press(message, "request:approve")
    assert "can't decide your own request" in told(h.alice)


def test_two_approvals_are_two_people(h: House) -> None:
    message = h.requested("reports-two")
    h.approve(message)
    again = h.approve(message)
    assert again.ok
    assert "already answered this" in told(h.bob)
    for action in ("request:shorten", "request:decline"):
        h.bob.press(message, action)
        assert h.bob.modal() is None, "he would write a reason for nothing"
    h.bob.press(message, "request:ask")
    assert h.bob.modal() is not None, "a question isn't an answer"
    h.bob.close(top(h.bob))
    (shown,) = h.bob.channel("C01OPS")
    assert "1 of 2 approvals" in shown.words
    h.approve(shown, by=h.dave)
    assert "Approved by" in h.bob.channel("C01OPS")[-1].words


def test_what_somebody_has_decided_no_longer_waits_for_them(h: House) -> None:
    h.approve(h.requested("reports-two"))
    assert "No request is waiting" in h.bob.command("/key pending").words
    assert "Nothing to decide" in h.bob.command("/key").words
    assert "request:approve" in buttons(h.dave.command("/key pending"))


def test_two_presses_at_once_count_both_people(h: House) -> None:
    message = h.requested("reports-two")
    start = threading.Barrier(2)

    def press(actor: object) -> None:
        start.wait()
        actor.press(message, "request:approve")  # type: ignore[attr-defined]

    threads = [threading.Thread(target=press, args=(each,)) for each in (h.bob, h.dave)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    h.send()
    assert button_in(h.alice.dms(), "grant:collect")


def test_a_stale_press_is_answered(h: House) -> None:
    message = h.requested()
    h.approve(message)
    h.dave.press(message, "request:approve")
    assert "Already approved" in told(h.dave)


def test_a_replayed_press_changes_nothing(h: House) -> None:
    h.approve(h.requested("reports-two"))
    press = next(each for each in reversed(h.slack.deliveries) if each.kind == "interactive")
    assert h.slack.redeliver(press, retry=0).status == 200
    h.send()
    assert "1 of 2 approvals" in h.bob.channel("C01OPS")[-1].words


def test_a_forged_value_is_answered_as_unknown(h: House) -> None:
    h.bob.press(h.requested(), "request:approve", "no-such-request")
    assert "doesn't know this" in told(h.bob)


def test_a_dangerous_entitlement_asks_once_more(h: House) -> None:
    from dataclasses import replace

    wanted = h.catalog.entitlements["reports-read"]  # type: ignore[index]
    h.catalog.entitlements[wanted.id] = replace(wanted, dangerous=True)  # type: ignore[index]
    message = h.requested()
    assert "dangerous" in message.words
    (approve,) = [e for b in message.blocks for e in b.get("elements", []) if e.get("action_id") == "request:approve"]
    assert "confirm" in approve


def decline(h: House, message: Message, why: str = "use the session") -> object:
    h.bob.press(message, "request:decline")
    view = top(h.bob)
    assert view.callback_id == "request:decline"
    answer = h.bob.submit(view, {"justification": why})
    h.send()
    return answer


def test_a_decline_says_why_to_the_requester(h: House) -> None:
    decline(h, h.requested())
    assert "use the session" in h.bob.channel("C01OPS")[-1].words
    assert any("Declined" in each.words and "use the session" in each.words for each in h.alice.dms())


def test_a_decline_needs_a_reason(h: House) -> None:
    h.bob.press(h.requested(), "request:decline")
    answer = h.bob.submit(top(h.bob), {"justification": "  "})
    assert "Write why" in answer.errors["justification"]


def test_an_outsider_gets_no_window_to_decline_in(h: House) -> None:
    h.carol.press(h.requested(), "request:decline")
    assert h.carol.modal() is None
    assert "aren't an approver for this" in told(h.carol)


def test_a_decline_that_comes_too_late_gets_an_explanation_in_its_window(h: House) -> None:
    message = h.requested()
    h.bob.press(message, "request:decline")
    h.approve(message, by=h.dave)
    answer = h.bob.submit(top(h.bob), {"justification": "no"})
    assert "Already approved" in answer.errors["justification"]


def test_an_approver_who_left_the_group_is_refused_at_the_press(h: House) -> None:
    message = h.requested()
    h.slack.usergroups["S0PLATFORM"].clear()
    h.slack.people[DAVE].deleted = True
    h.tick.seconds += 301
    h.dave.press(message, "request:approve")
    assert "full members" in told(h.dave)


def test_a_group_that_was_edited_lately_is_shown(h: House) -> None:
    h.slack.world.workspace.group_updates["S0PLATFORM"] = int(h.clock.now().timestamp()) - 3600
    assert "edited the approvers' user group" in h.requested().words


def test_a_group_that_is_edited_while_a_request_waits_is_shown_in_its_message_once_someone_presses(h: House) -> None:
    message = h.requested()
    assert "edited the approvers' user group" not in message.words
    h.advance(minutes=5)
    h.tick.seconds += 301
    h.slack.world.workspace.group_updates["S0PLATFORM"] = int(h.clock.now().timestamp())
    h.carol.press(message, "request:approve")
    h.send()
    (shown,) = h.bob.channel("C01OPS")
    assert shown.ts == message.ts
    assert "edited the approvers' user group" in shown.words


def test_a_group_that_someone_joins_is_shown_in_the_messages_of_what_waits(h: House) -> None:
    h.sweep()
    h.requested()
    h.advance(minutes=5)
    h.tick.seconds += 301
    h.slack.usergroups["S0PLATFORM"].append(ALICE)
    h.slack.world.workspace.group_updates["S0PLATFORM"] = int(h.clock.now().timestamp())
    h.sweep()
    (shown,) = h.bob.channel("C01OPS")
    assert "edited the approvers' user group" in shown.words


def test_a_group_that_was_edited_long_ago_is_not(h: House) -> None:
    h.slack.world.workspace.group_updates["S0PLATFORM"] = int(h.clock.now().timestamp()) - 3600 * 25
    assert "edited the approvers' user group" not in h.requested().words


def test_the_bot_missing_from_the_channel_asks_each_approver_in_a_dm(h: House) -> None:
    h.slack.channels["C01OPS"].archived = True
    h.ask()
    assert button_in(h.bob.dms(), "request:approve")
    assert button_in(h.dave.dms(), "request:approve")
