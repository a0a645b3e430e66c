"""`latchkey doctor` and the catalog's channels: who else reads there, and what it can't see."""

from pathlib import Path

import pytest

from bot.sandbox.aws import AwsStandIn
from bot.sandbox.slack import StandIn
from bot.sandbox.slack.state import BOT_USER, Channel
from bot.slack.manifest import scopes
from tests.commands.test_doctor_checks import Doctor, aws, doctor, no_account, slack, with_catalog

__all__ = ["aws", "doctor", "no_account", "slack"]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("public", "is public, so everyone"),
        ("shared", "is shared with another organization"),
        ("invited", "is shared with another organization"),
    ],
)
def test_a_channel_that_more_people_read_is_reported(
    doctor: Doctor, slack: StandIn, aws: AwsStandIn, kind: str, said: str
) -> None:
    slack.channels["C01OPS"].private = kind != "public"
    slack.channels["C01OPS"].shared = kind == "shared"
    slack.channels["C01OPS"].invited = kind == "invited"
    code, lines = doctor.ask()
    [told] = [each for each in lines if each.startswith("warn   people and channels of the catalog: ")]
    assert f"[accounts.main]: channel C01OPS {said}" in told
    assert code == 0
    assert "No problems." not in lines


def test_the_channel_of_approvers_is_asked_about_as_well(
    doctor: Doctor, slack: StandIn, aws: AwsStandIn, tmp_path: Path
) -> None:
    slack.channels["C02ASK"] = Channel("C02ASK", "requests", {BOT_USER}, private=False)
    named = ('channel = "C01OPS"                # where requests', 'channel = "C02ASK"                # where requests')
    _, lines = doctor.ask(**with_catalog(tmp_path, named))
    [told] = [each for each in lines if each.startswith("warn   people and channels of the catalog: ")]
    assert "[approvers.platform]: channel C02ASK is public" in told


@pytest.mark.parametrize("missing", ["channels:read", "groups:read"])
def test_a_bot_without_the_channel_scopes_is_a_problem(
    capsys: pytest.CaptureFixture[str], sqlite_url: str, aws: AwsStandIn, missing: str
) -> None:
    """The doctor used to pass for a bot in no channel, because the scope to see channels was never checked."""
    with StandIn(scopes={*scopes()} - {missing}) as slack:
        slack.channels["C01OPS"].private = missing == "groups:read"
        code, lines = Doctor(capsys, slack, sqlite_url).ask()
    assert code == 1
    assert f"fault  Slack: the bot token lacks {missing}" in lines
    unasked = "not checked because a scope is missing: conversations.info (channels:read, groups:read)"
    assert any(each.endswith(unasked) for each in lines)
