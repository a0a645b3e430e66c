"""Reminders in Slack: a digest's entries, the approvers' list, a dry run, a deactivated key with Undo."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from bot.domain.events import Notice
from bot.domain.hygiene import escalation
from bot.domain.hygiene.finding import FindingKind
from bot.domain.usage.last_used import LastUsed
from bot.flows.hygiene import dry_run, enforce, escalate
from bot.ports import Reading
from bot.sandbox.slack import Message
from tests.fakes import CAROL
from tests.flows.catalog import MAIN
from tests.flows.hygiene.found_keys import DAY
from tests.slack.kit import House
from tests.slack.press import button_in, buttons


def account(h: House, **changes: Any) -> None:
    h.catalog.accounts[MAIN.name] = replace(MAIN, **changes)  # type: ignore[index]


def first_read(h: House, at: datetime) -> None:
    with h.work.begin() as tx:
        tx.inventory.store_reading(Reading(MAIN.name, h.clock.now() + 400 * DAY, first_read_at=at))


def step(h: House, days: float) -> None:
    """Everything that reminders do, this many days later."""
    h.advance(days=days)
    h.look_over()
    escalate.escalate(h.context)
    enforce.enforce(h.context)
    h.send()


def ripe(h: House, **changes: Any) -> None:
    """Alice's never-used key: reported twice, escalated to the approvers, and due for deactivation on a Tuesday."""
    account(h, enforce=True, **changes)
    first_read(h, h.clock.now() - 100 * DAY)
    dry_run.watch(h.context)
    h.live(duration="30d")
    for days in (14, 7, 2):
        step(h, days)


def digests(h: House) -> list[Message]:
    return [each for each in h.alice.dms() if "your AWS keys" in each.words]


def the(messages: list[Message], words: str) -> Message:
    (found,) = [each for each in messages if words in each.words]
    return found


# --- the digest -----------------------------------------------------------------------------------------------------


def test_an_entry_says_which_key_where_how_old_by_whom_and_why(h: House) -> None:
    h.live(duration="30d")
    h.advance(days=15)
    h.look_over()
    words = button_in(h.alice.dms(), "finding:keep").words
    for said in (
        h.key(), "has never been used", "Give it back if nobody needs it", "main, IAM user `latchkey-", "15 days old",
        "never used", "approved by <@U02BOB>: “quarterly report”", "We'll remind you",
    ):  # fmt: skip
        assert said in words


def test_last_use_has_its_service_region_and_time(h: House) -> None:
    h.catalog.entitlements["reports-read"] = replace(  # type: ignore[index]
        h.catalog.entitlements["reports-read"],
        rotate_every=5 * DAY,  # type: ignore[index]
    )
    h.live(duration="30d")
    h.iam.uses[h.key()] = LastUsed(h.clock.now(), "s3", "eu-central-1")
    h.advance(days=7)
    h.look_over()
    words = button_in(h.alice.dms(), "finding:keep").words
    assert "days old. Rotate it." in words
    assert "last used <!date^" in words
    assert "eu-central-1" in words


def test_a_found_key_was_not_made_here_and_may_be_someone_elses(h: House) -> None:
    h.reader.user(MAIN, "reporting", tags={"Slack": CAROL})
    key = h.reader.key(MAIN, "reporting", age=100 * DAY, idle=DAY)
    h.read_account()
    message = button_in(h.carol.dms(), "finding:disown")
    for said in (key, "main, IAM user `reporting`", "100 days old", "last used", "not created by Latchkey"):
        assert said in message.words
    assert buttons(message).keys() == {"finding:keep", "finding:disown", "finding:replace"}


def test_resolved_drift_says_so_and_has_no_buttons(h: House) -> None:
    h.live(duration="30d")
    h.advance(days=15)
    h.look_over()
    h.iam.uses[h.key()] = LastUsed(h.clock.now(), "s3", "eu-west-1")
    h.advance(days=1)
    h.look_over()
    (digest,) = digests(h)
    assert "Resolved" in digest.words
    assert "Give it back" not in digest.words
    assert not buttons(digest)


def test_when_its_time_is_over_a_kept_key_has_its_buttons_again(h: House) -> None:
    h.catalog.entitlements["reports-read"] = replace(  # type: ignore[index]
        h.catalog.entitlements["reports-read"],
        max_duration=90 * DAY,  # type: ignore[index]
    )
    h.live(duration="90d")
    h.advance(days=15)
    h.look_over()
    h.alice.press(button_in(h.alice.dms(), "finding:keep"), "finding:keep")
    until = (h.clock.now() + 20 * DAY).date().isoformat()
    assert h.alice.submit(h.alice.modal(), {"until": until, "justification": "once a <quarter>"}).ok
    h.send()
    (kept,) = digests(h)
    assert "Kept by" in kept.words
    assert "Give it back" not in kept.words
    assert "once a &lt;quarter&gt;" in kept.words
    assert buttons(kept).keys() == {"credential:rotate", "grant:return", "finding:keep", "finding:replace"}
    h.advance(days=22)
    h.look_over()
    assert len(digests(h)) == 2
    assert "finding:keep" in buttons(digests(h)[-1])


def test_a_full_digest_is_one_that_slack_takes(h: House) -> None:
    for number in range(20):
        h.reader.user(MAIN, f"user-{number:02}", tags={"Slack": CAROL})
        h.reader.key(MAIN, f"user-{number:02}", age=100 * DAY, idle=DAY)
    h.read_account()
    (message,) = h.carol.dms()
    assert sum(block["type"] == "actions" for block in message.blocks) == 15
    assert len(message.blocks) <= 50
    h.advance(days=1)
    h.read_account()
    assert len(h.carol.dms()) == 2


def test_slack_being_down_delivers_nothing_and_nothing_is_deactivated(h: House) -> None:
    account(h, enforce=True)
    first_read(h, h.clock.now() - 100 * DAY)
    h.live(duration="30d")
    h.slack.faults.down("chat.postMessage")
    for days in (14, 7, 2, 6):
        step(h, days)
    assert h.iam.all_keys()[h.key()].active
    h.slack.faults.clear()


# --- the approvers --------------------------------------------------------------------------------------------------


def test_the_approvers_see_whose_key_it_is_and_what_happens_next(h: House) -> None:
    ripe(h)
    message = the(h.bob.channel("C01OPS"), "still open")
    for said in (h.key(), "in main of <@U01ALICE>", "has never been used, open since Nov 16", "switches it off"):
        assert said in message.words


def test_their_message_changes_in_place(h: House) -> None:
    ripe(h)
    message = the(h.bob.channel("C01OPS"), "still open")
    h.iam.uses[h.key()] = LastUsed(h.clock.now(), "s3", "eu-west-1")
    step(h, 1)
    changed = the(h.bob.channel("C01OPS"), "still open")
    assert changed.ts == message.ts
    assert "Resolved <!date" in changed.words


def test_a_hundred_findings_are_one_message_that_slack_takes(h: House) -> None:
    account(h, channel="C01OPS")
    for number in range(100):
        user = f"user-{number:03}-" + "x" * 50
        h.reader.user(MAIN, user, password=True, tags={"Slack": CAROL})
        h.reader.key(MAIN, user, age=DAY, idle=DAY, active=False)
    h.read_account()
    with h.work.begin() as tx:
        mfa = [each for each in tx.findings.due_of(CAROL, h.clock.now()) if each.kind is FindingKind.NO_MFA]
        for each in mfa:
            for _ in range(2):
                fresh = tx.findings.get(each.id)
                assert fresh is not None
                tx.findings.escalate(fresh, escalation.after(fresh, h.clock.now()), Notice.DIGEST, "m1", h.clock.now())
    h.advance(days=2)
    escalate.escalate(h.context)
    h.send()
    message = the(h.bob.dms(), "still open")
    assert message.words.count("only a password") == len(mfa) > 80


# --- off ------------------------------------------------------------------------------------------------------------


def test_a_key_that_was_deactivated_is_reported_with_undo_and_undo_brings_it_back(h: House) -> None:
    ripe(h)
    step(h, 6)
    assert not h.iam.all_keys()[h.key()].active
    message = button_in(h.alice.dms(), "credential:reactivate")
    assert f"Latchkey switched off *reports read* (`{h.key()}`) of <@U01ALICE>: it has never been used" in message.words
    ends = h.grant().lease_until
    assert ends is not None
    assert ends < h.clock.now() + h.catalog.hygiene.undo
    assert f"until <!date^{int(ends.timestamp())}" in message.words, "no Undo after the lease's end"
    h.alice.press(message, "credential:reactivate")
    h.sweep()
    assert h.iam.all_keys()[h.key()].active
    changed = the(h.alice.dms(), "Latchkey had switched off")
    assert "on again" in changed.words
    assert changed.ts == message.ts
    assert not buttons(changed)


def test_when_undo_is_over_it_says_that_the_key_is_deleted(h: House) -> None:
    h.catalog.entitlements["reports-read"] = replace(  # type: ignore[index]
        h.catalog.entitlements["reports-read"],
        max_duration=90 * DAY,  # type: ignore[index]
    )
    account(h, enforce=True)
    first_read(h, h.clock.now() - 100 * DAY)
    dry_run.watch(h.context)
    h.live(duration="90d")
    for days in (14, 7, 2, 6):
        step(h, days)
    key = h.key()
    h.advance(days=8)
    h.sweep()
    assert key not in h.iam.all_keys()
    assert "It's deleted" in the(h.alice.dms(), "Latchkey switched off").words


@pytest.mark.parametrize("channel", ["C01OPS", None])
def test_while_an_account_is_dry_a_preview_shows_what_would_go_off(h: House, channel: str | None) -> None:
    ripe(h, channel=channel)
    first_read(h, h.clock.now())
    step(h, 6)
    assert h.iam.all_keys()[h.key()].active
    message = the(h.bob.channel("C01OPS"), "Dry run of main")
    for said in (h.key(), "has never been used", "Nothing was changed", "of <@U01ALICE>"):
        assert said in message.words
    assert "credential:reactivate" not in {each for one in h.alice.dms() for each in buttons(one)}
