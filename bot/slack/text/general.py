"""Sentences that can be needed anywhere: errors, empty lists, titles and the pause."""

from bot.slack.text.formatting import escape, person


def other_workspace() -> str:
    return "You belong to another workspace, so nothing was done. Use Latchkey in your own workspace."


def unknown_button() -> str:
    return "This button no longer works. Open Latchkey's Home tab to see what you can do now."


def sorry() -> str:
    return (
        "Something went wrong on our side; nothing is lost. Try again. If it keeps happening, tell Latchkey's admins."
    )


def no_worker() -> str:
    return (
        ":rotating_light: Someone pressed Collect, but no Latchkey worker is running, so nothing was created. Start "
        "`latchkey worker`; its log says why it stopped."
    )


def nothing_held(command: str) -> str:
    return f"You don't have anything from Latchkey at the moment. Ask for access with `{command} request`."


def your_list() -> str:
    return "Your credentials"


def your_decisions() -> str:
    return "Waiting for your decision"


def more_commands(command: str) -> str:
    return f"`{command} help` lists the commands."


def nothing_pending() -> str:
    return "No request is waiting for your decision."


def unknown_key(written: str) -> str:
    return f"Latchkey doesn't know the key `{escape(written)}`. Copy its ID (AKIA… or ASIA…) from your list."


def paused(by: str) -> str:
    return f":no_entry_sign: {person(by)} paused issuing. Existing credentials keep working."


def resumed() -> str:
    return ":white_check_mark: Issuing is resumed."
