"""An IAM policy document, as far as people need to understand it: its statements, with lists where IAM accepts both."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

ANY = "*"
LISTS_NAMES = frozenset({
    "athena:listdatacatalogs", "athena:listworkgroups", "cloudformation:liststacks", "cloudwatch:listdashboards",
    "cloudwatch:listmetrics", "dynamodb:listtables", "ec2:describeavailabilityzones", "ec2:describeregions",
    "ecs:listclusters", "eks:listclusters", "firehose:listdeliverystreams", "glue:listjobs", "iam:listaccountaliases",
    "kinesis:liststreams", "kms:listaliases", "kms:listkeys", "route53:listhostedzones", "s3:listallmybuckets",
    "secretsmanager:listsecrets", "sns:listtopics", "states:liststatemachines",
})  # fmt: skip
"""Actions that show names and no content, and that AWS allows on `*` alone, so that `*` says nothing about them.

They have the access level List and no resource type: https://docs.aws.amazon.com/service-authorization/latest/reference/
Only those that catalogs often name: an action that is missing here is shown as wider than it is, never as narrower.
"""


@dataclass(frozen=True, slots=True)
class Statement:
    """`except_actions` is NotAction, `except_resources` NotResource. Actions keep their case."""

    allows: bool
    actions: tuple[str, ...] = ()
    except_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    except_resources: tuple[str, ...] = ()
    condition_keys: tuple[str, ...] = ()

    @property
    def services(self) -> tuple[str, ...]:
        """In the order in which the actions name them; "*" for every service."""
        return tuple(dict.fromkeys(service_of(each) for each in (self.actions or self.except_actions)))


def statements(policy: str) -> tuple[Statement, ...]:
    """Empty for text that isn't a policy; the catalog is checked for that at boot."""
    try:
        document = json.loads(policy)
    except ValueError:
        return ()
    return statements_in(document)


def statements_in(document: object) -> tuple[Statement, ...]:
    """Of a document that is parsed already."""
    rows = document.get("Statement") if isinstance(document, dict) else None
    return tuple(_statement(each) for each in (rows if isinstance(rows, list) else [rows]) if isinstance(each, dict))


def service_of(action: str) -> str:
    return action.partition(":")[0].lower()


def lists_names(action: str) -> bool:
    return action.lower() in LISTS_NAMES


def name_of(action: str) -> str:
    """Without its service: GetObject."""
    return action.partition(":")[2] or ANY


def _statement(row: dict[str, Any]) -> Statement:
    condition = row.get("Condition")
    tests = condition.values() if isinstance(condition, dict) else ()
    keys = (key for test in tests if isinstance(test, dict) for key in test)
    return Statement(
        allows=row.get("Effect") == "Allow",
        actions=_texts(row.get("Action")),
        except_actions=_texts(row.get("NotAction")),
        resources=_texts(row.get("Resource")),
        except_resources=_texts(row.get("NotResource")),
        condition_keys=tuple(dict.fromkeys(keys)),
    )


def _texts(value: object) -> tuple[str, ...]:
    """IAM takes one string or a list of them."""
    found: Iterable[object] = value if isinstance(value, list) else [] if value is None else [value]
    return tuple(dict.fromkeys(str(each) for each in found))
