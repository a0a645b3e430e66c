"""`latchkey doctor` for an account that adopts: whether two people could approve an undo."""

import pytest

from bot.sandbox.slack import StandIn
from tests.commands.test_doctor_checks import Doctor, aws, doctor, no_account, slack

__all__ = ["aws", "doctor", "no_account", "slack"]


@pytest.mark.parametrize("enough", [True, False])
def test_an_account_that_adopts_is_warned_where_no_one_could_undo(
    doctor: Doctor,
    slack: StandIn,
    enough: bool,
) -> None:
    slack.people["U04DAVE"].deleted = not enough
    said = doctor.line("people and channels of the catalog")
    assert "found" in said
    warning = "[accounts.main]: adopt is true, but only 1 of its approvers could approve an undo, which takes 2"
    assert (warning in said) is not enough
