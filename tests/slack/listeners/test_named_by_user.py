"""A found key is named by its IAM user wherever a command takes a key."""

import pytest

from tests.flows.catalog import MAIN
from tests.slack.found_key import DAY, USER, digested, key_of
from tests.slack.kit import House
from tests.slack.press import told, top


@pytest.mark.parametrize("written", [USER, f"`{USER}`", f"main/{USER}"])
@pytest.mark.parametrize(("verb", "callback"), [("rotate", "credential:rotate"), ("revoke", "credential:retire")])
def test_a_found_key_is_named_by_its_iam_user(h: House, written: str, verb: str, callback: str) -> None:
    digested(h)
    h.alice.command(f"/key {verb} {written}")
    assert top(h.alice).callback_id == callback
    assert key_of(h) in top(h.alice).words
    h.carol.command(f"/key {verb} {written}")
    assert key_of(h) not in told(h.carol)


def test_the_log_and_the_use_of_a_found_key_are_named_by_its_iam_user(h: House) -> None:
    digested(h)
    h.alice.command(f"/key usage {USER}")
    assert f"`{USER}` (`{key_of(h)}`)" in told(h.alice)
    h.alice.command(f"/key audit {USER}")
    assert key_of(h) in told(h.alice)
    h.carol.command(f"/key usage {USER}")
    assert "you can see" in told(h.carol)
    assert key_of(h) not in told(h.carol)


def test_an_iam_user_with_two_keys_asks_which(h: House) -> None:
    digested(h)
    other = h.reader.key(MAIN, USER, age=10 * DAY)
    h.advance(days=1)
    h.read_account()
    h.alice.command(f"/key usage {USER}")
    assert "fits several keys" in told(h.alice)
    assert key_of(h) in told(h.alice)
    assert str(other) in told(h.alice)


def test_a_name_that_no_iam_user_has_is_said_as_it_was_typed(h: House) -> None:
    digested(h)
    h.alice.command("/key revoke terraform-ci")
    assert "`terraform-ci`" in told(h.alice)
