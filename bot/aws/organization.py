"""The worker's organization: one call for it, and one for each page of its accounts."""

from collections.abc import Mapping
from typing import Any

from bot.aws.accounts import Accounts
from bot.aws.errors import reading
from bot.domain.errors import Unreadable
from bot.domain.hygiene.organization import NAME_KEPT, Member, Organization

NO_ORGANIZATION = "AWSOrganizationsNotInUseException"
UNKNOWN = "UNKNOWN"


def read(accounts: Accounts) -> Organization | None:
    """None if the worker's account is in no organization. Raises Unreadable."""
    worker, client = accounts.caller(), accounts.organizations()
    try:
        with reading("DescribeOrganization"):
            found = client.describe_organization()["Organization"]
        with reading("ListAccounts"):
            pages = client.get_paginator("list_accounts").paginate()
            rows = [row for page in pages for row in page["Accounts"]]
    except Unreadable as unread:
        if unread.code == NO_ORGANIZATION:
            return None
        raise
    return Organization(found["Id"], worker.split(":")[1], worker.split(":")[4], tuple(_member(row) for row in rows))


def _member(row: Mapping[str, Any]) -> Member:
    """AWS is replacing an account's Status with its State (Organizations API reference, Account)."""
    return Member(row["Id"], plain(row.get("Name", "")), row.get("State") or row.get("Status", UNKNOWN))


def plain(name: str) -> str:
    """A name that somebody chose, on one short line without control and direction characters."""
    return " ".join("".join(each if each.isprintable() else " " for each in name).split())[:NAME_KEPT]
