"""The command `latchkey`: which process or tool to run. Mistakes are sentences and exit code 2, never a traceback."""

import argparse
import os
import resource
import sys
from collections.abc import Callable, Sequence

from bot import __version__
from bot.domain.errors import LatchkeyError

BAD_INPUT = 2

COMMANDS: dict[str, str] = {
    "web": "serve the collect page, health, metrics and Slack's HTTP requests",
    "worker": "mint, send, sweep; Socket Mode where SLACK_APP_TOKEN is set",
    "migrate": "bring the database to this release's schema",
    "demo": "play with Latchkey on this machine: no account needed anywhere",
    "init": "write catalog, settings, Slack manifest and CloudFormation template for a new Latchkey",
    "doctor": "check environment, database, Slack, catalog and AWS; print how to fix each problem",
    "manifest": "print the Slack app manifest",
    "iam": "print the IAM policies that an account needs",
    "inventory": "read the keys of every account, and print what is found on them",
}
WITHOUT_ENV_FILE = frozenset({"demo", "init"})  # the one pretends a world of its own, the other writes the file
FORMATS = ("json", "cloudformation")
PRINCIPAL = (
    "ARN of the user or role that the worker runs on; an account with an external_id needs it "
    "(default: the root of the worker's own account)"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Returns the exit code: 0 done, 1 a fault was found, 2 what was given cannot work."""
    parser = _parser()
    arguments, unknown = parser.parse_known_args(argv)
    if unknown:
        parser.error(f"{' '.join(unknown)} is not known here; see latchkey --help")
    try:
        return _said(_run(arguments))
    except LatchkeyError as error:
        for line in str(error).splitlines():
            print(f"latchkey: {line}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read the answer has seen enough: `latchkey iam | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def _said(code: int) -> int:
    """Everything is out before the process ends: a reader that went away is noticed here."""
    sys.stdout.flush()
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="latchkey", description="AWS credentials by Slack: request, approve, collect, rotate, give back.",
        epilog="Without a command: web and worker in one process, for trying out and small teams.",
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"latchkey {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="command")
    for name, meaning in COMMANDS.items():
        sub = commands.add_parser(name, help=meaning, description=meaning)
        if name == "demo":
            sub.add_argument("--tour", action="store_true", help="play the whole life in the terminal and prove it")
            sub.add_argument("--port", type=int, default=0, help="port of the sandbox's page (default: a free one)")
        if name == "init":
            _init_flags(sub)
        if name == "manifest":
            sub.add_argument("--socket-mode", action="store_true", help="for a Latchkey that Slack can't reach")
        if name in {"iam", "inventory"}:
            sub.add_argument("--account", default=None, help="the account's name in the catalog")
        if name == "inventory":
            sub.add_argument(
                "--dry-run", action="store_true", help="write nothing to the ledger; also works without one"
            )
            sub.add_argument("--json", action="store_true", help="for machines, with every key")
        if name == "iam":
            sub.add_argument("--principal", default=None, help=PRINCIPAL)
            sub.add_argument("--format", choices=FORMATS, default=FORMATS[0], help="documents, or one template (YAML)")
    return parser


def _init_flags(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--account-id", action="append", metavar="ID", help="the AWS account, 12 digits")
    sub.add_argument("--admin", action="append", metavar="U…", help="Slack user id of an admin; can be repeated")
    sub.add_argument(
        "--approver", action="append", metavar="U…|S…", help="Slack id of a person or user group; can be repeated"
    )
    sub.add_argument("--channel", action="append", metavar="C…", help="Slack channel for requests and reports")
    sub.add_argument("--host", action="append", metavar="URL", help="where browsers reach Latchkey, https://…")
    sub.add_argument("--socket-mode", action="store_true", help="for a Latchkey that Slack can't reach")
    sub.add_argument("--force", action="store_true", help="write files again that are there; secrets in .env stay")


def _init(arguments: argparse.Namespace) -> int:
    from bot.commands.init import init
    from bot.commands.init_answers import QUESTIONS

    flags = {each.flag: getattr(arguments, each.flag.strip("-").replace("-", "_")) for each in QUESTIONS}
    given = {flag: texts for flag, texts in flags.items() if texts}
    return init(given, socket_mode=arguments.socket_mode, force=arguments.force)


def _run(arguments: argparse.Namespace) -> int:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # memory holds secrets: a crash must not write it to a disk
    from bot import main as root
    from bot.commands import tools

    env = _environment(arguments.command)
    runs: dict[str | None, Callable[[], int]] = {
        None: lambda: root.everything(env),
        "web": lambda: root.web(env),
        "worker": lambda: root.worker(env),
        "migrate": lambda: root.migrate(env),
        "demo": lambda: tools.run_demo(env, tour=arguments.tour, port=arguments.port),
        "init": lambda: _init(arguments),
        "doctor": lambda: tools.run_doctor(env),
        "manifest": lambda: tools.show_manifest(env, socket_mode=arguments.socket_mode),
        "iam": lambda: tools.show_iam(
            env, account=arguments.account, principal=arguments.principal, template=arguments.format == FORMATS[1]
        ),
        "inventory": lambda: tools.run_inventory(
            env, account=arguments.account, dry=arguments.dry_run, as_json=arguments.json
        ),
    }
    return runs[arguments.command]()


def _environment(command: str | None) -> dict[str, str]:
    """With `.env`, but for the commands that must not act on a real Latchkey. boto3 reads os.environ by itself."""
    from bot.commands.env_file import with_env_file

    if command not in WITHOUT_ENV_FILE:
        os.environ.update(with_env_file(os.environ, aws=command != "web"))
    return dict(os.environ)
