"""Chapter three: a second key while a program uses the first, then deactivation of the old one, and Undo."""

from bot.sandbox.key_user import OFF, WORKED
from bot.sandbox.people import People, done, expect, value_of
from bot.sandbox.workload import EVERY_SECONDS, Service

ENOUGH = 40  # minimum number of calls


def run_a_program(people: People) -> str:
    service = people.kept["service"] = Service(people.note)
    people.ending.callback(service.stop)
    service.start(people.kept["first"])
    people.eventually("the program to read", lambda: str(service.calls), lambda calls: int(calls) >= 5)
    expect(not service.failed, "every call answered", service.failed)
    return f"From now on it reads the report with {people.kept['first'].key} every {EVERY_SECONDS * 1000:.0f} ms."


def rotate(people: People) -> str:
    line = f"{people.environment.example.command} rotate {people.kept['first'].key}"
    second = people.kept["second"] = people.open(people.holding(people.alice, lambda: people.alice.command(line)))
    people.eventually("the new key to work", second.read, lambda answer: answer == WORKED)
    both = people.kept["first"].read()
    expect(both == WORKED, "the old key to keep working meanwhile", both)
    people.kept["service"].take(second)
    return f"{second.key} reads the report; the old one works until it is switched off."


def switch_off(people: People) -> str:
    message = people.message(people.alice, "credential:retire")
    people.kept["old"] = value_of(message, "credential:retire")
    done(people.alice.press(message, "credential:retire", people.kept["old"]))
    refused = people.eventually("the old key refused by AWS", people.kept["first"].read, lambda answer: answer in OFF)
    new = people.kept["second"].read()
    expect(new == WORKED, "the new key unharmed", new)
    return f"The old key: {refused}. The new key: {new}."


def undo(people: People) -> str:
    message = people.message(people.alice, "credential:reactivate", value=people.kept["old"])
    done(people.alice.press(message, "credential:reactivate", people.kept["old"]))
    answer = people.eventually("the old key active again", people.kept["first"].read, lambda answer: answer == WORKED)
    return f"Is something still using it? One press brings it back: {answer}."


def never_without(people: People) -> str:
    """The program's record of the whole rotation."""
    service = people.kept["service"]
    people.eventually(f"{ENOUGH} calls", lambda: str(service.calls), lambda calls: int(calls) >= ENOUGH)
    service.stop()
    expect(not service.failed, "not one call without a working key", service.failed)
    return f"{service.calls} calls to AWS during the whole rotation, all of them with a working key."
