"""`/key leaked` and the message shortcut: what is searched, what the reporter reads, and what is never repeated."""

import pytest

from bot.domain.leaks.incident import Source
from bot.domain.lifecycle import IncidentState
from tests.slack.kit import House
from tests.slack.leaked import SECRET, again, contained, leaked, message, newest
from tests.slack.press import buttons, told


def test_the_owner_s_report_is_contained_at_once_and_everybody_gets_the_same_message(h: House) -> None:
    h.live()
    h.alice.command(f"/key leaked {h.key()}")
    h.send()
    found = newest(h)
    assert (found.state, found.source, found.reported_by) == (IncidentState.CONTAINING, Source.COMMAND, h.alice.id)
    assert "deactivates the key and ends its sessions" in told(h.alice)
    shown = [message(h.alice), message(h.bob)]
    assert shown[0].words == shown[1].words
    assert f"Reported by <@{h.alice.id}>" in shown[0].words
    assert "reports read (AKIA…" in shown[0].words


def test_somebody_else_s_report_pages_owner_and_approvers_who_can_contain(h: House) -> None:
    found = leaked(h)
    assert found.state is IncidentState.REPORTED
    assert "still works" in message(h.alice, "leak:contain").words
    h.bob.press(message(h.bob, "leak:contain"), "leak:contain")
    h.send()
    assert (again(h, found).state, again(h, found).contain_by) == (IncidentState.CONTAINING, h.bob.id)
    assert "leak:contain" not in buttons(message(h.alice))


def test_a_second_report_says_since_when(h: House) -> None:
    found = leaked(h)
    h.carol.command(f"/key leaked {found.access_key_id}")
    assert "already reported" in told(h.carol)


def test_a_report_of_what_is_contained_names_who_did_it(h: House) -> None:
    found = contained(h)
    h.carol.command(f"/key leaked {found.access_key_id}")
    assert f"already contained by <@{h.alice.id}>" in told(h.carol)


def test_a_secret_is_never_repeated_nor_kept(h: House, caplog: pytest.LogCaptureFixture) -> None:
    h.live()
    h.carol.command(f"/key leaked AWS_ACCESS_KEY_ID={h.key()} AWS_SECRET_ACCESS_KEY={SECRET}")
    h.send()
    assert SECRET not in told(h.carol)
    assert "delete that now" in told(h.carol)
    assert SECRET not in caplog.text
    with h.work.begin() as tx:
        assert SECRET not in str(tx.incidents.open_all())


def test_a_line_break_after_the_word_is_as_good_as_a_space(h: House) -> None:
    h.live()
    h.carol.command(f"/key leaked\n{h.key()}\n{SECRET}")
    assert newest(h).proof is not None
    assert SECRET not in told(h.carol)


@pytest.mark.parametrize("text", ["", "revoke ", "usage ", "claim ", "audit ", "request ", "AKIAABCDEFGHIJKLMNOP:"])
def test_no_other_command_repeats_what_may_be_a_secret(h: House, text: str) -> None:
    h.bob.command(f"/key {text}{SECRET}")
    assert told(h.bob)
    assert SECRET not in told(h.bob)


@pytest.mark.parametrize("text", ["", SECRET, "nothing of the kind", "AKIAIOSFODNN7EXAMPLE"])
def test_a_text_without_a_key_gets_a_hint_and_no_echo(h: House, text: str) -> None:
    h.carol.command(f"/key leaked {text}")
    said = told(h.carol)
    assert SECRET not in said
    assert "access key" in said or "example" in said
    with h.work.begin() as tx:
        assert tx.incidents.open_all() == ()


def test_an_approver_can_name_the_key_as_in_other_commands(h: House) -> None:
    h.live()
    h.bob.command(f"/key leaked {h.key()[:4]}…{h.key()[-4:]}")
    assert newest(h).access_key_id == h.key()


def test_the_shortcut_searches_snippets_and_attachments_and_says_to_delete_the_message(h: House) -> None:
    h.live()
    said = h.carol.post("C02GENERAL", "see below", snippet=f"aws_access_key_id = {h.key()}")
    h.bob.message_shortcut("leak", said)
    assert newest(h).source is Source.SHORTCUT
    assert "Delete the message now" in told(h.bob)


def test_the_shortcut_on_a_message_without_a_key_says_so(h: House) -> None:
    said = h.carol.post("C02GENERAL", "good morning")
    h.bob.message_shortcut("leak", said)
    assert "no access key in this text" in told(h.bob)
