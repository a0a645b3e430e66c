"""The list: found keys with their findings and buttons, those of a group, kept and switched-off ones, and claims."""

import pytest

from tests.fakes import ALICE, CAROL
from tests.flows.catalog import MAIN
from tests.slack.found_key import USER, digested, given_back, key_of
from tests.slack.kit import House
from tests.slack.press import buttons, top


def test_the_list_has_found_keys_with_their_findings_and_buttons(h: House) -> None:
    digested(h)
    answer = h.alice.command("/key list")
    assert f"*`{USER}`* (`{key_of(h)}`)" in answer.words
    assert "hasn't been used for 60 days" in answer.words
    assert buttons(answer).keys() == {
        "finding:keep",
        "credential:rotate",
        "grant:return",
        "finding:disown",
        "finding:replace",
    }


def test_the_list_of_an_account_that_is_not_adopted_has_the_answers_to_the_finding_alone(h: House) -> None:
    digested(h)
    h.catalog.accounts["main"] = MAIN  # type: ignore[index]
    answer = h.alice.command("/key list")
    assert key_of(h) in answer.words
    assert buttons(answer).keys() == {"finding:keep", "finding:disown", "finding:replace"}


def test_the_list_shows_a_kept_one_with_its_date_and_change(h: House) -> None:
    h.alice.press(digested(h), "finding:keep")
    assert h.alice.submit(top(h.alice), {"justification": "the yearly job"}).ok
    answer = h.alice.command("/key list")
    assert "Kept by" in answer.words
    assert "Change" in answer.words
    assert "grant:return" in buttons(answer)


def test_the_list_of_a_switched_off_key_has_undo(h: House) -> None:
    given_back(h)
    answer = h.alice.command("/key list")
    assert "has been *off* since" in answer.words
    assert "credential:reactivate" in buttons(answer)


@pytest.mark.parametrize("who", ["bob", "carol", "dave"])
def test_nobody_elses_list_has_it(h: House, who: str) -> None:
    digested(h)
    assert key_of(h) not in getattr(h, who).command("/key list").words


def test_a_group_shares_its_list(h: House) -> None:
    h.slack.usergroups["S0PLATFORM"] = {ALICE, CAROL}
    h.tick.seconds += 1000
    digested(h, "subteam-S0PLATFORM")
    assert key_of(h) in h.carol.command("/key list").words


def test_claims_that_wait_stand_in_the_list(h: House) -> None:
    digested(h)
    h.carol.command(f"/key claim {USER}")
    assert f"You claimed the IAM user `{USER}`" in h.carol.command("/key list").words


def test_an_issued_key_shows_what_was_found_on_it_and_until_when_it_is_kept(h: House) -> None:
    h.live(duration="30d")
    h.advance(days=15)
    h.look_over()
    answer = h.alice.command("/key list")
    assert "has never been used. Give it back" in answer.words
    h.alice.press(answer.ephemeral, "finding:keep")
    assert h.alice.submit(top(h.alice), {"justification": "the yearly job"}).ok
    answer = h.alice.command("/key list")
    assert "Kept by" in answer.words
    assert "Change" in answer.words
