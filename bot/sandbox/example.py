"""The example catalog, and what its admin would set up from it by running `latchkey iam` and `latchkey manifest`."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bot
from bot.config import catalog_file
from bot.domain.catalog import Account, Catalog, Kind
from bot.domain.errors import LatchkeyError

PACKAGE = Path(bot.__file__).parent
CODE = """
import sys
from bot.cli import main
sys.exit(main(["iam", "--account", sys.argv[1]]) or print(chr(0)) or main(["manifest"]))
"""
PATIENCE_SECONDS = 120
MAY_READ_REPORTS = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"},
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::reports"},
    ],
}


def catalog_path() -> Path:
    """Inside the package in a wheel, next to it in a checkout."""
    packed = PACKAGE / "_example" / "catalog.toml"
    return packed if packed.exists() else PACKAGE.parent / "catalog.toml"


@dataclass(frozen=True, slots=True)
class Example:
    """`roles`: permissions and trust policy of each role in the catalog, by name."""

    account: Account
    boundary: Mapping[str, Any]
    roles: Mapping[str, Mapping[str, Any]]
    scopes: tuple[str, ...]
    command: str
    events: tuple[str, ...]
    shortcuts: tuple[tuple[str, str], ...]
    message_shortcuts: tuple[tuple[str, str], ...]


def read_example(env: Mapping[str, str], path: Path) -> Example:
    """Run the two tools as an admin who sets Latchkey up would. Raises LatchkeyError."""
    catalog = catalog_file.load(path)
    account = next(iter(catalog.accounts.values()))
    ran = subprocess.run(
        [sys.executable, "-c", CODE, account.name],
        env={**env, "CATALOG_FILE": str(path)},
        cwd=path.parent,  # a folder without the .env of a real Latchkey
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    if ran.returncode:
        raise LatchkeyError(f"latchkey iam and manifest failed: {ran.stderr.strip()}")
    policies, manifest = (json.loads(part) for part in ran.stdout.split("\0"))
    return Example(
        account,
        policies["Boundary"],
        roles(catalog, account, policies),
        tuple(manifest["oauth_config"]["scopes"]["bot"]),
        manifest["features"]["slash_commands"][0]["command"],
        tuple(manifest["settings"]["event_subscriptions"]["bot_events"]),
        _shortcuts(manifest, "global"),
        _shortcuts(manifest, "message"),
    )


def _shortcuts(manifest: Mapping[str, Any], kind: str) -> tuple[tuple[str, str], ...]:
    """Callback id and name."""
    declared = manifest["features"]["shortcuts"]
    return tuple((each["callback_id"], each["name"]) for each in declared if each["type"] == kind)


def roles(catalog: Catalog, account: Account, printed: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """This account's roles, in the form of `AwsStandIn.seed_demo`. `printed` is the output of `latchkey iam`."""
    own = {
        "Reader": account.reader_role_arn,
        "Issuer": account.issuer_role_arn,
        "Responder": account.responder_role_arn,
    }
    acting = {_name(arn): {"policy": printed[name], "trust": printed["Trust"]} for name, arn in own.items() if arn}
    mine = [each for each in catalog.entitlements.values() if each.account == account.name]
    session = {"policy": MAY_READ_REPORTS, "trust": printed["SessionTrust"], "boundary": account.boundary_arn}
    return acting | {_name(each.role_arn): session for each in mine if each.kind is Kind.SESSION and each.role_arn}


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]
