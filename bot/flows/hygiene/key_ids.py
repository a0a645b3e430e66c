"""Match the report's slots to access key ids. AWS is only asked about users with findings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.catalog import Account
from bot.domain.errors import AwsError
from bot.domain.hygiene.inventory import FoundKey, whole
from bot.domain.ids import AccessKeyId
from bot.domain.usage.last_used import LastUsed
from bot.ports import Iam, KeySeen

CHANGED = "AWS lists no key of this user that was made then, but another one"
TWINS = "two keys of this user were made in the same second"


@dataclass(frozen=True, slots=True)
class Naming:
    """For one reading of an account. A key created after `report_at` can't be in the report."""

    iam: Iam
    account: Account
    report_at: datetime
    now: datetime
    fresh: Callable[[], str]

    def name(self, user: str, keys: Sequence[FoundKey], known: Sequence[FoundKey]) -> tuple[FoundKey, ...] | None:
        """The slots, with their ids where exactly one key matches, and the keys beyond the slots.

        A slot whose key was deleted since the report is left out. None: AWS didn't answer. `known` are the user's keys
        in the ledger.
        """
        try:
            listed = self.iam.keys_of(self.account, user)
        except AwsError:
            return None
        rows = [each for each in listed or () if whole(each.created_at) <= self.report_at]
        shown, hidden = {each.created_at for each in keys}, {each.access_key_id for each in known if each.slot is None}
        beyond = [each for each in rows if whole(each.created_at) not in shown]
        strangers = [each for each in beyond if each.id not in hidden]
        slots = [_named(each, keys, rows) for each in keys]
        if any(each.unclear == CHANGED for each in slots):
            if strangers:  # any of these may be the slot's
                beyond = [each for each in beyond if each.id in hidden]
            else:
                slots = [each for each in slots if each.unclear != CHANGED]
        return (*slots, *(self._seen(user, each, known) for each in beyond))

    def _seen(self, user: str, row: KeySeen, known: Sequence[FoundKey]) -> FoundKey:
        """A key that isn't in the report: ask for its use separately."""
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
    """If two keys match, report the ambiguity and do nothing."""
    fits = [each for each in rows if whole(each.created_at) == key.created_at]
    if len(fits) == 1 and sum(each.created_at == key.created_at for each in keys) == 1:
        return replace(key, access_key_id=fits[0].id, active=fits[0].active, unclear=None)
    return replace(key, access_key_id=None, unclear=TWINS if fits else CHANGED)
