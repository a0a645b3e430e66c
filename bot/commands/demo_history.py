"""What happened before `latchkey demo` begins: a month of requests, keys in every state, and their audit trail."""

from bot.commands.demo_leaks import closed, misused, reported
from bot.commands.demo_player import Player, playing
from bot.domain.ids import SlackUserId
from bot.domain.leaks.incident import Source
from bot.sandbox.aws.cloudtrail import agents
from bot.sandbox.past import Before

ALICE, BOB, CAROL, DAVE = (SlackUserId(each) for each in ("U01ALICE", "U02BOB", "U03CAROL", "U04DAVE"))
READ, WRITE, SESSION, CODED, INVOICES = (
    "reports-read",
    "reports-write",
    "reports-read-session",
    "reports-mfa",
    "invoices-read",
)
LAPTOP, OFFICE, SERVER = "203.0.113.88", "203.0.113.20", "198.51.100.40"  # addresses
OFFERED = f"""
[[entitlements]]                  # the demo's own: a ticket, and an emergency
id = "{INVOICES}"
title = "Read the invoices"
account = "main"
kind = "access_key"
policy = '''
{{"Version": "2012-10-17", "Statement": [
  {{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::invoices/*"}}
]}}
'''
max_duration = "7d"
approvers = "platform"
ticket = "FIN-[0-9]+"
ticket_url = "https://tickets.example.com/{{ticket}}"
break_glass = "1h"

[[auto_approve]]                  # and a rule: Dave's short sessions need nobody
entitlements = ["{SESSION}"]
requesters = ["{DAVE}"]
max_duration = "1h"
quota = "3/7d"
"""


def play(before: Before) -> None:
    """In order of time: the clock only moves forward."""
    with playing(before) as player:
        ended(player)
        held(player)
        waiting(player)
        player.read_usage()


def ended(player: Player) -> None:
    """Grants and requests that are over: expired, revoked, given back, declined, lapsed."""
    player.at(days=26)
    session = player.approve(player.ask(DAVE, SESSION, "8h", "Compare two months by hand"), BOB)
    player.collect(session, DAVE)
    player.at(days=24)
    leaked = player.approve(player.ask(CAROL, WRITE, "7d", "Load the corrected totals"), DAVE)
    shown = player.collect(leaked, CAROL)
    player.at(days=23)
    screenshot = reported(player, shown, DAVE, Source.COMMAND)
    player.at(days=22, hours=20)
    player.revoke(leaked, BOB, "It was in a screenshot in a public channel")
    closed(player, screenshot, BOB, "Only our own people saw the screenshot, and nobody used the key.")
    player.at(days=18)
    done = player.approve(player.ask(CAROL, READ, "7d", "Check the import"), BOB)
    player.collect(done, CAROL)
    player.at(days=17)
    player.give_back(done, CAROL)
    player.at(days=12)
    player.decline(player.ask(ALICE, WRITE, "1d", "Fix one cell"), BOB, "The import job can do that; ask Dave.")
    player.at(days=11)
    player.ask(BOB, CODED, "1d", "Try the new authenticator")


def held(player: Player) -> None:
    """Grants that still run: one rotated and both keys on, one with its old key off, one that ends tomorrow."""
    player.at(days=10)
    nightly = player.approve(player.ask(ALICE, READ, "30d", "The nightly report job on our build server"), BOB)
    old = player.collect(nightly, ALICE)
    player.at(days=8)
    dashboard = player.approve(player.ask(DAVE, READ, "30d", "The sales dashboard in the office"), BOB)
    first = player.collect(dashboard, DAVE)
    player.at(days=6, hours=6)
    ending = player.approve(player.ask(CAROL, WRITE, "7d", "Backfill the third quarter"), DAVE, "Only until the audit.")
    player.used(player.collect(ending, CAROL), agents.CLI, LAPTOP, minutes=25)
    player.at(days=5)
    export = player.collect(player.approve(player.ask(CAROL, READ, "7d", "Export the sales to a sheet"), DAVE), CAROL)
    player.at(days=4)
    player.collect(player.granted(player.ask(DAVE, SESSION, "1h", "Look at one odd figure")), DAVE)
    player.at(days=3)
    player.used(player.rotate(dashboard, DAVE), agents.BOTO3_ON_LINUX, OFFICE, minutes=4)
    player.used(first, agents.BOTO3_ON_LINUX, OFFICE, days=3, hours=1)
    player.at(days=2)
    player.switch_off(first, DAVE)
    player.used(player.rotate(nightly, ALICE), agents.BOTO3_ON_LINUX, SERVER, minutes=9)
    player.used(old, agents.BOTO3_ON_LINUX, SERVER, days=2, hours=1)
    player.at(days=1, hours=9)
    misused(player, export, days=1, hours=9)
    reported(player, export, CAROL, Source.SHORTCUT)
    player.at(days=1, hours=4)
    player.collect(player.emergency(DAVE, INVOICES, "1h", "The payment run failed at night", "FIN-207"), DAVE)
    player.at(hours=20)
    trip = player.ask(ALICE, CODED, "7d", "Read the figures on the road, with my phone")
    player.approve(trip, DAVE)
    player.preapprove(trip, BOB, days=20)
    player.at(hours=7)
    player.renew(ending, CAROL, "7d", "The auditors asked for two more days")


def waiting(player: Player) -> None:
    """Requests that Bob can decide now."""
    player.at(hours=5)
    write = player.ask(DAVE, WRITE, "1d", "Repair the broken totals of 2026 Q3")
    player.at(hours=4)
    asked = player.question(write, BOB, "Which months do you need to change?")
    player.at(hours=3)
    player.answer(asked, DAVE, "July and August only. I keep a copy of both.")
    player.at(minutes=35)
    player.ask(CAROL, SESSION, "8h", "Answer the board's questions about last month")
