"""Chapter one: somebody asks, and only an approver decides."""

from bot.sandbox.cast import OPS, Cast, done, expect, readable, value_of
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
    expect("duration" in answer.errors, "an error at the field duration", answer.errors or "accepted")
    expect(not cast.bob.channel(OPS), "no request in #ops", cast.bob.channel(OPS))
    return f"30 days are too long for it: “{answer.errors['duration']}”"


def submit(cast: Cast) -> str:
    done(cast.alice.submit(cast.kept["form"], ASKED))
    message = cast.message(cast.bob, "request:approve", channel=OPS)
    cast.kept["request"] = value_of(message, "request:approve")
    expect(ASKED["justification"] in message.words, "the justification in #ops", message.words)
    return "The approvers read who, what, how long and why."


def refuse_outsider(cast: Cast) -> str:
    return f"She is told: “{_refused(cast, 'carol')}”"


def refuse_own(cast: Cast) -> str:
    return f"She is told: “{_refused(cast, 'alice')}”"


def _refused(cast: Cast, name: str) -> str:
    who, request = getattr(cast, name), cast.kept["request"]
    message = cast.message(who, "request:approve", channel=OPS, value=request)
    said = cast.told(who, lambda: who.press(message, "request:approve", request), f"a refusal that {name} can read")
    expect(_open(cast), "the request still waiting", cast.bob.channel(OPS)[-1].words)
    return readable(said)


def _open(cast: Cast) -> bool:
    return bool(value_of(cast.bob.channel(OPS)[-1], "request:approve"))


def approve(cast: Cast) -> str:
    request = cast.kept["request"]
    message = cast.message(cast.bob, "request:approve", channel=OPS, value=request)
    expect(not cast.stage.aws.count("CreateAccessKey"), "no key in AWS yet", cast.stage.aws.calls)
    done(cast.bob.press(message, "request:approve", request))
    cast.until("the message in #ops without buttons", lambda: not _open(cast), lambda: cast.bob.channel(OPS)[-1].words)
    expect(len(cast.bob.channel(OPS)) == 1, "one message, brought up to date", cast.bob.channel(OPS))
    collect = cast.message(cast.alice, "grant:collect")
    cast.kept["grant"] = value_of(collect, "grant:collect")
    expect(not cast.stage.aws.count("CreateAccessKey"), "still no key in AWS", cast.stage.aws.calls)
    return "Alice gets a message with Collect. There is no key yet: nothing to leak."
