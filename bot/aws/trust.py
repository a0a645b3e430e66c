"""Trust policies: only the worker may assume an account's roles, from another account only with the external id."""

import re

from bot.aws.accounts import LATCHKEY
from bot.aws.policies import Document, document, iam_arn
from bot.domain.catalog import Account
from bot.domain.errors import LatchkeyError
from bot.domain.issuing.session import SESSION_NAMES

PRINCIPAL = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):iam::(?P<account>\d{12}):(root|(user|role)/[\w+=,.@/-]+)", re.ASCII
)
PEOPLE = ["U*", "W*"]  # Slack user ids
EXAMPLE = "--principal arn:aws:iam::111122223333:role/latchkey-worker"


def principal_of(account: Account, named: str | None) -> str:
    """The ARN for trust policies: `--principal`, or the root of the account that the worker runs in.

    No call is made, so an account with an external_id is taken for another account than the worker's. Raises
    LatchkeyError.
    """
    if named is None:
        if account.external_id:
            raise LatchkeyError(
                f"[accounts.{account.name}] has an external_id, so the worker runs in another account; pass the user "
                f"or role that it runs as, like {EXAMPLE}"
            )
        return iam_arn(account, "root")
    found = PRINCIPAL.fullmatch(named)
    if found is None:
        raise LatchkeyError(
            f"{named!r} isn't the ARN of an IAM user or role; pass what the worker runs as, like {EXAMPLE} (the ARN "
            "of a session, …:assumed-role/…, isn't the ARN of its role)"
        )
    if found["partition"] != account.partition:
        raise LatchkeyError(
            f"{named} is in the partition {found['partition']}, but [accounts.{account.name}] is in "
            f"{account.partition}; a role can't be assumed from another partition"
        )
    if found["account"] != account.id and not account.external_id:
        raise LatchkeyError(
            f"{named} is in account {found['account']}, but [accounts.{account.name}] is {account.id} and has no "
            "external_id; set one in the catalog, so that no one else can use the worker to reach this account"
        )
    return named


def trust(account: Account, principal: str) -> Document:
    """For the Reader, the Issuer, the Responder and the Deleter."""
    return _trust(account, principal, {}, {})


def session_trust(account: Account, principal: str) -> Document:
    """For roles of people's sessions: each session must name its owner and the person who asked for it.

    The doctor tries the role in Latchkey's own name, with a session without permissions.
    """
    person = {"sts:SourceIdentity": [*PEOPLE, LATCHKEY]}
    return _trust(account, principal, {"sts:RoleSessionName": f"{SESSION_NAMES}*", **person}, person)


def _trust(account: Account, principal: str, session: Document, identity: Document) -> Document:
    """`sts:RoleSessionName` only exists for AssumeRole, the source identity for both calls."""
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
