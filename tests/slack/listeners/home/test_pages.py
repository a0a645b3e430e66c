"""The Home tab fits a view whatever the ledger holds, and has pages."""

from tests.bench.home import fill
from tests.slack.home_tab import opened
from tests.slack.kit import House
from tests.slack.press import buttons

VIEW_MOST = 100  # blocks


def test_every_home_fits_a_view_whatever_the_ledger_holds(h: House) -> None:
    fill(h.work._engine, 60, h.clock)
    for actor in (h.alice, h.bob, h.carol, h.dave):
        home = opened(actor)
        assert len(home.blocks) <= VIEW_MOST
        assert home.blocks[-1]["type"] == "context"  # nothing was cut off


def test_later_and_earlier_turn_the_pages_of_one_section(h: House) -> None:
    fill(h.work._engine, 25, h.clock)
    home = opened(h.alice)
    assert "Your keys and sessions: 1 to 10 of 25" in home.words
    assert "home:earlier" not in buttons(home)
    h.alice.press(home, "home:later", "keys/10")
    h.alice.press(h.alice.home(), "home:later", "keys/20")
    assert "Your keys and sessions: 21 to 25 of 25" in h.alice.home().words
    assert "didn't create: 1 to 5 of 25" in h.alice.home().words
    h.alice.press(h.alice.home(), "home:earlier", "keys/10")
    assert "Your keys and sessions: 11 to 20 of 25" in h.alice.home().words
    assert "Your keys and sessions: 1 to 10 of 25" in opened(h.alice).words


def test_a_press_keeps_the_page(h: House) -> None:
    fill(h.work._engine, 25, h.clock)
    h.alice.press(opened(h.alice), "home:later", "keys/10")
    h.alice.press(h.alice.home(), "grant:return", "g0015")
    assert "Your keys and sessions: 11 to 20 of 24" in h.alice.home().words


def test_a_page_that_is_not_there_shows_the_first_one(h: House) -> None:
    fill(h.work._engine, 25, h.clock)
    home = opened(h.alice)
    for forged in ("keys/9999", "keys/-1", "keys/٣", "keys/99999999999999999999", "nothing/5", ""):
        h.alice.press(home, "home:later", forged)
        assert "Your keys and sessions: 1 to 10 of 25" in h.alice.home().words
