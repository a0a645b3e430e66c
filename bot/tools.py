"""The tools: demo, doctor, manifest, iam. Each prints and returns an exit code; none needs a running Latchkey."""

import json
from collections.abc import Mapping

from bot import catalog_file, doctor
from bot.domain.errors import LatchkeyError
from bot.main import Parts, boot, load_path
from bot.settings import Role, Settings, load


def show_manifest(env: Mapping[str, str]) -> int:
    from bot.slack.manifest import manifest

    settings = load(env, Role.TOOLS)
    made = manifest(
        command=settings.slack_command,
        public_url=settings.public_url,
        socket_mode=settings.slack_app_token is not None,
    )
    print(json.dumps(made, indent=2))  # noqa: T201
    return 0


def show_iam(env: Mapping[str, str], *, account: str | None, principal: str | None) -> int:
    from bot.aws.roles import iam_documents

    catalog = catalog_file.load(load_path(env))
    if account is not None and account not in catalog.accounts:
        known = ", ".join(sorted(catalog.accounts))
        raise LatchkeyError(f"the catalog has no account {account!r}; it has {known}")
    print(json.dumps(iam_documents(catalog, account, principal), indent=2))  # noqa: T201
    return 0


def run_doctor(env: Mapping[str, str]) -> int:
    """Every part is asked, also after a fault."""
    try:
        settings, catalog = boot(env, Role.TOOLS)
    except LatchkeyError as wrong:
        return doctor.examine([doctor.Check("environment and catalog", _raising(wrong), "mend what is named")])
    parts = Parts(settings, catalog)
    checks = [
        doctor.Check("environment", lambda: "read", ""),
        doctor.Check("catalog", lambda: f"{len(catalog.entitlements)} entitlements", ""),
        doctor.Check("database", lambda: _database(parts), "check DATABASE_URL and that the database is running"),
        doctor.Check("Slack", lambda: _slack(settings), "check SLACK_BOT_TOKEN and that Slack can be reached"),
    ]
    for account in catalog.accounts.values():
        from bot.aws.check import check_account

        checks.append(
            doctor.Check(
                f"AWS account {account.name}",
                lambda account=account: check_account(catalog, account),  # type: ignore[misc]
                "compare the roles with `latchkey iam`",
            )
        )
    return doctor.examine(checks)


def _raising(error: LatchkeyError):  # type: ignore[no-untyped-def]
    def ask() -> str:
        raise error

    return ask


def _database(parts: Parts) -> str:
    from bot.store.schema import SchemaState, state

    found = state(parts.engine)
    if found is not SchemaState.AT_HEAD:
        raise doctor.Fault(f"the schema is {found}", mend="run latchkey migrate")
    return "at head"


def _slack(settings: Settings) -> str:
    from bot.slack.app import make_client
    from bot.slack.manifest import scopes

    if settings.slack_bot_token is None:
        raise doctor.Fault("SLACK_BOT_TOKEN is not set", mend="set it to the bot token, xoxb-…")
    answer = make_client(settings.slack_bot_token.reveal(), settings.slack_api_url).auth_test()
    granted = {name.lower(): value for name, value in (answer.headers or {}).items()}.get("x-oauth-scopes")
    return doctor.missing_scopes(granted, scopes())


def run_demo(env: Mapping[str, str], *, tour: bool, port: int) -> int:
    from bot.sandbox.demo import demo

    settings = load(env, Role.DEMO)
    return demo(tour=tour, port=port, log_level=settings.log_level)
