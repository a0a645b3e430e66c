"""What `latchkey init` writes: a minimal catalog, and `.env` where what only Slack and AWS can give is left empty."""

import json
import secrets
from collections.abc import Mapping, Sequence

MADE = {"METRICS_TOKEN": "who may read /metrics: whoever sends it as a Bearer token"}
"""Secrets that Latchkey makes itself."""
SLACK_HTTP, SLACK_SOCKET = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"), ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN")
AWS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
TOKEN_BYTES = 32

CATALOG = """\
# What can be asked for, in which account, with whose approval. `latchkey doctor` checks it.
# Written by latchkey init; the guide has every key: /guide/catalog.

admins = {admins}

[accounts.main]
id = "{account}"
boundary_arn = "arn:aws:iam::{account}:policy/latchkey/boundary"
reader_role_arn = "arn:aws:iam::{account}:role/latchkey-reader"
issuer_role_arn = "arn:aws:iam::{account}:role/latchkey-issuer"
responder_role_arn = "arn:aws:iam::{account}:role/latchkey-responder"
{channel}
[approvers.platform]
{approvers}{channel}
# The first thing to ask for: it shows the names of the account's buckets. Replace it by what your people need,
# then run `latchkey iam --format cloudformation > latchkey-iam.yaml` and deploy it again.
[[entitlements]]
id = "buckets-list"
title = "List the S3 buckets"
account = "main"
kind = "access_key"
policy = '{policy}'
max_duration = "7d"
approvers = "platform"
"""
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}],
}


def catalog_text(account: str, admins: Sequence[str], approvers: Sequence[str], channel: str | None) -> str:
    people = [each for each in approvers if not each.startswith("S")]
    groups = [each for each in approvers if each.startswith("S")]
    named = {"users": people, "usergroups": groups}
    return CATALOG.format(
        admins=json.dumps(list(admins)),
        account=account,
        channel=f'channel = "{channel}"\n' if channel else "",
        approvers="".join(f"{key} = {json.dumps(ids)}\n" for key, ids in named.items() if ids),
        policy=json.dumps(POLICY, separators=(",", ":")),
    )


def env_text(public_url: str, *, socket_mode: bool, before: Mapping[str, str]) -> str:
    """`before` is what the file held: its values stay, but for PUBLIC_URL. A SLACK_APP_TOKEN means Socket Mode."""
    made = {name: before.get(name) or secrets.token_urlsafe(TOKEN_BYTES) for name in MADE}
    slack = dict.fromkeys(SLACK_SOCKET if socket_mode else SLACK_HTTP)
    slack |= dict.fromkeys(name for name in (*SLACK_SOCKET, *SLACK_HTTP) if before.get(name))
    kept = {"CATALOG_FILE": "catalog.toml", "DATABASE_URL": "sqlite:///latchkey.db", **before}
    ours = {"PUBLIC_URL", "CATALOG_FILE", "DATABASE_URL", *made, *SLACK_HTTP, *SLACK_SOCKET, *AWS}
    lines = [
        "# Settings of Latchkey, which it reads in the folder where it is started. The environment outranks them.",
        "# This file holds secrets: keep it out of version control.",
        f"PUBLIC_URL={public_url}",
        *(f"{name}={_quoted(kept[name])}" for name in ("CATALOG_FILE", "DATABASE_URL")),
        *(f"{name}={_quoted(before[name])}" for name in before if name not in ours),
        "",
        *(f"# Made by latchkey init: {MADE[name]}.\n{name}={_quoted(value)}" for name, value in made.items()),
        "",
        "# FILL IN, from Slack (api.slack.com/apps, your app):",
        *(f"{name}={_quoted(before.get(name, ''))}" for name in slack),
        "",
        "# FILL IN: an access key of the IAM user latchkey. Leave both empty where Latchkey runs on an AWS role.",
        *(f"{name}={_quoted(before.get(name, ''))}" for name in AWS),
    ]
    return "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    """As python-dotenv reads it."""
    plain = all(each.isalnum() or each in "_-+.,:/@%=~^" for each in value)
    return value if plain else "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
