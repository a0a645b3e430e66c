"""A found key in its owner's list: what was found on it, who keeps it until when, and its buttons."""

from datetime import datetime

from bot.domain.adopted import Protection
from bot.domain.catalog import Catalog
from bot.domain.lifecycle import AdoptedState
from bot.flows.adopted.delete_now import doubt_about
from bot.flows.adopted.held import FoundView
from bot.flows.keys import leaked
from bot.ports import Transaction
from bot.slack.ids import Action
from bot.slack.messages import adopted
from bot.slack.text import adopted as said_of
from bot.slack.text import labels
from bot.slack.text.hygiene import found_keys
from bot.slack.ui import cards, findings, replacement, usage
from bot.slack.ui.blocks import Json, actions, button, context, section
from bot.slack.ui.usage import Uses


def card(tx: Transaction, catalog: Catalog, view: FoundView, now: datetime) -> list[Json]:
    key = view.key.access_key_id
    uses = tx.usages.of(view.user.account, [key]) if key else usage.NOTHING
    said, buttons = _acts(tx, catalog, view, now, uses)
    lines = (found_keys.details(view.user, view.key, now), usage.line(uses, key, now), said)
    about = [each for each in lines if each]
    rows = [section(found_keys.finding(each, view.key, now), findings.keep(each, now)) for each in view.findings]
    not_mine = [button(labels.NOT_MINE, Action.FINDING_DISOWN, each.id) for each in view.findings[:1]]
    instead = replacement.of_found(view.key, *view.findings)
    row = [*buttons, *instead, *not_mine]
    return [
        section(found_keys.line(view.user, view.key)),
        context(*about),
        *rows,
        *([actions(*row)] if row else []),
    ]


def _acts(
    tx: Transaction, catalog: Catalog, view: FoundView, now: datetime, uses: Uses
) -> tuple[str, tuple[Json, ...]]:
    """What Latchkey does with it or was asked to do, and what can be pressed."""
    why = view.protection(catalog)
    if why is Protection.NOT_ADOPTED:
        return "", ()
    if why is not None:
        return said_of.never(why), ()
    if view.row is None or (view.row.state is AdoptedState.ON and not view.row.pending_action):
        return cards.found_key(tx, catalog, view.key.access_key_id or "", now, uses)
    said, _ = cards.found_key(tx, catalog, view.key.access_key_id or "", now)
    account = catalog.accounts[view.user.account]
    deletable = account.deleter_role_arn is not None and doubt_about(tx, view.row, now) is None
    if leaked.is_open(tx, view.key.access_key_id):
        return said, ()
    presses = adopted.presses(
        view.row,
        replaced=view.row.retire_at is not None,
        deletable=deletable,
        used=usage.in_dialog(uses, view.key.access_key_id, now),
    )
    return said, presses
