"""The sender: whatever Slack does, every message ends up showing what the rows say, and no post is duplicated."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bot.domain.events import Notice, Tag
from bot.ports import OutboxItem
from bot.slack.messages import registry
from bot.slack.messages.context import Scene
from bot.slack.ui.message import Message
from tests.audit_log import latest_events
from tests.slack.kit import House
from tests.slack.press import button_in

DAY = timedelta(days=1)


def test_slack_being_down_loses_nothing(h: House) -> None:
    h.slack.faults.down("chat.postMessage")
    assert h.ask().ok
    assert h.bob.channel("C01OPS") == []
    h.slack.faults.clear()
    h.advance(minutes=6)
    h.send()
    assert len(h.bob.channel("C01OPS")) == 1


def test_a_rate_limit_waits_as_long_as_slack_says(h: House) -> None:
    h.slack.faults.rate_limit("chat.postMessage", times=2, retry_after=30)
    h.ask()
    h.advance(seconds=29)
    h.send()
    assert h.bob.channel("C01OPS") == []
    h.advance(seconds=2)
    h.send()
    assert len(h.bob.channel("C01OPS")) == 1


@pytest.mark.parametrize("how", ["reset", "503"])
def test_an_update_that_fails_comes_later(h: House, how: str) -> None:
    message = h.requested()
    h.slack.faults.down("chat.update", times=1, how=how)
    h.approve(message)
    h.advance(minutes=6)
    h.send()
    assert "Approved by" in h.bob.channel("C01OPS")[-1].words


def test_a_message_that_someone_deleted_is_posted_anew(h: House) -> None:
    message = h.requested()
    h.slack.world.workspace.remove(h.slack.world.workspace.message("C01OPS", message.ts))
    h.dave.command("/key pending")
    h.dave.press(h.dave.ephemerals()[-1], "request:approve")
    h.send()
    (only,) = h.bob.channel("C01OPS")
    assert "Approved by" in only.words


def test_two_senders_post_each_message_once(h: House) -> None:
    h.alice.command("/key request")
    h.alice.submit(
        h.alice.modal(), {"entitlement": "reports-read", "duration": "7d", "justification": "quarterly report"}
    )
    start = threading.Barrier(4)

    def send(_: int) -> None:
        start.wait()
        h.sender.run_once()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, range(4)))
    h.send()
    assert len(h.bob.channel("C01OPS")) == 1
    assert len(h.alice.dms()) == 1


def test_a_person_who_left_does_not_stop_the_queue(h: House) -> None:
    h.granted()
    h.slack.people["U01ALICE"].deleted = True
    h.advance(hours=73)
    h.sweep()
    h.slack.people["U01ALICE"].deleted = False
    assert h.ask(by=h.carol).ok
    assert len(h.bob.channel("C01OPS")) == 2


def test_every_message_has_words_for_notifications_and_unfurls_nothing(h: House) -> None:
    h.live()
    posts = h.slack.calls("chat.postMessage")
    assert posts
    assert all(each["text"] and str(each["unfurl_links"]).lower() in {"false", "0"} for each in posts)


def test_one_message_is_updated_through_a_whole_life(h: House) -> None:
    message = h.live()
    h.alice.press(message, "grant:return")
    h.sweep()
    collects = [each for each in h.alice.dms() if each.ts == message.ts]
    assert len(collects) == 1
    with pytest.raises(AssertionError):
        button_in(h.alice.dms(), "grant:return")


def test_a_message_that_slack_never_accepts_is_tried_and_reported_once(h: House) -> None:
    digest_due(h)
    h.slack.faults.fail("chat.postMessage", "invalid_blocks", times=1)
    h.look_over()
    assert [each for each in h.alice.dms() if "never used" in each.words] == []
    h.advance(minutes=10)
    h.send()
    (told,) = [each for each in h.bob.dms() if "invalid_blocks" in each.words]
    assert "finding:digest" in told.words
    posts = [each for each in h.slack.calls("chat.postMessage") if "AWS keys" in str(each.get("text"))]
    assert len(posts) == 1
    with h.work.begin() as tx:
        (finding,) = tx.findings.open_of(h.credentials()[-1].id)
        assert (finding.stage, tx.findings.delivered(finding)) == (1, ())
        (event,) = [each for each in latest_events(tx, 5) if each.tag is Tag.MESSAGE_REFUSED]
    assert event.facts["error"] == "invalid_blocks"


def test_admins_are_notified_of_a_kind_of_refusal_once_a_day(h: House) -> None:
    for what in ("reports-read", "reports-two"):
        h.slack.faults.fail("chat.postMessage", "msg_too_long", times=2)  # the approval and the receipt
        h.ask(what)
    kinds = [each.words for each in h.bob.dms() if "msg_too_long" in each.words]
    assert len(kinds) == 2
    assert sum("request:approval" in each for each in kinds) == 1


def test_a_message_whose_drawing_raises_waits_and_the_others_go_out(h: House, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def broken(_scene: Scene, item: OutboxItem) -> Message | None:
        tried.append(item.subject)
        raise KeyError(item.subject)

    with monkeypatch.context() as bug:
        bug.setattr(registry, "DRAWN", {**registry.DRAWN, Notice.RECEIPT: broken})
        for what in ("reports-read", "reports-two"):
            assert h.ask(what).ok
        assert len(h.bob.channel("C01OPS")) == 2
        assert len(tried) == 2
        h.advance(minutes=10)
        h.send()
        assert len(tried) == 4
        with h.work.begin() as tx:
            assert {each.tries for each in tx.outbox.due(h.clock.now() + DAY, 10)} == {2}
            assert tx.home.undelivered() == 2
    h.advance(minutes=10)
    h.send()
    assert len(h.alice.dms()) == 2


def digest_due(h: House) -> None:
    """A key that wasn't used for a fortnight."""
    h.live(duration="30d")
    h.advance(days=15)
