"""Sentences about what happens to many keys at once: how far a storm is, and a clock that asks before it goes on."""

from bot.domain.bulk_limit import ACTS_MOST, BulkAction, Halt, Verdict
from bot.slack.text.formatting import escape, moment, person

WANTED = {
    BulkAction.SWITCH_OFF: "The overlap of {many} rotated keys is over in the AWS account {account}, and they would be "
    "switched off now",
    BulkAction.DELETE: "The time for Undo of {many} switched-off keys is over in the AWS account {account}, "
    "and they would be deleted now",
    BulkAction.ENFORCE: "{many} keys with open findings in the AWS account {account} have had all their reminders, and "
    "they would be deactivated now",
    BulkAction.FOUND_SWITCH_OFF: "The overlap of {many} replaced keys that Latchkey didn't issue is over in the AWS "
    "account {account}, and they would be deactivated now",
    BulkAction.FOUND_DELETE: "The time for Undo of {many} deactivated keys that Latchkey didn't issue is over in the "
    "AWS account {account}, and they would be deleted now",
}
AFTER_STOP = {
    BulkAction.SWITCH_OFF: "Their overlap begins anew.",
    BulkAction.DELETE: "The time for Undo begins anew; they stay off.",
    BulkAction.ENFORCE: "Their owners are reminded again from the start.",
    BulkAction.FOUND_SWITCH_OFF: "Their overlap begins anew.",
    BulkAction.FOUND_DELETE: "The time for Undo begins anew; they stay off.",
}


def storm(account: str, done: int, stuck: int, all_: int, *, over: bool) -> str:
    """Nobody has to do anything about it, but for what is stuck."""
    where = f"in the AWS account {escape(account)}"
    held = f" AWS refuses {stuck}; a message about each says what to mend." if stuck else ""
    if over and not stuck:
        return f":white_check_mark: All {all_} grants that ended {where} are deleted there."
    going = "" if over else " This message shows the progress."
    return f":hourglass_flowing_sand: {all_} grants end {where}: {done} of {all_} are deleted.{going}{held}"


def halted(halt: Halt) -> str:
    asked = WANTED[halt.deed].format(many=halt.many, account=escape(halt.account))
    return (
        f":warning: {asked}: more than the {ACTS_MOST} that Latchkey does unasked. Nothing is done until somebody says "
        f"so. Is that many expected? *Go on* does it, {ACTS_MOST} at a time, but never to a key that was used in the "
        f"last 24 hours. *Stop* leaves them as they are. {AFTER_STOP[halt.deed]}"
    )


def settled(halt: Halt) -> str:
    asked = WANTED[halt.deed].format(many=halt.many, account=escape(halt.account))
    who = f"{person(halt.settled_by or '')} said so {moment(halt.settled_at)}"
    if halt.verdict is Verdict.GO:
        return f":white_check_mark: {asked}. Latchkey goes on: {who}."
    return f":no_entry_sign: {asked}. Latchkey stopped: {who}. {AFTER_STOP[halt.deed]}"


def answered(verdict: Verdict) -> str:
    return (
        ":white_check_mark: Latchkey goes on." if verdict is Verdict.GO else ":no_entry_sign: Nothing is done to them."
    )
