"""Sentences that can be needed anywhere: errors, empty lists, titles and the pause."""

from bot.domain.issuing.pause import Pause
from bot.slack.text.formatting import clock, escape, moment, person, quote


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


def page(first: int, last: int, of: int) -> str:
    return f"{first} to {last} of {of}" if last > first else f"{first} of {of}"


def your_decisions() -> str:
    return "Waiting for your decision"


def more_commands(command: str) -> str:
    return f"`{command} help` lists the commands."


def nothing_pending() -> str:
    return "No request is waiting for your decision."


def unknown_key(written: str) -> str:
    return f"Latchkey doesn't know the key `{escape(written)}`. Copy its ID (AKIA… or ASIA…) from your list."


# --- the pause of issuing -----------------------------------------------------------------------------------------


def paused(of: Pause) -> str:
    """For everybody whom it concerns: who, when and why, or that it is over."""
    if of.resumed_at is not None:
        over = f":white_check_mark: {person(of.resumed_by or '')} resumed issuing {moment(of.resumed_at)}."
        return f"{over} It was paused {moment(of.since)} by {person(of.by)}.{_why(of)}"
    return (
        f":no_entry_sign: {person(of.by)} paused issuing {moment(of.since)}. Nobody can collect or rotate until it's "
        f"resumed. Existing credentials keep working.{_why(of)}"
    )


def resumed(of: Pause) -> str:
    return f":white_check_mark: {person(of.resumed_by or '')} resumed issuing. You can collect and rotate again."


def you_paused(of: Pause, by: str) -> str:
    """The answer to an admin."""
    who = "You" if of.by == by else person(of.by)
    offer = "" if of.why else " Add a reason, so that people know what to expect."
    since = f":no_entry_sign: {who} paused issuing at {clock(of.since)}."
    return f"{since} Existing credentials keep working.{offer}{_why(of)}"


def you_resumed() -> str:
    return ":white_check_mark: Issuing is resumed."


def not_paused() -> str:
    return "Issuing isn't paused."


def meanwhile(of: Pause) -> str:
    """Beside a request: it can be made and decided, but not collected."""
    return (
        f":no_entry_sign: Issuing has been paused since {moment(of.since)}. You can ask and approvers can decide, but "
        f"nothing can be collected until it's resumed.{_why(of)}"
    )


def explain_hint() -> str:
    return "Shown in every channel that was told about the pause, and on Home."


def _why(of: Pause) -> str:
    return f"\n{quote(of.why)}" if of.why else ""
