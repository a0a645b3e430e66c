"""Chapter three: a second key by the same road, and the old one off when its owner says so, with a way back."""

from datetime import timedelta

from bot.sandbox.cast import Cast, done, expect, value_of
from bot.sandbox.holder import OFF, WORKED


def rotate(cast: Cast) -> str:
    line = f"{cast.stage.example.command} rotate {cast.kept['first'].key}"
    second = cast.kept["second"] = cast.open(cast.holding(cast.alice, lambda: cast.alice.command(line)))
    cast.eventually("the new key to work", second.read, lambda answer: answer == WORKED)
    both = cast.kept["first"].read()
    expect(both == WORKED, "the old key to work on meanwhile", both)
    return f"{second.key} reads the report; the old one works on until it is switched off."


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
    answer = cast.eventually("the old key back", cast.kept["first"].read, lambda answer: answer == WORKED)
    return f"Does something still use it? One press brings it back: {answer}."


def outlive(cast: Cast) -> str:
    """Only AWS's clock is moved: Latchkey knows nothing of it and does nothing."""
    clock, key = cast.stage.aws_clock, cast.kept["second"]
    clock.ahead = timedelta(hours=8)
    try:
        late = key.read()
    finally:
        clock.ahead = timedelta(0)
    expect(late == "AccessDenied", "AccessDenied after the lease", late)
    now = key.read()
    expect(now == WORKED, "the key to work within its lease", now)
    return f"AWS itself, 8 hours later, with Latchkey out of the play: {late}."
