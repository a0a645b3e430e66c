"""Shared by the parts of the stand-in: the workspace, its modals, tickets, faults, and API access."""

import threading
from dataclasses import dataclass, field

from bot.sandbox.slack.faults import Faults
from bot.sandbox.slack.people import Json
from bot.sandbox.slack.state import Workspace
from bot.sandbox.slack.tickets import Tickets
from bot.sandbox.slack.traffic import Traffic
from bot.sandbox.slack.windows import Windows

TEAM_NAME, TEAM_DOMAIN = "Latchkey sandbox", "latchkey-sandbox"


@dataclass
class World:
    workspace: Workspace
    windows: Windows
    tickets: Tickets
    bot_token: str
    app_token: str | None
    signing_secret: str
    scopes: frozenset[str]
    commands: tuple[str, ...]
    shortcuts: tuple[tuple[str, str], ...] = ()  # global ones: callback id and name
    message_shortcuts: tuple[tuple[str, str], ...] = ()
    events: frozenset[str] = frozenset()  # bot events that the app subscribes to
    enterprise: str = ""  # an Enterprise Grid organization that installed the app org-wide
    faults: Faults = field(default_factory=Faults)
    traffic: Traffic = field(init=False)
    uploads: dict[str, Json] = field(default_factory=dict)
    socket_tickets: set[str] = field(default_factory=set)
    url: str = ""
    socket_url: str = ""
    first_steps: tuple[str, ...] = ()  # what the page suggests to press first
    stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.traffic = Traffic(self.workspace.wake)
