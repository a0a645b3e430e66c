"""Choose a key, issued or found: by its id or its IAM user, or from a list of what the caller holds.

The list has those that the verb can do something with. It is skipped when there is only one.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.domain.catalog import Catalog
from bot.domain.errors import Reason, Refused
from bot.domain.hygiene.inventory import FoundKey
from bot.domain.ids import AccessKeyId, AccountName, GrantId, SlackUserId
from bot.domain.lifecycle import GrantState
from bot.flows import access, queries
from bot.flows.adopted import held as found_keys
from bot.flows.adopted.held import FoundView
from bot.flows.queries import GrantView
from bot.ports import Transaction
from bot.slack.context import Deps
from bot.slack.ids import Block
from bot.slack.text import labels
from bot.slack.text.formatting import as_typed
from bot.slack.text.hygiene import found_keys as text
from bot.slack.ui import blocks, cards
from bot.slack.ui.blocks import Json

TYPED_MOST = 200  # characters; an access key id has 128 at most, an IAM user's name 64
KEY = re.compile(r"A[KS]IA[A-Z0-9]{12,124}", re.ASCII)
OPEN = {GrantState.APPROVED, GrantState.ACTIVE}
CUT = re.compile(r"(?:A[KS]IA)?(?:…|\.{2,3})([A-Z0-9]{2,16})", re.ASCII)

Held = GrantView | FoundView


@dataclass(frozen=True, slots=True)
class Verb:
    """What a command can do, for its list of choices; and why there is none."""

    issued: Callable[[Deps, GrantView], bool]
    found: Callable[[Deps, FoundView, SlackUserId], bool]
    none: Reason


def held(deps: Deps, by: SlackUserId) -> tuple[GrantView, ...]:
    """Newest first, uncollected ones included."""
    now = deps.clock.now()
    return tuple(each for each in queries.grants_of(deps.work, owner=by) if each.grant.state_at(now) in OPEN)


def key_of(written: str) -> AccessKeyId:
    """A key id as people type or paste it."""
    return AccessKeyId(written.strip().strip("`").upper())


def whole(deps: Deps, by: SlackUserId, written: str) -> str:
    """The whole id of the key that was named: by its id, a cut one like AKIA…K7, or its IAM user. Raises Refused.

    Among several, the one that the caller holds is meant. A key of somebody else's fits for those who decide in its
    account: anybody else could find out whole ids, one character after another. What names no key is returned as it was
    typed.
    """
    typed = as_typed(written).strip().strip("`")[:TYPED_MOST]
    if not typed or KEY.fullmatch(key_of(typed)):
        return key_of(typed)
    cut = CUT.fullmatch(key_of(typed))
    access.member(deps.people, by)
    with deps.work.begin() as tx:
        issued = tx.credentials.ending_in(cut[1]) if cut else ()
        rows = [(str(each.access_key_id), tx.grants.get(each.grant)) for each in issued]
        found = tx.inventory.ending_in(cut[1]) if cut else _of_user(tx, deps.catalog, typed)
        seen = {str(each.access_key_id): each.account for each in found if each.access_key_id}
    mine = {key for key, grant in rows if grant and grant.owner == by}
    mine |= seen.keys() & {str(each.key.access_key_id) for each in found_keys.of_person(deps, by)} if seen else set()
    of = seen | {key: grant.account for key, grant in rows if grant}
    fits = mine or {key for key, each in of.items() if _decides(deps, by, each)}
    if len(fits) > 1:
        raise Refused(Reason.SEVERAL_KEYS, key=typed, keys=sorted(mine))
    if not fits and cut:
        raise Refused(Reason.NOT_FOUND, key=typed)
    return fits.pop() if fits else typed


def _decides(deps: Deps, by: SlackUserId, account: AccountName) -> bool:
    return by in access.account_deciders(deps.people, deps.catalog, account)


def _of_user(tx: Transaction, catalog: Catalog, name: str) -> tuple[FoundKey, ...]:
    return tuple(
        key for each in queries.users_named(tx, catalog, name) for key in tx.inventory.keys(each.account, [each.name])
    )


def named(deps: Deps, written: str) -> Held:
    """By its whole id. Raises Refused."""
    if (granted := queries.grant_of_key(deps.work, AccessKeyId(written))) is not None:
        return granted
    with deps.work.begin() as tx:
        seen = tx.inventory.by_key(AccessKeyId(written))
        if seen is None or seen.account not in deps.catalog.accounts:
            raise Refused(Reason.NOT_FOUND, key=written)
        return found_keys.read(tx, deps.catalog, seen)


def choose(deps: Deps, by: SlackUserId, written: str, verb: Verb) -> Held | tuple[Held, ...]:
    """The key that was named, or those to choose from. Raises Refused when there is nothing to choose."""
    if written:
        return named(deps, written)
    grants, found = held(deps, by), found_keys.of_person(deps, by)
    mine: list[Held] = [*grants, *found]
    fit: list[Held] = [each for each in grants if verb.issued(deps, each)]
    fit += [each for each in found if verb.found(deps, each, by)]
    if not fit and len(mine) == 1:
        return mine[0]  # the verb itself says why not
    if not fit:
        raise Refused(verb.none if mine else Reason.NOTHING_HELD)
    return fit[0] if len(fit) == 1 else tuple(fit)


def chosen(deps: Deps, row: str) -> Held:
    """By the value of an option. Raises Refused."""
    with deps.work.begin() as tx:
        seen = tx.inventory.get(row)
        if seen is not None:
            return found_keys.read(tx, deps.catalog, seen)
    return queries.grant(deps.work, GrantId(row))


def field(deps: Deps, views: Sequence[Held]) -> Json:
    return blocks.select(Block.KEY, labels.WHICH_ONE, [_option(deps, each) for each in views])


def _option(deps: Deps, each: Held) -> Json:
    if isinstance(each, FoundView):
        title, about = text.option(each.user, each.key)
        return blocks.option(title, each.key.id, about)
    title, keys = cards.label(deps.catalog, each.grant, each.credentials)
    return blocks.option(title, each.grant.id, keys)
