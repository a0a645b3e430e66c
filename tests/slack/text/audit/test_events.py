"""Each event has one sentence, and nothing that somebody typed becomes markup."""

from string import Formatter

import pytest

from bot.domain.events import Tag
from bot.flows.audit.trail import About, Read
from bot.ports import Recorded
from bot.slack.text.audit import trail
from bot.slack.text.audit.events import SENTENCES
from tests.fakes import ALICE, BOB, START
from tests.flows.catalog import catalog

HOSTILE = "<!channel> `x` *b* {who} {0.__class__} & <https://evil.example|here>"


def said(event: str = "request:made", actor: str = ALICE, about: About | None = None, **facts: str) -> str:
    read = Read(Recorded(1, event, actor, "r1", START, facts), about or About("reports-read", ALICE))
    return trail.sentence(catalog(), read)


def test_each_tag_has_a_sentence() -> None:
    assert set(SENTENCES) == set(Tag)


@pytest.mark.parametrize("tag", list(Tag))
def test_a_sentence_names_only_facts_and_fits_a_line(tag: Tag) -> None:
    names = {name for _, name, _, _ in Formatter().parse(SENTENCES[tag]) if name is not None}
    assert all(name.isidentifier() for name in names)
    assert not SENTENCES[tag].endswith(".")
    assert len(said(tag.value)) < 500


@pytest.mark.parametrize("tag", list(Tag))
def test_what_people_type_is_escaped(tag: Tag) -> None:
    hostile = {
        name: HOSTILE for _, name, _, _ in Formatter().parse(SENTENCES[tag]) if name not in {None, "who", "what"}
    }
    shown = said(tag.value, HOSTILE, About(HOSTILE, HOSTILE, HOSTILE, HOSTILE), **hostile, why=HOSTILE, until=HOSTILE)
    for markup in ("<!channel>", "<https:", "<@<"):
        assert markup not in shown


def test_it_says_who_what_when_and_why() -> None:
    shown = said("grant:revoked", BOB, justification="left\nthe team", until=START.isoformat())
    assert f"<@{BOB}> ended *reports read* for <@{ALICE}>" in shown
    assert "“left the team”" in shown
    assert shown.startswith("<!date^")
    assert "isoformat" not in shown
    assert "until <!date^" in shown


def test_latchkey_a_worker_and_a_rule_have_names() -> None:
    assert "Latchkey escalated" in said("request:escalated", "latchkey", group="security")
    assert "Latchkey created" in said("credential:minted", "host-17-ab12")
    assert "Break-glass approved" in said("request:approved", "break-glass")
    assert "Rule 2 of the catalog approved" in said("request:approved", "rule:2")


def test_an_event_of_another_release_shows_its_name() -> None:
    assert "`later:invented` on *reports read*" in said("later:invented")
