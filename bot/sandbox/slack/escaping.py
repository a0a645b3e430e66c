"""Text that a person types, as Slack sends it: markup escaped, mentions resolved (an app's `should_escape: true`)."""

import re

from bot.sandbox.slack.state import Workspace

# A mention picked from a client's list is already markup.
PICKED = re.compile(r"<(?:@[UW][A-Z0-9]+|#C[A-Z0-9]+|!subteam\^S[A-Z0-9]+)(?:\|[^<>]*)?>")
NAMED = re.compile(r"(?<![\w@#&/])([@#])([a-z0-9][a-z0-9._-]*)")


def escaped(workspace: Workspace, text: str) -> str:
    parts = PICKED.split(text)
    picked = [*PICKED.findall(text), ""]
    return "".join(_plain(workspace, part) + mention for part, mention in zip(parts, picked, strict=True))


def _plain(workspace: Workspace, text: str) -> str:
    bare = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return NAMED.sub(lambda found: _mention(workspace, *found.groups()) or found[0], bare)


def _mention(workspace: Workspace, sign: str, name: str) -> str:
    if sign == "#":
        found = next((each.id for each in workspace.channels.values() if each.name == name and not each.dm_with), "")
        return f"<#{found}|{name}>" if found else ""
    person = next((each.id for each in workspace.people.values() if each.name == name and not each.deleted), "")
    if person:
        return f"<@{person}|{name}>"
    group = next((each for each in workspace.usergroups if each.removeprefix("S0").lower() == name), "")
    return f"<!subteam^{group}|@{name}>" if group else ""
