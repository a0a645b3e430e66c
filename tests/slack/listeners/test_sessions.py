"""Sessions: collected repeatedly within the lease; after a revoke none is issued, and existing ones are revoked in AWS.

If the account doesn't let Latchkey revoke them, the messages say until when they work.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.domain.errors import AwsRefused
from bot.domain.ids import AccessKeyId, CredentialId
from bot.domain.lifecycle import CredentialState
from bot.sandbox.slack import Message
from bot.store.work import SqlUnitOfWork
from tests.fakes import FakeClock
from tests.flows.catalog import MAIN, catalog
from tests.slack.kit import House, house
from tests.slack.press import Hand, button_in, buttons, told, top


def session(h: House) -> None:
    """Another one is collected and opened, and the modal closed."""
    message = button_in(h.alice.dms(), "grant:collect")
    h.collect(message)
    h.reveal()
    h.alice.close(top(h.alice))


def two(h: House) -> list[str]:
    """Two sessions, two hours apart, in a lease of eight hours. Returns when each ends, as text."""
    h.granted("reports-session", "8h")
    session(h)
    h.iam.role_seconds = 3600
    h.advance(hours=2)
    session(h)
    return [f"until <!date^{int(each.ends_at.timestamp())}^{{time}}|" for each in h.credentials()]


def test_collect_makes_a_new_session_within_the_lease(h: House) -> None:
    two(h)
    first, second = h.credentials()
    assert [first.state, second.state] == [CredentialState.LIVE, CredentialState.LIVE]
    assert first.access_key_id != second.access_key_id
    assert "grant:collect" in buttons(button_in(h.alice.dms(), "grant:return"))


@pytest.mark.parametrize("end", ["give back", "revoke", "disown"])
def test_after_the_end_no_new_one_is_made_and_each_that_is_out_is_named_with_its_own_end(h: House, end: str) -> None:
    ends = two(h)
    collect = button_in(h.alice.dms(), "grant:collect")
    if end == "give back":
        h.alice.press(collect, "grant:return")
    elif end == "disown":
        h.alice.press(collect, "credential:disown")
    else:
        h.bob.command(f"/key revoke {h.key()}")
        h.bob.submit(top(h.bob), {"justification": "it is over"})
    h.sweep()
    before = h.iam.count("assume")
    h.alice.press(collect, "grant:collect")
    h.mint()
    assert h.iam.count("assume") == before
    assert f"This grant was {'given back' if end == 'give back' else 'revoked'}" in told(h.alice)
    about = [each.words for each in h.alice.dms() if "Still working, because Latchkey can't revoke" in each.words]
    assert about
    for said in about:
        assert all(each in said for each in ends)
        assert "Nobody can collect another session" in said
        assert "Its keys" not in said
    assert not any("deleted in AWS" in each.words for each in h.alice.dms())
    if end == "disown":
        alarm = next(each for each in h.bob.channel("C01OPS") if "someone else opened" in each.words)
        assert all(each in alarm.words for each in ends)


def test_a_session_that_has_ended_is_not_named(h: House) -> None:
    ends = two(h)
    h.advance(hours=2)
    h.alice.press(button_in(h.alice.dms(), "grant:collect"), "grant:return")
    h.sweep()
    said = "\n".join(each.words for each in h.alice.dms())
    assert ends[0] in said
    assert ends[1] not in said


def test_the_end_of_a_lease_says_it_too(h: House) -> None:
    h.granted("reports-session", "8h")
    h.iam.role_seconds = 900
    h.advance(minutes=1)
    session(h)
    h.advance(hours=8)
    h.sweep()
    assert any("Nobody can collect another session" in each.words for each in h.alice.dms())


def test_a_link_that_no_one_opened_yields_nothing_after_a_revoke(h: House) -> None:
    h.granted("reports-session", "8h")
    h.collect(button_in(h.alice.dms(), "grant:collect"))
    link = h.link()
    h.alice.press(button_in(h.alice.dms(), "grant:return"), "grant:return")
    h.sweep()
    assert type(h.reveal(link, receipt=False)).__name__ == "Dead"


def test_a_session_is_not_switched_off_by_its_id(h: House) -> None:
    two(h)
    h.bob.command(f"/key revoke {h.key()}")
    assert "credential:retire" not in buttons(top(h.bob))


# --- an account that lets Latchkey revoke sessions -------------------------------------------------------------------


@pytest.fixture
def able(sqlite_work: SqlUnitOfWork, clock: FakeClock) -> Iterator[House]:
    accounts = {MAIN.name: replace(MAIN, revoke_sessions=True)}
    with house(sqlite_work, clock, replace(catalog(), accounts=accounts)) as made:
        yield made


def dialog(message: Message, action: str) -> str:
    rows = [each for block in message.blocks for each in block.get("elements", []) if each.get("action_id") == action]
    return str(rows[0]["confirm"]["text"]["text"])


def said(hand: Hand) -> str:
    return "\n".join(each.words for each in hand.dms())


@pytest.mark.parametrize("action", ["grant:return", "credential:disown"])
def test_the_dialog_and_every_message_say_that_it_is_revoked(able: House, action: str) -> None:
    two(able)
    message = button_in(able.alice.dms(), action)
    assert "revokes its sessions in AWS at once" in dialog(message, action)
    able.alice.press(message, action)
    able.send()
    keys = [f"`{each.access_key_id}`" for each in able.credentials()]
    assert "Being revoked in AWS, and still working until that's done: `ASIA" in said(able.alice)
    able.sweep()
    able.sweep()
    about = [each.words for each in able.alice.dms() if "Nobody can collect another session" in each.words]
    assert len(about) == 2, "the grant's message, and that it ended"
    assert all(f"Revoked in AWS: {keys[0]}, {keys[1]}." in each for each in about)
    assert "till working" not in said(able.alice)
    if action == "credential:disown":
        alarm = next(each for each in able.bob.channel("C01OPS") if "someone else opened" in each.words)
        assert f"Revoked in AWS: {keys[0]}, {keys[1]}." in alarm.words


def test_the_dialog_says_until_when_it_works_where_it_cannot_be_revoked(h: House) -> None:
    ends = two(h)
    message = button_in(h.alice.dms(), "grant:return")
    for action in ("grant:return", "credential:disown"):
        assert ends[0].removeprefix("until ") in dialog(message, action)
        assert "can't revoke sessions in this account" in dialog(message, action)
    h.bob.command(f"/key revoke {h.key()}")
    assert ends[0].removeprefix("until ") in top(h.bob).words


def test_a_refusal_is_said_to_everyone_with_the_end_and_then_that_it_is_done(able: House) -> None:
    ends = two(able)
    able.iam.fail_at("revoke_sessions", AwsRefused("PutRolePolicy", "AccessDenied"))
    able.alice.press(button_in(able.alice.dms(), "credential:disown"), "credential:disown")
    able.sweep()
    refused = "Still working, because AWS doesn't let Latchkey revoke it (PutRolePolicy: AccessDenied)"
    alarm = next(each for each in able.bob.channel("C01OPS") if "someone else opened" in each.words)
    for words in (said(able.alice), said(able.bob), alarm.words):
        assert refused in words
        assert all(each in words for each in ends)
    able.advance(seconds=5)
    able.sweep()
    able.sweep()
    alarm = next(each for each in able.bob.channel("C01OPS") if "someone else opened" in each.words)
    for words in (said(able.alice), said(able.bob), alarm.words):
        assert refused not in words
    assert "No session of the revoked grant" in said(able.bob)


def test_one_given_up_for_a_new_one_is_revoked_and_so_its_message_says(able: House) -> None:
    able.collect(able.granted("reports-session", "8h"))
    able.reveal(receipt=False)
    able.alice.close(top(able.alice))
    able.advance(minutes=11)
    able.sweep()
    asked = button_in(able.alice.dms(), "credential:replace")
    able.alice.press(asked, "credential:replace")
    able.sweep()
    able.sweep()
    (old, _) = able.credentials()
    assert f"Revoked in AWS: `{old.access_key_id}`" in said(able.alice)
    assert "is switched off and deleted" not in said(able.alice)


def test_a_session_that_no_one_opened_was_not_deleted_and_can_be_collected_again_from_the_message(h: House) -> None:
    h.collect(h.granted("reports-session", "8h"))
    h.advance(minutes=11)
    h.sweep()
    again = next(each for each in h.alice.dms() if "didn't open the link within ten minutes" in each.words)
    assert "deleted" not in again.words
    h.alice.press(again, "grant:collect")
    h.mint()
    assert h.link()


def test_forty_nine_sessions_of_one_grant_fit_into_the_list_and_into_their_message(h: House) -> None:
    h.granted("reports-session", "8h")
    session(h)
    (first,) = h.credentials()
    with h.work.begin() as tx:
        for number in range(47):
            name, key = CredentialId(f"{first.id[:-2]}{number:02}"), AccessKeyId(f"ASIA{number:016}")
            tx.credentials.add(replace(first, id=name, access_key_id=key, session_name=name))
    session(h)
    h.alice.command("/key list")
    shown = h.alice.ephemerals()[-1]
    assert len(shown.blocks) <= 50
    assert "and 29 older ones" in shown.words
    keys = [str(each.access_key_id) for each in h.credentials()]
    assert all(each in shown.words for each in keys[-20:])
    h.alice.press(button_in(h.alice.dms(), "grant:return"), "grant:return")
    h.sweep()
    assert "and 39 more that end sooner or at the same time" in said(h.alice)
