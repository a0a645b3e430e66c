"""Acting as a person in Slack: what they see and do, and the result."""

from collections.abc import Sequence
from typing import Any

from bot.sandbox.slack import answers, payloads, suggestions, written
from bot.sandbox.slack.answers import Answer
from bot.sandbox.slack.deliver import Ack, Courier
from bot.sandbox.slack.elements import Values, elements, filled, find_element, is_empty
from bot.sandbox.slack.errors import Unplayable
from bot.sandbox.slack.escaping import escaped
from bot.sandbox.slack.people import Json
from bot.sandbox.slack.state import Channel, Message
from bot.sandbox.slack.windows import View
from bot.sandbox.slack.world import World

HOME_SECONDS = 2.0
INCOMPLETE = "Please complete this required field."


class Actor:
    def __init__(self, world: World, courier: Courier, user: str) -> None:
        world.workspace.person(user)
        self._world, self._courier, self.id = world, courier, user

    # What the person sees.

    def dms(self) -> list[Message]:
        return self._world.workspace.seen_by(self.id, self._world.workspace.dm(self.id).id, ephemeral=False)

    def channel(self, ident: str) -> list[Message]:
        return self._world.workspace.seen_by(self.id, ident, ephemeral=False)

    def ephemerals(self) -> list[Message]:
        """Everything marked "Only visible to you", in every channel, oldest first."""
        workspace = self._world.workspace
        seen = [
            m
            for ident in list(workspace.channels)
            for m in workspace.seen_by(self.id, ident, ephemeral=True)
            if m.only_for
        ]
        return sorted(seen, key=lambda message: float(message.ts))

    def modal(self) -> View | None:
        return self._world.windows.top(self.id)

    def home(self) -> View | None:
        return self._world.windows.home(self.id)

    # What the person does.

    def command(self, line: str, channel: str = "") -> Answer:
        """Type a slash command, by default in the direct messages with the app."""
        name, _, text = line.partition(" ")
        if name not in self._world.commands:
            return Answer(error="not_a_command", sentence=f"{name} is not a valid command.")
        place = self._place(channel)
        payload = payloads.command(self._world, self.id, place, name, text.strip())
        ack = self._courier.deliver("slash_commands", payload)
        return answers.to_command(self._world, self.id, place, name, ack)

    def say(self, text: str, channel: str = "") -> Message:
        """By default in the direct messages with the app."""
        return self.post(self._place(channel).id, text)

    def post(self, channel: str, text: str, *, snippet: str = "", attachments: Sequence[Json] = ()) -> Message:
        """Write in a channel, with a text file or previews of links if given; Slack tells the app if it may read it."""
        world, place = self._world, self._world.workspace.channels[channel]
        if self.id not in place.members or place.archived:
            raise Unplayable(f"{self.id} can't write in #{place.name}")
        with world.workspace.change():
            said = world.workspace.post(place, escaped(world.workspace, text), [], user=self.id)
            said.attachments = list(attachments)
            said.files = [written.snippet(world, self.id, snippet)] if snippet else []
        self._tell(place, written.posted(world, said))
        return said

    def edit(self, message: Message, text: str) -> None:
        """Change what this person wrote before."""
        world, live = self._world, self._world.workspace.message(message.channel, message.ts)
        if live is None or live.user != self.id:
            raise Unplayable(f"{self.id} can't edit that message")
        before = written.as_json(world, live)
        world.workspace.edit(live, escaped(world.workspace, text), [])
        self._tell(world.workspace.channels[live.channel], written.changed(world, live, before))

    def shortcut(self, callback_id: str) -> Answer:
        """Choose a global shortcut of the app."""
        return answers.to_action(
            self._courier.deliver("interactive", payloads.shortcut(self._world, self.id, callback_id))
        )

    def message_shortcut(self, callback_id: str, message: Message) -> Answer:
        """Choose a shortcut in the menu of a message. Ephemeral messages have none."""
        if callback_id not in dict(self._world.message_shortcuts):
            raise Unplayable(f"the app declares no message shortcut {callback_id!r}")
        live = self._world.workspace.message(message.channel, message.ts)
        if live is None or live.only_for or self.id not in self._world.workspace.channels[message.channel].members:
            raise Unplayable(f"{self.id} sees no such message with a menu")
        sent = payloads.message_shortcut(self._world, self.id, live, callback_id)
        return answers.to_action(self._courier.deliver("interactive", sent))

    def press(self, where: Message | View, action_id: str, value: str | None = None, *, block_id: str = "") -> Answer:
        """Press a button. A `value` that no such button has is forged."""
        block, element = find_element(where.blocks, action_id, block_id=block_id, value=value)
        return self._act(where, payloads.action(self._world, block, element, None, value))

    def select(self, where: Message | View, block_id: str, action_id: str, chosen: Any) -> Answer:
        """Choose or type a value. Sent to the app at once where Slack does so: not for a plain input."""
        block, element = find_element(where.blocks, action_id, block_id=block_id)
        entry = filled(element, self._offered(where, element, chosen))
        self._remember(where, block_id, action_id, entry)
        if block["type"] == "input" and not block.get("dispatch_action"):
            return Answer()
        return self._act(where, payloads.action(self._world, block, element, entry))

    def suggest(self, view: View, block_id: str, typed: str = "") -> Answer:
        """Type into an external select of a window; the answer holds what the app suggests."""
        live = self._open(view)
        block = next((each for each in live.blocks if each["block_id"] == block_id), {})
        element = next((each for each in elements(block) if each["type"] == "external_select"), None)
        if element is None:
            raise Unplayable(f"{live.title!r} has no external select {block_id!r}")
        return suggestions.ask(self._world, self._courier, self.id, live, block, element, typed)

    def submit(self, view: View, values: dict[str, Any] | None = None) -> Answer:
        """Fill in the named blocks and press Submit. Slack itself refuses an incomplete form."""
        if not view.body.get("submit"):
            raise Unplayable(f"the window {view.title!r} has no submit button")
        live = self._open(view)
        for block_id, given in (values or {}).items():
            self._fill(live, block_id, given)
        if missing := incomplete(live):
            with self._world.workspace.change():
                live.errors = missing
            return Answer(errors=missing)
        ack = self._courier.deliver("interactive", payloads.submission(self._world, self.id, live))
        return answers.to_submission(self._world, live, ack, self._tell_closed)

    def close(self, view: View, *, whole_stack: bool = False) -> Answer:
        """Cancel removes the top view; the cross (`whole_stack`) closes the modal."""
        clears = whole_stack or bool(view.body.get("clear_on_close"))
        gone = self._world.windows.close(self._open(view), whole_stack=clears)
        acks = [self._tell_closed(each, clears) for each in gone]
        errors = [ack.error for ack in acks if ack and ack.error]
        return Answer(error=errors[0] if errors else "")

    def open_home(self) -> View | None:
        """Open the app's Home tab and wait until the app has published it."""
        workspace, before = self._world.workspace, self.home()
        seen = before.hash if before else ""
        if "app_home_opened" in self._world.events:
            self._courier.deliver("events_api", payloads.home_opened(self._world, self.id, before))
        with workspace.lock:
            workspace.changed.wait_for(lambda: (view := self.home()) and view.hash != seen, HOME_SECONDS)
            return self.home()

    # Helpers.

    def _place(self, channel: str) -> Channel:
        return self._world.workspace.channels[channel] if channel else self._world.workspace.dm(self.id)

    def _tell(self, place: Channel, event: Json) -> None:
        if written.is_told(self._world, place):
            self._courier.deliver("events_api", payloads.event(self._world, event))

    def _open(self, view: View) -> View:
        live = self._world.windows.find(view.id)
        if live is None or live.user != self.id:
            raise Unplayable(f"{self.id} has no open window {view.title!r}")
        return live

    def _act(self, where: Message | View, action: Json) -> Answer:
        if isinstance(where, View):
            payload = payloads.actions_on_view(
                self._world, self.id, self._world.windows.find(where.id) or where, [action]
            )
        else:
            payload = payloads.actions_on_message(self._world, self.id, where, [action])
        return answers.to_action(self._courier.deliver("interactive", payload))

    def _remember(self, where: Message | View, block_id: str, action_id: str, entry: Json) -> None:
        live: Message | View | None
        if isinstance(where, View):
            live = self._world.windows.find(where.id)
        else:
            live = self._world.workspace.message(where.channel, where.ts)
        with self._world.workspace.change():
            for each in (live, where):
                if each is not None and action_id in each.values.get(block_id, {}):
                    each.values[block_id][action_id] = entry

    def _fill(self, live: View, block_id: str, given: Any) -> None:
        block = next((each for each in live.blocks if each["block_id"] == block_id), None)
        element = next(elements(block), None) if block else None
        if element is None:
            raise Unplayable(
                f"no field {block_id!r} in {live.title!r}; there is {[b['block_id'] for b in live.blocks]}"
            )
        self._remember(live, block_id, element["action_id"], filled(element, self._offered(live, element, given)))

    def _offered(self, where: Message | View, element: Json, given: Any) -> Any:
        """What was chosen in an external select has to be among what the app suggested."""
        external = element["type"] == "external_select" and isinstance(given, str)
        return suggestions.chosen(self._open(where), element, given) if external and isinstance(where, View) else given

    def _tell_closed(self, view: View, is_cleared: bool) -> Ack | None:
        if not view.body.get("notify_on_close"):
            return None
        told = payloads.closed(self._world, view.user, view, is_cleared=is_cleared)
        return self._courier.deliver("interactive", told)


def incomplete(view: View) -> dict[str, str]:
    """Slack's own validation before it sends a form: empty, too short, too long."""
    errors: dict[str, str] = {}
    values: Values = view.values
    for block in view.blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        entry = values[block["block_id"]][element["action_id"]]
        typed = entry.get("value")
        if is_empty(entry):
            if not block.get("optional"):
                errors[block["block_id"]] = INCOMPLETE
        elif isinstance(typed, str) and len(typed) < element.get("min_length", 0):
            errors[block["block_id"]] = f"Please lengthen this text to {element['min_length']} characters or more."
        elif isinstance(typed, str) and len(typed) > element.get("max_length", 3000):
            errors[block["block_id"]] = (
                f"Please shorten this text to {element.get('max_length', 3000)} characters or less."
            )
    return errors
