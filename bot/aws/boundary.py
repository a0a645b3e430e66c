"""Compare policy documents in AWS with the ones that this catalog prints."""

import hashlib
import json
from datetime import UTC
from typing import TYPE_CHECKING, Any

from bot.aws.errors import GONE, reading, writing
from bot.aws.policies import Document, boundary
from bot.domain.catalog import Account, Catalog
from bot.domain.errors import AwsRefused, BoundaryDiffers, Unreadable
from bot.domain.policies.managed_policy import MISSING, PolicySeen

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

DIFFERS, NOT_NAMED = "Differs", "NotNamed"
LISTS = ("Action", "NotAction", "Resource", "NotResource")


def check_boundary(client: "IAMClient", catalog: Catalog, account: Account) -> None:
    """Raises BoundaryDiffers (NotNamed, NoSuchEntity, Differs), or the error that prevented reading it."""
    if account.boundary_arn is None:
        raise BoundaryDiffers("GetPolicy", NOT_NAMED)
    try:
        found = _read(client, account.boundary_arn)
    except AwsRefused as refused:
        if refused.code == GONE:
            raise BoundaryDiffers("GetPolicy", GONE) from None
        raise
    if not same(found, boundary(catalog, account)):
        raise BoundaryDiffers("GetPolicy", DIFFERS)


def _read(client: "IAMClient", arn: str) -> Any:
    with writing("GetPolicy"):
        version = client.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    with writing("GetPolicyVersion"):
        return client.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


def policy_seen(client: "IAMClient", arn: str) -> PolicySeen:
    """See ports.Iam.policy_seen. Raises Unreadable."""
    try:
        with reading("GetPolicy"):
            version = client.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        with reading("GetPolicyVersion"):
            found = client.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
    except Unreadable as unknown:
        if unknown.code == GONE:
            return MISSING
        raise
    made_at = found.get("CreateDate")
    return PolicySeen(digest(found["Document"]), version, made_at.astimezone(UTC) if made_at else None)


def same(found: Any, wanted: Document) -> bool:
    """Whether two documents are equivalent: order, Sids, and a single value instead of a list don't matter."""
    try:
        return bool(plain(as_document(found)) == plain(wanted))
    except (ValueError, TypeError, AttributeError, KeyError):  # not a policy document
        return False


def as_document(found: Any) -> Any:
    """Parse a document that comes as text; boto3 has parsed most already. Raises ValueError."""
    return json.loads(found) if isinstance(found, str) else found


def plain(document: Any) -> tuple[Any, list[str]]:
    """A canonical form that is equal for equivalent documents.

    Raises various errors for anything that isn't a policy.
    """
    return document["Version"], sorted(json.dumps(statement(row), sort_keys=True) for row in rows_of(document))


def rows_of(document: Any) -> list[Any]:
    found = document["Statement"]
    return found if isinstance(found, list) else [found]


def statement(row: Any) -> dict[str, Any]:
    found = {key: value for key, value in row.items() if key != "Sid"}
    found |= {key: _listed(found[key]) for key in LISTS if key in found}
    for operator, keys in found.get("Condition", {}).items():
        found["Condition"] = found["Condition"] | {operator: {key: _listed(value) for key, value in keys.items()}}
    return found


def _listed(value: Any) -> list[str]:
    return sorted(set(value)) if isinstance(value, list) else [value]


def digest(document: Any) -> str:
    """A digest that is equal for equivalent documents."""
    try:
        said = repr(plain(document))
    except (TypeError, KeyError, AttributeError):  # not a policy document
        said = repr(document)
    return hashlib.sha256(said.encode()).hexdigest()[:16]
