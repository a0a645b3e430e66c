"""An external select: what the person types goes to the app, which answers with the options to choose from."""

from bot.sandbox.slack import payloads
from bot.sandbox.slack.answers import SENTENCES, Answer
from bot.sandbox.slack.deliver import Courier
from bot.sandbox.slack.elements import options_of
from bot.sandbox.slack.errors import Unplayable
from bot.sandbox.slack.limits import CHOICES, SOME
from bot.sandbox.slack.people import Json
from bot.sandbox.slack.rules import Shape
from bot.sandbox.slack.windows import View
from bot.sandbox.slack.world import World

SUGGESTED = Shape({}, CHOICES, SOME)
TEXT_MOST = 255  # characters that Slack sends


def ask(world: World, courier: Courier, user: str, view: View, block: Json, element: Json, typed: str) -> Answer:
    """The options that the app suggests. The view remembers them, because only these can be chosen."""
    if len(typed) < element.get("min_query_length", 3):  # Slack's default
        return Answer()
    ack = courier.deliver("interactive", payloads.suggestion(world, user, view, block, element, typed[:TEXT_MOST]))
    if ack.error:
        return Answer(status=ack.status, error=ack.error, sentence=f"No options: {SENTENCES[ack.error]}.")
    sent = ack.json()
    if sent == {"options": []}:  # nothing found
        return Answer(status=ack.status, body=ack.body)
    faults = [f"{wrong} [json-pointer:{at}]" for at, wrong in SUGGESTED.check(sent, "")]
    if faults:
        world.workspace.complain(f"answer to block_suggestion: {'; '.join(faults)}")
        return Answer(status=ack.status, error="invalid_response", sentence="The app's options can't be shown.")
    with world.workspace.change():
        view.suggested |= {option["value"]: option for option in options_of(sent)}
    return Answer(status=ack.status, body=ack.body, suggested=sent)


def chosen(view: View, element: Json, value: str) -> Json:
    """The suggested option of this value, or the one that the app put there."""
    initial = element.get("initial_option") or {}
    found = view.suggested.get(value) or (initial if initial.get("value") == value else None)
    if found is None:
        raise Unplayable(f"{value!r} isn't among what the app suggested: {sorted(view.suggested)}")
    return dict(found)
