"""`latchkey demo`: all of Latchkey on this machine, to try in a browser without any account."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import NoReturn

from bot.domain.errors import LatchkeyError
from bot.sandbox.aws import AwsStandIn
from bot.sandbox.aws.demo_keys import EXPORT
from bot.sandbox.environment import Environment, set_up
from bot.sandbox.latchkey_process import clean_environment
from bot.sandbox.lurker import Lurker
from bot.sandbox.past import History

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
LOOK_EVERY = 0.5  # seconds
UNPROVED = 1


class Ended(BaseException):
    """Ctrl+C, SIGTERM or a closed terminal: unwind, and end everything that was started."""


@contextmanager
def ending_well() -> Iterator[None]:
    """The first signal unwinds to here; later ones are ignored, so that everything is shut down completely."""

    def end(_number: int, _frame: object) -> NoReturn:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise Ended

    before = {each: signal.signal(each, end) for each in SIGNALS}
    try:
        yield
    except Ended:
        with suppress(OSError):  # the terminal may be gone
            print(flush=True)
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def demo(*, plays: str, port: int, log_level: str, offered: str = "", history: History | None = None) -> int:
    """0 if it was ended by Ctrl+C or SIGTERM; a script returns 0 only if every step succeeded.

    `plays` names a script: "tour" or "leak"; empty: people play by hand. `offered` is added to the example catalog, and
    `history` is what happened before the demo begins. Scripts begin with nothing.
    """
    clean = clean_environment(os.environ)
    os.environ.clear()  # in this process too, because boto3 reads profiles and endpoints from it
    os.environ.update(clean)
    with ending_well():
        if plays:
            from bot.sandbox import script
            from bot.sandbox.leak import LEAK
            from bot.sandbox.tour import TOUR

            return script.play({"tour": TOUR, "leak": LEAK}[plays], clean, port=port)
        return _play_by_hand(clean, port, log_level, offered, history)
    return UNPROVED if plays else 0


def _play_by_hand(environ: dict[str, str], port: int, log_level: str, offered: str, history: History | None) -> int:
    shown = log_level == "DEBUG"
    with set_up(
        environ,
        port=port,
        log_level=log_level,
        show_log=shown,
        offered=offered,
        old_keys=AwsStandIn.plant_demo_keys,
        history=history,
    ) as environment:
        environment.slack.suggest(first_steps(environment))
        print(invitation(environment), flush=True)
        lurker = Lurker(environment.slack, environment.aws)
        with closing(lurker):
            while environment.latchkey.alive:
                lurker.look()
                time.sleep(LOOK_EVERY)
        raise LatchkeyError(f"Latchkey ended unexpectedly:\n{environment.latchkey.last_words()}")


def invitation(environment: Environment) -> str:
    numbered = "".join(f"{number}. {step}\n" for number, step in enumerate(first_steps(environment), 1))
    return (
        f"\nLatchkey is running at {environment.slack.url}/\n\n"
        f"{numbered}\n"
        f"Then leak a key. As Alice, write `{leaked(environment)}`\n"
        "in #general, and choose This contains a key in the message's menu ⋮. Somebody else uses it meanwhile.\n\n"
        "Dave approves too; Carol approves nothing. Within a minute, Alice and Dave each get a direct message about\n"
        "keys that Latchkey didn't issue. For a second window as Bob, add #bob to the address.\n"
        "Nothing here is real, and nothing is kept. Press Ctrl+C to stop.\n"
    )


def first_steps(environment: Environment) -> tuple[str, ...]:
    """What to press first. The sandbox's page shows them too."""
    command = environment.example.command
    return (
        "As Bob, open #ops: three requests wait for him. Read one and press Approve.",
        f"As Alice, type {command} request and ask for a session; Bob approves, Alice presses Collect.",
        "As Alice, open Home: a key to collect, a rotation to finish, and old keys. Press Replace it on one of them.",
    )


def leaked(environment: Environment) -> str:
    """ID and secret of the demo's key with an administrator's rights."""
    found = environment.aws.secrets.items()
    return next((f"{key} {secret}" for key, (user, secret) in found if user == EXPORT.user), "")
