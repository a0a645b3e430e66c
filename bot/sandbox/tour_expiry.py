"""Chapter four: a lease that is renewed with an approval, and one that expires."""

import time
from datetime import timedelta

from bot.sandbox.key_user import OFF, WORKED, Holder, users_of_latchkey
from bot.sandbox.people import Cast, done, expect, readable
from bot.sandbox.tour_ask import form

GLIMPSE = "reports-glimpse"
LASTS_SECONDS = 15
AGREED = "as agreed"  # what Alice reads when a lease expires
OFFERED = f"""
[[entitlements]]                  # the tour's own: its clock is to run out while somebody watches
id = "{GLIMPSE}"
title = "Look at the sales reports for a moment"
account = "main"
kind = "access_key"
policy = '''
{{"Version": "2012-10-17", "Statement": [
  {{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}}
]}}
'''
max_duration = "{LASTS_SECONDS}s"
approvers = "platform"
"""
RENEWAL = {"duration": "7d", "justification": "The board wants October as well"}
SHORT = {"entitlement": GLIMPSE, "duration": f"{LASTS_SECONDS}s", "justification": "One look"}


def obtain(cast: Cast, asked: dict[str, str]) -> Holder:
    """Alice requests, Bob approves, Alice collects, in one step."""
    done(cast.alice.submit(form(cast), asked))
    approve(cast, asked["justification"])
    return cast.open(cast.collect(cast.alice))


def approve(cast: Cast, words: str) -> None:
    done(cast.bob.press(cast.request(cast.bob, words), "request:approve"))


def take_a_short_one(cast: Cast) -> str:
    cast.kept["short since"] = time.monotonic()
    before = set(cast.collected)
    holder = cast.kept["short"] = obtain(cast, SHORT)
    (cast.kept["short grant"],) = cast.collected - before
    answer = cast.eventually("the short key to work", holder.read, lambda answer: answer == WORKED)
    return f"Asked for, approved and collected, {holder.key} reads the report: {answer}. Its clock runs."


def outlive(cast: Cast) -> str:
    """Only AWS's clock is moved, and for this key only: Latchkey doesn't know and does nothing."""
    late, now = _at(cast, timedelta(hours=8)), cast.kept["second"].read()
    expect(late == "AccessDenied", "AccessDenied after the lease", late)
    expect(now == WORKED, "the key to work within its lease", now)
    return f"AWS, 8 hours later and without Latchkey: {late}."


def renew(cast: Cast) -> str:
    line = f"{cast.stage.example.command} renew {cast.kept['second'].key}"
    view = cast.window(cast.alice, lambda: cast.alice.command(line), "the renewal's window", "grant:renew")
    done(cast.alice.submit(view, RENEWAL))
    cast.request(cast.bob, RENEWAL["justification"])
    still = _at(cast, timedelta(hours=8))
    expect(still == "AccessDenied", "the old end before the approval", still)
    approve(cast, RENEWAL["justification"])
    cast.eventually("AWS to accept it for longer", lambda: _at(cast, timedelta(hours=9)), lambda each: each == WORKED)
    end = _at(cast, timedelta(days=7))
    expect(end == "AccessDenied", "AccessDenied after the new end", end)
    return f"Bob approves. The same key, 9 hours later: {WORKED}. 7 days later: {end}."


def _at(cast: Cast, ahead: timedelta) -> str:
    """What AWS answers to the key after that much time."""
    key, later = cast.kept["second"], cast.stage.aws.later
    later[key.key] = ahead
    try:
        return str(key.read())
    finally:
        del later[key.key]


def run_out(cast: Cast) -> str:
    """No clock is moved: AWS denies the key when its lease ends, and then Latchkey removes it."""
    short, grant = cast.kept["short"], cast.kept["short grant"]
    began = cast.kept["short since"]

    def read() -> str:
        cast.note(f"{max(LASTS_SECONDS - int(time.monotonic() - began), 0)} s to go")
        return str(short.read())

    over = cast.eventually("the key refused at its end", read, lambda answer: answer != WORKED)
    expect(over == "AccessDenied" or over in OFF, "the key refused by AWS", over)
    gone = cast.eventually("the key deleted", short.read, lambda answer: answer in OFF)
    left = cast.eventually(
        "its IAM user deleted", lambda: ", ".join(users_of_latchkey(cast.stage.aws)), lambda names: grant not in names
    )
    expect(left, "the user of her other key still there", "no user")
    said = cast.until("Alice notified of the end", lambda: [e for e in cast.alice.dms() if AGREED in e.words])
    return f"When it expires: {over}; then its user is deleted: {gone}. Alice reads: “{readable(said[-1].words)}”"
