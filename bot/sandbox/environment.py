"""The demo's environment: a fake Slack, a fake AWS and a temporary ledger, with the real Latchkey between them."""

import json
import os
import re
import secrets
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.config.catalog_schema import DAYS
from bot.domain.errors import LatchkeyError
from bot.sandbox.aws import AwsStandIn
from bot.sandbox.example import Example, catalog_path, read_example
from bot.sandbox.latchkey_process import Child, clean_environment, free_port
from bot.sandbox.past import Before, History, PastClock
from bot.sandbox.slack import StandIn
from bot.sandbox.slack.time_zone import zone_at_work

BOT_TOKEN = "xoxb-sandbox"
WORKDAYS = re.compile("^workdays = .*$", re.MULTILINE)
EVERY_DAY = f"workdays = {json.dumps(DAYS)}"  # so that the first digest comes at once, on any day
OldKeys = Callable[[AwsStandIn], object]


@dataclass(frozen=True, slots=True)
class Environment:
    slack: StandIn
    aws: AwsStandIn
    latchkey: Child
    ledger: Path
    example: Example


@contextmanager
def set_up(
    environ: Mapping[str, str],
    *,
    port: int,
    log_level: str,
    show_log: bool = False,
    offered: str = "",
    old_keys: OldKeys | None = None,
    history: History | None = None,
) -> Iterator[Environment]:
    """`port` 0 uses a free one for the page.

    `offered` is added to the example catalog; `old_keys` makes keys that already exist in AWS, and all days workdays;
    `history` is what happened before. Raises LatchkeyError if something can't start.
    """
    clean = clean_environment(environ)
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="latchkey-demo-")))
        catalog = folder / "catalog.toml"
        text = catalog_path().read_text() + offered
        catalog.write_text(WORKDAYS.sub(EVERY_DAY, text) if old_keys else text)
        example = read_example(clean, catalog)
        slack = StandIn(
            bot_token=BOT_TOKEN, signing_secret=secrets.token_hex(16), app_token=None,
            scopes=example.scopes, commands=(example.command,), events=example.events,
            shortcuts=example.shortcuts, message_shortcuts=example.message_shortcuts,
        )  # fmt: skip
        _start_slack(slack, port)
        ending.callback(slack.stop)
        clock = PastClock()
        aws = ending.enter_context(AwsStandIn(clock.now, account=example.account.id))
        aws.seed_demo(example.boundary, example.roles)
        if old_keys is not None:
            old_keys(aws)
            slack.work_in(zone_at_work(datetime.now(UTC)))
        ledger = folder / "ledger.db"
        own_port = free_port()
        env = clean | _settings(slack, aws, ledger, catalog, own_port, log_level)
        if history is not None:
            history(Before(env, aws, clock))
            clock.set_back(timedelta(0))
        latchkey = Child(env, own_port, folder, show_log=show_log)
        ending.callback(latchkey.stop)
        latchkey.wait_until_ready()
        slack.deliver_to(f"{latchkey.url}/slack/events")
        yield Environment(slack, aws, latchkey, ledger, example)


def _settings(
    slack: StandIn, aws: AwsStandIn, ledger: Path, catalog: Path, port: int, log_level: str
) -> dict[str, str]:
    key, secret = aws.admin
    return {
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_SIGNING_SECRET": slack.world.signing_secret,
        "DATABASE_URL": f"sqlite:///{ledger}",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
        "CATALOG_FILE": str(catalog),
        "LOG_LEVEL": log_level,
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_DEFAULT_REGION": aws.region,
    }


def _start_slack(slack: StandIn, port: int) -> None:
    try:
        slack.start(port)
    except OverflowError:
        raise LatchkeyError(f"{port} isn't a port; choose one up to 65535 with --port") from None
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise LatchkeyError(f"port {port} can't be used ({why}); choose another one with --port") from None
