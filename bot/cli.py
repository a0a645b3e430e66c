"""The command `latchkey`: runs a process or a tool. User mistakes are sentences with exit code 2, never a traceback."""

import argparse
import os
import resource
import sys
from collections.abc import Callable, Sequence
from difflib import get_close_matches

from bot import __version__
from bot.domain.errors import LatchkeyError

BAD_INPUT = 2

COMMANDS: dict[str, str] = {
    "web": "serve the collect page, the guide, health, metrics and Slack's HTTP requests",
    "worker": "mint, send, sweep; Socket Mode if SLACK_APP_TOKEN is set",
    "migrate": "migrate the database to this release's schema",
    "demo": "try Latchkey on this machine, without any account",
    "init": "write catalog, settings, Slack manifest and CloudFormation template for a new Latchkey",
    "doctor": "check environment, database, Slack, catalog and AWS; print how to fix each problem",
    "manifest": "print the Slack app manifest",
    "iam": "print the IAM policies that an account needs",
    "accounts": "compare the AWS organization's accounts with the catalog, and print the TOML for the missing ones",
    "inventory": "read the keys of every account, and print the findings",
    "audit": "export the audit log, or verify an export",
}
WITHOUT_ENV_FILE = frozenset({"demo", "init"})  # one fakes its whole environment, the other writes the file
WITH_SETTINGS = frozenset({None, "web", "worker"})  # migrate needs none, and doctor says itself that it found none
FORMATS = ("json", "cloudformation", "stackset")
PRINCIPAL = (
    "ARN of the user or role that the worker runs as; required for an account with an external_id "
    "(default: the root of the worker's own account)"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Returns the exit code: 0 done, 1 a problem was found, 2 the input can't work."""
    parser = _parser()
    words = sys.argv[1:] if argv is None else argv
    if words and not words[0].startswith("-") and words[0] not in COMMANDS:
        parser.error(_no_such_command(words[0]))
    arguments, unknown = parser.parse_known_args(argv)
    if unknown:
        parser.error(f"{' '.join(unknown)} isn't an option here; see latchkey {arguments.command or ''} --help")
    try:
        return _said(_run(arguments))
    except LatchkeyError as error:
        for line in str(error).splitlines():
            print(f"latchkey: {line}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of a pipe stopped early: `latchkey iam | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def _no_such_command(name: str) -> str:
    near = get_close_matches(name, COMMANDS, n=1)
    return f"there is no command {name}; " + (f"did you mean latchkey {near[0]}?" if near else "see latchkey --help")


def _said(code: int) -> int:
    """Flush before the process ends, so that a closed pipe is noticed here."""
    sys.stdout.flush()
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="latchkey", description="AWS credentials through Slack: request, approve, collect, rotate, give back.",
        epilog="Without a command: web and worker in one process, for trials and small teams.",
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"latchkey {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="command")
    for name, meaning in COMMANDS.items():
        sub = commands.add_parser(name, help=meaning, description=meaning)
        if name == "demo":
            plays = sub.add_mutually_exclusive_group()
            plays.add_argument(
                "--tour", dest="plays", action="store_const", const="tour", default="",
                help="play the whole life of a key in the terminal and verify it",
            )  # fmt: skip
            plays.add_argument(
                "--leak", dest="plays", action="store_const", const="leak",
                help="play a leak in the terminal, with an attacker who races, and verify that it is contained",
            )  # fmt: skip
            sub.add_argument("--port", type=int, default=0, help="port of the sandbox's page (default: a free one)")
        if name == "init":
            _init_flags(sub)
        if name == "manifest":
            sub.add_argument(
                "--socket-mode", action="store_true", help="for a Latchkey that Slack can't reach over HTTP"
            )
        if name == "audit":
            _audit_flags(sub)
        if name in {"iam", "inventory"}:
            sub.add_argument("--account", default=None, help="the account's name in the catalog")
        if name == "accounts":
            sub.add_argument("--json", action="store_true", help="machine-readable")
            sub.epilog = "Exit code: 0 if AWS listed the organization, 1 if not, 2 if settings or catalog are wrong."
        if name == "inventory":
            sub.add_argument(
                "--dry-run", action="store_true", help="write nothing to the ledger; works without one too"
            )
            sub.add_argument("--json", action="store_true", help="machine-readable, with every key")
            sub.add_argument(
                "--usage", action="store_true", help="read in CloudTrail where keys with a finding are used"
            )
        if name == "iam":
            sub.add_argument("--principal", default=None, help=PRINCIPAL)
            sub.add_argument(
                "--format",
                choices=FORMATS,
                default=FORMATS[0],
                help="JSON documents, one CloudFormation template (YAML), or one for all other accounts as a StackSet",
            )
    return parser


def _audit_flags(sub: argparse.ArgumentParser) -> None:
    verbs = sub.add_subparsers(dest="verb", metavar="export|verify", required=True)
    export = verbs.add_parser("export", help="print the audit log, each line with a hash of the one before")
    export.add_argument("--since", metavar="T", help="from this time on: 2026-11-01 or 2026-11-01T08:00:00Z")
    export.add_argument("--until", metavar="T", help="before this time")
    export.add_argument("--format", choices=("jsonl", "csv"), default="jsonl", help="JSON lines, or CSV")
    verify = verbs.add_parser("verify", help="name the first line that was changed, removed, added or moved")
    verify.add_argument("file", metavar="FILE", help="what export printed, in either format")


def _audit(env: dict[str, str], arguments: argparse.Namespace) -> int:
    from bot.commands import audit

    if arguments.verb == "verify":
        return audit.verify(arguments.file)
    return audit.export(env, since=arguments.since, until=arguments.until, as_csv=arguments.format == "csv")


def _init_flags(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--account-id", action="append", metavar="ID", help="the AWS account, 12 digits")
    sub.add_argument("--admin", action="append", metavar="U…", help="Slack user id of an admin; repeatable")
    sub.add_argument(
        "--approver", action="append", metavar="U…|S…", help="Slack id of a person or user group; repeatable"
    )
    sub.add_argument("--channel", action="append", metavar="C…", help="Slack channel for requests and reports")
    sub.add_argument("--host", action="append", metavar="URL", help="where browsers reach Latchkey, https://…")
    sub.add_argument("--socket-mode", action="store_true", help="for a Latchkey that Slack can't reach over HTTP")
    sub.add_argument("--force", action="store_true", help="overwrite existing files; secrets in .env are kept")


def _init(arguments: argparse.Namespace) -> int:
    from bot.commands.init import init
    from bot.commands.init_answers import QUESTIONS

    flags = {each.flag: getattr(arguments, each.flag.strip("-").replace("-", "_")) for each in QUESTIONS}
    given = {flag: texts for flag, texts in flags.items() if texts}
    return init(given, socket_mode=arguments.socket_mode, force=arguments.force)


def _run(arguments: argparse.Namespace) -> int:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # memory holds secrets: a core dump must not write them to disk
    from bot import main as root
    from bot.commands import tools

    env = _environment(arguments.command)
    runs: dict[str | None, Callable[[], int]] = {
        None: lambda: root.everything(env),
        "web": lambda: root.web(env),
        "worker": lambda: root.worker(env),
        "migrate": lambda: root.migrate(env),
        "demo": lambda: tools.run_demo(env, plays=arguments.plays, port=arguments.port),
        "init": lambda: _init(arguments),
        "doctor": lambda: tools.run_doctor(env),
        "manifest": lambda: tools.show_manifest(env, socket_mode=arguments.socket_mode),
        "iam": lambda: tools.show_iam(
            env, account=arguments.account, principal=arguments.principal, form=arguments.format
        ),
        "accounts": lambda: tools.show_accounts(env, as_json=arguments.json),
        "inventory": lambda: tools.run_inventory(
            env, account=arguments.account, dry=arguments.dry_run, as_json=arguments.json, usage=arguments.usage
        ),
        "audit": lambda: _audit(env, arguments),
    }
    return runs[arguments.command]()


def _environment(command: str | None) -> dict[str, str]:
    """The environment with `.env`, except for commands that must not touch a real Latchkey. boto3 reads os.environ."""
    from bot.commands.env_file import absent, with_env_file

    if command in WITH_SETTINGS and (said := absent(os.environ)):
        print(f"latchkey: {said}", file=sys.stderr)
    if command not in WITHOUT_ENV_FILE:
        os.environ.update(with_env_file(os.environ, aws=command != "web"))
    return dict(os.environ)
