"""What AWS says about a leaked key: the IAM user that has it, and whether a pasted pair is accepted. One call each."""

import re
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSPreparedRequest
from botocore.httpsession import URLLib3Session

from bot.aws.accounts import Accounts
from bot.aws.errors import GONE, Heard, code_of, reading
from bot.domain import sts_proof
from bot.domain.catalog import Account
from bot.domain.errors import Unreadable
from bot.domain.ids import AccessKeyId
from bot.domain.sts_proof import Caller, Proof

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

SECONDS = 5  # to connect, and to answer
REFUSED = frozenset({400, 403})
ANSWER_MOST = 65_536  # bytes
ACCOUNT = re.compile(rb"<Account>(\d{12})</Account>")
ARN = re.compile(rb"<Arn>(arn:aws[a-z-]*:(?:iam|sts)::\d{12}:[!-;=?-~]{1,600})</Arn>")
CODE = re.compile(rb"<Code>(\w{1,64})</Code>")
NOT_THE_KEY = frozenset({b"RequestExpired", b"Throttling", b"ThrottlingException"})
"""Refusals that say nothing about the pair."""


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
    """Send the signed request as it is, once. None if AWS refuses the pair. Raises Unreadable."""
    request = AWSPreparedRequest("POST", _url(accounts, proof), proof.headers, sts_proof.BODY, False)  # type: ignore[arg-type]
    session = URLLib3Session(timeout=SECONDS)
    try:
        answer: Any = session.send(request)
        body = bytes(answer.content)[:ANSWER_MOST]
    except Heard as error:
        raise Unreadable("GetCallerIdentity", code_of(error)) from None
    finally:
        session.close()
    return _read(int(answer.status_code), body)


def _read(status: int, body: bytes) -> Caller | None:
    account, arn, code = ACCOUNT.search(body), ARN.search(body), CODE.search(body)
    if status == 200 and account and arn and arn[1].split(b":")[4] == account[1]:
        return Caller(account[1].decode(), arn[1].decode())
    if status in REFUSED and code and code[1] not in NOT_THE_KEY:
        return None
    raise Unreadable("GetCallerIdentity", code[1].decode() if code else f"HTTP{status}")


def _url(accounts: Accounts, proof: Proof) -> str:
    """AWS_ENDPOINT_URL if it is set. The signature names the real host, whoever carries the request."""
    found: str = accounts.sts_in(proof.region).meta.endpoint_url
    return f"{found.rstrip('/')}/"
