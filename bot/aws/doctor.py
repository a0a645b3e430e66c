"""The checks that `latchkey doctor` makes of an account. Each problem is a sentence that ends with how to fix it."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.aws.accounts import Accounts
from bot.aws.boundary import DIFFERS, NOT_NAMED, check_boundary
from bot.aws.cloudtrail import AwsTrail
from bot.aws.credential_report import MAKE_IT, NOT_YET
from bot.aws.errors import GONE, reading
from bot.aws.policies import INLINE_CHARACTERS, boundary_too_long, denies, inline_size, keys_in, may_assume
from bot.aws.session_roles import DOCTOR, attempt, lets_in, not_revocable, too_open, too_powerful, unbounded
from bot.aws.users import user_quota
from bot.domain.catalog import Account, Catalog, Kind
from bot.domain.errors import AwsError, BoundaryDiffers, LatchkeyError, Unreadable
from bot.domain.ids import AccessKeyId
from bot.domain.usage.key_usage import TrailUnread, Unread, home_region

WARN_AT = 0.8
LATEST = datetime.max.replace(tzinfo=UTC)  # every time is written with the same number of characters
NO_KEY = "AKIA0000000000000000"  # CloudTrail shows no event of it
NOBODY = "latchkey-doctor"  # no such user: AWS says so only to callers with the permission
NOT_A_URL = "AWS_ENDPOINT_URL isn't a URL; write one like https://host, or remove it"
ANSWERS = NOT_YET | MAKE_IT | {GONE}

CREDENTIALS = {
    "NoCredentialsError": "the worker has no AWS credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
    "or run it with a role",
    "PartialCredentialsError": "the worker's AWS credentials are incomplete; set AWS_ACCESS_KEY_ID and "
    "AWS_SECRET_ACCESS_KEY",
    "EndpointConnectionError": "AWS doesn't answer; check the network, and AWS_ENDPOINT_URL if it is set",
    "SignatureDoesNotMatch": "AWS rejects the signature; copy AWS_SECRET_ACCESS_KEY again, or correct the host's clock",
    "ProfileNotFound": "the profile in AWS_PROFILE doesn't exist; correct it, or remove it",
}
CREDENTIALS |= dict.fromkeys(
    ("ConnectTimeoutError", "ReadTimeoutError", "ConnectionClosedError", "ProxyConnectionError"),
    CREDENTIALS["EndpointConnectionError"],
)


class AccountFault(LatchkeyError):
    """`mistakes` lists every problem of the account, each with how to fix it."""

    def __init__(self, *mistakes: str) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = mistakes


def lost_without_roles(account: Account) -> tuple[str, ...]:
    """What an account gives up if it names none of the three roles."""
    if account.reader_role_arn or account.issuer_role_arn or account.responder_role_arn:
        return ()
    said = (
        f"[accounts.{account.name}] names no roles, so the worker acts with its own credentials: no call is limited to "
        "one IAM user, and CloudTrail shows the worker instead of the person who asked (no SourceIdentity); create "
        f"the roles Reader, Issuer and Responder of `latchkey iam --account {account.name}` and name them there"
    )
    return (said,)


def warnings_of(catalog: Catalog, account: Account, accounts: Accounts) -> tuple[str, ...]:
    """Settings that work but grant more than necessary, and rights whose lack leaves findings out. Raises AwsError."""
    roles = _session_roles(catalog, account) if account.revoke_sessions else []
    return (*(unbounded(accounts, account, roles) if roles else ()), *_unseen(account, accounts))


def _unseen(account: Account, accounts: Accounts) -> Iterator[str]:
    try:
        with reading("ListServiceSpecificCredentials"):
            accounts.reader(account).list_service_specific_credentials(AllUsers=True, MaxItems=1)
    except Unreadable as unknown:
        yield f"Bedrock keys and other service-specific credentials are unknown: {_unread(account, unknown)}"
    client = accounts.reader(account)
    of_user = {"GetUser": client.get_user, "GetLoginProfile": client.get_login_profile}
    calls = {name: partial(call, UserName=NOBODY) for name, call in of_user.items()}
    yield from (f"leaked keys can't be looked up and checked: {each}" for each in _refused(account, calls))
    if account.usage:
        yield from _no_usage(account, AwsTrail(accounts))


def _no_usage(account: Account, trail: AwsTrail) -> Iterator[str]:
    """A throttle proves the right."""
    try:
        trail.events(account, AccessKeyId(NO_KEY), home_region(account), datetime.now(UTC) - timedelta(days=1), None)
    except TrailUnread as unknown:
        if unknown.why is not Unread.THROTTLED:
            yield (
                f"where keys are used is unknown: {_unread(account, unknown)}, or set usage = false in "
                f"[accounts.{account.name}]"
            )


def check_account(catalog: Catalog, account: Account, accounts: Accounts | None = None) -> str:
    """What is in order, as text. Raises AccountFault with what isn't."""
    made = accounts or Accounts()
    caller, arn = _caller(made)
    wrong = tuple(_wrong_account(account, caller))  # whatever else would fail, would fail because of it
    if faults := wrong or tuple(_roles(catalog, account, made, arn)):
        raise AccountFault(*faults)
    said, faults = _users(account, made)
    faults = (*_boundary(catalog, account, made), *_sizes(catalog, account), *_inventory(account, made), *faults)
    if faults := (*faults, *_sessions(catalog, account, made)):
        raise AccountFault(*faults)
    return f"{'roles' if account.reader_role_arn else arn}, {'boundary and ' if account.boundary_arn else ''}{said}"


def _caller(accounts: Accounts) -> tuple[str, str]:
    try:
        with reading("GetCallerIdentity"):
            answer = accounts.sts().get_caller_identity()
    except ValueError:  # botocore's error for an endpoint that isn't a URL
        raise AccountFault(NOT_A_URL) from None
    except Unreadable as unknown:
        other = f"AWS rejects the worker's credentials ({unknown.code}); set a valid key, or use a role"
        raise AccountFault(CREDENTIALS.get(unknown.code, other)) from None
    return answer["Account"], answer["Arn"]


def _wrong_account(account: Account, caller: str) -> Iterator[str]:
    if account.reader_role_arn is None and caller != account.id:
        yield (
            f"the worker's credentials belong to account {caller}, the catalog says {account.id}; correct the id, or "
            f"set reader_role_arn, issuer_role_arn, responder_role_arn and external_id in [accounts.{account.name}]"
        )
    if account.reader_role_arn is not None and caller != account.id and account.external_id is None:
        yield (
            f"the worker's credentials belong to account {caller}, [accounts.{account.name}] says {account.id}; if "
            "that is a mistake, correct the id and the ARNs there; if the account really is another one than the "
            "worker's, set external_id there and in the trust policies of its roles"
        )


def _roles(catalog: Catalog, account: Account, accounts: Accounts, arn: str) -> Iterator[str]:
    """Assume each role once with a session that has no permissions; the Reader is kept for the rest of the check."""
    for role in (account.issuer_role_arn, account.responder_role_arn, account.deleter_role_arn):
        if role is not None:
            yield from _assumable(account, role, arn, "Trust", partial(attempt, accounts, account, role))
    for role in _session_roles(catalog, account):
        yield from _assumable(
            account, role, arn, "SessionTrust", partial(attempt, accounts, account, role, name=DOCTOR)
        )
    if account.reader_role_arn is not None:
        yield from _assumable(account, account.reader_role_arn, arn, "Trust", lambda: accounts.reader(account))
    if account.external_id is not None:
        for role in (account.reader_role_arn, account.issuer_role_arn, account.responder_role_arn):
            if role is not None and lets_in(accounts, replace(account, external_id=None), role):
                yield (
                    f"{role} can be assumed without the external id, so anyone who can use the worker reaches this "
                    f"account; give the role the policy Trust of `latchkey iam --account {account.name}`"
                )


def _session_roles(catalog: Catalog, account: Account) -> list[str]:
    mine = (each for each in catalog.entitlements.values() if each.account == account.name)
    return sorted({each.role_arn for each in mine if each.kind is Kind.SESSION and each.role_arn})


def _sessions(catalog: Catalog, account: Account, accounts: Accounts) -> Iterator[str]:
    for role in _session_roles(catalog, account):
        yield from too_open(accounts, account, role)
        try:
            yield from too_powerful(accounts.reader(account), role)
            if account.revoke_sessions:
                yield from not_revocable(accounts, account, role)
        except AwsError as error:
            yield _unread(account, error)


def _assumable(account: Account, role: str, arn: str, trust: str, assume: Callable[[], object]) -> Iterator[str]:
    try:
        assume()
    except AwsError as error:
        yield (
            f"{role} can't be assumed by {arn} ({error.code}); "
            f"{'deploy latchkey-iam.yaml and use a key of its user latchkey, or ' * (trust == 'Trust')}give the role "
            f"the policy {trust} and the worker the policy Worker of `latchkey iam --account {account.name}`"
        )


def _boundary(catalog: Catalog, account: Account, accounts: Accounts) -> Iterator[str]:
    printed = f"`latchkey iam --account {account.name}`, key Boundary"
    if account.boundary_arn is None and not keys_in(catalog, account):
        return
    try:
        check_boundary(accounts.reader(account), catalog, account)
    except BoundaryDiffers as fault:
        yield {
            NOT_NAMED: f"boundary_arn of [accounts.{account.name}] is missing; create the policy of {printed}",
            GONE: f"the policy {account.boundary_arn} doesn't exist; create it from {printed}",
            DIFFERS: f"the policy {account.boundary_arn} isn't what this catalog needs; replace it with {printed}",
        }[fault.code]
    except AwsError as error:
        yield _unread(account, error)


def _sizes(catalog: Catalog, account: Account) -> Iterator[str]:
    if said := boundary_too_long(catalog, account):
        yield said
    roles = may_assume(keys_in(catalog, account))
    for each in keys_in(catalog, account):
        allow = inline_size(json.loads(each.policy)) if each.policy else 0
        size = allow + inline_size(denies(each, LATEST, roles))
        if size > INLINE_CHARACTERS:
            yield (
                f"the inline policies of {each.id} have {size} characters; IAM allows {INLINE_CHARACTERS}; "
                "use managed policies in policy_arns, or fewer source_ips and source_vpces"
            )


def _users(account: Account, accounts: Accounts) -> tuple[str, tuple[str, ...]]:
    try:
        users, most = user_quota(accounts.reader(account))
    except AwsError as error:
        return "", (_unread(account, error),)
    if users >= most:
        return "", (f"the account is full: {users} of {most} IAM users; delete unused ones",)
    near = "; that is near the quota: delete unused ones" if users >= most * WARN_AT else ""
    return f"{users} of {most} IAM users{near}", ()


def _inventory(account: Account, accounts: Accounts) -> Iterator[str]:
    """Make each call of an inventory once."""
    client = accounts.reader(account)
    details = client.get_account_authorization_details
    calls: dict[str, Callable[[], object]] = {
        "GenerateCredentialReport": client.generate_credential_report,
        "GetCredentialReport": client.get_credential_report,
        "GetAccountAuthorizationDetails": partial(details, Filter=["User"], MaxItems=1),
        "ListAccessKeys": partial(client.list_access_keys, UserName=NOBODY),
    }
    yield from _refused(account, calls)


def _refused(account: Account, calls: Mapping[str, Callable[[], object]]) -> Iterator[str]:
    """Any answer except a refusal proves the permission."""
    for name, call in calls.items():
        try:
            with reading(name):
                call()
        except Unreadable as unknown:
            if unknown.code not in ANSWERS:
                yield _unread(account, unknown)


def _unread(account: Account, error: AwsError) -> str:
    key = "Reader" if account.reader_role_arn else "Worker"
    return f"AWS refused {error.call} ({error.code}); compare with `latchkey iam --account {account.name}`, key {key}"
