"""Revoke and Give back. A typed revoke asks why in a window; a button asks with `confirm`."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.catalog import Kind
from bot.domain.errors import Reason, Refused
from bot.domain.ids import GrantId, SlackUserId
from bot.domain.lifecycle import CredentialState
from bot.flows import queries
from bot.flows.adopted.held import FoundView
from bot.flows.lifecycle import revoke
from bot.flows.queries import GrantView
from bot.slack.context import Deps
from bot.slack.ids import Action, Block, Callback
from bot.slack.listeners import after_action, found_keys
from bot.slack.text import adopted, grants, labels, sessions, teardown
from bot.slack.text.hygiene import found_keys as said_of
from bot.slack.ui import blocks, cards, modal_forms, picker, respond
from bot.slack.ui.picker import Held
from bot.slack.ui.respond import Body


def register(app: App, deps: Deps) -> None:
    app.action(Action.GRANT_REVOKE.value)(partial(press, deps))
    app.view(Callback.GRANT_REVOKE.value)(partial(submit, deps))
    app.view(Callback.CREDENTIAL_RETIRE.value)(partial(found_keys.submit, deps))
    app.action(Action.GRANT_RETURN.value)(partial(give_back, deps))


def press(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    grant = GrantId(respond.value(body))
    _revoke(deps, body, grant, "")
    after_action.settle(deps, body, grants.ending_now(after_action.left(deps, grant)))


def _revoke(deps: Deps, body: Body, grant: GrantId, justification: str) -> None:
    revoke.revoke(
        deps,
        grant=grant,
        by=SlackUserId(respond.who(body)),
        justification=justification,
        delivery=respond.delivery(body),
    )


def command(deps: Deps, ack: Ack, body: Body, rest: str) -> None:
    by, now = SlackUserId(respond.who(body)), deps.clock.now()
    written = picker.whole(deps, by, rest)
    found = picker.choose(deps, by, written, REVOKES)
    if isinstance(found, FoundView):
        window = found_keys.revoke(deps, body, found)
        ack()
        respond.show(deps, body, window)
        return
    if isinstance(found, GrantView):
        revoke.may_revoke(deps.people, deps.catalog, found.grant, found.credentials, by, now)
    ack()
    respond.show(deps, body, _window(deps, found, written))


def _window(deps: Deps, found: GrantView | tuple[Held, ...], written: str) -> blocks.Json:
    one = found if isinstance(found, GrantView) else None
    which = blocks.section(_which(deps, one)) if one else picker.field(deps, found)  # type: ignore[arg-type]
    why = blocks.area(Block.JUSTIFICATION, labels.WHY)
    return blocks.modal(
        labels.REVOKE,
        [which, blocks.context(_ends_now(deps, found)), *_only_off(one, written), why],
        callback=Callback.GRANT_REVOKE, submit=labels.REVOKE, close=labels.CANCEL, about=one.grant.id if one else "",
    )  # fmt: skip


def _ends_now(deps: Deps, found: GrantView | tuple[Held, ...]) -> str:
    """For each grant to choose from, without repeating a sentence."""
    now = deps.clock.now()
    views = (found,) if isinstance(found, GrantView) else found
    said = (
        sessions.ends_now(each.credentials, now, revokes=deps.catalog.revokes_sessions(each.grant.account))
        for each in views
        if isinstance(each, GrantView)
    )
    switched = [said_of.REVOKED] if any(isinstance(each, FoundView) for each in views) else []
    return " ".join(dict.fromkeys([*said, *switched]))


def _which(deps: Deps, view: GrantView) -> str:
    title, keys = cards.label(deps.catalog, view.grant, view.credentials)
    return grants.which(title, keys, view.grant.owner)


def _only_off(view: GrantView | None, written: str) -> list[blocks.Json]:
    """The milder option for the key that was named: switch it off, with Undo."""
    named = [each for each in view.credentials if each.access_key_id == written] if view else []
    live = [each for each in named if each.state is CredentialState.LIVE and each.kind is Kind.ACCESS_KEY]
    return [blocks.section(grants.only_off(each), cards.switch_off(each)) for each in live if not each.pending_action]


def submit(deps: Deps, ack: Ack, body: Body) -> None:
    fields, about = modal_forms.read(body["view"]), body["view"].get("private_metadata", "")
    grant, why = GrantId(about or fields.get(Block.KEY, "")), fields.get(Block.JUSTIFICATION, "")
    if not about and isinstance(_chosen(deps, grant), FoundView):
        then = blocks.notice(labels.REVOKE, adopted.switching_off())
        modal_forms.submit(deps, ack, body, lambda: found_keys.retire(deps, body, grant), at=Block.KEY, then=then)
        return
    then = blocks.notice(labels.REVOKE, teardown.revoked(_title(deps, grant)))
    modal_forms.submit(deps, ack, body, lambda: _revoke(deps, body, grant, why), at=Block.JUSTIFICATION, then=then)


def _chosen(deps: Deps, row: str) -> Held | None:
    try:
        return picker.chosen(deps, row)
    except Refused:  # a forged id: the act refuses it
        return None


def _title(deps: Deps, grant: GrantId) -> str:
    try:
        return _which(deps, queries.grant(deps.work, grant))
    except Refused:  # a forged id: the act refuses it in the same words
        return ""


def give_back(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    grant = GrantId(respond.value(body))
    revoke.give_back(deps, grant=grant, by=SlackUserId(respond.who(body)), delivery=respond.delivery(body))  # fmt: skip
    after_action.settle(deps, body, grants.ending_now(after_action.left(deps, grant)))


REVOKES = picker.Verb(lambda _deps, _view: True, found_keys.revocable, Reason.NOTHING_TO_REVOKE)

COMMANDS = {"revoke": command}
