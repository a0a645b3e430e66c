"""Chapter one: someone requests access, and only an approver decides."""

from bot.sandbox.people import OPS, People, done, expect, readable, value_of
from bot.sandbox.slack import View

KEY = "reports-read"
ASKED = {"entitlement": KEY, "duration": "8h", "justification": "The quarterly numbers for the board"}
FIELDS = {"entitlement", "duration", "justification", "owner"}


def ask(people: People) -> str:
    view = form(people)
    there = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    expect(there == FIELDS, f"the fields {sorted(FIELDS)}", sorted(there))
    people.kept["form"] = view
    return f"The app opens the window “{view.title}”."


def form(people: People) -> View:
    return people.window(
        people.alice,
        lambda: people.alice.command(f"{people.environment.example.command} request"),
        "the request window",
        "request",
    )


def refuse_bad_input(people: People) -> str:
    answer = people.alice.submit(people.kept["form"], {**ASKED, "entitlement": "reports-write", "duration": "30d"})
    expect("duration" in answer.errors, "an error on the field duration", answer.errors or "accepted")
    expect(not _asked(people), "no request in #ops", _asked(people))
    return f"30 days are too long: “{answer.errors['duration']}”"


def submit(people: People) -> str:
    done(people.alice.submit(people.kept["form"], ASKED))
    message = people.request(people.bob, ASKED["justification"])
    people.kept["request"] = value_of(message, "request:approve")
    return "The approvers see who, what, how long and why."


def refuse_outsider(people: People) -> str:
    return f"She is refused: “{_refused(people, 'carol')}”"


def refuse_own(people: People) -> str:
    return f"She is refused: “{_refused(people, 'alice')}”"


def _refused(people: People, name: str) -> str:
    who, request = getattr(people, name), people.kept["request"]
    message = people.message(who, "request:approve", channel=OPS, value=request)
    said = people.told(who, lambda: who.press(message, "request:approve", request), f"a refusal that {name} can read")
    expect(_open(people), "the request still waiting", _asked(people))
    return readable(said)


def _open(people: People) -> bool:
    return any(value_of(each, "request:approve", people.kept["request"]) for each in people.bob.channel(OPS))


def _asked(people: People) -> list[str]:
    """What #ops shows of the request, or of anything that could be approved."""
    there = people.bob.channel(OPS)
    return [e.words for e in there if ASKED["justification"] in e.words or value_of(e, "request:approve")]


def approve(people: People) -> str:
    request = people.kept["request"]
    message = people.message(people.bob, "request:approve", channel=OPS, value=request)
    expect(not people.environment.aws.count("CreateAccessKey"), "no key in AWS yet", people.environment.aws.calls)
    done(people.bob.press(message, "request:approve", request))
    people.until("the message in #ops without buttons", lambda: not _open(people), lambda: _asked(people))
    expect(len(_asked(people)) == 1, "one message, updated", _asked(people))
    collect = people.message(people.alice, "grant:collect")
    people.kept["grant"] = value_of(collect, "grant:collect")
    expect(not people.environment.aws.count("CreateAccessKey"), "still no key in AWS", people.environment.aws.calls)
    return "Alice gets a message with Collect. There is no key yet, so nothing can leak."
