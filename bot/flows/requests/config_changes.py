"""Changes made outside Latchkey: to its catalog since the last start, and to the members of approvers' user groups."""

import json
from collections.abc import Mapping
from dataclasses import fields
from hashlib import sha256

from bot.domain.catalog import Catalog
from bot.domain.errors import Refused
from bot.domain.events import LATCHKEY, Tag
from bot.flows import access, refresh
from bot.flows.context import Context

CATALOG = "catalog"  # the flag that holds what the catalog was


class CatalogWatch:
    """Compares once in the life of a process, because a catalog is read when it starts."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._done = False

    def record(self) -> int:
        """Record what was added, removed and changed as an audit event. Returns how many events."""
        if self._done:
            return 0
        is_now, now = snapshot(self._context.catalog), self._context.clock.now()
        with self._context.work.begin() as tx:
            tx.set_flag(f"{CATALOG}/lock", "")  # two workers that start together compare one after the other
            was: dict[str, str] = json.loads(tx.flag(CATALOG) or "{}")
            facts = difference(was, is_now)
            if facts:
                tx.set_flag(CATALOG, json.dumps(is_now))
                tx.record(Tag.CATALOG_CHANGED, CATALOG, by=LATCHKEY, at=now, facts=facts)
        self._done = True
        return int(bool(facts))


def snapshot(catalog: Catalog) -> dict[str, str]:
    """A digest by id: "entitlements/reports-read", "approvers/platform", and the settings that have no id."""
    found: dict[str, object] = {}
    for each in fields(catalog):
        value = getattr(catalog, each.name)
        rows = value.items() if isinstance(value, Mapping) else [("", value)]
        found |= {f"{each.name}/{name}".rstrip("/"): row for name, row in rows}
    return {name: sha256(repr(row).encode()).hexdigest()[:16] for name, row in found.items()}


def difference(was: Mapping[str, str], is_now: Mapping[str, str]) -> dict[str, str]:
    kept = was.keys() & is_now.keys()
    ids = {
        "added": is_now.keys() - was.keys(),
        "removed": was.keys() - is_now.keys(),
        "changed": {each for each in kept if was[each] != is_now[each]},
    }
    return {word: ", ".join(sorted(each)) for word, each in ids.items() if each}


def usergroups(context: Context) -> int:
    """An audit event for each user group of approvers whose members changed. Open requests show it as well."""
    groups = {each for group in context.catalog.approvers.values() for each in group.usergroups}
    return sum(_usergroup(context, each) for each in sorted(groups))


def _usergroup(context: Context, usergroup: str) -> bool:
    try:
        is_now = context.people.members_of([usergroup])
    except Refused:  # Slack does not say: at the next run
        return False
    now, name = context.clock.now(), f"usergroup/{usergroup}"
    with context.work.begin() as tx:
        tx.set_flag(f"{name}/lock", "")
        known = tx.flag(name)
        was = frozenset(known.split()) if known is not None else is_now
        if known is None or was != is_now:
            tx.set_flag(name, " ".join(sorted(is_now)))
        if was == is_now:
            return False
        facts = {"joined": " ".join(sorted(is_now - was)), "left": " ".join(sorted(was - is_now))}
        tx.record(Tag.USERGROUP_CHANGED, usergroup, by=LATCHKEY, at=now, facts=facts)
        for request in tx.requests.open_all():
            entitlement = context.catalog.entitlements.get(request.entitlement)
            groups = access.groups_asked(context.catalog, entitlement, request) if entitlement else ()
            if any(usergroup in each.usergroups for each in groups):
                refresh.request(tx, request.id)
    return True
