"""Read a user agent of CloudTrail: the tool, the machine, and whether that machine is in AWS.

Anybody with the key can write any text there. So a tool's name comes from the table or has only letters, digits, `_`
and `-` (Slack makes a link of what looks like a host), and evidence is used to explain a key, never to act on it.
"""

import re
from dataclasses import dataclass

READ_MOST = 2048  # characters; the parts that we look for come first
NAME_MOST = 40
UNKNOWN, SERVICE, CONSOLE = "an unknown tool", "an AWS service", "console"
GITHUB, GITLAB, CLI = "GitHub Actions", "GitLab CI", "AWS CLI"
CI_SERVICES = frozenset({GITHUB, GITLAB})
AWS_NAMES = re.compile(r"[a-z0-9.-]{1,100}\.amazonaws\.com(\.cn)?|aws internal|aws-internal\b.*", re.IGNORECASE)


def _tool(pattern: str, name: str) -> tuple[re.Pattern[str], str]:
    return re.compile(pattern, re.IGNORECASE), name


TOOLS = (
    _tool(r"configure-aws-credentials-for-github-actions|github-?actions|actions/runner", GITHUB),
    _tool(r"gitlab", GITLAB),
    _tool(r"signin\.amazonaws|console\.amazonaws|s3console|aws-?console|^mozilla/5\.0", CONSOLE),
    _tool(r"pulumi(?:aws)?/(?:1\.0\b)?", "Pulumi"),
    _tool(r"opentofu/(?:1\.0 )?", "OpenTofu"),
    _tool(r"terraform/", "Terraform"),
    _tool(r"terraform-provider-aws/", "Terraform AWS provider"),
    _tool(r"packer/", "Packer"),
    _tool(r"aws-cdk(?:-cli)?/|cdk-?(?:cli|toolkit|assets)/", "AWS CDK"),
    _tool(r"aws-sam-cli/", "AWS SAM CLI"),
    _tool(r"ansible", "Ansible"),
    _tool(r"aws-cli/", CLI),
    _tool(r"boto3/", "boto3"),
    _tool(r"aiobotocore/", "aiobotocore"),
    _tool(r"botocore/", "botocore"),
    _tool(r"aws-sdk-java/", "AWS SDK for Java"),
    _tool(r"aws-sdk-go(?:-v2)?/", "AWS SDK for Go"),
    _tool(r"aws-sdk-(?:js|nodejs)/", "AWS SDK for JavaScript"),
    _tool(r"aws-sdk-php\d?/", "AWS SDK for PHP"),
    _tool(r"aws-sdk-(?:dotnet|net)[\w-]{0,20}/", "AWS SDK for .NET"),
    _tool(r"aws-sdk-ruby\d?/", "AWS SDK for Ruby"),
    _tool(r"aws-sdk-rust/", "AWS SDK for Rust"),
    _tool(r"aws-sdk-kotlin/", "AWS SDK for Kotlin"),
    _tool(r"aws-sdk-swift/", "AWS SDK for Swift"),
    _tool(r"aws-sdk-cpp/", "AWS SDK for C++"),
    _tool(r"powershell/|awspowershell", "AWS Tools for PowerShell"),
)
"""In order: a tool that is built on another comes before it. A version follows a pattern that ends in a slash."""

VERSION = re.compile(r"(\d{1,6})(?:\.(\d{1,6}))?")
FIRST_PRODUCT = re.compile(r"([A-Za-z][A-Za-z0-9_-]{0,39})(?![A-Za-z0-9._-])(?:/v?(\d{1,6}(?:\.\d{1,6})?))?")

EXEC_ENV = re.compile(r"exec-env/([\w.-]{1,60})")
NOT_AWS = re.compile(r"git(hub|lab)", re.IGNORECASE)
AMAZON_LINUX = re.compile(r"\bamzn\d{0,4}\b|\bamazon[. ]?linux", re.IGNORECASE)
AMAZON_KERNEL = "an Amazon Linux kernel"

MACOS = re.compile(r"(?:darwin|macos)[/#](\d{1,4}(?:\.\d{1,4})?)?", re.IGNORECASE)
WINDOWS = re.compile(r"windows[/#_ ](?!server)|microsoft-standard|\bwsl2?\b", re.IGNORECASE)
LINUX = re.compile(r"linux[/#](\d{1,4}(?:\.\d{1,4})?)", re.IGNORECASE)
CLOUD_KERNEL = re.compile(r"-(azure|gcp|gke|aws|oracle|cloud|linuxkit)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    in_aws: str | None = None  # evidence that it runs in AWS
    workstation: str | None = None  # the system of a person's machine; None: a server, a CI job or unclear
    cli_version: str | None = None  # of the AWS CLI


def read(user_agent: str, address: str = "") -> Tool:
    """CloudTrail puts some user agents in brackets. An address that is a service's name tells who called."""
    text = user_agent[:READ_MOST].strip().removeprefix("[").removesuffix("]").strip()
    if AWS_NAMES.fullmatch(text) and not text.lower().startswith(("signin.", "console.")):
        return Tool(SERVICE)
    if is_service(address):
        return Tool(SERVICE)
    name, label = _named(text)
    runs_in = _in_aws(text)
    where = None if runs_in or name in CI_SERVICES else _workstation(text, name)
    return Tool(label, runs_in, where, label if name == CLI else None)


def is_service(address: str) -> bool:
    """Whether CloudTrail names an AWS service in place of an address."""
    return AWS_NAMES.fullmatch(address.strip()) is not None


def _named(text: str) -> tuple[str, str]:
    """The tool, and the tool with its version in two parts."""
    for pattern, name in TOOLS:
        if (found := pattern.search(text)) is not None:
            version = VERSION.match(text, found.end()) if text[: found.end()].endswith("/") else None
            return name, f"{name} {_short(version)}" if version else name
    other = FIRST_PRODUCT.match(text)
    if other is None:
        return UNKNOWN, UNKNOWN
    return other[1], f"{other[1]} {other[2]}" if other[2] else other[1]


def _short(version: re.Match[str]) -> str:
    return f"{version[1]}.{version[2]}" if version[2] else version[1]


def _in_aws(text: str) -> str | None:
    found = EXEC_ENV.search(text)
    if found is not None and not NOT_AWS.search(found[1]):
        return f"exec-env/{found[1]}"
    return AMAZON_KERNEL if AMAZON_LINUX.search(text) else None


def _workstation(text: str, name: str) -> str | None:
    """macOS and Windows, and the AWS CLI on a Linux kernel that no cloud or container tool made."""
    if (found := MACOS.search(text)) is not None:
        return f"macOS {found[1] or ''}".strip()
    if WINDOWS.search(text) is not None:
        return "Windows"
    found = LINUX.search(text)
    return f"Linux {found[1]}" if found and name == CLI and not CLOUD_KERNEL.search(text) else None
