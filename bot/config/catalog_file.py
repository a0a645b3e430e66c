"""The catalog file: parse TOML into the domain's Catalog, or list every mistake with file, table and key."""

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.config import catalog_arns as arns
from bot.config import catalog_auto_approve as auto_approve
from bot.config import catalog_rules as rules
from bot.config.catalog_auto_approve import AutoApproveRow
from bot.config.catalog_schema import (
    AccountRow,
    ApproversRow,
    EntitlementRow,
    HygieneRow,
    Row,
    TopRow,
    groups_in,
    people_in,
)
from bot.domain.catalog import Account, Approvers, Catalog, Entitlement, Hygiene, Kind
from bot.domain.errors import CatalogError
from bot.domain.ids import AccountName, EntitlementId, SlackUserId

TABLES = {"accounts": dict, "approvers": dict, "entitlements": list, auto_approve.TABLE: list, "hygiene": dict}
WORDS = {
    "missing": "is missing",
    "string_type": "must be text in quotes",
    "bool_type": "must be true or false, without quotes",
    "int_type": "must be a whole number, without quotes",
    "tuple_type": 'must be a list, like ["…"]',
}

AnyRow = TypeVar("AnyRow", bound=Row)
AnyPart = TypeVar("AnyPart", Account, Approvers, Entitlement, Hygiene)


def load(path: Path) -> Catalog:
    """Raises CatalogError with every mistake in the file."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as wrong:
        raise CatalogError((f"{path}: isn't TOML: {wrong}; correct that line, texts between quotes",)) from None
    except UnicodeDecodeError:
        raise CatalogError((f"{path}: isn't UTF-8; save it as UTF-8",)) from None
    except OSError as wrong:
        why = f"can't be read ({wrong.strerror}); set CATALOG_FILE to the path of your catalog"
        raise CatalogError((f"{path}: {why}",)) from None
    return _Reading(str(path), raw).catalog()


class _Reading:
    """One pass over one file. A table with mistakes is None: it exists, but isn't checked further."""

    def __init__(self, file: str, raw: dict[str, Any]) -> None:
        self.file, self.raw, self.mistakes = file, raw, list[str]()

    def catalog(self) -> Catalog:
        for name, kind in TABLES.items():
            if not isinstance(self.raw.get(name, kind()), kind):
                self.say(name, "", f"must be [[{name}]] tables" if kind is list else f"must be a [{name}] table")
                self.raw[name] = kind()
        top = self.read(TopRow, "the top level", {key: value for key, value in self.raw.items() if key not in TABLES})
        accounts = {name: self.read(AccountRow, f"[accounts.{name}]", row) for name, row in self.tables("accounts")}
        groups = {name: self.read(ApproversRow, f"[approvers.{name}]", row) for name, row in self.tables("approvers")}
        rows = [(_title(at, row), self.read(EntitlementRow, _title(at, row), row)) for at, row in self.entitlements()]
        decide = [(at, self.read(AutoApproveRow, _rule(at), row)) for at, row in self.listed(auto_approve.TABLE)]
        hygiene = self.read(HygieneRow, "[hygiene]", self.raw.get("hygiene", {}))
        self.judge(accounts, groups, rows)
        self.judge_rules(decide, rows)
        if self.mistakes or top is None or hygiene is None:
            raise CatalogError(tuple(self.mistakes))
        written = {str(raw["id"]): str(raw["max_duration"]) for _, raw in self.entitlements()}
        return _build(top, accounts, groups, rows, decide, hygiene, written)

    def tables(self, name: str) -> Iterable[tuple[str, Any]]:
        return dict(self.raw.get(name, {})).items()

    def entitlements(self) -> Iterable[tuple[int, Any]]:
        return self.listed("entitlements")

    def listed(self, name: str) -> Iterable[tuple[int, Any]]:
        return enumerate(self.raw.get(name, []), start=1)

    def say(self, table: str, key: str, sentence: str) -> None:
        self.mistakes.append(f"{self.file}: {table}: {key} {sentence}" if key else f"{self.file}: {table}: {sentence}")

    def read(self, model: type[AnyRow], table: str, row: Any) -> AnyRow | None:
        if not isinstance(row, dict):
            self.say(table, "", "must be a table")
            return None
        try:
            return model.model_validate(row)
        except ValidationError as wrong:
            for error in wrong.errors():
                self.say(table, _key(error), _sentence(error, model))
            return None

    def judge(
        self,
        accounts: Mapping[str, AccountRow | None],
        groups: Mapping[str, ApproversRow | None],
        rows: list[tuple[str, EntitlementRow | None]],
    ) -> None:
        kinds = self.kinds()
        raw = [row for _, row in self.entitlements() if isinstance(row, dict)]
        offering = [row.get("account") for row in raw if row.get("kind") == Kind.ACCESS_KEY]
        for name, account in accounts.items():
            if account is not None:
                self.say_all(f"[accounts.{name}]", rules.of_account(name, account, offers_key=name in offering))
        for name, sentence in rules.without_external_id(accounts, [row.get("account") for row in raw]):
            self.say(f"[accounts.{name}]", "external_id", sentence)
        for name, group in groups.items():
            if group is not None:
                self.say_all(f"[approvers.{name}]", rules.of_approvers(name, group, groups))
        for table, row in rows:
            if row is not None:
                self.say_all(table, rules.of_entitlement(row))
                self.say_all(table, rules.between(row, accounts, groups, kinds))
        for name in accounts:
            for table, key, sentence in arns.mixed(_tables(name, accounts, rows)):
                self.say(table, key, sentence)
        self.twice("the id of an entitlement", [row.id for _, row in rows if row is not None])
        self.twice("the id of an account", [row.id for row in accounts.values() if row is not None])

    def judge_rules(
        self, decide: Iterable[tuple[int, AutoApproveRow | None]], rows: Iterable[tuple[str, EntitlementRow | None]]
    ) -> None:
        known: dict[str, EntitlementRow | None] = dict.fromkeys(self.kinds())
        known |= {row.id: row for _, row in rows if row is not None}
        for at, rule in decide:
            if rule is not None:
                self.say_all(_rule(at), auto_approve.of_rule(rule, known))

    def say_all(self, table: str, faults: Iterable[rules.Fault]) -> None:
        for key, sentence in faults:
            self.say(table, key, sentence)

    def kinds(self) -> dict[str, Kind | None]:
        """From the raw rows, so that a reference to an entitlement with mistakes isn't reported as another mistake."""
        known = {str(kind): kind for kind in Kind}
        raw = (row for _, row in self.entitlements() if isinstance(row, dict))
        return {str(row.get("id")): known.get(str(row.get("kind"))) for row in raw}

    def twice(self, what: str, names: list[str]) -> None:
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.mistakes.append(f"{self.file}: {name!r} is {what} twice; give each its own")


def _tables(
    name: str, accounts: Mapping[str, AccountRow | None], rows: Iterable[tuple[str, EntitlementRow | None]]
) -> arns.Tables:
    own = accounts[name]
    mine = [(title, row) for title, row in rows if row is not None and row.account == name]
    return [*([(f"[accounts.{name}]", own)] if own else []), *mine]


def _title(at: int, row: Any) -> str:
    name = row.get("id") if isinstance(row, dict) else None
    return f"[[entitlements]] {name or f'number {at}'}"


def _rule(at: int) -> str:
    return f"[[{auto_approve.TABLE}]] number {at}"


def _key(error: ErrorDetails) -> str:
    """The key, and for a list the index of the value: users[2]."""
    return "".join(f"[{part + 1}]" if isinstance(part, int) else str(part) for part in error["loc"])


def _sentence(error: ErrorDetails, model: type[Row]) -> str:
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(_key(error), model.model_fields, n=1)
        hint = f"did you mean {near[0]}?" if near else f"the keys are {', '.join(model.model_fields)}"
        return f"isn't a key that Latchkey knows; {hint}"
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    return WORDS.get(error["type"], error["msg"])


def _build(
    top: TopRow,
    accounts: Mapping[str, AccountRow | None],
    groups: Mapping[str, ApproversRow | None],
    rows: list[tuple[str, EntitlementRow | None]],
    decide: list[tuple[int, AutoApproveRow | None]],
    hygiene: HygieneRow,
    written: Mapping[str, str],
) -> Catalog:
    return Catalog(
        admins=tuple(map(SlackUserId, top.admins)),
        collect_within=top.collect_within,
        decide_within=top.decide_within,
        accounts={
            AccountName(name): _part(
                Account,
                row,
                name=name,
                partition=arns.partition_of(_tables(name, accounts, rows)),
                revoke_sessions=bool(row.responder_role_arn) if row.revoke_sessions is None else row.revoke_sessions,
            )
            for name, row in accounts.items()
            if row
        },
        approvers={name: _part(Approvers, row, name=name) for name, row in groups.items() if row},
        entitlements={
            EntitlementId(row.id): _part(
                Entitlement,
                row,
                requesters=people_in(row.requesters),
                requester_groups=groups_in(row.requesters),
                longest_as_written=written[row.id],
            )
            for _, row in rows
            if row
        },
        auto_approve=tuple(auto_approve.rule(at, row) for at, row in decide if row),
        hygiene=_part(Hygiene, hygiene, workdays=hygiene.weekdays),
        watch_channels=top.watch_channels,
    )


def _part(kind: type[AnyPart], row: Row, **more: object) -> AnyPart:
    """Field names match the domain's, so values are passed through, except those in `more`."""
    values: dict[str, Any] = {**dict(row), **more}
    return kind(**{each.name: values[each.name] for each in fields(kind)})
