"""`latchkey init`: write everything a new Latchkey needs into the working directory, without overwriting."""

import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.commands.cloudformation import DEPLOY, WORKER_USER, as_yaml
from bot.commands.env_file import ENV_FILE, read
from bot.commands.init_answers import Ask, Given, answers
from bot.commands.init_files import AWS, SLACK_HTTP, SLACK_SOCKET, catalog_text, env_text
from bot.commands.new_files import ANYONE, NOT_WRITABLE, OWNER, NewFile, write_all
from bot.commands.tools import known_account
from bot.config import catalog_file
from bot.config.settings import Role, load
from bot.config.settings_values import local_port
from bot.domain.catalog import Catalog
from bot.domain.errors import LatchkeyError
from bot.slack.manifest import manifest

CATALOG, MANIFEST, TEMPLATE = Path("catalog.toml"), Path("manifest.json"), Path("latchkey-iam.yaml")
FILES: Mapping[Path, str] = {
    CATALOG: "what can be requested, and who approves",
    ENV_FILE: "settings and secrets; only you can read it",
    MANIFEST: "the Slack app",
    TEMPLATE: "the roles and policies of the AWS account",
}
NO_ADDRESS = (
    f"{ENV_FILE} has no PUBLIC_URL, so nothing was written; add the address of Latchkey to it, like "
    "PUBLIC_URL=https://keys.example.com"
)
UNREACHED = "so nothing was written; add --socket-mode, or give an address that Slack can reach"
VERIFY = "Have Slack verify Latchkey's address, in the app's Event Subscriptions. Until then the app's Home is empty."
ASKED_FOR: Mapping[Path, tuple[str, ...]] = {
    CATALOG: ("--account-id", "--admin", "--approver", "--channel"),
    ENV_FILE: ("--host",),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """The text of every file, as written now or as it was before."""

    texts: Mapping[Path, str]
    catalog: Catalog
    settings: Mapping[str, str]
    socket_mode: bool


def init(given: Given, *, socket_mode: bool, force: bool, ask: Ask | None = None) -> int:
    """Raises LatchkeyError if nothing was written. `ask` is None: input() if there is a terminal."""
    there = frozenset(each for each in FILES if os.path.lexists(each))
    new = tuple(FILES) if force else tuple(each for each in FILES if each not in there)
    wanted = [flag for file, flags in ASKED_FOR.items() if file in new for flag in flags]
    if new and not os.access(".", os.W_OK | os.X_OK):
        raise LatchkeyError(NOT_WRITABLE)  # before asking any question
    found = answers(given, wanted, ask or _terminal())
    plan = _plan(new, found, socket_mode)
    write_all([NewFile(each, plan.texts[each], OWNER if each == ENV_FILE else ANYONE) for each in new], replace=force)
    ignored = ["--socket-mode"] if socket_mode and not plan.socket_mode else []
    _report(new, plan, [*(flag for flag in given if flag not in wanted), *ignored])
    return 0


def _terminal() -> Ask | None:
    return input if sys.stdin is not None and sys.stdin.isatty() else None


def _plan(new: Sequence[Path], found: Mapping[str, tuple[str, ...]], socket_mode: bool) -> Plan:
    """Raises LatchkeyError if an existing file has mistakes."""
    before = read(ENV_FILE)
    env = _text(ENV_FILE)
    if ENV_FILE in new:
        env = env_text(found["--host"][0], socket_mode=socket_mode, before=before)
    text = _text(CATALOG)
    if CATALOG in new:
        text = catalog_text(
            found["--account-id"][0],
            found["--admin"],
            found["--approver"],
            next(iter(found.get("--channel", ())), None),
        )
    with tempfile.TemporaryDirectory() as folder:
        names = {ENV_FILE: env, CATALOG: text}
        for name, written in names.items():
            (Path(folder) / name).write_text(written, encoding="utf-8")
        settings = read(Path(folder) / ENV_FILE)
        catalog = catalog_file.load(Path(folder) / CATALOG if CATALOG in new else CATALOG)
    by_socket = "SLACK_APP_TOKEN" in settings
    known_account(catalog, None)
    loaded = load(settings, Role.TOOLS)
    if not loaded.public_url:
        raise LatchkeyError(NO_ADDRESS)
    made = manifest(
        command=loaded.slack_command,
        public_url=loaded.public_url,
        socket_mode=by_socket,
        watch=bool(catalog.watch_channels),
    )
    if MANIFEST in new and not by_socket and local_port(loaded.public_url) is not None:
        raise LatchkeyError(f"Slack can't reach {loaded.public_url}, {UNREACHED}")
    account = next(iter(catalog.accounts.values()))
    texts = names | {MANIFEST: json.dumps(made, indent=2) + "\n", TEMPLATE: as_yaml(catalog, account, None)}
    return Plan(texts, catalog, settings, by_socket)


def _text(path: Path) -> str:
    """The file's text, or nothing if there is none or it isn't text: then it is written now, or was rejected before."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _report(new: Sequence[Path], plan: Plan, unused: Sequence[str]) -> None:
    for file, what in FILES.items():
        print(f"{'wrote' if file in new else 'kept ':5}  {file!s:17}  {what}")
    for file, command in _remade(plan).items():
        if file not in new and _text(file) != plan.texts[file]:
            print(f"{file} differs from what {CATALOG} and {ENV_FILE} now produce. To update it: {command} > {file}")
    if Path(read := plan.settings.get("CATALOG_FILE") or CATALOG).absolute() != CATALOG.absolute():
        print(
            f"{ENV_FILE} has CATALOG_FILE={read}, so Latchkey reads that file and not {CATALOG}. Correct one of them."
        )
    if unused:
        print(f"Not used, because the file already exists: {', '.join(unused)}. --force overwrites every file.")
    print("\nNext steps:")
    for number, step in enumerate(_steps(plan), start=1):
        print(f"{number}. {step}")
    print("Run latchkey init again at any time: it keeps existing files and says what is missing.")


def _remade(plan: Plan) -> dict[Path, str]:
    """The files made from the other two, and the command that prints each."""
    by_socket = " --socket-mode" if plan.socket_mode else ""
    return {MANIFEST: f"latchkey manifest{by_socket}", TEMPLATE: "latchkey iam --format cloudformation"}


def _steps(plan: Plan) -> list[str]:
    slack = [each for each in (SLACK_SOCKET if plan.socket_mode else SLACK_HTTP) if not plan.settings.get(each)]
    aws = [each for each in AWS if not plan.settings.get(each)]
    channels = {each.channel for each in plan.catalog.accounts.values()}
    channels |= {each.channel for each in plan.catalog.approvers.values()}
    invited = ", ".join(sorted(each for each in channels if each))
    steps = []
    if slack:
        steps += [
            f"Create the Slack app: api.slack.com/apps, Create New App, From a manifest, paste {MANIFEST}. Install it.",
            f"Copy from the app into {ENV_FILE}: {', '.join(slack)}.",
        ]
    steps += [f"Invite the app to the channel {invited}: /invite @Latchkey"] if invited else []
    steps.append(f"Create the roles: {DEPLOY.format(file=TEMPLATE)}")
    if aws:
        steps.append(
            f"Unless Latchkey runs with an AWS role: aws iam create-access-key --user-name {WORKER_USER}, and copy the "
            f"key into {ENV_FILE}: {', '.join(aws)}."
        )
    steps += ["Create the database: latchkey migrate", "Check everything: latchkey doctor", "Start: latchkey"]
    return steps if plan.socket_mode else [*steps, VERIFY]
