"""What every listener needs, wired once by the composition root."""

from collections.abc import Callable
from dataclasses import dataclass

from slack_sdk import WebClient

from bot.flows.context import Context
from bot.slack.people import SlackPeople


@dataclass(frozen=True, slots=True)
class Deps(Context):
    people: SlackPeople  # also says when a user group was edited
    client: WebClient
    wake: Callable[[], None]  # wakes the worker in this process, if there is one
    command: str  # /key
    guide: str  # its address
