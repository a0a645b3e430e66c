"""Who may assume an account's roles: the worker alone, from another account only with the external id."""

import re

from bot.aws.documents import Document, document, iam_arn
from bot.domain.catalog import Account
from bot.domain.errors import LatchkeyError

PRINCIPAL = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):iam::(?P<account>\d{12}):(root|(user|role)/[\w+=,.@/-]+)", re.ASCII
)
EXAMPLE = "--principal arn:aws:iam::111122223333:role/latchkey-worker"


def principal_of(account: Account, named: str | None) -> str:
    """The ARN that the trust policies name: `--principal`, or the root of the account that the worker runs in.

    Offline, an account with an external_id is another one than the worker's. Raises LatchkeyError.
    """
    if named is None:
        if account.external_id:
            raise LatchkeyError(
                f"[accounts.{account.name}] has an external_id, so the worker runs in another account; name the user "
                f"or role that it runs on, like {EXAMPLE}"
            )
        return iam_arn(account, "root")
    found = PRINCIPAL.fullmatch(named)
    if found is None:
        raise LatchkeyError(
            f"{named!r} is not the ARN of an IAM user or role; name what the worker runs on, like {EXAMPLE} (the ARN "
            "of a session, …:assumed-role/…, is not the ARN of its role)"
        )
    if found["partition"] != account.partition:
        raise LatchkeyError(
            f"{named} lies in the partition {found['partition']}, but [accounts.{account.name}] is in "
            f"{account.partition}; nobody can assume a role in another partition"
        )
    if found["account"] != account.id and not account.external_id:
        raise LatchkeyError(
            f"{named} lies in account {found['account']}, but [accounts.{account.name}] is {account.id} and has no "
            "external_id; set one in the catalog, so that nobody else can use the worker to reach this account"
        )
    return named


def trust(account: Account, principal: str) -> Document:
    """Of the Reader, the Issuer, the Responder and the Deleter."""
    condition = {"Condition": {"StringEquals": {"sts:ExternalId": account.external_id}}} if account.external_id else {}
    return document(
        {
            "Sid": "LatchkeyWorker",
            "Effect": "Allow",
            "Principal": {"AWS": principal},
            "Action": "sts:AssumeRole",
            **condition,
        },
        {"Sid": "WhoAsked", "Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:SetSourceIdentity"},
    )
