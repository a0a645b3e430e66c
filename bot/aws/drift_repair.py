"""Put back what somebody changed by hand on the user of a grant: its policies, its boundary, its tags."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from bot.aws.boundary import check_boundary
from bot.aws.errors import writing
from bot.aws.users import Sleep, is_ours, renew_policies
from bot.domain.catalog import Catalog
from bot.domain.drift import DifferenceKind
from bot.ports import UserSpec

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


def boundary(client: "IAMClient", catalog: Catalog, spec: UserSpec, sleep: Sleep) -> None:
    """Only ever the catalog's own, and only while it is the printed one."""
    check_boundary(client, catalog, spec.account)
    is_ours(client, spec, sleep, only="latchkey:expires", bounded=False)
    with writing("PutUserPermissionsBoundary"):
        client.put_user_permissions_boundary(
            UserName=spec.grant.iam_user, PermissionsBoundary=spec.account.boundary_arn or ""
        )


def tags(client: "IAMClient", _catalog: Catalog, spec: UserSpec, sleep: Sleep) -> None:
    """Not the tag that says whose user it is: a user that lacks it is no longer known to be this grant's."""
    is_ours(client, spec, sleep)


MENDS: Mapping[DifferenceKind, Callable[["IAMClient", Catalog, UserSpec, Sleep], None]] = {
    DifferenceKind.POLICY: renew_policies,
    DifferenceKind.BOUNDARY: boundary,
    DifferenceKind.TAGS: tags,
}
