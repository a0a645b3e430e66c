"""What AWS says about a leaked key: the IAM user that has it, and whether a pasted pair is accepted. One call each."""

import re
from functools import partial
from typing import TYPE_CHECKING

from bot.aws.accounts import Accounts
from bot.aws.errors import GONE, reading
from bot.domain.catalog import Account
from bot.domain.errors import Unreadable
from bot.domain.ids import AccessKeyId
from bot.domain.leaks import sts_proof
from bot.domain.leaks.sts_proof import Caller, Proof

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest
    from mypy_boto3_iam import IAMClient

GLOBAL = "sts.amazonaws.com"
TOOL = "Latchkey"  # CloudTrail shows this call among those of the leaked key
ARN = re.compile(r"arn:aws[a-z-]*:(?:iam|sts)::(\d{12}):[!-~]{1,600}", re.ASCII)
REFUSED = frozenset({"InvalidClientTokenId", "SignatureDoesNotMatch", "IncompleteSignature", "AccessDenied"})
"""The key is unknown or Inactive, or the secret isn't its own. Any other answer says nothing about the pair."""


def user_of(accounts: Accounts, account: Account, key: AccessKeyId) -> str | None:
    """The IAM user that has this key, or None if AWS says that no user of the account has it. Raises Unreadable."""
    client = accounts.reader(account)
    try:
        with reading("GetAccessKeyLastUsed"):
            found = client.get_access_key_last_used(AccessKeyId=key).get("UserName")
    except Unreadable as unknown:
        if unknown.code == GONE:
            return None
        raise
    if not found:
        raise Unreadable("GetAccessKeyLastUsed", "NoUserName")
    return found


def arn_of(accounts: Accounts, account: Account, user: str) -> str | None:
    """With its path; None if it is gone. Raises Unreadable."""
    client: IAMClient = accounts.reader(account)
    try:
        with reading("GetUser"):
            return client.get_user(UserName=user)["User"]["Arn"]
    except Unreadable as unknown:
        if unknown.code == GONE:
            return None
        raise


def caller_of(accounts: Accounts, proof: Proof) -> Caller | None:
    """Send the signed request once, as it is. None if AWS refuses the pair. Raises Unreadable."""
    client = accounts.unsigned_sts(proof.region)
    client.meta.events.register("before-send.sts.GetCallerIdentity", partial(_as_signed, proof))
    try:
        with reading("GetCallerIdentity"):
            answer = client.get_caller_identity()
    except Unreadable as unread:
        if unread.code in REFUSED:
            return None
        raise
    finally:
        client.close()
    found = ARN.fullmatch(answer.get("Arn", ""))
    if found is None or found[1] != answer.get("Account"):
        raise Unreadable("GetCallerIdentity", "NoCallerInAnswer")
    return Caller(found[1], found[0])


def _as_signed(proof: Proof, request: "AWSPreparedRequest", **_: object) -> None:
    """The signature names the regional host, also where AWS_ENDPOINT_URL or an old setting leads elsewhere."""
    for name, value in proof.headers.items():
        request.headers[name] = value
    request.headers["User-Agent"] = TOOL
    request.body, request.url = sts_proof.BODY, request.url.replace(f"//{GLOBAL}/", f"//{proof.host}/")
