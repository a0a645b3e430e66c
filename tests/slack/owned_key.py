"""A found key in Slack: its owner by tag, and the messages about it."""

from datetime import timedelta

from bot.domain.hygiene.finding import Finding, FindingKind
from bot.domain.ids import AccessKeyId, SlackUserId
from bot.sandbox.slack import Message
from tests.flows.catalog import MAIN
from tests.slack.kit import House
from tests.slack.press import buttons

DAY = timedelta(days=1)


def job(h: House, name: str = "job", **tags: str) -> AccessKeyId:
    h.reader.user(MAIN, name, tags=tags, made_at=h.clock.now() - 400 * DAY)
    key = h.reader.key(MAIN, name, age=300 * DAY, idle=DAY)
    h.read_account()
    return key


def owner(h: House, name: str = "job") -> str | None:
    with h.work.begin() as tx:
        return tx.inventory.users(MAIN.name, [name])[name].owner


def finding(h: House, kind: FindingKind = FindingKind.STALE, name: str = "job") -> Finding:
    with h.work.begin() as tx:
        return next(each for each in tx.findings.open_on(MAIN.name, [name]) if each.kind is kind)


def forget_people(h: House) -> None:
    """Clear the cache of Slack's people."""
    h.tick.seconds += 1000


def channel_message(h: House, words: str) -> Message:
    found = [each for each in h.bob.channel("C01OPS") if words in each.words]
    assert found, [each.words for each in h.bob.channel("C01OPS")]
    return found[-1]


def leaves(h: House, person: SlackUserId) -> None:
    h.slack.people[person].deleted = True
    forget_people(h)
    h.sweep()


__all__ = ["DAY", "buttons", "channel_message", "finding", "forget_people", "job", "leaves", "owner"]
