"""The dossier of a key, for the one who asked: its use, what is found on it, and the buttons that they may press."""

from datetime import datetime

from bot.domain.catalog import Catalog
from bot.domain.credential import Credential
from bot.domain.grant import Grant
from bot.domain.hygiene.finding import Exemption, Finding
from bot.domain.hygiene.inventory import FoundKey
from bot.domain.ids import AccessKeyId
from bot.domain.lifecycle import CredentialState, GrantState
from bot.domain.ownership.owner_tags import GROUP
from bot.domain.usage.key_usage import Usage
from bot.ports import OutboxItem, Transaction
from bot.slack.ids import Action
from bot.slack.messages.context import Scene
from bot.slack.text import labels, sessions
from bot.slack.text.formatting import escape, key_of, named
from bot.slack.text.hygiene import found_keys
from bot.slack.text.usage import dossier as text
from bot.slack.text.usage import shown
from bot.slack.ui import cards, replacement
from bot.slack.ui import findings as finding_ui
from bot.slack.ui.blocks import Json, actions, button, confirm, context, section
from bot.slack.ui.message import Message

FINDINGS_MOST = 10


def answer(scene: Scene, item: OutboxItem) -> Message | None:
    """None until the worker has read it."""
    ask = scene.tx.usages.get_ask(item.subject)
    if ask is None or ask.answered_at is None:
        return None
    usage = scene.tx.usages.of(ask.account, [ask.access_key_id]).get(ask.access_key_id)
    if usage is None:
        said = text.left(ask.access_key_id, ask.account)
        return Message(said, (section(said),))
    return draw(scene.tx, scene.catalog, usage, ask.asked_by, scene.now)


def draw(tx: Transaction, catalog: Catalog, usage: Usage, to: str, now: datetime) -> Message:
    name, below = name_of(tx, catalog, usage.access_key_id), _below(tx, catalog, usage, to, now)
    shows = section(text.title(name, usage.account)), section(text.says(usage, now)), context(text.limits(usage, now))
    return Message(
        text.notification(name, usage, now), (*shows, *([context(text.gone(name))] if below is None else below))
    )


def name_of(tx: Transaction, catalog: Catalog, key: AccessKeyId) -> str:
    """By entitlement or IAM user, with its id."""
    issued, seen = tx.credentials.by_key(key), tx.inventory.by_key(key)
    if issued is not None and (grant := tx.grants.get(issued.grant)) is not None:
        return key_of(named(catalog.entitlements.get(grant.entitlement), grant.entitlement), key)
    return key_of(f"`{escape(seen.user)}`" if seen else "the key", key)


def _below(tx: Transaction, catalog: Catalog, usage: Usage, to: str, now: datetime) -> list[Json] | None:
    issued = tx.credentials.by_key(usage.access_key_id)
    if issued is not None and (grant := tx.grants.get(issued.grant)) is not None:
        return _issued(tx, catalog, issued, grant, to, now, usage)
    seen = tx.inventory.by_key(usage.access_key_id)
    return _found(tx, catalog, seen, to, now, usage) if seen else []


def _issued(
    tx: Transaction, catalog: Catalog, issued: Credential, grant: Grant, to: str, now: datetime, usage: Usage
) -> list[Json] | None:
    """None for a key that is over."""
    if issued.state not in cards.SHOWN or grant.state_at(now) is not GrantState.ACTIVE:
        return None
    found = tx.findings.open_of(issued.id)[:FINDINGS_MOST]
    mine = grant.owner == to
    rows = [section(found_keys.on_issued(each, now), finding_ui.keep(each, now) if mine else None) for each in found]
    credentials = tx.credentials.of(grant.id)
    ends_now = sessions.ends_now(credentials, now, revokes=catalog.revokes_sessions(grant.account))
    if not mine:
        asked = confirm(labels.revoke(ends_now))
        revoke = button(labels.REVOKE, Action.GRANT_REVOKE, grant.id, style="danger", confirm=asked)
        return [*rows, actions(revoke, replacement.of_issued(issued))]
    live = issued if issued.state is CredentialState.LIVE else None
    step = cards.next_step(grant, cards.shown(credentials, now), live) if live else None
    give_back = cards.give_back(grant, ends_now, shown.in_dialog([usage], now))
    return [*rows, actions(step, replacement.of_issued(issued), give_back)]


def _found(
    tx: Transaction, catalog: Catalog, seen: FoundKey, to: str, now: datetime, usage: Usage
) -> list[Json] | None:
    """None for a key that is gone."""
    user = tx.inventory.users(seen.account, [seen.user]).get(seen.user)
    if user is None or seen.gone_at is not None:
        return None
    open_ = tx.findings.open_on(seen.account, [seen.user])
    found = [each for each in open_ if each.access_key_id in {"", seen.access_key_id}][:FINDINGS_MOST]
    acts = user.owner in {None, to} or GROUP.fullmatch(user.owner or "") is not None
    rows = [
        section(found_keys.finding(each, seen, now), finding_ui.keep(each, now) if acts and user.owner else None)
        for each in found
    ]
    said, buttons = cards.found_key(tx, catalog, seen.access_key_id or "", now, {usage.access_key_id: usage})
    stands = [context(said)] if said else []
    row = list(buttons if user.owner else buttons[1:]) if acts else []
    row += [replacement.button(seen.id)] if seen.active else []
    row += _not_mine(found, now) if acts and user.owner else []
    return [*rows, *stands, *([actions(*row)] if row else [])]


def _not_mine(found: list[Finding], now: datetime) -> list[Json]:
    open_ = [each for each in found if each.exemption(now) is Exemption.NONE]
    return [button(labels.NOT_MINE, Action.FINDING_DISOWN, each.id) for each in open_[:1]]
