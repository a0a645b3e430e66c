"""Sentences of an admin's Home."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.domain.hygiene.finding import FindingKind
from bot.ports import Reading
from bot.slack.text.formatting import (
    ago,
    count,
    cut,
    escape,
    listed,
)
from bot.slack.text.hygiene.findings import short

LINE_MOST = 280

ADMIN = "For admins"


def issuing() -> str:
    return ":large_green_circle: *Issuing is on.* Pause it if something is wrong; existing credentials keep working."


def health(beat_age: timedelta | None, undelivered: int, *, alive: bool) -> str:
    slack = f":warning: Slack: {count(undelivered, 'message')} didn't arrive yet; Latchkey tries again"
    return "\n".join((_worker(beat_age, alive=alive), slack if undelivered else ":white_check_mark: Slack: up to date"))


def _worker(beat_age: timedelta | None, *, alive: bool) -> str:
    if beat_age is None:
        return ":rotating_light: Worker: not running. Start `latchkey worker`; nothing can be collected until then"
    seconds = max(int(beat_age.total_seconds()), 0)
    said = f"last heartbeat {count(seconds, 'second') if seconds < 120 else count(seconds // 60, 'minute')} ago"
    if alive:
        return f":white_check_mark: Worker: running, {said}"
    return f":rotating_light: Worker: not running, {said}. Start `latchkey worker`; its log says why it stopped"


def account(name: str, id_: str, findings: Mapping[FindingKind, int], reading: Reading | None, now: datetime) -> str:
    total = sum(findings.values())
    worst = sorted(findings.items(), key=lambda each: (-each[1], each[0]))
    which = listed([f"{many} {short(kind)}" for kind, many in worst[:4]] + (["others"] if len(worst) > 4 else []))
    found = f"{count(total, 'finding')}: {which}" if total else "nothing found"
    return f"*{escape(name)}* (`{escape(id_)}`) · {found}\n{_read(reading, now)}"


def _read(reading: Reading | None, now: datetime) -> str:
    if reading is not None and reading.problem:
        return f":warning: {escape(cut(reading.problem, LINE_MOST))}"
    if reading is None or reading.read_at is None:
        return "Its keys haven't been read yet."
    return f"{count(reading.keys, 'key')} of {count(reading.users, 'IAM user')}, read {ago(reading.read_at, now)}"
