"""What the commands do with a found key: Rotate, Revoke (it is switched off), Reactivate; and why not Renew.

The buttons of found keys are in adopted.py; both end in the same flows.
"""

from slack_bolt import Ack

from bot.domain.adopted import Protection
from bot.domain.errors import Reason, Refused
from bot.domain.ids import SlackUserId
from bot.domain.lifecycle import AdoptedState
from bot.flows import access
from bot.flows.adopted import reactivate as adopt_on
from bot.flows.adopted import replace
from bot.flows.adopted import request as adopt
from bot.flows.adopted.held import FoundView
from bot.slack.context import Deps
from bot.slack.ids import Block, Callback
from bot.slack.listeners import adopted as buttons
from bot.slack.text import adopted, labels
from bot.slack.text.hygiene import found_keys
from bot.slack.ui import blocks, modal_forms, respond
from bot.slack.ui.blocks import Json
from bot.slack.ui.respond import Body

# --- which ones a list of choices offers ------------------------------------------------------------------------------


def rotatable(deps: Deps, view: FoundView, by: SlackUserId) -> bool:
    if not _stands_on(deps, view):
        return False
    try:
        replace.may_rotate(deps, view.key.id, by)
    except Refused:
        return False
    return True


def revocable(deps: Deps, view: FoundView, _by: SlackUserId) -> bool:
    return _stands_on(deps, view)


def reactivatable(deps: Deps, view: FoundView, _by: SlackUserId) -> bool:
    row = view.row
    if row is None or row.state is not AdoptedState.OFF or view.protection(deps.catalog) is not None:
        return False
    return row.pending_action is None and row.undo_at is None and adopted.can_come_back(row)


def _stands_on(deps: Deps, view: FoundView) -> bool:
    on = view.row is None or (view.row.state is AdoptedState.ON and view.row.pending_action is None)
    return on and view.key.active and view.protection(deps.catalog) is None


# --- the verbs --------------------------------------------------------------------------------------------------------


def _must_be_adopted(deps: Deps, view: FoundView, by: SlackUserId, verb: str) -> None:
    """Raises Refused; for those who may know, with what they can do in AWS instead."""
    access.member(deps.people, by)
    if view.protection(deps.catalog) is not Protection.NOT_ADOPTED:
        return
    deciders = access.account_deciders(deps.people, deps.catalog, view.user.account)
    if by not in access.owners(deps.people, view.user) | deciders:
        raise Refused(Reason.NOT_OWNER, owner=view.user.owner)
    raise Refused(Reason.NOT_ADOPTED, verb=verb, user=view.user, key=view.key)


def rotate(deps: Deps, body: Body, view: FoundView) -> Json:
    """The window in which a new key is requested in its place. Raises Refused."""
    by = SlackUserId(respond.who(body))
    _must_be_adopted(deps, view, by, "rotate")
    found = replace.may_rotate(deps, view.key.id, by)
    return buttons.window(found.key, found.user.name, replace.offered(deps, found, by))


def revoke(deps: Deps, body: Body, view: FoundView) -> Json:
    """The window that asks before it is switched off. Raises Refused."""
    by = SlackUserId(respond.who(body))
    _must_be_adopted(deps, view, by, "revoke")
    adopt.may_retire(deps, view.key.id, by)
    rows = [
        blocks.section(found_keys.revoking(view.user, view.key)),
        blocks.area(Block.JUSTIFICATION, labels.WHY, optional=True),
    ]
    return blocks.modal(
        labels.SWITCH_OFF,
        rows,
        callback=Callback.CREDENTIAL_RETIRE,
        submit=labels.SWITCH_OFF,
        close=labels.CANCEL,
        about=view.key.id,
    )


def submit(deps: Deps, ack: Ack, body: Body) -> None:
    key = body["view"].get("private_metadata", "")
    then = blocks.notice(labels.SWITCH_OFF, adopted.switching_off())
    modal_forms.submit(deps, ack, body, lambda: retire(deps, body, key), at=Block.JUSTIFICATION, then=then)


def retire(deps: Deps, body: Body, key: str) -> None:
    adopt.retire(
        deps,
        key=key,
        by=SlackUserId(respond.who(body)),
        justification=modal_forms.read(body["view"]).get(Block.JUSTIFICATION, ""),
        delivery=respond.delivery(body),
    )


def reactivate(deps: Deps, body: Body, view: FoundView) -> str:
    """Undo, which two approvers have to agree to. Returns the answer. Raises Refused."""
    by = SlackUserId(respond.who(body))
    _must_be_adopted(deps, view, by, "reactivate")
    if not view.key.active and (view.row is None or view.row.is_on):
        raise Refused(Reason.OFF_BY_HAND, user=view.user, key=view.key)
    missing = adopt_on.reactivate(deps, key=view.key.id, by=by, delivery=respond.delivery(body))
    return adopted.undo_asked(missing)


def renew(deps: Deps, body: Body, view: FoundView) -> Refused:
    """It has no lease."""
    by = SlackUserId(respond.who(body))
    access.member(deps.people, by)
    if by not in access.owners(deps.people, view.user):
        return Refused(Reason.NOT_OWNER, owner=view.user.owner)
    return Refused(Reason.NO_LEASE, user=view.user, key=view.key)
