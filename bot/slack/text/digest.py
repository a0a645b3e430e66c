"""Sentences of reminders: a digest's entries, what was put before the approvers, a dry run, and a key that went off."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain import escalation
from bot.domain.credential import Credential
from bot.domain.finding import Exemption, Finding, FindingKind, LastUsed, Rung
from bot.domain.grant import Grant
from bot.slack.text.findings import SAYS, mend, subject
from bot.slack.text.formatting import cut, escape, key, moment, people, person
from bot.slack.text.switchover import earlier, used_by

WHY_MOST, LINE_MOST = 200, 350
FOLLOWS = {
    Rung.OWNER: "If nothing changes, you hear of it again {at}.",
    Rung.APPROVERS: "If nothing changes, the approvers hear of it {at}.",
    Rung.CHANNEL: "If nothing changes, the account's channel hears of it {at}.",
    Rung.ADMINS: "If nothing changes, the admins hear of it {at}.",
}


def title(day: str) -> str:
    return f"Your AWS keys: a look over them, {day}"


def entry(found: Finding, now: datetime, *, enforce: bool) -> str:
    more = [f"{subject(found)} {SAYS[found.kind]}: {mend(found.kind)}.", escape(found.evidence)]
    return "\n".join(each for each in (*more, _stands(found, now) or _follows(found, enforce=enforce)) if each)


def not_yours(found: Finding) -> str:
    """Disowned, claimed by somebody else, or tagged anew."""
    return f"{subject(found)}: not yours any more."


def _stands(found: Finding, now: datetime) -> str:
    if found.closed_at:
        return f":white_check_mark: settled {moment(found.closed_at)}"
    if found.exemption(now) is Exemption.STANDS:
        by = f" by {person(found.kept_by)}" if found.kept_by else ""
        return f"Kept{by} until {moment(found.kept_until)}: {escape(cut(found.kept_why or '', WHY_MOST))}"
    return ""


def _follows(found: Finding, *, enforce: bool) -> str:
    if found.rung is Rung.OFF:
        return f"*If nothing changes, it is switched off; not before {moment(found.due_at)}.*" if enforce else ""
    if found.rung is None:
        return ""
    said, ends = FOLLOWS[found.rung].format(at=moment(found.due_at)), escalation.off_at(found) if enforce else None
    return f"{said} *It is switched off after that, not before {moment(ends)}.*" if ends else said


def details(where: str, made_at: datetime | None, used: LastUsed | None, now: datetime) -> str:
    return " · ".join((where, _age(made_at, now), _use(used)))


def place(account: str, user: str) -> str:
    return f"{escape(account)}, IAM user `{escape(user)}`"


def _age(made_at: datetime | None, now: datetime) -> str:
    if made_at is None:
        return "of unknown age"
    days = (now - made_at).days
    return "made today" if days < 1 else f"{days} day{'' if days == 1 else 's'} old"


def _use(used: LastUsed | None) -> str:
    if used is None:
        return "last use unknown"
    return f"last used {moment(used.at)}{used_by(used.service, used.region)}" if used.at else "never used"


def approved(by: frozenset[str], why: str) -> str:
    return f"approved by {people(by)}: “{escape(cut(' '.join(why.split()), WHY_MOST))}”" if by else ""


NOT_OURS = "not made by Latchkey"

# --- to the approvers -----------------------------------------------------------------------------------------------


def escalated() -> str:
    return "Findings that nobody has settled"


def line(found: Finding, now: datetime, *, enforce: bool) -> str:
    whose = f" of {_owner(found.owner)}" if found.owner else ""
    where = f" in {escape(found.account)}" if found.access_key_id else ""
    what = f"• {subject(found)}{where}{whose} {SAYS[found.kind]} since {found.opened_at:%d %b}: {mend(found.kind)}."
    return cut(f"{what} {_stands(found, now) or _follows(found, enforce=enforce)}".rstrip(), LINE_MOST)


def label(found: Finding) -> str:
    """In a list to choose from."""
    return f"{found.iam_user or found.account}: {found.access_key_id or 'the IAM user'}, {found.kind}"


def _owner(owner: str) -> str:
    group = owner.removeprefix("subteam-")
    return person(owner) if group == owner else f"<!subteam^{group}>"


def preview(account: str, until: datetime | None) -> str:
    ends = f" It ends {moment(until)}" if until else " It ends two weeks after the first inventory"
    return (
        f":eyes: Dry run of {escape(account)}: this is what Latchkey would have switched off. Nothing was "
        f"touched.{ends}; from then on keys that nobody answers for go off, with Undo. Talk to their owners now, or "
        "set `enforce = false`."
    )


def would(found: Finding) -> str:
    whose = f" of {_owner(found.owner)}" if found.owner else ""
    done = " :white_check_mark: settled" if found.closed_at else ""
    return cut(f"• {subject(found)}{whose}: {SAYS[found.kind]}, {escape(found.evidence)}.{done}", LINE_MOST)


# --- off ------------------------------------------------------------------------------------------------------------


def enforced(found: Credential, kind: FindingKind | None, grant: Grant) -> str:
    why = f"it {SAYS[kind]}, and nobody answered" if kind else "nobody answered for it"
    name = f"the key {key(found.access_key_id)} of {person(grant.owner)}"
    if found.state == "retiring":
        until = moment(earlier(found.delete_at, grant.lease_until))
        return f":lock: Latchkey switched off {name}: {why}. Undo brings it back until {until}."
    if found.state == "live":
        return f":unlock: Latchkey had switched off {name}: {why}. It is on again."
    return f":lock: Latchkey switched off {name}: {why}. It is deleted."


def lines(rows: Sequence[str], of: int = 8) -> list[str]:
    """Together as far as a section holds them."""
    return ["\n".join(rows[at : at + of]) for at in range(0, len(rows), of)]
