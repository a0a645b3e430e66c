"""The tests' catalog: one account, one group of approvers, a key of each sort, and a session."""

from datetime import timedelta

from bot.domain.catalog import Account, Approvers, Catalog, Entitlement, Kind
from bot.domain.ids import AccountName
from tests.fakes import BOB, DAVE

MAIN = Account(AccountName("main"), "123456789012", boundary_arn="arn:aws:iam::123456789012:policy/latchkey/boundary")
POLICY = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject",'
    '"Resource":"arn:aws:s3:::reports/*"}]}'
)


def entitlement(name: str, **changes: object) -> Entitlement:
    row: dict[str, object] = {
        "id": name,
        "title": name.replace("-", " "),
        "account": "main",
        "kind": Kind.ACCESS_KEY,
        "max_duration": timedelta(days=30),
        "approvers": "platform",
        "policy": POLICY,
    }
    return Entitlement(**{**row, **changes})  # type: ignore[arg-type]


def catalog(*more: Entitlement) -> Catalog:
    rows = (
        entitlement("reports-read"),
        entitlement("reports-two", approvals=2),
        entitlement("reports-bob", requesters=(BOB,)),
        entitlement("reports-coded", mfa=True),
        entitlement(
            "reports-session",
            kind=Kind.SESSION,
            policy=None,
            role_arn="arn:aws:iam::123456789012:role/reports",
            max_duration=timedelta(hours=8),
            instead_of=("reports-read",),
        ),
        *more,
    )
    return Catalog(
        admins=(BOB,),
        collect_within=timedelta(hours=72),
        decide_within=timedelta(hours=72),
        accounts={MAIN.name: MAIN},
        approvers={"platform": Approvers("platform", users=(BOB, DAVE), usergroups=("S0PLATFORM",), channel="C01OPS")},
        entitlements={each.id: each for each in rows},
    )
