"""The people of the stand-in's workspace, and how Slack describes them."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

BOT_USER = "U0LATCHKEY"
BOT_ID = "B0LATCHKEY"
APP_ID = "A0LATCHKEY"
SLACKBOT = "USLACKBOT"


@dataclass
class Person:
    """Mutable on purpose: a test deactivates someone between two clicks."""

    id: str
    name: str
    real_name: str = ""
    email: str = ""
    title: str = ""
    team_id: str = ""  # empty: this workspace
    tz: str = "Europe/London"
    deleted: bool = False
    is_bot: bool = False
    is_admin: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    enterprise_id: str = ""

    def as_json(self, *, with_email: bool) -> Json:
        """The `user` object of users.info; Slack omits the address without users:read.email."""
        profile: Json = {
            "real_name": self.real_name,
            "display_name": self.name,
            "title": self.title,
            "team": self.team_id,
        }
        if with_email and self.email:
            profile["email"] = self.email
        user: Json = {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name,
            "real_name": self.real_name,
            "deleted": self.deleted,
            "tz": self.tz,
            "tz_label": self.tz,
            "tz_offset": 0,
            "profile": profile,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": 1,
        }
        if not self.deleted:  # Slack removes the roles of deactivated people
            user |= {
                "is_admin": self.is_admin,
                "is_owner": False,
                "is_primary_owner": False,
                "is_restricted": self.is_restricted,
                "is_ultra_restricted": self.is_ultra_restricted,
            }
        if self.is_stranger:
            user["is_stranger"] = True
        if self.enterprise_id:
            user["enterprise_user"] = {"id": self.id, "enterprise_id": self.enterprise_id, "teams": [self.team_id]}
        return user


DEFAULT_PEOPLE: tuple[Person, ...] = (
    Person("U01ALICE", "alice", "Alice Adams", "alice@example.com", "Data analyst"),
    Person("U02BOB", "bob", "Bob Brown", "bob@example.com", "Platform engineer"),
    Person("U03CAROL", "carol", "Carol Clark", "carol@example.com", "Marketing"),
    Person("U04DAVE", "dave", "Dave Dunn", "dave@example.com", "Platform engineer"),
)

THE_APP = Person(BOT_USER, "latchkey", "Latchkey", is_bot=True)
