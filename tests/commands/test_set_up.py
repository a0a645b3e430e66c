"""The quick start on stand-ins for Slack and AWS: from an empty folder and environment to the first key."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from bot.sandbox.aws import AwsStandIn
from bot.sandbox.slack import StandIn
from tests.commands.stack import client, create
from tests.processes.first_key import ask_and_approve, press, the_link
from tests.processes.running import Running, free_port, once, started, until
from tests.processes.test_worker_alone import beating

FLAGS = (
    "--account-id", "123456789012", "--admin", "U02BOB", "--approver", "U02BOB", "--approver", "S0PLATFORM",
    "--channel", "C01OPS", "--host", "https://keys.example.com",
)  # fmt: skip
TOKEN, SECRET = "xoxb-from-slack", "from-slack"


@pytest.fixture
def nothing(tmp_path: Path) -> dict[str, str]:
    """An environment without any setting, AWS file or metadata service."""
    return {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path / "home"), "AWS_EC2_METADATA_DISABLED": "true",
    }  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "latchkey").mkdir()
    return tmp_path / "latchkey"


@pytest.fixture
def aws() -> Iterator[AwsStandIn]:
    with AwsStandIn() as running:
        yield running


def deploy(aws: AwsStandIn, template: Path) -> tuple[str, str]:
    """The stack, and an access key of the user that it creates."""
    create(aws, template.read_text())
    key = client(aws, "iam").create_access_key(UserName="latchkey")["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def slack_of(folder: Path) -> StandIn:
    """A workspace with the app of this manifest, and the bot in the catalog's channel."""
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["settings"]["event_subscriptions"]["request_url"] == "https://keys.example.com/slack/events"
    return StandIn(bot_token=TOKEN, signing_secret=SECRET, scopes=manifest["oauth_config"]["scopes"]["bot"])


def fill_in(file: Path, **values: str) -> None:
    """Fill in the empty lines; add missing ones."""
    text = file.read_text()
    for name, value in values.items():
        text = text.replace(f"{name}=\n", f"{name}={value}\n") if f"{name}=\n" in text else f"{text}{name}={value}\n"
    file.write_text(text)


def buckets(aws: AwsStandIn, credential: dict[str, str]) -> list[str]:
    """What the first entitlement allows."""
    s3 = boto3.client(
        "s3", endpoint_url=aws.url, region_name=aws.region, aws_access_key_id=credential["access_key_id"],
        aws_secret_access_key=credential["secret_access_key"],
    )  # fmt: skip
    return [each["Name"] for each in s3.list_buckets()["Buckets"]]


def collected(latchkey: Running, slack: StandIn) -> dict[str, str]:
    """The credential that alice requests, bob approves and alice reveals."""
    slack.deliver_to(f"http://127.0.0.1:{latchkey.port}/slack/events")
    alice, bob = slack.as_person("U01ALICE"), slack.as_person("U02BOB")
    ask_and_approve(alice, bob, "buckets-list")
    press(alice, "grant:collect")
    link = the_link(alice)
    status, answer = latchkey.ask(f"/c/{link.envelope}/reveal", "POST", json={"proof": link.proof})
    assert status == 200
    return link.decrypt(answer)


@pytest.mark.long
def test_from_an_empty_folder_to_a_green_doctor_and_the_first_key(
    nothing: dict[str, str], folder: Path, aws: AwsStandIn
) -> None:
    made = once(folder, "init", *FLAGS, env=nothing)
    assert (made.returncode, made.stderr) == (0, "")
    ill = once(folder, "doctor", env=nothing)
    assert ill.returncode == 1
    assert "SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET" in ill.stdout
    assert "the worker has no AWS credentials" in ill.stdout
    with slack_of(folder) as slack:
        key, secret = deploy(aws, folder / "latchkey-iam.yaml")
        port = free_port()
        fill_in(
            folder / ".env", SLACK_BOT_TOKEN=TOKEN, SLACK_SIGNING_SECRET=SECRET, AWS_ACCESS_KEY_ID=key,
            AWS_SECRET_ACCESS_KEY=secret, SLACK_API_URL=slack.api_url, AWS_ENDPOINT_URL=aws.url, PORT=str(port),
        )  # fmt: skip
        again = once(folder, "init", env=nothing)
        assert again.returncode == 0
        assert "SLACK_BOT_TOKEN" not in again.stdout
        assert "create-access-key" not in again.stdout
        assert once(folder, "migrate", env=nothing).returncode == 0
        well = once(folder, "doctor", env=nothing)
        assert (well.returncode, well.stderr) == (0, ""), well.stdout
        assert "fault" not in well.stdout
        assert "chmod" not in well.stdout
        assert "ok     AWS account main: roles, boundary" in well.stdout
        (folder / ".env").chmod(0o644)
        assert (
            "warn   environment: other users of this machine can read .env"
            in once(folder, "doctor", env=nothing).stdout
        )
        latchkey = started(folder, "", nothing, port)
        try:
            latchkey.wait_for("/readyz", 200)
            until(lambda: beating(latchkey), "the worker's heart beats")
            client(aws, "s3").create_bucket(Bucket="reports")
            assert buckets(aws, collected(latchkey, slack)) == ["reports"]
        finally:
            assert latchkey.end() == 0, latchkey.said()
