"""Revoke, Give back and "This wasn't me". A typed revoke asks why in a window; a button has asked by `confirm`."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.ids import CredentialId, GrantId, SlackUserId
from bot.flows import revoke
from bot.flows.look import GrantView
from bot.slack import answer, blocks, cards, done, forms, picker
from bot.slack.answer import Body
from bot.slack.deps import Deps
from bot.slack.ids import Action, Block, Callback
from bot.slack.text import holding


def register(app: App, deps: Deps) -> None:
    app.action(Action.GRANT_REVOKE.value)(partial(press, deps))
    app.view(Callback.GRANT_REVOKE.value)(partial(submit, deps))
    app.action(Action.GRANT_RETURN.value)(partial(give_back, deps))
    app.action(Action.CREDENTIAL_DISOWN.value)(partial(disown, deps))


def press(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    _revoke(deps, body, GrantId(answer.value(body)), "")
    done.settle(deps, body, holding.ending_now())


def _revoke(deps: Deps, body: Body, grant: GrantId, justification: str) -> None:
    revoke.revoke(
        deps.work, deps.clock, deps.people, deps.catalog,
        grant=grant, by=SlackUserId(answer.who(body)), justification=justification, delivery=answer.delivery(body),
    )  # fmt: skip


def command(deps: Deps, ack: Ack, body: Body, rest: str) -> None:
    found = picker.choose(deps, SlackUserId(answer.who(body)), rest)
    if isinstance(found, GrantView):
        revoke.may_revoke(deps.people, deps.catalog, found.grant, SlackUserId(answer.who(body)))
    ack()
    answer.show(deps, body, _window(deps, found))


def _window(deps: Deps, found: GrantView | tuple[GrantView, ...]) -> blocks.Json:
    one = found if isinstance(found, GrantView) else None
    which = blocks.section(_which(deps, one)) if one else picker.field(deps, found)  # type: ignore[arg-type]
    return blocks.modal(
        "Revoke",
        [which, blocks.area(Block.JUSTIFICATION, "Why?", hint="It ends now and cannot be undone.")],
        callback=Callback.GRANT_REVOKE, submit="Revoke", close="Cancel", about=one.grant.id if one else "",
    )  # fmt: skip


def _which(deps: Deps, view: GrantView) -> str:
    title, keys = cards.label(deps.catalog, view.grant, view.credentials)
    return holding.which(title, keys, view.grant.owner)


def submit(deps: Deps, ack: Ack, body: Body) -> None:
    fields, about = forms.read(body["view"]), body["view"].get("private_metadata", "")
    grant, why = GrantId(about or fields.get(Block.KEY, "")), fields.get(Block.JUSTIFICATION, "")
    forms.submit(deps, ack, lambda: _revoke(deps, body, grant, why), at=Block.JUSTIFICATION)


def give_back(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    revoke.give_back(
        deps.work, deps.clock, deps.people, deps.catalog,
        grant=GrantId(answer.value(body)), by=SlackUserId(answer.who(body)), delivery=answer.delivery(body),
    )  # fmt: skip
    done.settle(deps, body, holding.ending_now())


def disown(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    revoke.disown(
        deps.work, deps.clock, deps.people, deps.catalog,
        credential=CredentialId(answer.value(body)), by=SlackUserId(answer.who(body)), delivery=answer.delivery(body),
    )  # fmt: skip
    done.settle(deps, body, holding.disowned_done())


COMMANDS = {"revoke": command}
