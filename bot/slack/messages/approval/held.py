"""What somebody holds in one account: grants of Latchkey and found keys, each with its last use."""

from collections.abc import Iterator

from bot.domain.catalog import Kind
from bot.domain.grant import Grant
from bot.domain.ids import AccountName, GrantId, SlackUserId
from bot.domain.lifecycle import HELD, GrantState
from bot.slack.messages.context import Scene
from bot.slack.text.approval import card


def held(scene: Scene, owner: SlackUserId, account: AccountName, but: GrantId | None) -> tuple[str, ...]:
    """`but` is the grant that a renewal is about, which has its own lines."""
    mine = (each for each in scene.tx.grants.of_owner(owner) if each.account == account and each.id != but)
    granted = (line for each in mine for line in _of_grant(scene, each))
    return (*granted, *_found(scene, owner, account))


def _of_grant(scene: Scene, grant: Grant) -> Iterator[str]:
    state, entitlement = grant.state_at(scene.now), scene.entitlement(grant)
    title = entitlement.title if entitlement else grant.entitlement
    if state is GrantState.APPROVED:
        yield card.not_collected(title)
    if state is not GrantState.ACTIVE:
        return
    rows = [each for each in scene.tx.credentials.of(grant.id) if each.state in HELD]
    for each in rows:
        if each.kind is Kind.ACCESS_KEY:
            used = card.last_used(each.used_at, scene.now, known=each.used_read_at is not None)
            yield card.held_key(title, each.access_key_id, used)
    if rows and rows[-1].kind is Kind.SESSION:
        yield card.held_session(title, grant.lease_until)


def _found(scene: Scene, owner: SlackUserId, account: AccountName) -> Iterator[str]:
    """Keys that Latchkey didn't create."""
    users = [each.name for each in scene.tx.inventory.of_owner(owner) if each.account == account]
    for each in scene.tx.inventory.keys(account, users) if users else ():
        if each.active and each.gone_at is None and each.credential is None:
            used = card.last_used(each.used_at, scene.now, known=each.used_known)
            yield card.held_key(each.user, each.access_key_id, used)
