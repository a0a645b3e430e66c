"""Sentences about managed policies that someone edited: an account's boundary, and those in `policy_arns`."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.catalog import Entitlement
from bot.domain.ids import AccountName
from bot.domain.policies.managed_policy import MISSING, KnownPolicy
from bot.slack.text.formatting import escape, moment, named

FIND_OUT = "CloudTrail shows who did it: look for CreatePolicyVersion and SetDefaultPolicyVersion."
TITLES_MOST = 10


def boundary(account: AccountName, row: KnownPolicy) -> str:
    where = f"the permissions boundary of the AWS account {escape(account)}"
    if row.digest == MISSING.digest:
        what = f"AWS no longer has `{escape(row.arn)}`, {where}."
    else:
        what = f"`{escape(row.arn)}`, {where}, doesn't match the catalog. {_version(row)}"
    return (
        f":warning: {what} Live keys can do what the policy now allows, and nobody can collect a new one. Replace it "
        f"with the policy Boundary printed by `latchkey iam --account {escape(account)}`."
    )


def boundary_right(account: AccountName, row: KnownPolicy) -> str:
    return (
        f":white_check_mark: `{escape(row.arn)}`, the permissions boundary of the AWS account {escape(account)}, "
        f"matches the catalog again. {_version(row)}"
    )


def policy(account: AccountName, row: KnownPolicy, gives: Sequence[Entitlement]) -> str:
    titles = [named(each, each.id) for each in gives]
    more = f" and {len(titles) - TITLES_MOST} more" if len(titles) > TITLES_MOST else ""
    given = f" It already applies to live keys of {', '.join(titles[:TITLES_MOST])}{more}." if titles else ""
    what = "It's gone." if row.digest == MISSING.digest else _version(row)
    older = f"version {escape(row.before)}" if row.before else "what was approved"
    by, way_out = ("AWS", "name another policy in the catalog") if by_aws(row) else ("Someone", "make that the default")
    return (
        f":warning: {by} changed `{escape(row.arn)}` in the AWS account {escape(account)}. {what}{given} Compare it "
        f"with {older}. If it gives too much, {way_out}, or revoke those grants."
    )


def by_aws(row: KnownPolicy) -> bool:
    """A policy that AWS manages; nobody else can edit it."""
    return row.arn.split(":")[4] == "aws"


def changed_again(account: AccountName, row: KnownPolicy) -> str:
    return (
        f":information_source: `{escape(row.arn)}` in the AWS account {escape(account)} has changed again; a "
        "newer message says how."
    )


def _version(row: KnownPolicy) -> str:
    made = f", created {moment(datetime.fromisoformat(row.made_at))}" if row.made_at else ""
    return (
        f"Its default version is {escape(row.version)}{made}."
        if row.version
        else "AWS doesn't say which version is the default."
    )
