"""What every listener needs, wired once by the composition root."""

from collections.abc import Callable
from dataclasses import dataclass

from slack_sdk import WebClient

from bot.domain.catalog import Catalog
from bot.ports import Clock, Entropy, UnitOfWork
from bot.slack.people import SlackPeople


@dataclass(frozen=True, slots=True)
class Deps:
    work: UnitOfWork
    clock: Clock
    entropy: Entropy
    people: SlackPeople
    catalog: Catalog
    client: WebClient
    wake: Callable[[], None]  # the worker in this process, if there is one, looks at once
    command: str  # /key
