"""What an entitlement says about its requests: requesters, ticket, ticket_url, break_glass."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.config.test_catalog_file import WHOLE, one, read

TICKETS = "https://t.example.com/{ticket}"


@pytest.mark.parametrize(
    ("rows", "key", "what"),
    [
        ('requesters = ["#x"]', "requesters[1]", "user group id"),
        ('requesters = "S0ANALYSTS"', "requesters", "must be a list"),
        ('break_glass = "1w"', "break_glass", "isn't a duration"),
        ("break_glass = 1", "break_glass", "text in quotes"),
        ('break_glass = "9h"', "break_glass", "longer than max_duration"),
        ("ticket = '('", "ticket", "isn't a regular expression"),
        ("ticket = '(a{99}){99}'", "ticket", "repetition size"),
        (r"ticket = '(a)\1'", "ticket", "escape sequence"),
        ("ticket = ''", "ticket", "is empty"),
        ("ticket = 212", "ticket", "text in quotes"),
        (f'ticket_url = "{TICKETS}"', "ticket_url", "needs ticket"),
        ('ticket = "a"\nticket_url = "https://t.example.com/a"', "ticket_url", "{ticket}"),
        ('ticket = "a"\nticket_url = "http://t.example.com/{ticket}"', "ticket_url", "an https address"),
        ('ticket = "a"\nticket_url = "https://{ticket}.example.com/"', "ticket_url", "an https address"),
        ('ticket = "a"\nticket_url = "https://t.example.com/{ticket}/{x}"', "ticket_url", "{ticket}"),
        ('ticket = "a"\nticket_url = "https://t.example.com/{ticket}|x"', "ticket_url", "an https address"),
    ],
)
def test_each_mistake_has_its_table_and_key(rows: str, key: str, what: str, tmp_path: Path) -> None:
    said = one(WHOLE.replace('id = "read"', f'id = "read"\n{rows}'), tmp_path)
    assert f"[[entitlements]] read: {key} " in said
    assert what in said


def test_an_emergency_session_lasts_as_long_as_aws_wants(tmp_path: Path) -> None:
    said = one(WHOLE.replace('id = "session"', 'id = "session"\nbreak_glass = "5m"'), tmp_path)
    assert "[[entitlements]] session: break_glass" in said
    assert "900 seconds" in said


def test_requesters_are_people_and_user_groups(tmp_path: Path) -> None:
    text = WHOLE.replace('id = "read"', 'id = "read"\nrequesters = ["U02BOB", "S0ANALYSTS", "W03CAROL"]')
    found = read(text, tmp_path).entitlements["read"]  # type: ignore[index]
    assert (found.requesters, found.requester_groups) == (("U02BOB", "W03CAROL"), ("S0ANALYSTS",))


def test_a_ticket_its_address_and_an_emergency(tmp_path: Path) -> None:
    rows = f'ticket = \'FIN-[0-9]+\'\nticket_url = "{TICKETS}"\nbreak_glass = "1h"'
    found = read(WHOLE.replace('id = "read"', f'id = "read"\n{rows}'), tmp_path).entitlements["read"]  # type: ignore[index]
    assert (found.ticket, found.ticket_url, found.break_glass) == ("FIN-[0-9]+", TICKETS, timedelta(hours=1))
