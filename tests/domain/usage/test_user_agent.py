"""Tools and machines as CloudTrail names them; hostile text has no effect."""

import pytest

from bot.domain.usage.network import network_of
from bot.domain.usage.user_agent import NAME_MOST, Tool, read
from bot.sandbox.aws.cloudtrail import agents

HOSTILE = (
    "<!channel> *pay* `now` <https://evil.example|here>",
    "A" * 5000,
    "aws-cli/" + "9" * 5000,
    "x/" * 2500,
    "evil\x00\x1b[31m/1.2 <@U02BOB>",
    "exec-env/<@U02BOB> amzn",
    "",
    "\u202eevil/1.0",
    "(((((" * 500,
)

TOOLS = {
    agents.CLI: Tool("AWS CLI 2.15", None, "macOS 23.4", "AWS CLI 2.15"),
    agents.CLI_LINUX: Tool("AWS CLI 2.17", None, "Linux 6.8", "AWS CLI 2.17"),
    "[aws-cli/2.13.1 Python/3.11.4 Windows/10 exe/AMD64 prompt/off]": Tool(
        "AWS CLI 2.13", None, "Windows", "AWS CLI 2.13"
    ),
    "aws-cli/2.13.1 Python/3.11 Linux/5.15.90.1-microsoft-standard-WSL2": Tool(
        "AWS CLI 2.13", None, "Windows", "AWS CLI 2.13"
    ),
    "aws-cli/2.13.1 Python/3.11 Linux/6.5.0-1016-azure": Tool("AWS CLI 2.13", cli_version="AWS CLI 2.13"),
    agents.TERRAFORM: Tool("Terraform 1.9"),
    "APN/1.0 OpenTofu/1.0 terraform-provider-aws/5.6": Tool("OpenTofu"),
    "APN/1.0 Pulumi/1.0 (+https://www.pulumi.com) PulumiAWS/6.0": Tool("Pulumi"),
    "aws-cdk/2.100.0": Tool("AWS CDK 2.100"),
    agents.GITHUB: Tool("GitHub Actions"),
    agents.GITHUB_CLI: Tool("GitHub Actions"),
    "gitlab-runner 16.4.0 (16-4-stable; go1.20; linux/amd64)": Tool("GitLab CI"),
    agents.BOTO3_ON_EC2: Tool("boto3 1.34", "exec-env/EC2"),
    agents.BOTO3_ON_LINUX: Tool("boto3 1.34"),
    agents.BOTO3_ON_WINDOWS: Tool("boto3 1.35", None, "Windows"),
    "Botocore/1.29.0 Python/3.9 Linux/4.14.255.amzn2.x86_64": Tool("botocore 1.29", "an Amazon Linux kernel"),
    "aws-sdk-java/2.20.0 Linux/5.4 OpenJDK_64-Bit_Server_VM/11": Tool("AWS SDK for Java 2.20"),
    "aws-sdk-go/1.44.0 (go1.19; linux; amd64)": Tool("AWS SDK for Go 1.44"),
    "aws-sdk-js/3.400.0 ua/2.0 os/linux#6.1 lang/js": Tool("AWS SDK for JavaScript 3.400"),
    "aws-sdk-nodejs/2.1400.0 linux/v18.16.0": Tool("AWS SDK for JavaScript 2.1400"),
    "aws-sdk-php/3.280.1 GuzzleHttp/7": Tool("AWS SDK for PHP 3.280"),
    "aws-sdk-dotnet-coreclr/3.7.1": Tool("AWS SDK for .NET 3.7"),
    "aws-sdk-ruby3/3.180.0 ruby/3.2": Tool("AWS SDK for Ruby 3.180"),
    "aws-sdk-rust/1.0.1 os/linux": Tool("AWS SDK for Rust 1.0"),
    agents.CONSOLE: Tool("console"),
    "signin.amazonaws.com": Tool("console"),
    "[S3Console/0.4, aws-internal/3 aws-sdk-java/1.11]": Tool("console"),
    "cloudformation.amazonaws.com": Tool("an AWS service"),
    "AWS Internal": Tool("an AWS service"),
    "rclone/v1.60.1": Tool("rclone 1.60"),
    "-": Tool("an unknown tool"),
    "sign-in.evil.example/1.0": Tool("an unknown tool"),  # Slack would make it a link
}


@pytest.mark.parametrize("agent", TOOLS)
def test_a_tool_is_named_with_its_version_and_where_it_runs(agent: str) -> None:
    assert read(agent) == TOOLS[agent]


def test_an_address_that_is_a_service_called_on_somebodys_behalf() -> None:
    assert read(agents.CLI, "athena.amazonaws.com").name == "an AWS service"


@pytest.mark.parametrize("agent", HOSTILE)
def test_hostile_text_becomes_a_short_plain_name(agent: str) -> None:
    found = read(agent)
    for said in (found.name, found.in_aws or "", found.workstation or ""):
        assert len(said) <= NAME_MOST + 16
        assert not set(said) & set("<>&*`|\x00\x1b\u202e")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("2001:db8:1:2::7", "2001:db8:1::/48"),
        ("::ffff:203.0.113.7", "203.0.113.0/24"),
        ("fe80::1%eth0", "fe80::/48"),
        ("AWS Internal", None),
        ("athena.amazonaws.com", None),
        ("203.0.113.7/24", None),
        ("", None),
    ],
)
def test_an_address_becomes_its_network_and_anything_else_none(address: str, network: str | None) -> None:
    assert network_of(address) == network
