"""The steps that cut a leaked key off, each with its state in words and what to do about it."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.leaks.containment_commands import lines, role_name
from bot.domain.leaks.incident import Incident, Step, StepKind, StepState, Whose
from bot.slack.text.formatting import cut, escape, person, when
from bot.slack.text.replacement.steps import shown

NAME_MOST = 90  # characters of a name as shown
DO = {
    StepKind.KEY: "deactivate `{target}`",
    StepKind.SESSIONS: "end the sessions of the IAM user `{target}`",
    StepKind.ROLE: "end the sessions of the role `{target}`",
    StepKind.NEW_KEY: "deactivate `{target}`, a key made after the report",
    StepKind.LOGIN: "remove the console password of `{target}`, set after the report",
}
LOOK_UP = DO | {StepKind.KEY: "say whose `{target}` is"}  # what comes before, and uses the same row
DONE = {
    StepKind.KEY: "`{target}` is deactivated",
    StepKind.SESSIONS: "The sessions of the IAM user `{target}` are denied everything",
    StepKind.ROLE: "The sessions of the role `{target}` have ended",
    StepKind.NEW_KEY: "`{target}`, a key made after the report, is deactivated",
    StepKind.LOGIN: "The console password of `{target}`, set after the report, gives no access any more",
}
END = ("end this grant's sessions of the role `{target}`", "end this session of the role `{target}`")
ENDED = ("This grant's sessions of the role `{target}` have ended", "This session of the role `{target}` has ended")
REFUSED = {
    "AccessDenied": "Its role lacks the right: compare it with what `latchkey iam` prints, or run the lines below.",
    "AccessDeniedException": "Its role lacks the right: compare it with what `latchkey iam` prints, or run the lines "
    "below.",
    "Throttling": "AWS has too many calls at the moment.",
    "NoSuchEntity": "AWS doesn't have it any more.",
    "LimitExceeded": "The IAM user has as many policies as it can have: detach one, or run the lines below.",
}
OTHERWISE = "If that lasts, run the lines below."
SKIPPED = {
    "not-adopted": "Latchkey may not act on keys that it didn't issue in this account (`adopt = false`)",
    "itself": "Latchkey runs as this IAM user",
    "root": "Latchkey never touches the root user's keys; sign in as root and delete the key",
    "gone": "AWS doesn't have it any more",
    "revoke-sessions": "Latchkey may not end sessions in this account (`revoke_sessions = false`)",
    "foreign-role": "this role isn't one that Latchkey may end sessions of",
    "unknown-account": "the catalog doesn't have this account any more",
    "unknown-user": "Latchkey doesn't know which IAM user it belongs to",
}
INSTEAD = {
    "by-hand": "somebody did it outside Latchkey",
    "quarantine": "by AWS's quarantine policy, which leaves much open (`contain` of the account)",
    "deny-all": "by AWSDenyAll, because Latchkey may not delete it",
}
"""What a step that is done did instead."""
GONE = "gone"
ORDER = (StepState.REFUSED, StepState.SKIPPED, StepState.WAITING, StepState.DONE)


def states(incident: Incident, steps: Sequence[Step]) -> list[str]:
    """What failed comes first, then what is under way, then what is done."""
    ranked = sorted((each for each in steps if each.state in ORDER), key=lambda each: ORDER.index(each.state))
    return [_state(incident, each) for each in ranked]


def _state(incident: Incident, step: Step) -> str:
    done_at = when(step.done_at, incident.opened_at)
    match step.state:
        case StepState.DONE if step.why == GONE:
            return f":white_check_mark: AWS doesn't have `{_target(step)}` any more, {done_at}."
        case StepState.DONE:
            by = f" by {person(step.by)}" if step.by else ""
            how = f" ({INSTEAD[step.why]})" if step.why in INSTEAD else ""
            return f":white_check_mark: {_named(DONE, step, incident)}, {done_at}{by}{how}."
        case StepState.REFUSED:
            code = _code(step.why or "no answer")
            asked = LOOK_UP if incident.whose is Whose.UNKNOWN else DO
            said = f":x: AWS refused to {_named(asked, step, incident)}: {code}."
            return f"{said} {REFUSED.get(step.why or '', OTHERWISE)}{_again(incident)}"
        case StepState.SKIPPED:
            why = SKIPPED.get(step.why or "", _code(step.why) if step.why else "it isn't possible here")
            return f":no_entry_sign: Latchkey didn't {_named(DO, step, incident)}: {why}."
    return f":hourglass_flowing_sand: Latchkey is about to {_named(DO, step, incident)}."


def _again(incident: Incident) -> str:
    return " Latchkey tries again." if incident.is_open else ""


def by_hand(incident: Incident, steps: Sequence[Step], now: datetime, most: int) -> str:
    """The lines that do what Latchkey can't, in one code block of at most `most` characters; or nothing."""
    left = [each for each in steps if each.state in {StepState.REFUSED, StepState.SKIPPED} and each.why != "gone"]
    written: list[str] = []
    for line in dict.fromkeys(line for each in left for line in lines(each, incident.user, now)):
        text = shown(line)
        if sum(map(len, written)) + len(written) + len(text) > most:
            break
        written.append(text)
    if not written:
        return ""
    return (
        f"With rights in IAM you can do it yourself, in AWS account {account(incident)}:\n```{chr(10).join(written)}```"
    )


def account(incident: Incident) -> str:
    number = f" (`{escape(incident.account_number)}`)" if incident.account_number and incident.account else ""
    return f"{escape(incident.account or incident.account_number or 'unknown')}{number}"


def offered(step: Step) -> str:
    """Beside its button."""
    return f":grey_question: It assumed the role `{_target(step)}`. Its sessions may still work."


def role(step: Step) -> str:
    """For a dialog: plain."""
    return cut(escape(role_name(step.target)), NAME_MOST)


def _named(forms: dict[StepKind, str], step: Step, incident: Incident) -> str:
    """Without a press only sessions that Latchkey made end; others of the same role go on."""
    form = forms[step.kind]
    if step.kind is StepKind.ROLE and step.by is None:
        form = (ENDED if forms is DONE else END)[incident.whose is Whose.SESSION]
    return form.format(target=_target(step))


def _target(step: Step) -> str:
    name = role_name(step.target) if step.kind is StepKind.ROLE else step.target
    return cut(escape(name.replace("`", "'")), NAME_MOST)


def _code(why: str) -> str:
    return f"`{escape(why.replace('`', ''))}`"
