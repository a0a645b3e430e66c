"""Chapter one: someone requests access, and only an approver decides."""

from bot.sandbox.people import OPS, Cast, done, expect, readable, value_of
from bot.sandbox.slack import View

KEY = "reports-read"
ASKED = {"entitlement": KEY, "duration": "8h", "justification": "The quarterly numbers for the board"}
FIELDS = {"entitlement", "duration", "justification"}


def ask(cast: Cast) -> str:
    view = form(cast)
    there = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    expect(there == FIELDS, f"the fields {sorted(FIELDS)}", sorted(there))
    cast.kept["form"] = view
    return f"The app opens the window “{view.title}”."


def form(cast: Cast) -> View:
    return cast.window(
        cast.alice, lambda: cast.alice.command(f"{cast.stage.example.command} request"), "the request window", "request"
    )


def refuse_bad_input(cast: Cast) -> str:
    answer = cast.alice.submit(cast.kept["form"], {**ASKED, "entitlement": "reports-write", "duration": "30d"})
    expect("duration" in answer.errors, "an error on the field duration", answer.errors or "accepted")
    expect(not _asked(cast), "no request in #ops", _asked(cast))
    return f"30 days are too long: “{answer.errors['duration']}”"


def submit(cast: Cast) -> str:
    done(cast.alice.submit(cast.kept["form"], ASKED))
    message = cast.request(cast.bob, ASKED["justification"])
    cast.kept["request"] = value_of(message, "request:approve")
    return "The approvers see who, what, how long and why."


def refuse_outsider(cast: Cast) -> str:
    return f"She is refused: “{_refused(cast, 'carol')}”"


def refuse_own(cast: Cast) -> str:
    return f"She is refused: “{_refused(cast, 'alice')}”"


def _refused(cast: Cast, name: str) -> str:
    who, request = getattr(cast, name), cast.kept["request"]
    message = cast.message(who, "request:approve", channel=OPS, value=request)
    said = cast.told(who, lambda: who.press(message, "request:approve", request), f"a refusal that {name} can read")
    expect(_open(cast), "the request still waiting", _asked(cast))
    return readable(said)


def _open(cast: Cast) -> bool:
    return any(value_of(each, "request:approve", cast.kept["request"]) for each in cast.bob.channel(OPS))


def _asked(cast: Cast) -> list[str]:
    """What #ops shows of the request, or of anything that could be approved."""
    there = cast.bob.channel(OPS)
    return [e.words for e in there if ASKED["justification"] in e.words or value_of(e, "request:approve")]


def approve(cast: Cast) -> str:
    request = cast.kept["request"]
    message = cast.message(cast.bob, "request:approve", channel=OPS, value=request)
    expect(not cast.stage.aws.count("CreateAccessKey"), "no key in AWS yet", cast.stage.aws.calls)
    done(cast.bob.press(message, "request:approve", request))
    cast.until("the message in #ops without buttons", lambda: not _open(cast), lambda: _asked(cast))
    expect(len(_asked(cast)) == 1, "one message, updated", _asked(cast))
    collect = cast.message(cast.alice, "grant:collect")
    cast.kept["grant"] = value_of(collect, "grant:collect")
    expect(not cast.stage.aws.count("CreateAccessKey"), "still no key in AWS", cast.stage.aws.calls)
    return "Alice gets a message with Collect. There is no key yet, so nothing can leak."
