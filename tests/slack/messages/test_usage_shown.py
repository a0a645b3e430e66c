"""The use of a key where it matters: reminders, Home, lists, the proof of a switch-over, and dialogs."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.usage.key_usage import Unread
from bot.domain.usage.last_used import LastUsed
from bot.flows import refresh
from bot.sandbox.slack import Message, View
from tests.bench.home import counted
from tests.fakes import ALICE
from tests.flows.catalog import MAIN
from tests.slack.found_key import USER, adopts
from tests.slack.kit import House
from tests.slack.listeners.test_adopted_rotate import replaced
from tests.slack.listeners.test_rotate import rotated
from tests.slack.press import button_in
from tests.slack.usage_kit import answered, terraform, unknown, used

LINE = "by Terraform 1.9 from 203.0.113.0/24, S3 in eu-west-1"
DIALOG = "Terraform 1.9 used it 2 days ago from 203.0.113.0/24. "


def found(h: House, owner: str | None = ALICE, *, name: str = USER) -> str:
    """A found key with a finding and a history in CloudTrail."""
    adopts(h)
    h.reader.user(MAIN, name, tags={"Slack": owner} if owner else {})
    key = h.reader.key(MAIN, name, age=200 * timedelta(days=1), idle=60 * timedelta(days=1))
    used(h, key, terraform(h))
    return str(key)


def dialog(where: Message | View, action: str) -> str:
    elements: list[Any] = [
        each for block in where.blocks for each in [*block.get("elements", []), block.get("accessory") or {}]
    ]
    (text,) = {each["confirm"]["text"]["text"] for each in elements if each.get("action_id") == action}
    assert len(text) <= 300
    return str(text)


def test_a_reminder_says_who_uses_the_key_and_give_back_what_breaks(h: House) -> None:
    found(h)
    h.read_account()
    message = button_in(h.alice.dms(), "finding:keep")
    assert LINE in message.words
    assert dialog(message, "grant:return").startswith(DIALOG)
    assert LINE in h.alice.command("/key list").words
    home = h.alice.open_home()
    assert LINE in home.words
    assert dialog(home, "grant:return").startswith(DIALOG)


def test_all_keys_of_a_reminder_are_one_statement(h: House) -> None:
    for number in range(5):
        found(h, name=f"job{number}")
    h.read_account()
    with h.work.begin() as tx:
        refresh.finding(tx, tx.findings.open_on(MAIN.name, ["job0"])[0].id)
    with counted(h.work._engine) as drawn:
        h.send()
    assert sum("FROM usage" in each for each in drawn) == 1
    with counted(h.work._engine) as sent:
        h.alice.open_home()
    assert sum("FROM usage" in each for each in sent) == 1


@pytest.mark.parametrize(("why", "said"), [(Unread.DENIED, True), (Unread.TURNED_OFF, False)])
def test_unread_is_unknown_and_turned_off_is_left_out(h: House, why: Unread, said: bool) -> None:
    key = found(h)
    unknown(h, key, why)
    h.read_account()
    message = button_in(h.alice.dms(), "finding:keep")
    assert ("use unknown" in message.words) is said
    assert ("is unknown." in dialog(message, "grant:return")) is said


def test_an_issued_key_shows_it_in_its_messages_and_on_home(h: House) -> None:
    h.live(duration="30d")
    h.advance(days=29)
    used(h, h.key(), terraform(h))
    h.sweep()
    bell = next(each for each in h.alice.dms() if ":bell:" in each.words)
    assert dialog(bell, "grant:return").startswith(DIALOG)
    home = h.alice.open_home()
    assert LINE in home.words
    assert dialog(home, "grant:return").startswith(DIALOG)


def test_the_proof_names_the_tool_and_network_that_still_use_the_old_key(h: House) -> None:
    rotated(h)
    old = h.credentials()[0].access_key_id
    used(h, old or "", terraform(h))
    h.iam.uses[old] = LastUsed(h.clock.now(), "s3", "eu-west-1")  # type: ignore[index]
    h.sweep()
    proof = button_in(h.alice.dms(), "credential:wait").words
    assert "Old key in CloudTrail: last used" in proof
    assert LINE in proof
    assert LINE in h.alice.open_home().words


def test_so_does_that_of_a_found_key(h: House) -> None:
    message = replaced(h)
    used(h, h.found, terraform(h))  # type: ignore[attr-defined]
    h.iam.uses[h.found] = LastUsed(h.clock.now(), "s3", "eu-west-1")  # type: ignore[attr-defined]
    h.advance(minutes=30)
    h.sweep()
    (now,) = [each for each in h.alice.dms() if each.ts == message.ts]
    assert LINE in now.words
    assert dialog(now, "credential:retire").startswith("Terraform 1.9 used it")


def test_the_list_of_ownerless_keys_has_the_hint(h: House) -> None:
    role = "arn:aws:iam::123456789012:role/nightly"
    key = found(h, None)
    used(h, key, terraform(h), terraform(h, source="sts.amazonaws.com", assumed_role=role))
    h.read_account()
    message = next(each for each in h.bob.channel("C01OPS") if "no known owner" in each.words)
    assert "by Terraform 1.9 from 203.0.113.0/24" in message.words
    assert f"it assumed {role}" in message.words


def test_what_uses_it_never_costs_a_dialog_its_own_words(h: House) -> None:
    h.live()
    agent = "x" * 400
    used(h, h.key(), *(terraform(h, user_agent=f"{agent}{number}", address=f"10.0.{number}.1") for number in range(4)))
    assert dialog(h.alice.open_home(), "grant:return").endswith("Ask again if you need it.")


def test_messages_that_came_before_the_trail_was_read_get_the_line(h: House) -> None:
    adopts(h)
    for name, tags in ((USER, {"Slack": ALICE}), ("nobodys", {})):
        h.reader.user(MAIN, name, tags=tags)
        key = h.reader.key(MAIN, name, age=200 * timedelta(days=1), idle=60 * timedelta(days=1))
        h.trail.used(key, terraform(h, region="us-east-1"))
    h.read_account()
    message = button_in(h.alice.dms(), "finding:keep")
    assert "Terraform" not in message.words
    answered(h)
    (now,) = [each for each in h.alice.dms() if each.ts == message.ts]
    assert "by Terraform 1.9" in now.words
    h.advance(seconds=10)
    h.send()
    assert "by Terraform 1.9" in next(each.words for each in h.bob.channel("C01OPS") if "no known owner" in each.words)
