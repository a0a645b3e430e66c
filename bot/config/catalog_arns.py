"""The ARNs in a catalog: which key holds which, and their accounts and partitions."""

from collections.abc import Iterable, Iterator

from bot.config.catalog_schema import AccountRow, EntitlementRow

THREE_ROLES = ("reader_role_arn", "issuer_role_arn", "responder_role_arn")
Tables = list[tuple[str, AccountRow | EntitlementRow]]  # of one account, by title, its own first


def arns_of_account(row: AccountRow) -> Iterator[tuple[str, str]]:
    for key in ("boundary_arn", *THREE_ROLES, "deleter_role_arn"):
        if arn := getattr(row, key):
            yield key, arn


def arns_of_entitlement(row: EntitlementRow) -> Iterator[tuple[str, str]]:
    if row.role_arn:
        yield "role_arn", row.role_arn
    yield from (("policy_arns", arn) for arn in row.policy_arns)
    yield from (("may_assume", arn) for arn in row.may_assume)


def partition_of(tables: Tables) -> str:
    """The partition in the first ARN of the account or its entitlements: aws, aws-cn or aws-us-gov."""
    return next((partition_in(arn) for _, row in tables for _, arn in _arns(row)), "aws")


def mixed(tables: Tables) -> Iterator[tuple[str, str, str]]:
    """Title, key and sentence for each ARN in another partition: an account's roles and policies are all in one."""
    wanted = partition_of(tables)
    for title, row in tables:
        for key, arn in _arns(row):
            if partition_in(arn) != wanted:
                yield title, key, f"{arn} is in the partition {partition_in(arn)}, but this account is in {wanted}"


def _arns(row: AccountRow | EntitlementRow) -> Iterable[tuple[str, str]]:
    return arns_of_account(row) if isinstance(row, AccountRow) else arns_of_entitlement(row)


def account_in(arn: str) -> str:
    return arn.split(":")[4]


def partition_in(arn: str) -> str:
    return arn.split(":")[1]
