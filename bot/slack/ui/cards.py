"""What a grant and a request look like with their buttons: the same in a DM, in a list and on the Home tab."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.adopted import hands_off
from bot.domain.catalog import Catalog, Entitlement, Kind
from bot.domain.credential import Credential, device_of, still_running
from bot.domain.grant import Grant
from bot.domain.ids import AccessKeyId
from bot.domain.lifecycle import HELD, AdoptedState, CredentialState, GrantState
from bot.domain.request import Request
from bot.ports import Transaction
from bot.slack.ids import Action
from bot.slack.text import adopted, grants, requests, sessions, teardown
from bot.slack.text import renewal as renewing
from bot.slack.ui.blocks import Json, actions, button, confirm, context, section

LINES_MOST = 20  # keys or sessions of one grant: a list of several takes 49 blocks in all
SHOWN = {CredentialState.REVEALED, CredentialState.LIVE, CredentialState.RETIRING}


def grant(catalog: Catalog, found: Grant, credentials: Sequence[Credential], now: datetime) -> list[Json]:
    """As its owner sees it."""
    entitlement = catalog.entitlements.get(found.entitlement)
    state = found.state_at(now)
    if state is GrantState.APPROVED:
        return [section(grants.may_collect(found, entitlement)), actions(_collect(found), give_back(found))]
    revokes = catalog.revokes_sessions(found.account)
    if state is not GrantState.ACTIVE:
        at = found.ended_at or found.lease_until or found.collect_by
        left = _left(found, credentials, now, revokes=revokes)
        return [section(grants.over(found, entitlement, found.stands(now), at, left))]
    shown = [each for each in credentials if each.state in SHOWN and _still_there(each, now)]
    lines = [
        section(grants.standing(each, found.lease_until), _switch(found, each, shown)) for each in shown[-LINES_MOST:]
    ]
    more = [context(grants.older(len(shown) - LINES_MOST))] if len(shown) > LINES_MOST else []
    live = next((each for each in reversed(shown) if each.state is CredentialState.LIVE), None)
    return [
        section(grants.held(found, entitlement, mfa=device_of(credentials) is not None)),
        *lines,
        *more,
        _row(found, shown, live, sessions.ends_now(credentials, now, revokes=revokes)),
    ]


def _left(found: Grant, credentials: Sequence[Credential], now: datetime, *, revokes: bool) -> str:
    """While the keys are on their way out, the message about the end says so."""
    if found.torn_down_at is None and found.stuck_on is None and not still_running(credentials, now):
        return ""
    return teardown.left(found, credentials, now, revokes=revokes)


def _still_there(credential: Credential, now: datetime) -> bool:
    return credential.ends_at is None or credential.ends_at > now


def _row(found: Grant, shown: Sequence[Credential], live: Credential | None, ends_now: str) -> Json:
    doubtful = next((each for each in reversed(shown) if each.revealed_at is not None), None)
    not_me = _not_me(doubtful, ends_now) if doubtful else None
    return actions(next_step(found, shown, live), renew(found), give_back(found, ends_now), not_me)


def next_step(found: Grant, shown: Sequence[Credential], live: Credential | None) -> Json | None:
    """Collect where nothing is held or sessions are; Rotate for a key, while AWS has room for a second one."""
    if live is None or live.kind is Kind.SESSION:
        return _collect(found)
    return button("Rotate", Action.CREDENTIAL_ROTATE, live.id) if len(shown) == 1 else None


def _collect(found: Grant) -> Json:
    return button("Collect", Action.GRANT_COLLECT, found.id, style="primary")


def renew(found: Grant) -> Json:
    return button("Renew", Action.GRANT_RENEW, found.id)


def give_back(found: Grant, ends_now: str = sessions.ENDS_NOW) -> Json:
    """`ends_now`: what the dialog says, of its sessions as well."""
    asked = confirm("Give it back?", f"{ends_now} Ask again if you need it.", "Give back", "Keep")
    return button("Give back", Action.GRANT_RETURN, found.id, confirm=asked)


def _not_me(credential: Credential, ends_now: str) -> Json:
    said = f"The grant is revoked, and its approvers are notified. {ends_now}"
    asked = confirm("Someone else opened it?", said, "It wasn't me", "Cancel")
    return button("This wasn't me", Action.CREDENTIAL_DISOWN, credential.id, style="danger", confirm=asked)


def _switch(found: Grant, credential: Credential, shown: Sequence[Credential]) -> Json | None:
    """The one thing to do with this key alone: bring it back, or switch the older of two off."""
    if credential.wish:
        return None
    if credential.state is CredentialState.RETIRING:
        return undo(credential) if credential.owner_may_undo(found.owner) else None
    older = credential.retire_at is not None and len(shown) > 1
    return switch_off(credential) if older else None


def undo(credential: Credential) -> Json:
    return button("Undo", Action.CREDENTIAL_REACTIVATE, credential.id)


def switch_off(credential: Credential) -> Json:
    asked = confirm(
        "Switch this key off?", "What still uses it stops working. You can bring it back.", "Switch off", "Not yet"
    )
    return button("Switch off now", Action.CREDENTIAL_RETIRE, credential.id, confirm=asked)


def request(found: Request, entitlement: Entitlement | None) -> list[Json]:
    """As its approvers see it, without buttons."""
    return [section(requests.asks(found, entitlement)), context(requests.asks_details(found, entitlement))]


def renewal(found: Request, grant_: Grant, credentials: Sequence[Credential], now: datetime) -> Json:
    """Of which keys, until when they run and would run, and what is known of their use."""
    until = max(now + found.duration, grant_.renew_until or now, grant_.lease_until or now)
    keys = [renewing.use(each) for each in credentials if each.state in HELD and _still_there(each, now)]
    return context(renewing.runs(grant_, until, found.duration), *keys)


def decide(found: Request, entitlement: Entitlement | None) -> Json:
    """Approve and Decline."""
    sure = None
    if entitlement is not None and entitlement.dangerous:
        sure = confirm(requests.sure_title(), requests.sure(entitlement, found), "Approve", "Not now")
    return actions(
        button("Approve", Action.REQUEST_APPROVE, found.id, style="primary", confirm=sure),
        button("Decline", Action.REQUEST_DECLINE, found.id, style="danger"),
    )


def waiting(found: Request, entitlement: Entitlement | None) -> list[Json]:
    """As its requester sees it while it is open."""
    cancel = button("Cancel the request", Action.REQUEST_CANCEL, found.id)
    return [section(requests.waiting(found, entitlement)), actions(cancel)]


def label(catalog: Catalog, found: Grant, credentials: Sequence[Credential]) -> tuple[str, str]:
    """For an option of a picker: the title, and the key ids."""
    entitlement = catalog.entitlements.get(found.entitlement)
    keys = [str(each.access_key_id) for each in credentials if each.state in SHOWN]
    return entitlement.title if entitlement else found.entitlement, ", ".join(keys) or "not collected yet"


def found_key(tx: Transaction, catalog: Catalog, access_key_id: str, now: datetime) -> tuple[str, tuple[Json, ...]]:
    """How a key stands that Latchkey did not make, where somebody asked for something, and Rotate and Give back.

    Neither where Latchkey does not touch it.
    """
    seen = tx.inventory.by_key(AccessKeyId(access_key_id)) if access_key_id else None
    account = catalog.accounts.get(seen.account) if seen else None
    user = tx.inventory.users(seen.account, [seen.user]).get(seen.user) if seen else None
    if seen is None or account is None or hands_off(account, user, seen):
        return "", ()
    row = tx.adopted.get(seen.id)
    said = adopted.stands(row, now, deleter=account.deleter_role_arn is not None) if row else ""
    if not seen.active or (row is not None and (row.state is not AdoptedState.ON or row.wish)):
        return said, ()
    if (of := tx.adopted.replacement(seen.id)) is not None:
        grant = tx.grants.of_request(of)
        return adopted.in_its_place(grant.state_at(now) if grant else None), (switch_off_found(seen.id),)
    return said, (button("Rotate", Action.CREDENTIAL_ROTATE, seen.id), switch_off_found(seen.id))


def switch_off_found(key: str) -> Json:
    asked = confirm(adopted.give_back_title(), adopted.give_back_sure(), "Give back", "Keep")
    return button("Give back", Action.GRANT_RETURN, key, confirm=asked)
