"""Chapter three: a second key while a program uses the first, then deactivation of the old one, and Undo."""

from bot.sandbox.key_user import OFF, WORKED
from bot.sandbox.people import Cast, done, expect, value_of
from bot.sandbox.workload import EVERY_SECONDS, Service

ENOUGH = 40  # minimum number of calls


def run_a_program(cast: Cast) -> str:
    service = cast.kept["service"] = Service(cast.note)
    cast.ending.callback(service.stop)
    service.start(cast.kept["first"])
    cast.eventually("the program to read", lambda: str(service.calls), lambda calls: int(calls) >= 5)
    expect(not service.failed, "every call answered", service.failed)
    return f"From now on it reads the report with {cast.kept['first'].key} every {EVERY_SECONDS * 1000:.0f} ms."


def rotate(cast: Cast) -> str:
    line = f"{cast.stage.example.command} rotate {cast.kept['first'].key}"
    second = cast.kept["second"] = cast.open(cast.holding(cast.alice, lambda: cast.alice.command(line)))
    cast.eventually("the new key to work", second.read, lambda answer: answer == WORKED)
    both = cast.kept["first"].read()
    expect(both == WORKED, "the old key to keep working meanwhile", both)
    cast.kept["service"].take(second)
    return f"{second.key} reads the report; the old one works until it is switched off."


def switch_off(cast: Cast) -> str:
    message = cast.message(cast.alice, "credential:retire")
    cast.kept["old"] = value_of(message, "credential:retire")
    done(cast.alice.press(message, "credential:retire", cast.kept["old"]))
    refused = cast.eventually("the old key refused by AWS", cast.kept["first"].read, lambda answer: answer in OFF)
    new = cast.kept["second"].read()
    expect(new == WORKED, "the new key unharmed", new)
    return f"The old key: {refused}. The new key: {new}."


def undo(cast: Cast) -> str:
    message = cast.message(cast.alice, "credential:reactivate", value=cast.kept["old"])
    done(cast.alice.press(message, "credential:reactivate", cast.kept["old"]))
    answer = cast.eventually("the old key active again", cast.kept["first"].read, lambda answer: answer == WORKED)
    return f"Is something still using it? One press brings it back: {answer}."


def never_without(cast: Cast) -> str:
    """The program's record of the whole rotation."""
    service = cast.kept["service"]
    cast.eventually(f"{ENOUGH} calls", lambda: str(service.calls), lambda calls: int(calls) >= ENOUGH)
    service.stop()
    expect(not service.failed, "not one call without a working key", service.failed)
    return f"{service.calls} calls to AWS during the whole rotation, all of them with a working key."
