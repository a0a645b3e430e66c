"""Find the listener of a slash command; show the menu for a bare command, and help for an unknown word."""

from collections.abc import Callable, Mapping

from slack_bolt import Ack

from bot.domain.leaks.keys_in_text import masked
from bot.slack.context import Deps
from bot.slack.ids import Action
from bot.slack.listeners import menu
from bot.slack.text import command_help, guide, labels
from bot.slack.ui.blocks import actions, button, context, section
from bot.slack.ui.respond import Body

Command = Callable[[Deps, Ack, Body, str], None]
WITH_SECRETS = frozenset({"leaked"})


def listener(deps: Deps, commands: Mapping[str, Command]) -> Callable[..., None]:
    def dispatch(ack: Ack, body: Body) -> None:
        word, rest = _split(str(body.get("text") or ""))
        known = commands.get(word.lower())
        if not word:
            menu.command(deps, ack, body)
        elif known is not None:
            known(deps, ack, body, rest.strip())
        else:
            _help(deps, ack, word)

    return dispatch


def _split(text: str) -> tuple[str, str]:
    """The word and the rest, also where a line break is between them. Only a report of a leak is read with secrets."""
    word, *rest = text.split(maxsplit=1) or [""]
    if word.lower() in WITH_SECRETS:
        return word, "".join(rest).strip()
    return masked(word), masked("".join(rest).strip())


def _help(deps: Deps, ack: Ack, word: str) -> None:
    said = command_help.welcome()
    if word.lower() != "help":
        said = command_help.unknown_word(deps.command, word)
    ask = button(labels.REQUEST_ACCESS, Action.REQUEST_OPEN, "open", style="primary")
    usage = [context(each) for each in command_help.usage(deps.command)]
    shown = [section(said), *usage, actions(ask), context(guide.pages(deps.guide))]
    ack(text=said, blocks=shown, response_type="ephemeral")
