"""Naming: which access key id stands in a slot of the report. Asked of AWS only where something was found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.catalog import Account
from bot.domain.errors import AwsError
from bot.domain.hygiene import LastUsed
from bot.domain.ids import AccessKeyId
from bot.domain.inventory import FoundKey, whole
from bot.ports import Iam, KeySeen

GONE = "AWS lists no key of this user that was made then: it has gone since the report, or was changed"
TWINS = "two keys of this user were made in the same second"


@dataclass(frozen=True, slots=True)
class Naming:
    """For one reading of an account. `report_at` is the report's: a key made later cannot be in it."""

    iam: Iam
    account: Account
    report_at: datetime
    now: datetime
    fresh: Callable[[], str]

    def name(self, user: str, keys: Sequence[FoundKey], known: Sequence[FoundKey]) -> tuple[FoundKey, ...] | None:
        """The slots with their ids where exactly one key fits, and the keys beyond the slots.

        None: AWS did not answer. `known` are the user's keys as the ledger has them.
        """
        try:
            listed = self.iam.keys_of(self.account, user)
        except AwsError:
            return None
        rows = [each for each in listed or () if whole(each.created_at) <= self.report_at]
        slots = tuple(_named(each, keys, rows) for each in keys)
        beyond = _beyond(slots, rows, known)
        return (*slots, *(self._seen(user, each, known) for each in beyond))

    def _seen(self, user: str, row: KeySeen, known: Sequence[FoundKey]) -> FoundKey:
        """The report says nothing about it, so its use is asked for by itself."""
        found = next((each for each in known if each.access_key_id == row.id and each.slot is None), None)
        if found is None:
            made, name = whole(row.created_at), self.account.name
            found = FoundKey(self.fresh(), name, user, None, made, row.active, self.now, self.now, row.id)
        return replace(found, active=row.active, seen_at=self.now).with_use(self._use(row.id))

    def _use(self, key: AccessKeyId) -> LastUsed | None:
        try:
            return self.iam.last_used(self.account, key)
        except AwsError:
            return None


def _named(key: FoundKey, keys: Sequence[FoundKey], rows: Sequence[KeySeen]) -> FoundKey:
    """Two that fit are as good as none: what cannot be told apart is told, and never acted upon."""
    fits = [each for each in rows if whole(each.created_at) == key.created_at]
    if len(fits) == 1 and sum(each.created_at == key.created_at for each in keys) == 1:
        return replace(key, access_key_id=fits[0].id, active=fits[0].active, unclear=None)
    return replace(key, access_key_id=None, unclear=TWINS if fits else GONE)


def _beyond(slots: Sequence[FoundKey], rows: Sequence[KeySeen], known: Sequence[FoundKey]) -> list[KeySeen]:
    """Keys that stand in no slot. Beside a slot that nothing fits, only those that were known as such before."""
    shown = {each.created_at for each in slots}
    others = [each for each in rows if whole(each.created_at) not in shown]
    if all(each.unclear != GONE for each in slots):
        return others
    before = {each.access_key_id for each in known if each.slot is None}
    return [each for each in others if each.id in before]
