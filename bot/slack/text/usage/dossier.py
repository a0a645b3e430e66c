"""The dossier of a key: everything that CloudTrail says about its use, and what it can't say."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from bot.domain.usage.key_usage import Count, Usage
from bot.slack.text.formatting import ago, count, cut, escape, key, moment
from bot.slack.text.usage.summary import NAMES, SILENT, WHY, in_a_line

LINE_MOST = 500  # characters of one line; a section holds 3,000
NOT_READ = "Not in it: data events, like reads from S3, and regions other than that of its last use and us-east-1."
PARTIAL = "Only the newest events were read, so there may be more."


def reading(name: str) -> str:
    return (
        f":hourglass_flowing_sand: Reading CloudTrail… Latchkey sends you where {name} is used as a direct message, "
        "usually within a minute."
    )


def title(name: str, account: str) -> str:
    return f":mag: Where {name} in {escape(account)} is used"


def notification(name: str, usage: Usage, now: datetime) -> str:
    """What a notification shows of the message."""
    return f"Where {name} is used: {cut(in_a_line(usage, now), LINE_MOST)}"


def says(usage: Usage, now: datetime) -> str:
    """One line for each thing that is known; or why nothing is."""
    if usage.unread is not None:
        return f":grey_question: Its use is *unknown*: {WHY[usage.unread]}."
    if usage.silent:
        return f":grey_question: Its use is *unknown*: {SILENT}. Silence doesn't mean that nobody uses it."
    return "\n".join(cut(each, LINE_MOST) for each in _lines(usage, now))


def _lines(usage: Usage, now: datetime) -> Iterator[str]:
    last = f" ({ago(usage.last_seen, now)})" if usage.last_seen else ""
    seen = f"first {moment(usage.first_seen)}, last {moment(usage.last_seen)}{last}"
    yield f"*Seen*: {seen}, {count(usage.calls, 'call')}"
    for name, counts in (("Tools", usage.tools), ("Networks", usage.networks)):
        if counts:
            yield f"*{name}*: {_counts((escape(each.name), each.calls) for each in counts)}"
    yield f"*Services*: {_services(usage.services)}"
    for name, counts in (("Regions", usage.regions), ("Roles assumed", usage.roles)):
        if counts:
            yield f"*{name}*: {_counts((escape(each.name), each.calls) for each in counts)}"
    if usage.services_through:
        yield f"*Through*: {_counts((escape(each.name), each.calls) for each in usage.services_through)}"
    if usage.denied:
        share = max(round(100 * usage.denied / usage.calls), 1)
        yield f"*AccessDenied*: {share}% of its calls ({usage.denied} of {usage.calls})"
    if usage.in_aws:
        yield f"*It runs in AWS*: `{escape(usage.in_aws)}`"


def _services(counts: Iterable[Count]) -> str:
    return _counts((NAMES.get(each.name, escape(each.name)), each.calls) for each in counts)


def _counts(pairs: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{name} ({calls})" for name, calls in pairs)


def limits(usage: Usage, now: datetime) -> str:
    """When it was read, and what wasn't."""
    read = f"Read from CloudTrail {ago(usage.read_at, now)}, {count((usage.read_at - usage.since).days, 'day')} back."
    if not usage.known:
        return read
    return " ".join((read, *(() if usage.complete else (PARTIAL,)), NOT_READ))


def left(access_key_id: str, account: str) -> str:
    return (
        f":grey_question: The use of {key(access_key_id)} is *unknown*: the account {escape(account)} is no longer in "
        "Latchkey's catalog."
    )


def gone(name: str) -> str:
    return f"{name} no longer exists in AWS, so there is nothing to press."
