"""Found users and keys in the ledger, written in batches, and which account is scanned next."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, or_, select, update

from bot.domain.grant import GRANT_USER
from bot.domain.hygiene.account_report import NOT_NAMED, Standing
from bot.domain.hygiene.inventory import FoundKey, FoundUser, Named
from bot.domain.ids import AccessKeyId, AccountName
from bot.domain.ownership.owner import Ownership
from bot.domain.usage.last_used import LastUsed
from bot.ports import Reading
from bot.store import tables
from bot.store.built_once import built_once
from bot.store.dialect import insert_new, insert_or_update
from bot.store.insert_batch import Batch
from bot.store.rows import by_id, many, write
from bot.store.statement_methods import changes, row_of, rows_of
from bot.store.tables import found_key, found_user, reading

GROUPS = "subteam-"
STANDS = found_key.c.gone_at.is_(None)


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(reading.c.claimed_until.is_(None), reading.c.claimed_until <= now)


@built_once
def _due(accounts: Collection[AccountName], now: datetime) -> Select[Any]:
    late = (reading.c.due_at <= now, _free(now), reading.c.account.in_(accounts))
    return select(reading.c.account).where(*late).order_by(reading.c.due_at).limit(1)


def _user(account: AccountName, name: str) -> Update:
    return update(found_user).where(found_user.c.account == account, found_user.c.name == name)


class SqlInventory:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    # --- scans --------------------------------------------------------------------------------------------------

    @row_of(Reading)
    def reading(self, account: AccountName) -> Select[Any]:
        return select(reading).where(reading.c.account == account)

    def schedule_first(self, accounts: Iterable[AccountName], now: datetime) -> None:
        names = list(accounts)
        known = self._c.execute(select(reading.c.account).where(reading.c.account.in_(names))).scalars().all()
        for each in set(names) - set(known):
            insert_new(self._c, reading, write(Reading(each, now)))

    def due(self, accounts: Collection[AccountName], now: datetime) -> AccountName | None:
        found = self._c.execute(_due(accounts, now)).scalar()
        return AccountName(found) if found is not None else None

    @changes
    def claim(self, account: AccountName, now: datetime, until: datetime) -> Update:
        mine = update(reading).where(reading.c.account == account, _free(now))
        return mine.values(claimed_until=until)

    @changes
    def extend_claim(self, account: AccountName, held: datetime, until: datetime) -> Update:
        mine = update(reading).where(reading.c.account == account, reading.c.claimed_until == held)
        return mine.values(claimed_until=until)

    def store_reading(self, reading: Reading) -> None:
        insert_or_update(self._c, tables.reading, [write(reading)])

    # --- what was found -----------------------------------------------------------------------------------------

    def users(self, account: AccountName, names: Sequence[str]) -> Mapping[str, FoundUser]:
        return {each.name: each for each in self._users(account, names)}

    @rows_of(FoundUser)
    def _users(self, account: AccountName, names: Sequence[str]) -> Select[Any]:
        mine = (found_user.c.account == account, found_user.c.name.in_(names), found_user.c.gone_at.is_(None))
        return select(found_user).where(*mine)

    @rows_of(FoundUser)
    def named(self, accounts: Collection[AccountName], name: str) -> Select[Any]:
        mine = (found_user.c.account.in_(accounts), found_user.c.name == name, found_user.c.gone_at.is_(None))
        return select(found_user).where(*mine).order_by(found_user.c.account)

    @rows_of(FoundUser)
    def of_owner(self, owner: str) -> Select[Any]:
        mine = select(found_user).where(found_user.c.owner == owner, found_user.c.gone_at.is_(None))
        return mine.order_by(found_user.c.account, found_user.c.name)

    def owner_groups(self) -> tuple[str, ...]:
        groups = (found_user.c.owner >= GROUPS, found_user.c.owner < f"{GROUPS}~", found_user.c.gone_at.is_(None))
        return tuple(self._c.execute(select(found_user.c.owner).where(*groups).distinct()).scalars())

    def ending_in(self, last: str) -> tuple[FoundKey, ...]:
        mine = select(found_key).where(found_key.c.access_key_id.endswith(last, autoescape=True), STANDS)
        return many(self._c, FoundKey, mine.order_by(found_key.c.created_at))

    @rows_of(FoundUser)
    def with_unmatched_tags(self, account: AccountName, most: int) -> Select[Any]:
        told = (found_user.c.doubt.is_not(None), found_user.c.owner.is_not(None), found_user.c.gone_at.is_(None))
        mine = select(found_user).where(found_user.c.account == account, *told)
        return mine.order_by(found_user.c.name).limit(most)

    def lock(self, account: AccountName, name: str) -> FoundUser | None:
        self._c.execute(_user(account, name).values(seen_at=found_user.c.seen_at))
        return self.users(account, [name]).get(name)

    def set_owner(self, account: AccountName, name: str, whose: Ownership) -> None:
        said = {"owner": whose.owner, "owner_by": whose.by, "member_at": whose.member_at}
        self._c.execute(_user(account, name).values(said))

    @rows_of(FoundKey)
    def keys(self, account: AccountName, names: Sequence[str]) -> Select[Any]:
        mine = (found_key.c.account == account, found_key.c.user.in_(names), STANDS)
        return select(found_key).where(*mine).order_by(found_key.c.created_at)

    def issued_keys(self, account: AccountName, names: Sequence[str]) -> Mapping[str, tuple[Named, ...]]:
        grants, row = tables.grants, tables.credential
        ids = [each.removeprefix(GRANT_USER) for each in names if each.startswith(GRANT_USER)]
        held = select(row.c.grant, row.c.access_key_id, row.c.created_at, row.c.id).join(grants)
        known = (grants.c.id.in_(ids), grants.c.account == account, row.c.access_key_id.is_not(None))
        found: dict[str, tuple[Named, ...]] = {}
        for each in self._c.execute(held.where(*known, row.c.created_at.is_not(None))).mappings():
            name = f"{GRANT_USER}{each['grant']}"
            found[name] = (*found.get(name, ()), Named(each["access_key_id"], each["created_at"], each["id"]))
        return found

    @row_of(FoundKey)
    def by_key(self, key: AccessKeyId) -> Select[Any]:
        return select(found_key).where(found_key.c.access_key_id == key, STANDS)

    def any_key(self, account: AccountName) -> AccessKeyId | None:
        named = (found_key.c.account == account, found_key.c.access_key_id.is_not(None), STANDS)
        found = self._c.execute(select(found_key.c.access_key_id).where(*named).limit(1)).scalar()
        return AccessKeyId(found) if found else None

    def get(self, key: str) -> FoundKey | None:
        return by_id(self._c, FoundKey, found_key, key)

    def active_keys(self, account: AccountName) -> Iterator[Standing]:
        mine = (found_key.c.account == account, found_key.c.active, STANDS)
        owned = found_key.join(found_user)
        rows = select(found_key, found_user.c.owner).select_from(owned).where(*mine).order_by(found_key.c.created_at)
        for row in self._c.execute(rows).mappings():
            used = LastUsed(row["used_at"], row["used_service"], row["used_region"]) if row["used_known"] else None
            name = row["access_key_id"] or NOT_NAMED
            yield Standing(name, row["user"], row["owner"], row["created_at"], used)

    @rows_of(FoundKey)
    def ambiguous_keys(self, account: AccountName, most: int) -> Select[Any]:
        mine = (found_key.c.account == account, found_key.c.unclear.is_not(None), STANDS)
        return select(found_key).where(*mine).order_by(found_key.c.user).limit(most)

    def store(self, users: Sequence[FoundUser], keys: Sequence[FoundKey], gone: Sequence[str], at: datetime) -> None:
        if gone:  # first, because a new key may use the slot of one that is gone
            self._c.execute(update(found_key).where(found_key.c.id.in_(list(gone))).values(gone_at=at))
        insert_or_update(self._c, found_user, [write(each) for each in users])
        insert_or_update(self._c, found_key, [write(each) for each in keys])

    def mark_gone(self, account: AccountName, at: datetime) -> tuple[str, ...]:
        for table in (found_key, found_user):
            unseen = (table.c.account == account, table.c.seen_at < at, table.c.gone_at.is_(None))
            self._c.execute(update(table).where(*unseen).values(gone_at=at))
        gone = select(found_user.c.name).where(found_user.c.account == account, found_user.c.gone_at == at)
        return tuple(self._c.execute(gone).scalars())
