"""What Slack shows leads into the guide, and each link to a section that is there."""

import pytest

from bot.domain.events import Notice
from bot.slack.messages.registry import BLOCKS_MOST, DRAWN, GUIDE, render
from bot.slack.text import guide
from bot.slack.ui.blocks import section
from bot.slack.ui.message import Message
from bot.web.guide import pages
from tests.slack import kit
from tests.slack.kit import House

EACH_PAGE = [f"<{kit.GUIDE}|", *(f"<{kit.GUIDE}/{page}|" for page in ("owners", "approvers", "admins"))]


def test_help_and_the_home_tab_link_to_the_guide(h: House) -> None:
    home = h.alice.open_home()
    assert home is not None
    for words in (h.alice.command("/key help").words, home.words):
        assert all(each in words for each in EACH_PAGE)


@pytest.mark.parametrize("target", sorted({*GUIDE.values(), "owners#", "approvers#", "admins#"}))
def test_each_link_leads_to_a_section(target: str) -> None:
    page, _, anchor = target.partition("#")
    assert page in pages()
    assert not anchor or anchor in dict(pages()[page].sections)


@pytest.mark.parametrize(("blocks", "linked"), [(0, False), (1, True), (BLOCKS_MOST - 1, True), (BLOCKS_MOST, False)])
def test_a_message_that_is_full_or_only_text_stays_as_it_is(
    blocks: int, linked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = Message("Findings", (section("A finding"),) * blocks)
    monkeypatch.setitem(DRAWN, Notice.DIGEST, lambda *_: drawn)  # type: ignore[attr-defined]
    shown = render(Asked(), Asked())  # type: ignore[arg-type]
    assert shown is not None
    assert len(shown.blocks) == blocks + linked
    if linked:
        assert guide.more(kit.GUIDE, GUIDE[Notice.DIGEST]) in str(shown.blocks[-1])


class Asked:
    """The scene and the outbox item, as far as `render` itself reads them."""

    guide, notice = kit.GUIDE, Notice.DIGEST
