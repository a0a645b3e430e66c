"""Chapter five: a key ended by its owner and by others; a session; and a check that no secret was left anywhere."""

import re
from base64 import b64encode
from urllib.parse import quote

from bot.sandbox.aws.demo_keys import NIGHTLY
from bot.sandbox.browser_client import Link
from bot.sandbox.key_user import OFF, WORKED, users_of_latchkey
from bot.sandbox.people import OPS, People, done, expect, readable, value_of
from bot.sandbox.slack.elements import elements
from bot.sandbox.tour_expiry import obtain

SESSION = {"entitlement": "reports-read-session", "duration": "1h", "justification": "Checking one number"}
LEAKING = {"entitlement": "reports-read", "duration": "1h", "justification": "A second program"}
LEAKED = "It stood in a public repository"
SEEN_ELSEWHERE = "Its credentials were seen in a chat"
OFFERS = re.compile("grant:(collect|return)|credential:rotate")


def give_back(people: People) -> str:
    message = people.message(people.alice, "grant:return", value=people.kept["grant"])
    done(people.alice.press(message, "grant:return", people.kept["grant"]))
    for name in ("first", "second"):
        people.eventually(f"the {name} key refused by AWS", people.kept[name].read, lambda answer: answer in OFF)
    people.eventually(
        "no IAM user left", lambda: ", ".join(users_of_latchkey(people.environment.aws)), lambda names: not names
    )
    people.until(
        "no button left on the message of a grant that has ended",
        lambda: not _buttons(people),
        lambda: _buttons(people),
    )
    return "Both keys are refused, the IAM user is gone, and its message has no buttons left."


def _buttons(people: People) -> list[str]:
    """The buttons that messages about her grant still offer to Alice; the answer about its use stays as it was."""
    others = [each for each in people.alice.dms() if NIGHTLY.user not in each.words]
    about = [each for each in others if each.ts != people.kept.get("dossier")]
    every = [element for each in about for block in each.blocks for element in elements(block)]
    return [each["action_id"] for each in every if OFFERS.match(each["action_id"])]


def revoke(people: People) -> str:
    """An approver revokes someone else's key, without the owner's help."""
    holder = obtain(people, LEAKING)
    people.eventually("the key to work", holder.read, lambda answer: answer == WORKED)
    line = f"{people.environment.example.command} revoke {holder.key}"
    view = people.window(people.bob, lambda: people.bob.command(line), "the window that asks why", "grant:revoke")
    done(people.bob.submit(view, {"justification": LEAKED}))
    refused = people.eventually("the key refused by AWS", holder.read, lambda answer: answer in OFF)
    people.eventually(
        "no IAM user left", lambda: ", ".join(users_of_latchkey(people.environment.aws)), lambda names: not names
    )
    said = people.until(
        "the owner notified by whom and why", lambda: [e for e in people.alice.dms() if LEAKED in e.words]
    )
    return f"{refused}. Alice reads: “{readable(said[-1].words)}”"


def ask_for_session(people: People) -> str:
    """Bob approves for others, but must not be able to approve his own request."""
    command = f"{people.environment.example.command} request {SESSION['entitlement']}"
    view = people.window(people.bob, lambda: people.bob.command(command), "the request window", "request")
    done(people.bob.submit(view, SESSION))
    message = people.request(people.dave, SESSION["justification"])
    request = people.kept["session request"] = value_of(message, "request:approve")
    said = people.told(
        people.bob, lambda: people.bob.press(message, "request:approve", request), "a refusal that bob can read"
    )
    still = any(value_of(each, "request:approve", request) for each in people.dave.channel(OPS))
    expect(still, "Bob's request still waiting", "it was decided")
    return f"Bob, an approver, about his own request: “{readable(said)}”"


def use_session(people: People) -> str:
    request = people.kept["session request"]
    message = people.message(people.dave, "request:approve", channel=OPS, value=request)
    done(people.dave.press(message, "request:approve", request))
    holder = people.open(people.collect(people.bob))
    expect(len(holder.secrets) == 2 and holder.key.startswith("ASIA"), "a session with its token", holder.key)
    people.eventually("the report read with the session", holder.read, lambda answer: answer == WORKED)
    elsewhere = holder.write()
    expect(elsewhere == "AccessDenied", "AccessDenied elsewhere", elsewhere)
    people.kept["session"] = holder
    return f"Dave approves. {holder.key} reads the report and expires within the hour."


def revoke_session(people: People) -> str:
    """There is no key to deactivate: AWS denies the session by a policy on its role."""
    holder = people.kept["session"]
    line = f"{people.environment.example.command} revoke {holder.key}"
    view = people.window(people.dave, lambda: people.dave.command(line), "the window that asks why", "grant:revoke")
    done(people.dave.submit(view, {"justification": SEEN_ELSEWHERE}))
    refused = people.eventually("the session refused by AWS", holder.read, lambda answer: answer == "AccessDenied")
    revoked = f"Revoked in AWS: `{holder.key}`"
    said = people.until("Bob notified that AWS refuses it", lambda: [e for e in people.bob.dms() if revoked in e.words])
    return f"{refused}. Bob reads: “{readable(said[-1].words)}”"


# Checks at the end.


def canary(people: People) -> str:
    """No secret in Slack's traffic, the ledger or the log; each seed only in the one modal it was made for."""
    secrets = {each for holder in people.holders for each in holder.secrets}
    seeds = {link.seed for link in people.links}
    expect(len(secrets) >= 4 and len(seeds) >= 3, "secrets to look for", f"{len(secrets)} and {len(seeds)} seeds")
    for name, sink in sinks(people).items():
        found = [each[:4] + "…" for each in secrets | seeds if any(form in sink for form in forms(each))]
        expect(not found, f"no secret in {name}", found)
    traffic = people.environment.slack.traffic
    found = [each.name for each in traffic if any(form in each.plain.encode() for s in secrets for form in forms(s))]
    expect(not found, "no secret in what Slack saw", found)
    carried = [(each.way, each.name) for link in people.links for each in traffic if _carries(each.plain, link)]
    expect(set(carried) == {("in", "views.update")}, "each link in its owner's window only", carried)
    return f"Searched {len(traffic)} exchanges with Slack, the ledger and a log at DEBUG for {len(secrets)} secrets."


def sinks(people: People) -> dict[str, bytes]:
    ledger, log = people.environment.ledger, people.environment.latchkey.log
    files = [each for each in sorted(ledger.parent.iterdir()) if each.name.startswith(ledger.name)]
    sinks = {each.name: each.read_bytes() for each in files} | {log.name: log.read_bytes()}
    expect(all(sinks[each.name] for each in (ledger, log)), "a ledger and a log to search", sorted(sinks))
    return sinks


def forms(secret: str) -> tuple[bytes, ...]:
    """As it is, URL-encoded, in base64, and as JSON may escape its slashes."""
    raw = secret.encode()
    return raw, quote(secret, safe="").encode(), b64encode(raw).rstrip(b"="), secret.replace("/", r"\/").encode()


def _carries(text: str, link: Link) -> bool:
    return link.seed in text


def manners(people: People) -> str:
    complaints = people.environment.slack.complaints
    expect(not complaints, "no complaint from Slack", complaints)
    return "Every answer within three seconds, every window and message within Slack's limits."
