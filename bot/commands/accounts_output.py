"""What `latchkey accounts` prints. All but the new tables is a comment, so the whole output is TOML."""

import json
from collections.abc import Iterable, Iterator, Mapping

from bot.domain.catalog import Account, Catalog
from bot.domain.hygiene.organization import Compared, Member, Organization, external_id

KEYS = ("id", "boundary_arn", "reader_role_arn", "issuer_role_arn", "responder_role_arn", "external_id")


def as_toml(organization: Organization, compared: Compared, catalog: Catalog) -> None:
    for line in _comments(organization, compared, catalog):
        print(f"# {line}".rstrip())
    for each in compared.missing:
        print(f"\n{table(each, compared.names[each.id])}")


def as_json(organization: Organization, compared: Compared, catalog: Catalog) -> None:
    by_id = {each.id: each.name for each in catalog.accounts.values()}
    told = {
        "organization": organization.id,
        "in_catalog": [_told(member.id, member.name, account=account.name) for account, member in compared.known],
        "missing": [_told(each.id, compared.names[each.id], account=each.name) for each in compared.missing],
        "closed": [_told(each.id, each.name, account=by_id.get(each.id), state=each.state) for each in compared.closed],
        "not_in_organization": [_told(each.id, None, account=each.name) for each in compared.elsewhere],
        "toml": "\n\n".join(table(each, compared.names[each.id]) for each in compared.missing),
    }
    print(json.dumps(told, indent=2, ensure_ascii=False))


def _told(id_: str, name: str | None, **more: str | None) -> dict[str, str | None]:
    return {"id": id_, "name": name, **more}


def table(account: Account, name: str) -> str:
    """Its table in the catalog. Each value is written as JSON, which TOML reads as a basic string."""
    lines = [f"[accounts.{account.name}]  # {name}"]
    lines += [f"{key} = {json.dumps(value)}" for key in KEYS if (value := getattr(account, key)) is not None]
    return "\n".join(lines)


def _comments(organization: Organization, compared: Compared, catalog: Catalog) -> Iterator[str]:
    by_id = {each.id: each.name for each in catalog.accounts.values()}
    known, missing, closed = len(compared.known), len(compared.missing), len(compared.closed)
    counts = f"{known} in the catalog, {missing} not, {closed} inactive"
    yield f"Organization {organization.id} has {_accounts(known + missing + closed)}: {counts}."
    yield from _list("In the catalog", ((each.name, member.id, member.name) for each, member in compared.known))
    yield from _list("Not in the catalog, so their keys are unknown",
        ((each.name, each.id, compared.names[each.id]) for each in compared.missing))  # fmt: skip
    yield from _list("Suspended, closed or not yet active", (_state(each, by_id) for each in compared.closed))
    yield from _list("In the catalog, but not in this organization",
        ((each.name, each.id, "") for each in compared.elsewhere))  # fmt: skip
    yield ""
    if not missing:
        yield "The catalog has every active account of the organization."
        return
    yield "To add them (guide: Deployment, A whole organization):"
    yield f"  1. Deploy their roles by a StackSet with ExternalId={external_id(organization, catalog)}"
    yield "  2. Append these tables to the catalog, and deploy the worker's own template again."
    yield "  3. Run `latchkey doctor`."


def _state(member: Member, by_id: Mapping[str, str]) -> tuple[str, str, str]:
    return by_id.get(member.id, "-"), member.id, f"{member.name} ({member.state})"


def _list(title: str, rows: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    rows = tuple(rows)
    if not rows:
        return
    yield from ("", f"{title}:")
    wide = max(len(name) for name, _, _ in rows)
    yield from (f"  {name:{wide}}  {id_}  {aws}" for name, id_, aws in rows)


def _accounts(many: int) -> str:
    return f"{many} account{'' if many == 1 else 's'}"
