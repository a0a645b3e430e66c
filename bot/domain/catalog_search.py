"""Find entitlements by what somebody types: by title, account and id."""

import difflib
from collections.abc import Iterable

from bot.domain.catalog import Catalog, Entitlement

ALIKE = 0.6  # of 1: how close a near miss has to be
NEAR_MOST = 3


def search(catalog: Catalog, offered: Iterable[Entitlement], typed: str) -> list[Entitlement]:
    """Those that have every word in their title, id, or account; whose id or title begins with it come first."""
    words = typed.casefold().split()
    found = [each for each in offered if all(word in _text(catalog, each) for word in words)]
    start = " ".join(words)
    return sorted(found, key=lambda each: not any(one.startswith(start) for one in _names(each)))


def named(offered: Iterable[Entitlement], typed: str) -> Entitlement | None:
    """The one with this id, or else with this title."""
    wanted, rows = typed.casefold(), list(offered)
    by_id = (each for each in rows if each.id.casefold() == wanted)
    return next(by_id, None) or next((each for each in rows if each.title.casefold() == wanted), None)


def near(offered: Iterable[Entitlement], typed: str) -> list[Entitlement]:
    """Those whose id or title somebody may have meant, the most likely first: what they began to type."""
    by_name = {name: each for each in offered for name in _names(each)}
    found = difflib.get_close_matches(typed.casefold(), by_name, n=2 * NEAR_MOST, cutoff=ALIKE)
    holding = [name for name in by_name if len(typed) > 2 and typed.casefold() in name]
    begun = [name for name in holding if name.startswith(typed.casefold())]
    rows = dict.fromkeys(by_name[each].id for each in [*begun, *found, *holding])
    ids = {each.id: each for each in by_name.values()}
    return [ids[each] for each in rows][:NEAR_MOST]


def _names(each: Entitlement) -> tuple[str, str]:
    return each.id.casefold(), each.title.casefold()


def _text(catalog: Catalog, each: Entitlement) -> str:
    account = catalog.account_of(each)
    return " ".join((*_names(each), account.name.casefold(), account.id))
