"""The generated parts of the README and the guide: `python -m tests.guide` writes them, test_readme.py compares them.

A part is enclosed in `<!-- name -->` and `<!-- /name -->` in exactly one of the documents.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from bot import cli
from bot.commands.init_files import AWS, MADE, SLACK_HTTP, catalog_text, env_text
from bot.config.settings import SETTINGS, Role, Setting
from bot.domain import authorization, lifecycle
from bot.domain.authorization import RULES, Act
from bot.domain.catalog import Hygiene
from bot.domain.drift.difference import NOTIFIED, REPAIRS
from bot.domain.hygiene.finding_rules import TABLE, threshold
from bot.domain.lifecycle import ADOPTED_MOVES, CREDENTIAL_MOVES, GRANT_MOVES, INCIDENT_MOVES, REQUEST_MOVES, State
from bot.domain.retention import RETENTION, Kept
from bot.domain.schedule import write_duration
from bot.slack.text import command_help, drift
from bot.slack.text.hygiene.findings import remedy

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
GUIDE = ROOT / "bot" / "guide"
FILLED_IN = {
    **dict.fromkeys(MADE, "made-by-latchkey-init"),
    **dict.fromkeys(SLACK_HTTP, "copied-from-slack"),
    **dict.fromkeys(AWS, "copied-from-aws"),
}
PROCESSES = {Role.WEB: "web", Role.WORKER: "worker", Role.ALL: "all"}


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(each.replace("|", "\\|") for each in line) + " |" for line in lines)


def _whose() -> dict[tuple[str, str], str]:
    """(enum, state) to its comment in lifecycle.py, which says who moves next."""
    found, enum = {}, ""
    for line in Path(lifecycle.__file__).read_text().splitlines():
        if match := re.match(r"class (\w+)\(StrEnum\)", line):
            enum = match[1]
        elif match := re.match(r'    \w+ = "(\w+)"  # (.+)', line):
            found[enum, match[1]] = match[2]
    return found


def states() -> str:
    whose, rows = _whose(), []
    tables = {
        "request": REQUEST_MOVES,
        "grant": GRANT_MOVES,
        "credential": CREDENTIAL_MOVES,
        "adopted key": ADOPTED_MOVES,
        "incident": INCIDENT_MOVES,
    }
    for noun, moves in tables.items():
        for state, after in moves.items():  # type: ignore[attr-defined]
            rows.append((noun, f"`{state}`", whose[type(state).__name__, state], _listed(after)))
    return _table(("of", "state", "who acts next", "then"), rows)


def _listed(after: frozenset[State]) -> str:
    return " ".join(f"`{each}`" for each in sorted(after)) or "the end"


def settings() -> str:
    head = ("variable", "what it says", "default", "used by")
    return _table(head, [(_name(each), each.meaning, _default(each), _used(each)) for each in SETTINGS])


def _name(row: Setting) -> str:
    return f"`{row.name}`" + (" 🔒" if row.secret else "")


def _default(row: Setting) -> str:
    return f"`{row.default}`" if row.default is not None else ""


def _used(row: Setting) -> str:
    return ", ".join(
        f"**{name}**" if role in row.needed_by else name for role, name in PROCESSES.items() if role in row.used_by
    )


def commands() -> str:
    return _table(("in Slack", "does"), [(f"`/key {words}`", meaning) for words, meaning in command_help.HELP])


def tools() -> str:
    rows = [("`latchkey`", "all of it in one process tree, for trying out and small teams")]
    return _table(("command", "does"), rows + [(f"`latchkey {name}`", what) for name, what in cli.COMMANDS.items()])


def watched() -> str:
    names = {
        authorization.Role.OWNER: "owner",
        authorization.Role.APPROVER: "approvers",
        authorization.Role.ADMIN: "admins",
    }

    def listed(found: frozenset[authorization.Role]) -> str:
        return ", ".join(name for each, name in names.items() if each in found)

    rows = []
    for kind, what in drift.WATCHED.items():
        act = REPAIRS.get(kind)
        mend = (f"*{drift.LABELS[kind]}*", listed(RULES[act].who)) if act else ("by hand, in AWS", "")
        rows.append((what, listed(NOTIFIED[kind]), *mend))
    return _table(("in AWS", "who is notified", "button", "who may press it"), rows)


def rights() -> str:
    labels = {
        Act.RETIRE: "switch off",
        Act.REACTIVATE: "undo",
        Act.TAKE_NOTE: "update the ledger after a change in AWS",
    }
    labels |= {Act.ASK: "ask a question", Act.ANSWER: "answer it", Act.CANCEL: "cancel a request"}
    labels |= {Act.END_PREAPPROVAL: "revoke a pre-approval", Act.REVIEW: "close the review of an emergency"}
    labels |= {Act.PREAPPROVE: "pre-approve", Act.NUDGE: "remind the approvers"}
    labels |= {Act.PUT_BACK: "restore what was changed in AWS", Act.PAUSE: "pause issuing"}
    labels |= {Act.CONTAIN: "contain a leaked key", Act.END_SESSIONS: "end the sessions of a role that it assumed"}
    columns = {authorization.Role.REQUESTER: "requester", authorization.Role.OWNER: "owner"}
    columns |= {authorization.Role.APPROVER: "approvers", authorization.Role.ADMIN: "admins"}
    acts = [
        (labels.get(act, act.value.replace("-", " ")), *("yes" if each in rule.who else "" for each in columns))
        for act, rule in RULES.items()
        if act not in {Act.REQUEST, Act.ISSUE, Act.EXTEND}
    ]
    return _table(("", *columns.values()), acts)


def findings() -> str:
    head = ("finding", "about", "from", "how to fix it", "who is notified, one step at a time")
    rules = [(rule, threshold(rule.kind, Hygiene()) or "at once") for rule in TABLE]
    rows = [
        (f"`{rule.kind}`", f"{rule.about}", since, remedy(rule.kind), ", ".join(rule.escalation_steps))
        for rule, since in rules
    ]
    return _table(head, rows)


def kept() -> str:
    rows = [(f"`{each.table}`", each.why, _span(each)) for each in sorted(RETENTION, key=lambda each: each.table)]
    return _table(("table", "what it holds", "kept"), rows)


def _span(row: Kept) -> str:
    return "for good" if row.span is None else f"{write_duration(row.span)} after {row.after}"


def example() -> str:
    return _code("toml", (ROOT / "catalog.toml").read_text())


def catalog() -> str:
    return _code("toml", catalog_text("123456789012", ["U02BOB"], ["U02BOB"], "C01OPS"))


def env() -> str:
    return _code("sh", env_text("https://keys.example.com", socket_mode=False, before=FILLED_IN))


def _code(language: str, text: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```"


def diagram() -> str:
    """The README's, which a running Latchkey shows too."""
    (found,) = re.findall(r"^```mermaid\n.+?^```$", README.read_text(), re.MULTILINE | re.DOTALL)
    return str(found)


PARTS: Mapping[str, Callable[[], str]] = {
    "catalog": catalog,
    "commands": commands,
    "diagram": diagram,
    "env": env,
    "example": example,
    "findings": findings,
    "kept": kept,
    "rights": rights,
    "settings": settings,
    "states": states,
    "tools": tools,
    "watched": watched,
}
MARKED = re.compile(r"<!-- ([a-z-]+) -->\n(.*?)<!-- /\1 -->", re.DOTALL)


def documents() -> list[Path]:
    return [README, *sorted(GUIDE.glob("*.md"))]


def filled(text: str) -> str:
    """The document with each of its generated parts updated from the code."""
    return MARKED.sub(lambda found: f"<!-- {found[1]} -->\n{PARTS[found[1]]()}\n<!-- /{found[1]} -->", text)


if __name__ == "__main__":
    for each in documents():
        each.write_text(filled(each.read_text()))
