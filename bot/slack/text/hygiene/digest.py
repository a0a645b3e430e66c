"""Sentences of reminders: the owner's digest, the approvers' list, a dry run, and a key that Latchkey switched off."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.domain.credential import Credential
from bot.domain.grant import Grant
from bot.domain.hygiene import escalation
from bot.domain.hygiene.finding import Exemption, Finding, FindingKind, Step
from bot.domain.hygiene.finding_rules import FIRST_OF
from bot.domain.usage.last_used import LastUsed
from bot.slack.text.formatting import age, cut, date, day, escape, holder, key_of, moment, people, person
from bot.slack.text.hygiene.findings import SAYS, fix, subject
from bot.slack.text.switchover import earlier, used_with

WHY_MOST, LINE_MOST = 200, 350
REMINDS = {
    Step.OWNER: "We'll remind you on {day}.",
    Step.APPROVERS: "If nothing changes, we'll notify the approvers on {day}.",
    Step.CHANNEL: "If nothing changes, we'll post it in the account's channel on {day}.",
    Step.ADMINS: "If nothing changes, we'll notify the admins on {day}.",
}
TO_APPROVERS = REMINDS | {
    Step.OWNER: "We'll remind the owner on {day}.",
    Step.APPROVERS: "We'll remind you on {day}.",
}


def title(keys: int, users: int) -> str:
    """How many keys, and IAM users without one of these keys, still need something."""
    if not keys and not users:
        return "Nothing left to do for your AWS keys"
    if keys and users:
        return f"{keys + users} of your AWS keys and IAM users need attention"
    need = "needs" if keys + users == 1 else "need"
    return f"{keys or users} of your {'AWS keys' if keys else 'IAM users'} {need} attention"


def entry(found: Finding, what: str, says: str, now: datetime, *, enforce: bool) -> str:
    """`what` names the key, `says` is what was found."""
    settled = stands(found, now)
    said = f"{what} {says}." if settled else f"{what} {says}. {fix(found.kind)}"
    then = settled or _follows(found, REMINDS, enforce=enforce)
    return "\n".join(each for each in (said, then) if each)


def evidence(found: Finding) -> str:
    """Nothing where age and last use, which are shown anyway, are all the evidence."""
    return "" if found.kind in FIRST_OF else escape(found.evidence)


def not_yours(found: Finding) -> str:
    """Disowned, claimed by someone else, or tagged with another owner."""
    return f"{subject(found)} is no longer yours."


def stands(found: Finding, now: datetime) -> str:
    """That it is resolved or kept; empty while it is neither."""
    if found.closed_at:
        return f":white_check_mark: Resolved {moment(found.closed_at)}"
    if found.exemption(now) is Exemption.STANDS:
        by = f" by {person(found.kept_by)}" if found.kept_by else ""
        return f"Kept{by} until {moment(found.kept_until)}: {escape(cut(found.kept_why or '', WHY_MOST))}"
    return ""


def _follows(found: Finding, reminds: Mapping[Step, str], *, enforce: bool) -> str:
    if found.step is Step.OFF:
        return (
            f"*If nothing changes, Latchkey switches it off: {moment(found.due_at)} at the earliest.*"
            if enforce
            else ""
        )
    if found.step is None:
        return ""
    said, ends = reminds[found.step].format(day=day(found.due_at)), escalation.off_at(found) if enforce else None
    return f"{said} *After that, Latchkey switches it off: {moment(ends)} at the earliest.*" if ends else said


def details(where: str, made_at: datetime | None, used: LastUsed | None, now: datetime) -> str:
    made = age(made_at, now) if made_at else "created at an unknown time"
    return " · ".join((where, made, _use(used)))


def place(account: str, user: str) -> str:
    return f"{escape(account)}, IAM user `{escape(user)}`"


def _use(used: LastUsed | None) -> str:
    if used is None:
        return "last use unknown"
    return f"last used {moment(used.at)}{used_with(used.service, used.region)}" if used.at else "never used"


def approved(by: frozenset[str], why: str) -> str:
    return f"approved by {people(by)}: “{escape(cut(' '.join(why.split()), WHY_MOST))}”" if by else ""


NOT_OURS = "not created by Latchkey"

# --- to the approvers -----------------------------------------------------------------------------------------------


def escalated() -> str:
    return "Findings that are still open"


def line(found: Finding, now: datetime, *, enforce: bool, used: str = "") -> str:
    """`used` is a line about its use, as far as there is room."""
    whose = f" of {holder(found.owner)}" if found.owner else ""
    where = f" in {escape(found.account)}" if found.access_key_id else ""
    what = f"• {subject(found)}{where}{whose} {SAYS[found.kind]}, open since {date(found.opened_at)}. {fix(found.kind)}"
    said = f"{what} {stands(found, now) or _follows(found, TO_APPROVERS, enforce=enforce)} {used}"
    return cut(" ".join(said.split()), LINE_MOST)


def released() -> str:
    return ":white_check_mark: Latchkey no longer keeps it, and its reminders start again."


def label(found: Finding) -> str:
    """In a list to choose from."""
    return f"{found.iam_user or found.account} ({found.access_key_id or 'IAM user'}), {found.kind}"


def preview(account: str) -> str:
    return f":eyes: *Dry run of {escape(account)}*: Latchkey would have switched off these keys. Nothing was changed."


def preview_ends(until: datetime | None) -> str:
    ends = moment(until) if until else "two weeks after the first inventory"
    return (
        f"The dry run ends {ends}. From then on, Latchkey switches off keys that nobody answers for, with Undo. Talk "
        "to their owners now, or set `enforce = false`."
    )


def would(found: Finding) -> str:
    whose = f" of {holder(found.owner)}" if found.owner else ""
    done = " :white_check_mark: resolved" if found.closed_at else ""
    return cut(f"• {subject(found)}{whose} {SAYS[found.kind]}: {escape(found.evidence)}.{done}", LINE_MOST)


# --- off ------------------------------------------------------------------------------------------------------------


def enforced(found: Credential, what: str, kind: FindingKind | None, grant: Grant) -> str:
    why = f"it {SAYS[kind]}, and nobody answered" if kind else "nobody answered"
    name = f"{key_of(what, found.access_key_id)} of {person(grant.owner)}"
    if found.state == "retiring":
        until = moment(earlier(found.delete_at, grant.lease_until))
        return f":lock: Latchkey switched off {name}: {why}. Undo brings it back until {until}."
    if found.state == "live":
        return f":unlock: Latchkey had switched off {name}: {why}. It's on again."
    return f":lock: Latchkey switched off {name}: {why}. It's deleted."


def lines(rows: Sequence[str], of: int = 8) -> list[str]:
    """Rows joined into as many texts as sections need."""
    return ["\n".join(rows[at : at + of]) for at in range(0, len(rows), of)]
