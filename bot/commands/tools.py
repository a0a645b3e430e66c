"""The tools. Each prints and returns an exit code; none needs a running Latchkey."""

import json
from collections.abc import Mapping

from bot.config import catalog_file
from bot.config.settings import Role, load
from bot.domain.catalog import Catalog
from bot.domain.errors import LatchkeyError
from bot.logs import structured


def show_manifest(env: Mapping[str, str], *, socket_mode: bool = False) -> int:
    """For Socket Mode if requested or if SLACK_APP_TOKEN is set: the token only exists after the app does.

    The same goes for a catalog: without the file, no channel is watched.
    """
    from bot.slack.manifest import manifest

    settings = load(env, Role.TOOLS)
    watch = settings.catalog_file.exists() and bool(catalog_file.load(settings.catalog_file).watch_channels)
    made = manifest(
        command=settings.slack_command,
        public_url=settings.public_url,
        socket_mode=socket_mode or settings.slack_app_token is not None,
        watch=watch,
    )
    print(json.dumps(made, indent=2))
    return 0


def show_iam(env: Mapping[str, str], *, account: str | None, principal: str | None, form: str = "json") -> int:
    """One JSON object of documents, or a CloudFormation template with the same policies.

    The template of a StackSet is for all accounts except the worker's own.
    """
    from bot.aws.roles import iam_documents, named_account
    from bot.commands import cloudformation, stackset

    catalog = catalog_file.load(load(env, Role.TOOLS).catalog_file)
    if form == "stackset":
        if account is not None:
            raise LatchkeyError("a StackSet is for every account except the worker's own; leave out --account")
        print(stackset.as_yaml(catalog, principal), end="")
        return 0
    known_account(catalog, account)
    if form == "cloudformation":
        print(cloudformation.as_yaml(catalog, named_account(catalog, account), principal), end="")
    else:
        print(json.dumps(iam_documents(catalog, account, principal), indent=2))
    return 0


def show_accounts(env: Mapping[str, str], *, as_json: bool) -> int:
    from bot.commands.accounts import show

    structured.configure("CRITICAL")  # the outcome reports what is wrong
    return show(catalog_file.load(load(env, Role.TOOLS).catalog_file), as_json=as_json)


def run_inventory(env: Mapping[str, str], *, account: str | None, dry: bool, as_json: bool, usage: bool = False) -> int:
    from bot.commands.inventory import take

    settings = load(env, Role.TOOLS)
    catalog = catalog_file.load(settings.catalog_file)
    known_account(catalog, account)
    return take(settings, catalog, account=account, dry=dry, as_json=as_json, usage=usage)


def known_account(catalog: Catalog, name: str | None) -> None:
    """Raises LatchkeyError if the catalog has no account, or none with this name."""
    if not catalog.accounts:
        raise LatchkeyError("the catalog has no account; write an [accounts.…] table with its id")
    if name is not None and name not in catalog.accounts:
        known = ", ".join(sorted(catalog.accounts))
        raise LatchkeyError(f"the catalog has no account {name!r}; it has {known}")


def run_doctor(env: Mapping[str, str]) -> int:
    from bot.commands.doctor import examine
    from bot.commands.doctor_checks import checks

    return examine(checks(env))


def run_demo(env: Mapping[str, str], *, plays: str, port: int) -> int:
    """PORT counts only if it was set: otherwise the page uses a free one."""
    from bot.commands.demo_history import OFFERED, play
    from bot.sandbox.demo import demo

    settings = load(env, Role.DEMO)
    port = port or (settings.port if env.get("PORT") else 0)
    return demo(plays=plays, port=port, log_level=settings.log_level, offered=OFFERED, history=play)
