"""Web API: modals and homes."""

from bot.sandbox.slack.calls import Call, Method
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.people import Json
from bot.sandbox.slack.strict import view_body
from bot.sandbox.slack.tickets import Trigger
from bot.sandbox.slack.windows import View


def _opened(view: View) -> Json:
    return {"view": view.as_json()}


def _ask(call: Call) -> tuple[Trigger, Json]:
    """The view is validated first: an invalid view doesn't use up the trigger."""
    ident = call.need("trigger_id")
    body = view_body(call.args.get("view"), kind="modal")
    return call.world.tickets.exchange(ident), body


def views_open(call: Call) -> Json:
    trigger, body = _ask(call)
    inside = call.world.windows.find(trigger.view_id) if trigger.view_id else None
    onto = inside.id if inside and inside.body["type"] == "modal" else ""
    return _opened(call.world.windows.open(trigger.user, body, onto=onto))


def views_push(call: Call) -> Json:
    trigger, body = _ask(call)
    if not trigger.view_id:
        raise SlackError("not_found")
    return _opened(call.world.windows.open(trigger.user, body, onto=trigger.view_id))


def views_update(call: Call) -> Json:
    ident, external_id = call.text("view_id"), call.text("external_id")
    if not ident and not external_id:
        raise SlackError("invalid_arguments", ["missing required field: view_id"])
    body = view_body(call.args.get("view"))
    view = call.world.windows.find(ident, external_id=external_id)
    if view is None:
        raise SlackError("not_found")
    if view.body["type"] != body["type"]:
        raise SlackError("invalid_arguments", ["the type of a view can't change [json-pointer:/view/type]"])
    call.world.windows.update(view, body, call.text("hash"))
    return _opened(view)


def views_publish(call: Call) -> Json:
    user = call.world.workspace.person(call.need("user_id"))
    body = view_body(call.args.get("view"), kind="home")
    return _opened(call.world.windows.publish(user.id, body, call.text("hash")))


METHODS: dict[str, Method] = {
    "views.open": Method(views_open),
    "views.push": Method(views_push),
    "views.update": Method(views_update),
    "views.publish": Method(views_publish),
}
