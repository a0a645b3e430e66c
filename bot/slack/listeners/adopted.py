"""The buttons of a found key. They share their action ids with Latchkey's own keys; the value tells them apart."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.catalog import Entitlement
from bot.domain.hygiene.inventory import FoundKey
from bot.domain.ids import EntitlementId, SlackUserId
from bot.domain.schedule import parse_duration
from bot.flows.adopted import delete_now, replace
from bot.flows.adopted import reactivate as adopt_on
from bot.flows.adopted import request as adopt
from bot.slack.context import Deps
from bot.slack.ids import Action, Block, Callback
from bot.slack.listeners import after_action
from bot.slack.listeners.requests.ask import AT_FIELD
from bot.slack.text import adopted, labels, switchover
from bot.slack.ui import blocks, modal_forms, request_form, respond
from bot.slack.ui.blocks import Json
from bot.slack.ui.respond import Body


def register(app: App, deps: Deps) -> None:
    """Has to run before the listeners for Latchkey's own keys, which have the same action ids."""
    found = [partial(_is_found, deps)]
    for action, act in {
        Action.GRANT_RETURN: retire,
        Action.CREDENTIAL_RETIRE: retire,
        Action.CREDENTIAL_WAIT: wait,
        Action.CREDENTIAL_REACTIVATE: reactivate,
        Action.CREDENTIAL_ROTATE: rotate,
        Action.CREDENTIAL_DELETE: delete,
    }.items():
        app.action(action.value, matchers=found)(partial(act, deps))
    app.action(Action.CREDENTIAL_ANYWAY.value)(partial(anyway, deps))
    app.view(Callback.CREDENTIAL_ROTATE.value, matchers=[_of_found])(partial(submit, deps))


def _is_found(deps: Deps, body: Body) -> bool:
    with deps.work.begin() as tx:
        return tx.inventory.get(respond.value(body)) is not None


def _of_found(body: Body) -> bool:
    """Whether the window is about a found key. The command's picker has no private_metadata."""
    return bool(body["view"].get("private_metadata"))


def retire(deps: Deps, ack: Ack, body: Body) -> None:
    _retire(deps, ack, body, anyway=False)


def anyway(deps: Deps, ack: Ack, body: Body) -> None:
    _retire(deps, ack, body, anyway=True)


def _retire(deps: Deps, ack: Ack, body: Body, *, anyway: bool) -> None:
    ack()
    adopt.retire(
        deps, key=respond.value(body), by=SlackUserId(respond.who(body)), delivery=respond.delivery(body), anyway=anyway
    )
    after_action.settle(deps, body, adopted.switching_off())


def wait(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    until = adopt.wait(
        deps, key=respond.value(body), by=SlackUserId(respond.who(body)), delivery=respond.delivery(body)
    )
    after_action.settle(deps, body, adopted.stays_on(until), always=until is not None)


def reactivate(deps: Deps, ack: Ack, body: Body) -> None:
    """Undo by the owner, or an approver's agreement to it. The message shows how many are missing."""
    ack()
    missing = adopt_on.reactivate(
        deps, key=respond.value(body), by=SlackUserId(respond.who(body)), delivery=respond.delivery(body)
    )
    deps.wake()
    respond.answer(deps, body, adopted.undo_asked(missing))


def delete(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    delete_now.ask(deps, key=respond.value(body), by=SlackUserId(respond.who(body)), delivery=respond.delivery(body))
    after_action.settle(deps, body, switchover.deleting())


# --- a new key in its place ---------------------------------------------------------------------------------------


def rotate(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    key, by = respond.value(body), SlackUserId(respond.who(body))
    found = replace.may_rotate(deps, key, by)
    respond.show(deps, body, window(found.key, found.user.name, replace.offered(deps, found, by)))


def window(key: FoundKey, user: str, offered: tuple[Entitlement, ...]) -> Json:
    only = offered[0].id if len(offered) == 1 else None
    rows = [
        blocks.context(adopted.rotate_hint(key, user)),
        request_form.what_for(offered, only),
        *request_form.how_long_and_why(offered),
        *request_form.ticket(offered),
    ]
    return blocks.modal(
        labels.ROTATE,
        rows,
        callback=Callback.CREDENTIAL_ROTATE,
        submit=labels.REQUEST,
        close=labels.CANCEL,
        about=key.id,
    )


def submit(deps: Deps, ack: Ack, body: Body) -> None:
    fields = modal_forms.read(body["view"])
    modal_forms.submit(
        deps,
        ack,
        body,
        lambda: replace.ask(
            deps,
            key=body["view"]["private_metadata"],
            entitlement=EntitlementId(fields.get(Block.ENTITLEMENT, "")),
            duration=parse_duration(fields.get(Block.DURATION, "")),
            justification=fields.get(Block.JUSTIFICATION, ""),
            by=SlackUserId(respond.who(body)),
            delivery=respond.delivery(body),
            ticket=fields.get(Block.TICKET, ""),
        ),
        at=Block.ENTITLEMENT,
        elsewhere=AT_FIELD,
    )
