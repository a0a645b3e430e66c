"""What the doctor says of settings and approvers that are well-formed, and yet nobody gets a key."""

from pathlib import Path

from bot.sandbox.aws import AwsStandIn
from tests.commands.test_doctor_checks import Doctor, aws, doctor, no_account, slack, with_catalog

__all__ = ["aws", "doctor", "no_account", "slack"]


def test_a_port_that_the_links_do_not_lead_to_is_a_fault(doctor: Doctor, aws: AwsStandIn) -> None:
    said = doctor.line("environment", PUBLIC_URL="http://localhost:8085")
    assert "PUBLIC_URL is http://localhost:8085, but PORT is 3000" in said
    assert "set PORT=8085" in doctor.ask(PUBLIC_URL="http://localhost:8085")[1][1]
    assert doctor.line("environment", PUBLIC_URL="http://localhost:8085", PORT="8085").startswith("ok")


def test_an_approver_alone_can_get_nothing_that_needs_one(doctor: Doctor, aws: AwsStandIn, tmp_path: Path) -> None:
    assert "U02BOB alone" not in "\n".join(doctor.ask()[1])
    found = with_catalog(tmp_path, ('usergroups = ["S0PLATFORM"] ', ""))
    assert "[approvers.platform] is U02BOB alone" in "\n".join(doctor.ask(**found)[1])


def test_a_signing_secret_is_proved_by_slack_alone(doctor: Doctor, aws: AwsStandIn) -> None:
    assert "type /key in Slack" in doctor.line("environment", SLACK_APP_TOKEN="", SLACK_SIGNING_SECRET="s" * 32)


def test_a_metrics_token_that_could_be_guessed_is_a_warning(doctor: Doctor, aws: AwsStandIn) -> None:
    lines = doctor.ask(METRICS_TOKEN="short")[1]
    assert any(line.startswith("warn   environment: METRICS_TOKEN has fewer than 16") for line in lines)
    assert doctor.ask(METRICS_TOKEN="m" * 16)[1][-1] == "No problems."
