"""What somebody types after `/key request`."""

import pytest

from bot import catalog_regex
from bot.domain.requests.command_text import RequestText, parse, ticket_in


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("", RequestText("")),
        ("reports-read", RequestText("reports-read")),
        ("reports-read for 8h", RequestText("reports-read", "8h")),
        ("reports-read FOR 8H Because the audit", RequestText("reports-read", "8h", "the audit")),
        ("reports-read because the audit FIN-212", RequestText("reports-read", "", "the audit FIN-212")),
        ("reports-read for 8h because it is because", RequestText("reports-read", "8h", "it is because")),
        ("for 8h because x", RequestText("", "8h", "x")),
        ("Keys for the team for 7d", RequestText("Keys for the team", "7d")),
        ("Keys for the team", RequestText("Keys for the team")),
        ("reports-read for ever", RequestText("reports-read for ever")),
        ("reports-read for", RequestText("reports-read for")),
        ("reports-read 8h", RequestText("reports-read 8h")),
        ("reports-read because", RequestText("reports-read")),
        ("reports-read Because of the audit", RequestText("reports-read", "", "Because of the audit")),
        ("reports-read because one\n two", RequestText("reports-read", "", "one\n two")),
        ("reports-read because\none", RequestText("reports-read", "", "one")),
    ],
)
def test_it_takes_it_apart(text: str, typed: RequestText) -> None:
    assert parse(text) == typed


@pytest.mark.parametrize(
    ("text", "ticket"),
    [
        ("the audit FIN-212", "FIN-212"),
        ("(FIN-212), twice FIN-213", "FIN-212"),
        ("FIN-212x", ""),
        ("nothing", ""),
        ("", ""),
    ],
)
def test_a_ticket_is_found_in_a_sentence(text: str, ticket: str) -> None:
    assert ticket_in(text, catalog_regex.whole(r"FIN-\d+")) == ticket
