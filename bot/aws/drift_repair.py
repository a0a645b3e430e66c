"""Repair what someone changed outside Latchkey on a grant's user: its policies, its boundary, its tags."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from bot.aws.boundary import check_boundary
from bot.aws.errors import writing
from bot.aws.users import Sleep, is_ours, renew_policies
from bot.domain.catalog import Catalog
from bot.domain.drift.difference import DifferenceKind
from bot.ports import UserSpec

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


def boundary(client: "IAMClient", catalog: Catalog, spec: UserSpec, sleep: Sleep) -> None:
    """Attach the catalog's own boundary, and only if AWS still has it as printed."""
    check_boundary(client, catalog, spec.account)
    is_ours(client, spec, sleep, only="latchkey:expires", bounded=False)
    with writing("PutUserPermissionsBoundary"):
        client.put_user_permissions_boundary(
            UserName=spec.grant.iam_user, PermissionsBoundary=spec.account.boundary_arn or ""
        )


def tags(client: "IAMClient", _catalog: Catalog, spec: UserSpec, sleep: Sleep) -> None:
    """Restore tags, except the one that identifies the grant: without it, the user no longer counts as this grant's."""
    is_ours(client, spec, sleep)


MENDS: Mapping[DifferenceKind, Callable[["IAMClient", Catalog, UserSpec, Sleep], None]] = {
    DifferenceKind.POLICY: renew_policies,
    DifferenceKind.BOUNDARY: boundary,
    DifferenceKind.TAGS: tags,
}
