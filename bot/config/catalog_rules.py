"""Rules between the keys of a table and between tables, checked once each value is valid."""

import json
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from bot.config.catalog_arns import THREE_ROLES, account_in, arns_of_account, arns_of_entitlement
from bot.config.catalog_schema import AccountRow, ApproversRow, EntitlementRow, groups_in
from bot.domain.catalog import Kind
from bot.domain.policies.forbidden_services import NEVER_OFFERED

INLINE_LIMIT = 2048  # non-blank characters in all inline policies of an IAM user together (IAM quotas)
# The maximum size of Latchkey's own Denies (tests/config/test_catalog_sizes.py checks it).
LEASE_OVER, OUTSIDE_ADDRESSES, OUTSIDE_ENDPOINTS, OUTSIDE_BOTH, OTHER_ROLES, CODE = 180, 170, 185, 70, 85, 150
IN_A_LIST = 3  # quotes and a comma
POLICIES_PER_USER = 10  # managed policies attached to one IAM user
ACCOUNT_NAME = 50  # characters: together with a date it names a message in the outbox
SHORTEST_SESSION = 900  # seconds, AssumeRole's minimum

Fault = tuple[str, str]  # key, sentence


def of_account(name: str, row: AccountRow, *, offers_key: bool) -> Iterator[Fault]:
    if len(name) > ACCOUNT_NAME:
        yield "", f"has a name of {len(name)} characters; use at most {ACCOUNT_NAME}"
    roles = {key: getattr(row, key) for key in THREE_ROLES}
    for key, arn in arns_of_account(row):
        if account_in(arn) != row.id:
            yield key, f"{arn} is in account {account_in(arn)}, but this account is {row.id}"
    for key, other in (("sso_start_url", "sso_region"), ("sso_region", "sso_start_url")):
        if getattr(row, key) is None and getattr(row, other) is not None:
            yield key, f"is missing: {other} needs it"
    if not offers_key:
        return
    if row.boundary_arn is None:
        yield "boundary_arn", "is missing: the account offers an access key; latchkey iam prints the boundary to create"
    if any(roles.values()):
        for key in (key for key, arn in roles.items() if arn is None):
            yield key, "is missing: set all three roles, or none to use Latchkey's own credentials in its own account"


def without_external_id(
    accounts: Mapping[str, AccountRow | None], offering: Iterable[object]
) -> Iterator[tuple[str, str]]:
    """Account and sentence.

    Only the worker's own account works without an external id, so at most one account may omit it.

    No call is made: it is the account without roles that offers something, otherwise the one whose roles have no id.
    """
    bare = {name: row for name, row in accounts.items() if row and row.external_id is None}
    reached = [name for name, row in bare.items() if any(getattr(row, key) for key in THREE_ROLES)]
    own = next((name for name in bare if name not in reached and name in set(offering)), None)
    if own is None and len(reached) < 2:
        return
    others = f"[accounts.{own}] already is that one" if own else "there are several here"
    for name in reached:
        yield (
            name,
            (
                f"is missing: only the roles of the worker's own account need none, and {others}; set it here and "
                "in the roles' trust policies"
            ),
        )


def of_approvers(name: str, row: ApproversRow, groups: Iterable[str]) -> Iterator[Fault]:
    if not row.users and not row.usergroups and not row.silent:
        yield "users", "is empty and so is usergroups, so no one could approve; name at least one"
    elif not row.usergroups and not row.channel and set(row.users) <= set(row.silent):
        yield "silent", "leaves no one to send a request to; name someone else in users, or add a channel"
    if row.escalate_to is not None and (row.escalate_to not in groups or row.escalate_to == name):
        yield "escalate_to", f"{row.escalate_to!r} isn't another group; write the name of an [approvers.…] table"


def of_entitlement(row: EntitlementRow) -> Iterator[Fault]:
    yield from _of_session(row) if row.kind is Kind.SESSION else _of_access_key(row)
    if row.ticket_url is not None and row.ticket is None:
        yield "ticket_url", "needs ticket: write the regular expression that a ticket matches"
    if row.break_glass is not None and row.break_glass > row.max_duration:
        yield "break_glass", "is longer than max_duration; an emergency can't give more than an ordinary request"
    if row.policy is not None:
        yield from (("policy", fault) for fault in _policy(row, row.policy))


def between(
    row: EntitlementRow,
    accounts: Mapping[str, AccountRow | None],
    groups: Mapping[str, ApproversRow | None],
    kinds: Mapping[str, Kind | None],
) -> Iterator[Fault]:
    """A None is a table with mistakes of its own: it exists, but isn't checked further."""
    if row.account not in accounts:
        yield "account", f"{row.account!r} doesn't exist; write the name of an [accounts.…] table"
    if row.approvers not in groups:
        yield "approvers", f"{row.approvers!r} doesn't exist; write the name of an [approvers.…] table"
    yield from _latchkeys_own(row, accounts.values())
    for other in row.instead_of if row.kind is Kind.SESSION else ():
        if other not in kinds:
            yield "instead_of", f"{other!r} doesn't exist; write the id of another entitlement"
        elif kinds[other] is Kind.SESSION:
            yield "instead_of", f"{other!r} is a session itself; name access keys"
    account, group = accounts.get(row.account), groups.get(row.approvers)
    if account is not None:
        yield from _in_account(row, account)
    people = frozenset((*group.users, *group.silent)) if group is not None else frozenset[str]()
    if group is not None and not group.usergroups and people:
        yield from _satisfiable(row, people)


def _of_session(row: EntitlementRow) -> Iterator[Fault]:
    if row.role_arn is None:
        yield "role_arn", "is missing: a session is made by assuming a role; write its ARN"
    for key in ("policy_arns", "services", "may_assume", "rotate_every"):
        if getattr(row, key):
            yield key, "is for access keys; a session takes its permissions from its role and expires on its own"
    if row.mfa:
        yield "mfa", "is for access keys; for a session, write the condition into its role's trust policy"
    for key, span in (("max_duration", row.max_duration), ("break_glass", row.break_glass)):
        if span is not None and span.total_seconds() < SHORTEST_SESSION:
            yield key, "is too short: AWS sessions last at least 900 seconds; write 15m or more"


def _of_access_key(row: EntitlementRow) -> Iterator[Fault]:
    for key in ("role_arn", "instead_of"):
        if getattr(row, key):
            yield key, 'is for sessions; leave it out, or write kind = "session"'
    if row.policy is None and not row.policy_arns:
        yield "policy", "is missing: write a policy, or policy_arns with services"
    if row.policy is not None and row.policy_arns:
        yield "policy_arns", "can't be used together with policy; keep one of them"
    if row.policy_arns and not row.services:
        yield "services", "is missing: policy_arns needs it, so that the boundary can be printed without network access"
    if len(row.policy_arns) > POLICIES_PER_USER:
        yield "policy_arns", f"has {len(row.policy_arns)}; an IAM user can have at most {POLICIES_PER_USER}"


def _in_account(row: EntitlementRow, account: AccountRow) -> Iterator[Fault]:
    for key, arn in arns_of_entitlement(row):
        if key != "may_assume" and account_in(arn) not in {account.id, "aws"}:
            yield key, f"{arn} is in account {account_in(arn)}, but {row.account} is {account.id}"


def _latchkeys_own(row: EntitlementRow, accounts: Iterable[AccountRow | None]) -> Iterator[Fault]:
    """People never get the roles that Latchkey itself uses, and the Responder may write on no role of its own."""
    own = {arn for each in accounts if each for key, arn in arns_of_account(each) if key.endswith("role_arn")}
    for key, arn in arns_of_entitlement(row):  # may_assume accepts patterns, and IAM's `*` also matches slashes
        for role in sorted(each for each in own if fnmatchcase(each, arn)):
            yield key, f"{role} is a role that Latchkey itself uses; name a role that is made for people"


def _satisfiable(row: EntitlementRow, users: frozenset[str]) -> Iterator[Fault]:
    askers = {""} if groups_in(row.requesters) else frozenset(row.requesters) or {""}
    if all(len(users - {asker}) < row.approvals for asker in askers):
        yield (
            "approvals",
            f"is {row.approvals}, but {row.approvers!r} has too few people; add some",
        )


def _policy(row: EntitlementRow, text: str) -> Iterator[str]:
    try:
        document = json.loads(text)
    except ValueError as wrong:
        yield f"isn't JSON ({wrong}); paste an IAM policy document between single quotes"
        return
    statements = _statements(document)
    if statements is None:
        yield 'isn\'t an IAM policy; it needs "Version": "2012-10-17" and "Statement" with Effect, Action and Resource'
        return
    size, fits = sum(not sign.isspace() for sign in text), INLINE_LIMIT - denies_size(row)
    if size > fits:
        mend = "shorten it" if row.kind is Kind.SESSION else "use managed policies in policy_arns instead"
        yield f"has {size} non-blank characters, but only {fits} fit next to Latchkey's own Denies; {mend}"
    if row.kind is Kind.ACCESS_KEY:
        yield from _reach(statements, may_assume=bool(row.may_assume))


def denies_size(row: EntitlementRow) -> int:
    """Maximum number of non-blank characters in the Denies of this entitlement."""
    both = OUTSIDE_BOTH if row.source_ips and row.source_vpces else 0
    size = LEASE_OVER + OTHER_ROLES + both + _listed(row.may_assume) + (CODE if row.mfa else 0)
    size += OUTSIDE_ADDRESSES + _listed(row.source_ips) if row.source_ips else 0
    return size + (OUTSIDE_ENDPOINTS + _listed(row.source_vpces) if row.source_vpces else 0)


def _listed(words: Iterable[object]) -> int:
    return sum(len(str(each)) + IN_A_LIST for each in words)


def _statements(document: Any) -> list[dict[str, Any]] | None:
    if not isinstance(document, dict) or document.get("Version") != "2012-10-17":
        return None
    found = document.get("Statement")
    rows: list[Any] = found if isinstance(found, list) else [found]
    return rows if rows and all(_is_statement(each) for each in rows) else None


def _is_statement(row: Any) -> bool:
    return (
        isinstance(row, dict)
        and row.get("Effect") in {"Allow", "Deny"}
        and ("Action" in row) != ("NotAction" in row)
        and ("Resource" in row) != ("NotResource" in row)
        and "Principal" not in row
    )


def _reach(statements: list[dict[str, Any]], *, may_assume: bool) -> Iterator[str]:
    """The boundary allows the named services only, so an Allow must name them."""
    for row in (each for each in statements if each["Effect"] == "Allow"):
        if "NotAction" in row:
            yield "allows by NotAction; list the actions, so that the boundary can name their services"
            continue
        actions = row["Action"] if isinstance(row["Action"], list) else [row["Action"]]
        for action in map(str, actions):
            service, found, _ = action.lower().partition(":")
            if not found or "*" in service or "?" in service:
                yield f"allows {action!r}; name each service, like s3:*"
            elif service in NEVER_OFFERED and not (service == "sts" and may_assume):
                yield f"allows {action!r}; {service} can't be offered: {NEVER_OFFERED[service]}"
