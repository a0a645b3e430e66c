"""`latchkey demo --tour`: the whole life of a key, played and verified step by step in the terminal."""

from bot.sandbox import tour_ask, tour_collect, tour_end, tour_expiry, tour_rotate, tour_usage
from bot.sandbox.script import Chapters, Script, Step

CHAPTERS: Chapters = {
    "Request and decide": (
        Step("Alice types /key request", tour_ask.ask),
        Step("She requests too long a time, and is refused", tour_ask.refuse_bad_input),
        Step("She requests 8 hours to read the sales reports", tour_ask.submit),
        Step("Carol, an outsider, presses Approve", tour_ask.refuse_outsider),
        Step("Alice presses Approve herself", tour_ask.refuse_own),
        Step("Bob approves", tour_ask.approve),
    ),
    "Collect and use": (
        Step("Carol tries to collect Alice's key", tour_collect.refuse_stranger),
        Step("Alice presses Collect", tour_collect.collect),
        Step("Someone else looks at the link first", tour_collect.look_first),
        Step("Alice opens the one-time page", tour_collect.open_link),
        Step("The link is opened again", tour_collect.open_again),
        Step("The key reads the reports on AWS", tour_collect.use),
        Step("And nothing else", tour_collect.use_elsewhere),
        Step("Alice asks where the key is used", tour_usage.dossier),
    ),
    "Rotate while in use": (
        Step("Alice also collects a key for 15 seconds", tour_expiry.take_a_short_one),
        Step("A program runs on the first key", tour_rotate.run_a_program),
        Step("Alice rotates", tour_rotate.rotate),
        Step("She switches the old key off", tour_rotate.switch_off),
        Step("She undoes it", tour_rotate.undo),
        Step("The program noticed nothing", tour_rotate.never_without),
    ),
    "Renew and expire": (
        Step("The clock moves past the lease", tour_expiry.outlive),
        Step("Alice requests 7 more days", tour_expiry.renew),
        Step("The 15 seconds are over", tour_expiry.run_out),
    ),
    "A key of before Latchkey": (Step("Alice asks what should take its place", tour_usage.replace),),
    "The end": (
        Step("Alice gives the key back", tour_end.give_back),
        Step("Bob revokes a key that leaked", tour_end.revoke),
        Step("Bob requests a session and tries to approve it himself", tour_end.ask_for_session),
        Step("Dave approves, Bob collects and uses it", tour_end.use_session),
        Step("Dave revokes it while it runs", tour_end.revoke_session),
    ),
    "What remains": (
        Step("No secret in Slack, the database or the log", tour_end.canary),
        Step("Slack has no complaints", tour_end.manners),
    ),
}
TOUR = Script("The life of an AWS key with Latchkey", CHAPTERS, tour_expiry.OFFERED, tour_usage.plant)
