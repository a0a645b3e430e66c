"""What turned up after a key had leaked: on its IAM user, or made with it elsewhere."""

from collections.abc import Mapping

from bot.slack.text.leaks.calls import code

ON_ITS_USER = {
    "key": "a new access key {name}",
    "active": "{name} is active again",
    "login": "a console password",
    "policy": "another policy, {name}",
    "group": "it joined the group {name}",
    "undenied": "what denied its sessions is gone",
}
MADE = {
    "user": "the IAM user {name}",
    "key": "the access key {name}{on}",
    "role": "the role {name}",
    "login": "a console password for {name}",
    "policy": "the policy {name}{on}",
    "service-credential": "a service-specific credential {name}{on}",
}


def is_made(facts: Mapping[str, str]) -> bool:
    """CloudTrail shows that the key made it; otherwise a check saw it on the key's own user."""
    return "on" in facts


def line(facts: Mapping[str, str]) -> str:
    """Escaped: whoever has the key chose the names."""
    form = (MADE if is_made(facts) else ON_ITS_USER).get(facts.get("found", ""), "{name}")
    on = f" of {code(facts['on'])}" if facts.get("on") else ""
    return form.format(name=code(facts.get("name", "")), on=on)
