"""Sentences about many keys at once: the progress of many endings, and a bulk action that waits for an answer."""

from bot.domain.bulk_limit import ACTS_MOST, BulkAction, Halt, Verdict
from bot.slack.text.formatting import escape, moment, person

WANTED = {
    BulkAction.SWITCH_OFF: "{many} rotated keys in the AWS account {account} are due to be switched off",
    BulkAction.DELETE: "{many} switched-off keys in the AWS account {account} are due to be deleted",
    BulkAction.ENFORCE: "{many} keys with open findings in the AWS account {account} have had all their reminders and "
    "are due to be switched off",
    BulkAction.FOUND_SWITCH_OFF: "{many} replaced keys that Latchkey didn't create are due to be switched off in the "
    "AWS account {account}",
    BulkAction.FOUND_DELETE: "{many} switched-off keys that Latchkey didn't create are due to be deleted in the AWS "
    "account {account}",
}
AFTER_STOP = {
    BulkAction.SWITCH_OFF: "their overlap starts over",
    BulkAction.DELETE: "they stay off and their Undo period starts over",
    BulkAction.ENFORCE: "Latchkey reminds their owners again from the start",
    BulkAction.FOUND_SWITCH_OFF: "their overlap starts over",
    BulkAction.FOUND_DELETE: "they stay off and their Undo period starts over",
}


def teardown_progress(account: str, done: int, stuck: int, all_: int, *, over: bool) -> str:
    """Progress only. What is stuck has a message of its own."""
    where = f"in the AWS account {escape(account)}"
    held = f" AWS refuses {stuck}; each has its own message with what to fix." if stuck else ""
    if over and not stuck:
        return f":white_check_mark: All {all_} ended grants {where} are deleted."
    going = "" if over else " This message shows the progress."
    return f":hourglass_flowing_sand: {done} of {all_} ended grants {where} are deleted.{going}{held}"


def halted(halt: Halt) -> str:
    asked = WANTED[halt.deed].format(many=halt.many, account=escape(halt.account))
    return (
        f":warning: {asked}, more than the {ACTS_MOST} that Latchkey does without asking. Nothing happens until "
        "someone answers."
    )


def halt_details(halt: Halt) -> str:
    return (
        f"*Go on* does it, {ACTS_MOST} at a time, but never to a key used in the last 24 hours. *Stop* changes "
        f"nothing: {AFTER_STOP[halt.deed]}."
    )


def settled(halt: Halt) -> str:
    asked = WANTED[halt.deed].format(many=halt.many, account=escape(halt.account))
    who, at = person(halt.settled_by or ""), moment(halt.settled_at)
    if halt.verdict is Verdict.GO:
        return f":white_check_mark: {asked}. {who} chose *Go on* {at}."
    return f":no_entry_sign: {asked}. {who} chose *Stop* {at}: {AFTER_STOP[halt.deed]}."


def answered(verdict: Verdict) -> str:
    return ":white_check_mark: Latchkey goes on." if verdict is Verdict.GO else ":no_entry_sign: Nothing is changed."
