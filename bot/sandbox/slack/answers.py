"""How Slack handles the app's response, and what the person sees if it is wrong or late."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.slack.deliver import FAILED, TIMEOUT, Ack
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.people import SLACKBOT, Json
from bot.sandbox.slack.response_url import content, show
from bot.sandbox.slack.state import Channel, Message
from bot.sandbox.slack.strict import view_body
from bot.sandbox.slack.windows import View
from bot.sandbox.slack.world import World

TellClosed = Callable[[View, bool], Ack | None]

SENTENCES = {
    TIMEOUT: "the app didn't answer within 3 seconds",
    FAILED: "the app couldn't be reached, or answered with an error",
}
TROUBLE = "We had some trouble connecting. Try again?"


@dataclass(frozen=True)
class Answer:
    """The app's response, and what the person saw of it. `error` is Slack's code if it failed."""

    status: int | None = None
    body: str = ""
    error: str = ""
    sentence: str = ""
    ephemeral: Message | None = None
    errors: dict[str, str] = field(default_factory=dict)
    suggested: Json = field(default_factory=dict)  # `options` or `option_groups` of an external select

    @property
    def ok(self) -> bool:
        return not self.error and not self.errors

    @property
    def text(self) -> str:
        return self.ephemeral.text if self.ephemeral else ""

    @property
    def blocks(self) -> list[Json]:
        return self.ephemeral.blocks if self.ephemeral else []

    @property
    def words(self) -> str:
        return self.ephemeral.words if self.ephemeral else self.sentence


def to_command(world: World, user: str, place: Channel, name: str, ack: Ack) -> Answer:
    """An empty 200 shows nothing, text or JSON is shown at once, anything else is Slackbot's error message."""
    error = ack.error
    if not error and ack.body.strip():
        sent = ack.json() if ack.body.lstrip().startswith("{") else {"text": ack.body}
        try:
            text, blocks = content(sent if isinstance(sent, dict) else {})
            shown = show(world, user, place.id, sent, text, blocks)
            return Answer(status=ack.status, body=ack.body, ephemeral=shown)
        except SlackError as refusal:
            world.workspace.complain(f"answer to {name}: {refusal.code} {'; '.join(refusal.messages)}")
            error = refusal.code
    if not error:
        return Answer(status=ack.status, body=ack.body)
    sentence = f'{name} failed with the error "{error}"' + (f": {SENTENCES[error]}." if error in SENTENCES else ".")
    regret = world.workspace.post(place, sentence, [], user=SLACKBOT, only_for=user)
    return Answer(status=ack.status, body=ack.body, error=error, sentence=sentence, ephemeral=regret)


def to_action(ack: Ack) -> Answer:
    """If the app fails, Slack marks the button with a warning; a response body is ignored."""
    sentence = f"Latchkey didn't react: {SENTENCES[ack.error]}." if ack.error else ""
    return Answer(status=ack.status, body=ack.body, error=ack.error, sentence=sentence)


def to_submission(world: World, view: View, ack: Ack, tell_closed: TellClosed) -> Answer:
    error = ack.error
    if not error:
        try:
            errors = _respond(world, view, ack, tell_closed)
            return Answer(status=ack.status, body=ack.body, errors=errors)
        except SlackError as refusal:
            world.workspace.complain(f"answer to view_submission: {refusal.code} {'; '.join(refusal.messages)}".strip())
            error = refusal.code
    with world.workspace.change():
        view.trouble = TROUBLE
    return Answer(status=ack.status, body=ack.body, error=error, sentence=TROUBLE)


def _respond(world: World, view: View, ack: Ack, tell_closed: TellClosed) -> dict[str, str]:
    """Follow `response_action`; return the errors shown in the form."""
    sent = ack.json()
    if ack.body.strip() and not isinstance(sent, dict):
        raise SlackError("invalid_response", ["the answer to a submission must be empty or a JSON object"])
    act = (sent or {}).get("response_action")
    if act not in RESPONSES:
        raise SlackError("invalid_response", [f"unknown response_action: {act}"])
    return RESPONSES[act](world, view, sent or {}, tell_closed)


def _done(world: World, view: View, _sent: Json, _tell: TellClosed) -> dict[str, str]:
    if world.windows.find(view.id):
        world.windows.close(view)
    return {}


def _clear(world: World, view: View, _sent: Json, tell: TellClosed) -> dict[str, str]:
    for each in world.windows.close(view, whole_stack=True):
        if each.id != view.id:
            tell(each, True)
    return {}


def _update(world: World, view: View, sent: Json, _tell: TellClosed) -> dict[str, str]:
    world.windows.update(view, view_body(sent.get("view"), kind="modal"))
    return {}


def _push(world: World, view: View, sent: Json, _tell: TellClosed) -> dict[str, str]:
    world.windows.open(view.user, view_body(sent.get("view"), kind="modal"), onto=view.id)
    return {}


def _errors(world: World, view: View, sent: Json, _tell: TellClosed) -> dict[str, str]:
    errors = sent.get("errors")
    fields = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not all(isinstance(each, str) for each in errors.values()):
        raise SlackError("invalid_response", ["errors must be an object of sentences keyed by block_id"])
    if unknown := sorted(set(errors) - fields):
        raise SlackError(
            "invalid_response", [f"errors name blocks that aren't inputs of this view: {', '.join(unknown)}"]
        )
    with world.workspace.change():
        view.errors = dict(errors)
    return dict(errors)


RESPONSES: dict[str | None, Callable[[World, View, Json, TellClosed], dict[str, str]]] = {
    None: _done,
    "clear": _clear,
    "update": _update,
    "push": _push,
    "errors": _errors,
}
