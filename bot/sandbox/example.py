"""The example catalog, and what its owner would set up from it: `latchkey iam` and `latchkey manifest`, really run."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bot
from bot import catalog_file
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
    """In a wheel it lies in the package, in a checkout beside it."""
    packed = PACKAGE / "_example" / "catalog.toml"
    return packed if packed.exists() else PACKAGE.parent / "catalog.toml"


@dataclass(frozen=True, slots=True)
class Example:
    """`roles`: by name, what each role that a session entitlement names may do."""

    account: Account
    boundary: Mapping[str, Any]
    roles: Mapping[str, Mapping[str, Any]]
    scopes: tuple[str, ...]
    command: str


def read_example(env: Mapping[str, str], path: Path) -> Example:
    """Runs the two tools as somebody would who sets Latchkey up. Raises LatchkeyError."""
    catalog = catalog_file.load(path)
    account = next(iter(catalog.accounts.values()))
    ran = subprocess.run(
        [sys.executable, "-c", CODE, account.name],
        env={**env, "CATALOG_FILE": str(path)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    if ran.returncode:
        raise LatchkeyError(f"latchkey iam and manifest did not work here: {ran.stderr.strip()}")
    policies, manifest = (json.loads(part) for part in ran.stdout.split("\0"))
    return Example(
        account,
        policies["Boundary"],
        dict.fromkeys(_roles(catalog), MAY_READ_REPORTS),
        tuple(manifest["oauth_config"]["scopes"]["bot"]),
        manifest["features"]["slash_commands"][0]["command"],
    )


def _roles(catalog: Catalog) -> list[str]:
    sessions = [each for each in catalog.entitlements.values() if each.kind is Kind.SESSION]
    return sorted({each.role_arn.rpartition("/")[2] for each in sessions if each.role_arn})
