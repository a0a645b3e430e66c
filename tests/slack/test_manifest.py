"""The scopes are exactly those that the code uses."""

import ast
from pathlib import Path

from bot.slack import manifest

SLACK = Path(manifest.__file__).parent
FREE = {"auth.test", "views.open", "views.update", "views.publish"}  # need no scope


def called() -> set[str]:
    """Every Web API method that bot/slack calls on a client, as Slack writes it."""
    found = set()
    for file in SLACK.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = ast.unparse(node.func.value)
                if owner.endswith("client") and "handler" not in owner:
                    found.add(node.func.attr)
    known = {name.replace(".", "_"): name for name in (*FREE, *manifest.SCOPES)}
    return {known.get(each, each) for each in found}


def test_every_method_that_is_called_has_its_scope_and_no_other_is_asked_for() -> None:
    assert called() - FREE == set(manifest.SCOPES)
