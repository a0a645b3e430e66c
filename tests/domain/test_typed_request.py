"""What somebody types after `/key request`."""

import pytest

from bot.domain.typed_request import Typed, parse, ticket_in


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("", Typed("")),
        ("reports-read", Typed("reports-read")),
        ("reports-read for 8h", Typed("reports-read", "8h")),
        ("reports-read FOR 8H Because the audit", Typed("reports-read", "8h", "the audit")),
        ("reports-read because the audit FIN-212", Typed("reports-read", "", "the audit FIN-212")),
        ("reports-read for 8h because it is because", Typed("reports-read", "8h", "it is because")),
        ("for 8h because x", Typed("", "8h", "x")),
        ("Keys for the team for 7d", Typed("Keys for the team", "7d")),
        ("Keys for the team", Typed("Keys for the team")),
        ("reports-read for ever", Typed("reports-read for ever")),
        ("reports-read for", Typed("reports-read for")),
        ("reports-read 8h", Typed("reports-read 8h")),
        ("reports-read because", Typed("reports-read")),
        ("reports-read because one\n two", Typed("reports-read", "", "one\n two")),
    ],
)
def test_it_takes_it_apart(text: str, typed: Typed) -> None:
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
    assert ticket_in(text, r"FIN-\d+") == ticket
