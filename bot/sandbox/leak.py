"""`latchkey demo --leak`: a key leaks, an attacker races, and each claim about containment is verified."""

from bot.sandbox import leak_after, leak_report, tour_end
from bot.sandbox.script import Chapters, Script, Step

CHAPTERS: Chapters = {
    "A key in a public channel": (
        Step(f"Alice has an old key, for the user {leak_report.USER}", leak_report.inventory),
        Step("She pastes it in #general", leak_report.paste),
        Step("Somebody uses it at once", leak_report.attack),
    ),
    "Contain": (
        Step("Alice chooses This contains a key at her message", leak_report.report),
        Step("AWS refuses the key, and the session made with it", leak_report.refused),
        Step("Carol types /key leaked", leak_after.report_again),
    ),
    "What the attacker left behind": (
        Step("The incident shows what the key made", leak_after.found),
        Step("Latchkey looks again after 10 seconds", leak_after.second_key),
        Step("An admin deletes the key of the attacker's user", leak_after.own_user),
    ),
    "The end": (
        Step("Alice replaces the key", leak_after.replace),
        Step("Bob closes the incident", leak_after.close),
        Step("The attacker tries to the end", leak_after.still_refused),
        Step("No secret where Latchkey keeps or says something", leak_after.canary),
        Step("Slack has no complaints", tour_end.manners),
    ),
}
LEAK = Script("A leaked AWS key with Latchkey", CHAPTERS, old_keys=leak_report.plant)
