"""What the admins read when AWS or GitHub reports a leak without the key's id."""

from collections.abc import Mapping

from bot.domain.leaks.incident import Source
from bot.slack.text.formatting import cut, escape, link

NAMES_MOST = 200
SENDER = {Source.GITHUB: "GitHub", Source.AWS_HEALTH: "AWS Health"}


def unnamed(facts: Mapping[str, str], command: str) -> str:
    """`facts` of the event leak:unnamed; everything in them was written outside."""
    sender = SENDER.get(Source(facts["source"]), "AWS")
    where = f" in `{_name(facts['about'])}`" if facts.get("about") else ""
    where += f", in AWS account `{_name(facts['account'])}`" if facts.get("account") else ""
    whose = f", of the IAM user `{_name(facts['users'])}`" if facts.get("users") else ""
    page = link(facts["link"], "what it found") if facts.get("link") else "what it found"
    return (
        f":rotating_light: {sender} reports a leaked AWS key{where}{whose}, but not which one. "
        f"Look up {page}, then type `{command} leaked` and the key's ID."
    )


def _name(text: str) -> str:
    return cut(escape(text).replace("`", "'"), NAMES_MOST)
