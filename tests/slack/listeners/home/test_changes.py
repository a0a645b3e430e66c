"""The Home tab is published again after a change that somebody else made, once and only where it is looked at."""

from tests.fakes import ALICE, CAROL, DAVE
from tests.slack.home_tab import later, opened, published, values
from tests.slack.kit import House
from tests.slack.press import buttons, top


def test_what_somebody_else_changes_is_published_once(h: House) -> None:
    opened(h.alice)
    later(h)
    before = published(h, ALICE)
    h.granted()
    h.granted("reports-coded")
    assert "Your move" not in h.alice.home().words
    later(h)
    assert published(h, ALICE) == before + 1
    assert len(values(h.alice.home(), "grant:collect")) == 2
    later(h)
    assert published(h, ALICE) == before + 1


def test_only_tabs_opened_lately_are_published(h: House) -> None:
    opened(h.alice)
    later(h)
    h.advance(days=8)
    before = published(h, ALICE)
    h.granted()
    later(h)
    assert published(h, ALICE) == before
    assert published(h, CAROL) == 0


def test_a_change_that_concerns_others_is_not_published(h: House) -> None:
    for actor in (h.alice, h.carol, h.dave):
        opened(actor)
    later(h)
    before = published(h, CAROL), published(h, DAVE)
    h.requested()
    later(h)
    assert (published(h, CAROL), published(h, DAVE)) == (before[0], before[1] + 1)
    assert "request:approve" in buttons(h.dave.home())


def test_a_person_who_left_is_not_published_to(h: House) -> None:
    h.live()
    opened(h.alice)
    later(h)
    before = published(h, ALICE)
    h.slack.people[ALICE].deleted = True
    h.tick.seconds += 1000
    h.bob.command(f"/key revoke {h.key()}")
    h.bob.submit(top(h.bob), {"justification": "left"})
    later(h)
    assert published(h, ALICE) == before
