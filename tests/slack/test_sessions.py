"""Sessions: collected repeatedly within the lease; after a revoke none is made, and those out end by themselves."""

import pytest

from bot.domain.lifecycle import CredentialState
from tests.slack.hands import button_in, buttons, told, top
from tests.slack.kit import House


def session(h: House) -> None:
    """One more is collected and opened, and the window closed."""
    message = button_in(h.alice.dms(), "grant:collect")
    h.collect(message)
    h.reveal()
    h.alice.close(top(h.alice))


def two(h: House) -> list[str]:
    """Two sessions, two hours apart, of a lease of eight hours. When each ends, as it is written."""
    h.granted("reports-session", "8h")
    session(h)
    h.iam.role_seconds = 3600
    h.advance(hours=2)
    session(h)
    return [f"ends by itself at <!date^{int(each.ends_at.timestamp())}^{{time}}|" for each in h.credentials()]


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
    assert "This grant is revoked" in told(h.alice)
    about = [each.words for each in h.alice.dms() if "ends by itself at" in each.words]
    assert about
    for said in about:
        assert all(each in said for each in ends)
        assert "No new session is made" in said
        assert "Its keys" not in said
    assert not any("deleted in AWS" in each.words for each in h.alice.dms())
    if end == "disown":
        alarm = next(each for each in h.bob.channel("C01OPS") if "somebody else opened" in each.words)
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
    assert any("No new session is made" in each.words for each in h.alice.dms())


def test_a_link_that_nobody_opened_yields_nothing_after_a_revoke(h: House) -> None:
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
