"""Who may assume an account's roles: the worker alone, from another account only with the external id."""

import re

from bot.aws.accounts import LATCHKEY
from bot.aws.policies import Document, document, iam_arn
from bot.domain.catalog import Account
from bot.domain.errors import LatchkeyError
from bot.domain.session import SESSION_NAMES

PRINCIPAL = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):iam::(?P<account>\d{12}):(root|(user|role)/[\w+=,.@/-]+)", re.ASCII
)
PEOPLE = ["U*", "W*"]  # Slack's user ids
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
    return _trust(account, principal, {}, {})


def session_trust(account: Account, principal: str) -> Document:
    """Of the roles that people get sessions of: each session says whose it is, and by whom it was asked for.

    The doctor tries the role in Latchkey's own name, with a session that may do nothing.
    """
    person = {"sts:SourceIdentity": [*PEOPLE, LATCHKEY]}
    return _trust(account, principal, {"sts:RoleSessionName": f"{SESSION_NAMES}*", **person}, person)


def _trust(account: Account, principal: str, session: Document, identity: Document) -> Document:
    """`sts:RoleSessionName` belongs to AssumeRole alone, the identity to both calls."""
    known = {"StringEquals": {"sts:ExternalId": account.external_id}} if account.external_id else {}
    return document(
        _let_in("LatchkeyWorker", principal, "sts:AssumeRole", known | _like(session)),
        _let_in("WhoAsked", principal, "sts:SetSourceIdentity", _like(identity)),
    )


def _like(keys: Document) -> Document:
    return {"StringLike": keys} if keys else {}


def _let_in(sid: str, principal: str, action: str, condition: Document) -> Document:
    found = {"Condition": condition} if condition else {}
    return {"Sid": sid, "Effect": "Allow", "Principal": {"AWS": principal}, "Action": action, **found}
