"""A choice in a menu of the Home tab does what its button does, with the same checks."""

from copy import deepcopy

from tests.slack.home_tab import opened
from tests.slack.kit import House
from tests.slack.press import choose, menu, told, top


def test_a_chosen_option_does_what_its_button_does(h: House) -> None:
    h.live()
    choose(h.alice, opened(h.alice), f"grant:renew {h.grant().id}")
    assert top(h.alice).callback_id == "grant:renew"
    h.alice.close(top(h.alice))
    choose(h.alice, h.alice.home(), f"credential:disown {h.credentials()[-1].id}")
    assert "revoked the grant" in told(h.alice)
    assert h.grant_state(h.grant().id) == "revoked"
    assert menu(h.alice.home()) == []


def test_somebody_elses_choice_is_refused_in_words_and_recorded(h: House) -> None:
    h.live()
    home, grant = opened(h.alice), h.grant().id
    for option in menu(home):
        choose(h.carol, home, option)
        assert "isn't for you" in told(h.carol)
        if h.carol.modal():
            h.carol.close(top(h.carol))
    assert h.grant_state(grant) == "active"
    assert [each.tag for each in h.audit(grant)].count("grant:refused") == 1


def test_a_stale_option_is_refused_in_words(h: House) -> None:
    h.live()
    home, grant = deepcopy(opened(h.alice)), h.grant().id
    h.alice.press(home, "grant:return")
    h.alice.close(top(h.alice))
    choose(h.alice, home, f"grant:renew {grant}")
    assert "given back" in told(h.alice) or "ended" in told(h.alice)


def test_an_option_that_names_no_button_is_answered(h: House) -> None:
    h.live()
    home = opened(h.alice)
    for block in home.blocks:
        for element in block.get("elements", []):
            if element["type"] == "overflow":
                element["options"][0]["value"] = "more x"
                element["options"][1]["value"] = "nothing"
    for forged in ("more x", "nothing"):
        choose(h.alice, home, forged)
        assert "no longer works" in told(h.alice)
        h.alice.close(top(h.alice))
