"""Chapter four: a lease that is renewed with an approval, and one that expires."""

import time
from datetime import timedelta

from bot.sandbox.key_user import OFF, WORKED, Holder, users_of_latchkey
from bot.sandbox.people import People, done, expect, readable
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


def obtain(people: People, asked: dict[str, str]) -> Holder:
    """Alice requests, Bob approves, Alice collects, in one step."""
    done(people.alice.submit(form(people), asked))
    approve(people, asked["justification"])
    return people.open(people.collect(people.alice))


def approve(people: People, words: str) -> None:
    done(people.bob.press(people.request(people.bob, words), "request:approve"))


def take_a_short_one(people: People) -> str:
    people.kept["short since"] = time.monotonic()
    before = set(people.collected)
    holder = people.kept["short"] = obtain(people, SHORT)
    (people.kept["short grant"],) = people.collected - before
    answer = people.eventually("the short key to work", holder.read, lambda answer: answer == WORKED)
    return f"Asked for, approved and collected, {holder.key} reads the report: {answer}. Its clock runs."


def outlive(people: People) -> str:
    """Only AWS's clock is moved, and for this key only: Latchkey doesn't know and does nothing."""
    late, now = _at(people, timedelta(hours=8)), people.kept["second"].read()
    expect(late == "AccessDenied", "AccessDenied after the lease", late)
    expect(now == WORKED, "the key to work within its lease", now)
    return f"AWS, 8 hours later and without Latchkey: {late}."


def renew(people: People) -> str:
    line = f"{people.environment.example.command} renew {people.kept['second'].key}"
    view = people.window(people.alice, lambda: people.alice.command(line), "the renewal's window", "grant:renew")
    done(people.alice.submit(view, RENEWAL))
    people.request(people.bob, RENEWAL["justification"])
    still = _at(people, timedelta(hours=8))
    expect(still == "AccessDenied", "the old end before the approval", still)
    approve(people, RENEWAL["justification"])
    people.eventually(
        "AWS to accept it for longer", lambda: _at(people, timedelta(hours=9)), lambda each: each == WORKED
    )
    end = _at(people, timedelta(days=7))
    expect(end == "AccessDenied", "AccessDenied after the new end", end)
    return f"Bob approves. The same key, 9 hours later: {WORKED}. 7 days later: {end}."


def _at(people: People, ahead: timedelta) -> str:
    """What AWS answers to the key after that much time."""
    key, later = people.kept["second"], people.environment.aws.later
    later[key.key] = ahead
    try:
        return str(key.read())
    finally:
        del later[key.key]


def run_out(people: People) -> str:
    """No clock is moved: AWS denies the key when its lease ends, and then Latchkey removes it."""
    short, grant = people.kept["short"], people.kept["short grant"]
    began = people.kept["short since"]

    def read() -> str:
        people.note(f"{max(LASTS_SECONDS - int(time.monotonic() - began), 0)} s to go")
        return str(short.read())

    over = people.eventually("the key refused at its end", read, lambda answer: answer != WORKED)
    expect(over == "AccessDenied" or over in OFF, "the key refused by AWS", over)
    gone = people.eventually("the key deleted", short.read, lambda answer: answer in OFF)
    left = people.eventually(
        "its IAM user deleted",
        lambda: ", ".join(users_of_latchkey(people.environment.aws)),
        lambda names: grant not in names,
    )
    expect(left, "the user of her other key still there", "no user")
    said = people.until("Alice notified of the end", lambda: [e for e in people.alice.dms() if AGREED in e.words])
    return f"When it expires: {over}; then its user is deleted: {gone}. Alice reads: “{readable(said[-1].words)}”"
