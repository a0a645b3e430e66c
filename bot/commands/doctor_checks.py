"""The doctor's checks: environment, catalog, database, Slack, each account. A check that can't run says why."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from bot.commands.doctor import Check, Fault, Well
from bot.commands.env_file import absent, open_to_others, overridden
from bot.config import catalog_file
from bot.config.settings import Role, Settings, read
from bot.config.settings_values import local_port
from bot.domain.catalog import EVERY_CHANNEL, Account, Catalog
from bot.domain.errors import CatalogError
from bot.logs import structured
from bot.runtime.bootstrap import does_not_answer

SERVERS_NEED = ("SLACK_BOT_TOKEN", "PUBLIC_URL")
SQLITE = "sqlite:///"
TOKEN_LEAST = 16  # characters that can't be guessed
UNPROVED = "SLACK_SIGNING_SECRET can't be checked from here: type /key in Slack"
AS_SAID = "as each sentence says; then run the doctor again"


def checks(env: Mapping[str, str]) -> list[Check]:
    """Run all of them, even if others fail."""
    structured.configure("CRITICAL")  # the checks themselves report what is wrong
    settings, mistakes = read(env, Role.TOOLS)
    catalog, catalog_wrong = _read_catalog(settings.catalog_file)
    wrong = frozenset(each.split(" ", 1)[0].removesuffix("_FILE") for each in mistakes)
    return [
        Check("environment", lambda: _environment(settings, mistakes), AS_SAID, _warnings(env, settings)),
        Check("catalog", lambda: _catalog(catalog, catalog_wrong), "correct the file in CATALOG_FILE", _alone(catalog)),
        Check("database", _unless("DATABASE_URL", wrong, lambda: _database(settings)), "check DATABASE_URL"),
        Check("leaks", lambda: _leaks(settings, catalog), AS_SAID),
        *_slack(settings, catalog, wrong),
        *(_accounts(catalog) if catalog else ()),
    ]


def _unless(name: str, wrong: frozenset[str], ask: Callable[[], str]) -> Callable[[], str]:
    def unasked() -> str:
        raise Fault("not checked", fix=f"correct {name} first")

    return unasked if name in wrong else ask


def _environment(settings: Settings, mistakes: tuple[str, ...]) -> str:
    if mistakes:
        raise Fault(*mistakes, fix=AS_SAID)
    port = local_port(settings.public_url) if settings.public_url else None
    if port not in {None, settings.port}:
        raise Fault(
            f"PUBLIC_URL is {settings.public_url}, but PORT is {settings.port}, so nothing answers the links",
            fix=f"set PORT={port}, or correct PUBLIC_URL",
        )
    absent = [each for each in SERVERS_NEED if not getattr(settings, each.lower())]
    if settings.slack_signing_secret is None and settings.slack_app_token is None:
        absent.append("SLACK_SIGNING_SECRET or SLACK_APP_TOKEN")
    if absent:
        return f"read; web and worker still need: {', '.join(absent)}"
    return "complete" if settings.slack_app_token is not None else f"complete; {UNPROVED}"


def _warnings(env: Mapping[str, str], settings: Settings) -> tuple[str, ...]:
    short = (
        f"{name} has fewer than {TOKEN_LEAST} characters and could be guessed; write what `openssl rand -hex 32` prints"
        for name in ("METRICS_TOKEN", "LEAK_EVENTS_TOKEN", "GITHUB_WEBHOOK_SECRET")
        if (given := getattr(settings, name.lower())) is not None and len(given.reveal()) < TOKEN_LEAST
    )
    unwritten = (said,) if (said := absent(env)) else ()
    return (*unwritten, *open_to_others(), *overridden(env), *short)


def _leaks(settings: Settings, catalog: Catalog | None) -> str:
    """What tells Latchkey of a leaked key. None of it is needed."""
    to = f"{settings.public_url}/events/leak"
    health = f"AWS Health at {to}" if settings.leak_events_token else "AWS Health off (LEAK_EVENTS_TOKEN)"
    github = f"GitHub at {to}" if settings.github_webhook_secret else "GitHub off (GITHUB_WEBHOOK_SECRET)"
    return "; ".join((health, github, _watched(catalog)))


def _watched(catalog: Catalog | None) -> str:
    if catalog is None or not catalog.watch_channels:
        return "no channel watched"
    if EVERY_CHANNEL in catalog.watch_channels:
        return "every channel with the app watched"
    return f"{len(catalog.watch_channels)} channel{_s(len(catalog.watch_channels))} watched"


def _read_catalog(path: Path) -> tuple[Catalog | None, tuple[str, ...]]:
    try:
        return catalog_file.load(path), ()
    except CatalogError as wrong:
        return None, wrong.mistakes


def _catalog(catalog: Catalog | None, mistakes: tuple[str, ...]) -> str:
    if catalog is None:
        raise Fault(*mistakes, fix="correct the file in CATALOG_FILE; its accounts are checked after that")
    entitlements, accounts = len(catalog.entitlements), len(catalog.accounts)
    return f"{entitlements} entitlement{_s(entitlements)} in {accounts} account{_s(accounts)}"


def _alone(catalog: Catalog | None) -> tuple[str, ...]:
    """Approvers who can't get what they approve, because nobody else may approve it."""
    return tuple(
        f"[approvers.{each.name}] is {each.users[0]} alone, who can't get what needs their own approval; add a second"
        for each in (catalog.approvers.values() if catalog else ())
        if len(each.users) == 1 and not each.usergroups and not each.silent
    )


def _s(number: int) -> str:
    return "" if number == 1 else "s"


def _database(settings: Settings) -> str:
    from sqlalchemy.exc import ArgumentError, DBAPIError

    from bot.store.engine import make_engine
    from bot.store.schema import SchemaState, state

    url = settings.database_url.reveal()
    if url.startswith(SQLITE) and not Path(url.removeprefix(SQLITE)).exists():
        raise Fault("the SQLite file doesn't exist yet", fix="run latchkey migrate")
    try:
        engine = make_engine(url)
        try:
            found = state(engine)
        finally:
            engine.dispose()
    except (ArgumentError, DBAPIError) as error:
        fix = AS_SAID if url.startswith(SQLITE) else "check DATABASE_URL, the server and the network"
        raise Fault(does_not_answer(error), fix=fix) from None
    if found is SchemaState.NEWER:
        raise Fault(
            "a newer release migrated it", fix="run that release, or restore the backup made before the migration"
        )
    if found is not SchemaState.AT_HEAD:
        raise Fault(f"its schema is {found}", fix="run latchkey migrate")
    return "at head"


def _slack(settings: Settings, catalog: Catalog | None, wrong: frozenset[str]) -> list[Check]:
    from bot.commands import doctor_slack as slack

    if settings.slack_bot_token is None or "SLACK_API_URL" in wrong:
        return [Check("Slack", _unless("SLACK_API_URL", wrong, partial(_no_token, wrong)), "")]
    client = slack.client_of(settings)
    watch = catalog is not None and bool(catalog.watch_channels)
    asked = [
        Check("Slack", lambda: slack.token(client, watch=watch), "check SLACK_BOT_TOKEN, and that Slack can be reached")
    ]
    if settings.slack_app_token is not None:
        app_token = settings.slack_app_token.reveal()
        asked.append(Check("Socket Mode", lambda: slack.socket_mode(client, app_token), "check SLACK_APP_TOKEN"))
    if catalog is not None:
        named = partial(slack.named_in, catalog, client)
        asked.append(Check("people and channels of the catalog", named, "correct the catalog, or the workspace"))
    return asked


def _no_token(wrong: frozenset[str]) -> str:
    if "SLACK_BOT_TOKEN" in wrong:
        raise Fault("not checked", fix="correct SLACK_BOT_TOKEN first")
    raise Fault("SLACK_BOT_TOKEN isn't set", fix="set it to the bot token, xoxb-…")


def _accounts(catalog: Catalog) -> list[Check]:
    from bot.aws.doctor import lost_without_roles

    return [
        Check(f"AWS account {each.name}", partial(_account, catalog, each), AS_SAID, lost_without_roles(each))
        for each in catalog.accounts.values()
    ]


def _account(catalog: Catalog, account: Account) -> Well:
    from bot.aws.accounts import Accounts
    from bot.aws.doctor import check_account, warnings_of

    accounts = Accounts()
    return Well(check_account(catalog, account, accounts), warnings_of(catalog, account, accounts))
