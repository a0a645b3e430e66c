"""Chapters three and four of `latchkey demo --leak`: what the attacker left behind is found; replaced, and closed."""

from contextlib import closing

from bot.sandbox.attacker import LEAKED, OWN, OWN_USER, PROBE, SECOND, Attacker
from bot.sandbox.key_user import OFF, WORKED, client
from bot.sandbox.people import OPS, People, done, expect, readable, value_of
from bot.sandbox.slack import Message
from bot.sandbox.tour_end import forms, sinks
from bot.sandbox.tour_expiry import approve

CLOSE, REPLACE = "leak:close", "leak:replace"
NEEDED = {"entitlement": "reports-read", "duration": "7d", "justification": "The export, after the leak"}
WHY = "The attacker's user is deleted, and the export runs with the new key"


def incidents(people: People) -> list[Message]:
    """What #ops shows of the leak, oldest first: the incident, and alarms about it."""
    return [each for each in people.bob.channel(OPS) if people.kept["key"] in each.words]


def report_again(people: People) -> str:
    """Carol knows the ID alone. Her report joins the incident."""
    line = f"{people.environment.example.command} leaked {people.kept['key']}"
    said = people.told(people.carol, lambda: people.carol.command(line), "an answer that only Carol sees")
    there = [each.words for each in incidents(people) if value_of(each, CLOSE)]
    expect(len(there) == 1, "one incident in #ops", there)
    return f"Carol reads: “{readable(said)}”"


def found(people: People) -> str:
    attacker: Attacker = people.kept["attacker"]
    second = attacker.grips[SECOND].key

    def shown() -> Message | None:
        wanted = (second, OWN_USER)
        return next((each for each in incidents(people) if all(name in each.words for name in wanted)), None)

    message = people.until(
        f"{second} and {OWN_USER} in the incident", shown, lambda: [each.words for each in incidents(people)]
    )
    assert message
    lines = [each for each in message.words.splitlines() if OWN_USER in each]
    return f"Bob reads: “{readable(lines[0])}”"


def second_key(people: People) -> str:
    attacker: Attacker = people.kept["attacker"]
    key, denied = attacker.grips[SECOND].key, attacker.do(PROBE, SECOND)
    expect(denied != WORKED, "the second key refused from containment on", denied)
    off = people.eventually(
        "the second key deactivated", lambda: attacker.do(PROBE, SECOND), lambda answer: answer in OFF
    )
    people.until(
        "a new message about it",
        lambda: [each for each in incidents(people) if key in each.words and "new turned up" in each.words],
        lambda: [each.words for each in incidents(people)],
    )
    return f"{key} was denied everything with its user; now it is off too ({off}), and #ops has an alarm."


def own_user(people: People) -> str:
    """What Latchkey doesn't do: this user is nobody's whom it knows."""
    attacker, aws = people.kept["attacker"], people.environment.aws
    still = attacker.do(PROBE, OWN)
    expect(still == WORKED, f"{OWN_USER} to work until somebody removes it", still)
    with closing(client(aws, "iam", *aws.admin)) as iam:
        iam.delete_access_key(UserName=OWN_USER, AccessKeyId=attacker.grips[OWN].key)
    refused = attacker.do(PROBE, OWN)
    expect(refused in OFF, f"{OWN_USER} refused", refused)
    return f"It worked until then: Latchkey shows what a key made, and people remove it. Now: {refused}."


def still_refused(people: People) -> str:
    attacker: Attacker = people.kept["attacker"]
    attacker.stop()
    answer = attacker.do(PROBE, LEAKED)
    expect(answer in OFF, "the leaked key refused to the end", answer)
    worked, refused = attacker.worked(), [each for each in attacker.tries if each.answer != WORKED]
    return f"Before containment AWS carried out {', '.join(worked)}; it refused {len(refused)} calls after it."


def canary(people: People) -> str:
    """The secret stands where Alice put it, and nowhere else."""
    secret = people.kept["secret"]
    for name, sink in sinks(people).items():
        expect(not any(form in sink for form in forms(secret)), f"no secret in {name}", name)
    by_latchkey = [each for each in people.environment.slack.traffic if each.way == "in"]
    said = [each.name for each in by_latchkey if any(form in each.plain.encode() for form in forms(secret))]
    expect(not said, "no secret in what Latchkey said to Slack", said)
    return f"Searched {len(by_latchkey)} messages of Latchkey's, the ledger and a log at DEBUG for the secret."


def replace(people: People) -> str:
    """An ordinary request, on a user of its own, with the rights that the export needs and no more."""
    message = people.message(people.alice, REPLACE)
    view = people.window(
        people.alice, lambda: people.alice.press(message, REPLACE, value_of(message, REPLACE)), "the request", "request"
    )
    done(people.alice.submit(view, NEEDED))
    approve(people, NEEDED["justification"])
    holder = people.open(people.collect(people.alice))
    answer = people.eventually("the new key to work", holder.read, lambda answer: answer == WORKED)
    return f"Bob approves, Alice collects {holder.key}: it reads the report ({answer}), and nothing else."


def close(people: People) -> str:
    message = people.message(people.bob, CLOSE, channel=OPS)
    incident = value_of(message, CLOSE)
    view = people.window(
        people.bob, lambda: people.bob.press(message, CLOSE, incident), "the window that asks why", CLOSE
    )
    done(people.bob.submit(view, {"justification": WHY}))
    people.until(
        "the incident closed, without buttons",
        lambda: [e for e in incidents(people) if WHY in e.words and not value_of(e, CLOSE)],
        lambda: [each.words for each in incidents(people)],
    )
    return f"Bob closes it: “{WHY}.”"
