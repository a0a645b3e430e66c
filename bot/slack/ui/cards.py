"""How a grant and a request look with their buttons: the same in a DM, in a list and on the Home tab."""

from collections.abc import Collection, Sequence
from datetime import datetime

from bot.domain.adopted import protection
from bot.domain.catalog import Catalog, Entitlement, Kind
from bot.domain.credential import Credential, device_of, still_running
from bot.domain.grant import Grant
from bot.domain.ids import AccessKeyId
from bot.domain.keys import switchover
from bot.domain.lifecycle import HELD, AdoptedState, CredentialState, GrantState
from bot.domain.requests.request import Request, RequestKind
from bot.flows.keys import leaked as leaks
from bot.ports import Transaction
from bot.slack.ids import Action
from bot.slack.text import adopted, grants, labels, requests, sessions, teardown
from bot.slack.text import renewal as renewing
from bot.slack.text.approval import access
from bot.slack.ui import usage
from bot.slack.ui.blocks import Json, actions, button, confirm, context, section
from bot.slack.ui.usage import NOTHING, Uses

LINES_MOST = 20  # keys or sessions of one grant: a list of several takes 49 blocks in all
Ids = Collection[str]
SHOWN = {CredentialState.REVEALED, CredentialState.LIVE, CredentialState.RETIRING}


def grant(
    catalog: Catalog, found: Grant, keys: Sequence[Credential], now: datetime, uses: Uses = NOTHING, leaked: Ids = ()
) -> list[Json]:
    """As its owner sees it. `leaked` are the ids of keys with an open incident: until it is over, only that acts."""
    entitlement = catalog.entitlements.get(found.entitlement)
    state = found.state_at(now)
    revokes = catalog.revokes_sessions(found.account)
    ends_now = sessions.ends_now(keys, now, revokes=revokes)
    if state is GrantState.APPROVED:
        return [section(grants.may_collect(found, entitlement)), actions(collect(found), give_back(found, ends_now))]
    if state is not GrantState.ACTIVE:
        at = found.ended_at or found.lease_until or found.collect_by
        left = _left(found, keys, now, revokes=revokes)
        return [section(grants.over(found, entitlement, found.stands(now), at, left))]
    rows, goes_on = shown(keys, now), not leaks.holds_back(keys, leaked)
    lines = [_line(found, each, rows, leaked) for each in rows[-LINES_MOST:]]
    more = [context(grants.older(len(rows) - LINES_MOST))] if len(rows) > LINES_MOST else []
    return [
        section(grants.held(found, entitlement, mfa=device_of(keys) is not None)),
        *lines,
        *more,
        _row(found, rows, ends_now, now, usage.of_keys_in_dialog(uses, rows, now), goes_on=goes_on),
    ]


def _line(found: Grant, key: Credential, among: Sequence[Credential], leaked: Ids) -> Json:
    out = key.access_key_id in leaked
    return section(grants.standing(key, found.lease_until, leaked=out), None if out else switch(found, key, among))


def _left(found: Grant, credentials: Sequence[Credential], now: datetime, *, revokes: bool) -> str:
    """Empty while the keys are being deleted: the message about the end covers that."""
    if found.torn_down_at is None and found.stuck_on is None and not still_running(credentials, now):
        return ""
    return teardown.left(found, credentials, now, revokes=revokes)


def shown(credentials: Sequence[Credential], now: datetime) -> list[Credential]:
    """What its owner holds or may bring back, without sessions that have ended."""
    return [each for each in credentials if each.state in SHOWN and _still_there(each, now)]


def _still_there(credential: Credential, now: datetime) -> bool:
    return credential.ends_at is None or credential.ends_at > now


def _row(found: Grant, shown: Sequence[Credential], ends_now: str, now: datetime, used: str, *, goes_on: bool) -> Json:
    live = next((each for each in reversed(shown) if each.state is CredentialState.LIVE), None)
    delete = next((button for each in shown if (button := delete_now(each, shown, now))), None)
    doubtful = next((each for each in reversed(shown) if each.revealed_at is not None), None)
    not_me = _not_me(doubtful, ends_now) if doubtful else None
    step = next_step(found, shown, live) if goes_on else None
    return actions(step, renew(found), give_back(found, ends_now, used), delete, not_me)


def next_step(found: Grant, shown: Sequence[Credential], live: Credential | None) -> Json | None:
    """Collect for sessions or where nothing is held; Rotate for a key, while AWS has room for a second one."""
    if live is None or live.kind is Kind.SESSION:
        return collect(found)
    return button(labels.ROTATE, Action.CREDENTIAL_ROTATE, live.id) if len(shown) == 1 else None


def collect(found: Grant) -> Json:
    return button(labels.COLLECT, Action.GRANT_COLLECT, found.id, style="primary")


def renew(found: Grant) -> Json:
    return button(labels.RENEW, Action.GRANT_RENEW, found.id)


def give_back(found: Grant, ends_now: str = sessions.ENDS_NOW, used: str = "") -> Json:
    """`ends_now` says what happens to keys and sessions (by default, of a key that's on), `used` what uses them."""
    asked = confirm(labels.give_back(ends_now, used))
    return button(labels.GIVE_BACK, Action.GRANT_RETURN, found.id, confirm=asked)


def _not_me(credential: Credential, ends_now: str) -> Json:
    asked = confirm(labels.not_me(ends_now))
    return button(labels.NOT_ME, Action.CREDENTIAL_DISOWN, credential.id, style="danger", confirm=asked)


def switch(found: Grant, credential: Credential, among: Sequence[Credential]) -> Json | None:
    """What to do with this one key: bring it back, or switch off the older of two."""
    if credential.pending_action:
        return None
    if credential.state is CredentialState.RETIRING:
        return undo(credential) if credential.owner_may_undo(found.owner) else None
    older = credential.retire_at is not None and len(among) > 1
    return switch_off(credential) if older else None


def did_you_get_it(credential: Credential) -> tuple[Json, Json]:
    return (
        button(labels.GOT_IT, Action.CREDENTIAL_CONFIRM, credential.id, style="primary"),
        button(labels.MAKE_NEW_INSTEAD, Action.CREDENTIAL_REPLACE, credential.id),
    )


def undo(credential: Credential) -> Json:
    return button(labels.UNDO, Action.CREDENTIAL_REACTIVATE, credential.id)


def delete_now(old: Credential, among: Sequence[Credential], now: datetime) -> Json | None:
    """For a switched-off old key whose switch-over is proven; `among` are the keys of its grant."""
    off = old.state is CredentialState.RETIRING and not old.pending_action and old.delete_by is None
    if not off or switchover.doubt(old, switchover.successor(old, tuple(among)), now):
        return None
    return delete_button(old.id)


def delete_button(row: str) -> Json:
    sure = confirm(labels.delete_now())
    return button(labels.DELETE_NOW, Action.CREDENTIAL_DELETE, row, style="danger", confirm=sure)


def switch_off(credential: Credential) -> Json:
    asked = confirm(labels.switch_off())
    return button(labels.SWITCH_OFF_NOW, Action.CREDENTIAL_RETIRE, credential.id, confirm=asked)


def request(found: Request, entitlement: Entitlement | None) -> list[Json]:
    """As its approvers see it, without buttons."""
    return [section(requests.asks(found, entitlement)), context(requests.asks_details(found, entitlement))]


def in_list(catalog: Catalog, found: Request) -> list[Json]:
    """The same in a list of those that wait, with its access in words and See policy."""
    entitlement = catalog.entitlements.get(found.entitlement)
    if entitlement is None:
        return request(found, entitlement)
    said, details = requests.asks(found, entitlement), requests.asks_details(found, entitlement)
    return [
        section(said, see_policy(found)),
        context(details, access.brief(entitlement, catalog.account_of(entitlement))),
    ]


def see_policy(found: Request) -> Json:
    return button(labels.SEE_POLICY, Action.REQUEST_POLICY, found.id)


def renewal(found: Request, grant_: Grant, credentials: Sequence[Credential], now: datetime) -> Json:
    """Which keys, how long they run now and if renewed, and their last use."""
    until = max(now + found.duration, grant_.renew_until or now, grant_.lease_until or now)
    keys = [renewing.use(each) for each in credentials if each.state in HELD and _still_there(each, now)]
    return context(renewing.runs(grant_, until, found.duration), *keys)


def decide(found: Request, entitlement: Entitlement | None) -> Json:
    """Every answer that an approver can give."""
    yes, less, no = answers(found, entitlement)
    ask = button(labels.ASK, Action.REQUEST_ASK, found.id)
    return actions(yes, less, ask, no, preapprove(found, entitlement))


def answers(found: Request, entitlement: Entitlement | None) -> tuple[Json, Json, Json]:
    """The ones that decide it."""
    sure = None
    if entitlement is not None and entitlement.dangerous:
        sure = confirm(labels.approve(entitlement, found))
    return (
        button(labels.APPROVE, Action.REQUEST_APPROVE, found.id, style="primary", confirm=sure),
        button(labels.SHORTEN, Action.REQUEST_SHORTEN, found.id),
        button(labels.DECLINE, Action.REQUEST_DECLINE, found.id, style="danger"),
    )


def preapprove(found: Request, entitlement: Entitlement | None) -> Json | None:
    """None where somebody has to decide on each request."""
    if entitlement is None or entitlement.dangerous or found.kind is not RequestKind.NEW or found.emergency:
        return None
    return button(labels.PREAPPROVE, Action.REQUEST_PREAPPROVE, found.id)


def waiting(found: Request, entitlement: Entitlement | None, *, to: str) -> list[Json]:
    """As its requester or owner, `to`, sees it while it is open."""
    cancel = button(labels.CANCEL_REQUEST, Action.REQUEST_CANCEL, found.id)
    nudge = button(labels.NUDGE, Action.REQUEST_NUDGE, found.id)
    return [section(requests.waiting(found, entitlement, to=to)), actions(nudge, cancel)]


def again(row: str) -> Json:
    """For a request that came to nothing, or a grant that has ended: the id of either."""
    return actions(button(labels.AGAIN, Action.REQUEST_AGAIN, row))


def label(catalog: Catalog, found: Grant, credentials: Sequence[Credential]) -> tuple[str, str]:
    """For an option of a picker: the title, and the key ids."""
    entitlement = catalog.entitlements.get(found.entitlement)
    keys = [str(each.access_key_id) for each in credentials if each.state in SHOWN]
    return entitlement.title if entitlement else found.entitlement, ", ".join(keys) or grants.NOT_COLLECTED


def found_key(
    tx: Transaction, catalog: Catalog, access_key_id: str, now: datetime, uses: Uses = NOTHING
) -> tuple[str, tuple[Json, ...]]:
    """The state of a key that Latchkey didn't create, once someone acted on it, and its Rotate and Give back.

    Empty for a key that Latchkey doesn't touch.
    """
    seen = tx.inventory.by_key(AccessKeyId(access_key_id)) if access_key_id else None
    account = catalog.accounts.get(seen.account) if seen else None
    user = tx.inventory.users(seen.account, [seen.user]).get(seen.user) if seen else None
    if seen is None or account is None or protection(account, user, seen):
        return "", ()
    if leaks.is_open(tx, seen.access_key_id):
        return grants.LEAKED, ()
    row = tx.adopted.get(seen.id)
    said = adopted.stands(row, now, deleter=account.deleter_role_arn is not None) if row else ""
    if not seen.active or (row is not None and (row.state is not AdoptedState.ON or row.pending_action)):
        return said, ()
    off = switch_off_found(seen.id, usage.in_dialog(uses, access_key_id, now))
    if (of := tx.adopted.replacing_request(seen.id)) is not None:
        grant = tx.grants.of_request(of)
        return adopted.in_its_place(grant.state_at(now) if grant else None), (off,)
    return said, (button(labels.ROTATE, Action.CREDENTIAL_ROTATE, seen.id), off)


def switch_off_found(key: str, used: str = "") -> Json:
    asked = confirm(labels.switch_off_found(labels.GIVE_BACK, labels.CANCEL, used))
    return button(labels.GIVE_BACK, Action.GRANT_RETURN, key, confirm=asked)
