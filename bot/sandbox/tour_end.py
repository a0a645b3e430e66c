"""Chapter five: a key ended by its owner and by others; a session; and a check that no secret was left anywhere."""

import re
from base64 import b64encode
from urllib.parse import quote

from bot.sandbox.browser_client import Link
from bot.sandbox.key_user import OFF, WORKED, users_of_latchkey
from bot.sandbox.people import OPS, Cast, done, expect, readable, value_of
from bot.sandbox.slack.elements import elements
from bot.sandbox.tour_expiry import obtain

SESSION = {"entitlement": "reports-read-session", "duration": "1h", "justification": "Checking one number"}
LEAKING = {"entitlement": "reports-read", "duration": "1h", "justification": "A second program"}
LEAKED = "It stood in a public repository"
SEEN_ELSEWHERE = "Its credentials were seen in a chat"
OFFERS = re.compile("grant:(collect|return)|credential:rotate")


def give_back(cast: Cast) -> str:
    message = cast.message(cast.alice, "grant:return", value=cast.kept["grant"])
    done(cast.alice.press(message, "grant:return", cast.kept["grant"]))
    for name in ("first", "second"):
        cast.eventually(f"the {name} key refused by AWS", cast.kept[name].read, lambda answer: answer in OFF)
    cast.eventually("no IAM user left", lambda: ", ".join(users_of_latchkey(cast.stage.aws)), lambda names: not names)
    cast.until(
        "no button left on the message of a grant that has ended", lambda: not _buttons(cast), lambda: _buttons(cast)
    )
    return "Both keys are refused, the IAM user is gone, and its message has no buttons left."


def _buttons(cast: Cast) -> list[str]:
    """The buttons that the message about her grant still offers to Alice."""
    every = [element for each in cast.alice.dms() for block in each.blocks for element in elements(block)]
    return [each["action_id"] for each in every if OFFERS.match(each["action_id"])]


def revoke(cast: Cast) -> str:
    """An approver revokes someone else's key, without the owner's help."""
    holder = obtain(cast, LEAKING)
    cast.eventually("the key to work", holder.read, lambda answer: answer == WORKED)
    line = f"{cast.stage.example.command} revoke {holder.key}"
    view = cast.window(cast.bob, lambda: cast.bob.command(line), "the window that asks why", "grant:revoke")
    done(cast.bob.submit(view, {"justification": LEAKED}))
    refused = cast.eventually("the key refused by AWS", holder.read, lambda answer: answer in OFF)
    cast.eventually("no IAM user left", lambda: ", ".join(users_of_latchkey(cast.stage.aws)), lambda names: not names)
    said = cast.until("the owner notified by whom and why", lambda: [e for e in cast.alice.dms() if LEAKED in e.words])
    return f"{refused}. Alice reads: “{readable(said[-1].words)}”"


def ask_for_session(cast: Cast) -> str:
    """Bob approves for others, but must not be able to approve his own request."""
    command = f"{cast.stage.example.command} request {SESSION['entitlement']}"
    view = cast.window(cast.bob, lambda: cast.bob.command(command), "the request window", "request")
    done(cast.bob.submit(view, SESSION))
    message = cast.request(cast.dave, SESSION["justification"])
    request = cast.kept["session request"] = value_of(message, "request:approve")
    said = cast.told(
        cast.bob, lambda: cast.bob.press(message, "request:approve", request), "a refusal that bob can read"
    )
    still = any(value_of(each, "request:approve", request) for each in cast.dave.channel(OPS))
    expect(still, "Bob's request still waiting", "it was decided")
    return f"Bob, an approver, about his own request: “{readable(said)}”"


def use_session(cast: Cast) -> str:
    request = cast.kept["session request"]
    message = cast.message(cast.dave, "request:approve", channel=OPS, value=request)
    done(cast.dave.press(message, "request:approve", request))
    holder = cast.open(cast.collect(cast.bob))
    expect(len(holder.secrets) == 2 and holder.key.startswith("ASIA"), "a session with its token", holder.key)
    cast.eventually("the report read with the session", holder.read, lambda answer: answer == WORKED)
    elsewhere = holder.write()
    expect(elsewhere == "AccessDenied", "AccessDenied elsewhere", elsewhere)
    cast.kept["session"] = holder
    return f"Dave approves. {holder.key} reads the report and expires within the hour."


def revoke_session(cast: Cast) -> str:
    """There is no key to deactivate: AWS denies the session by a policy on its role."""
    holder = cast.kept["session"]
    line = f"{cast.stage.example.command} revoke {holder.key}"
    view = cast.window(cast.dave, lambda: cast.dave.command(line), "the window that asks why", "grant:revoke")
    done(cast.dave.submit(view, {"justification": SEEN_ELSEWHERE}))
    refused = cast.eventually("the session refused by AWS", holder.read, lambda answer: answer == "AccessDenied")
    revoked = f"Revoked in AWS: `{holder.key}`"
    said = cast.until("Bob notified that AWS refuses it", lambda: [e for e in cast.bob.dms() if revoked in e.words])
    return f"{refused}. Bob reads: “{readable(said[-1].words)}”"


# Checks at the end.


def canary(cast: Cast) -> str:
    """No secret in Slack's traffic, the ledger or the log; each seed only in the one modal it was made for."""
    secrets = {each for holder in cast.holders for each in holder.secrets}
    seeds = {link.seed for link in cast.links}
    expect(len(secrets) >= 4 and len(seeds) >= 3, "secrets to look for", f"{len(secrets)} and {len(seeds)} seeds")
    for name, sink in _sinks(cast).items():
        found = [each[:4] + "…" for each in secrets | seeds if any(form in sink for form in _forms(each))]
        expect(not found, f"no secret in {name}", found)
    traffic = cast.stage.slack.traffic
    found = [each.name for each in traffic if any(form in each.plain.encode() for s in secrets for form in _forms(s))]
    expect(not found, "no secret in what Slack saw", found)
    carried = [(each.way, each.name) for link in cast.links for each in traffic if _carries(each.plain, link)]
    expect(set(carried) == {("in", "views.update")}, "each link in its owner's window only", carried)
    return f"Searched {len(traffic)} exchanges with Slack, the ledger and a log at DEBUG for {len(secrets)} secrets."


def _sinks(cast: Cast) -> dict[str, bytes]:
    ledger, log = cast.stage.ledger, cast.stage.latchkey.log
    files = [each for each in sorted(ledger.parent.iterdir()) if each.name.startswith(ledger.name)]
    sinks = {each.name: each.read_bytes() for each in files} | {log.name: log.read_bytes()}
    expect(all(sinks[each.name] for each in (ledger, log)), "a ledger and a log to search", sorted(sinks))
    return sinks


def _forms(secret: str) -> tuple[bytes, ...]:
    """As it is, URL-encoded, in base64, and as JSON may escape its slashes."""
    raw = secret.encode()
    return raw, quote(secret, safe="").encode(), b64encode(raw).rstrip(b"="), secret.replace("/", r"\/").encode()


def _carries(text: str, link: Link) -> bool:
    return link.seed in text


def manners(cast: Cast) -> str:
    complaints = cast.stage.slack.complaints
    expect(not complaints, "no complaint from Slack", complaints)
    return "Every answer within three seconds, every window and message within Slack's limits."
