"""Hand: an IAM user and its keys become somebody's, or nobody's, by what people settled in Slack."""

from datetime import datetime

from bot.domain.events import Notice, Tag
from bot.domain.ids import SlackUserId
from bot.domain.inventory import FoundUser
from bot.domain.ownership import ClaimState, Ownership, Source, Word, naming
from bot.flows.hygiene import record
from bot.flows.ownership import leavers, ownerless
from bot.ports import Transaction


def hand(
    tx: Transaction, user: FoundUser, to: SlackUserId | None, *, by: SlackUserId, now: datetime, why: str = ""
) -> None:
    """Under the lock of the user (tx.inventory.hold). The word stands until the user's tags change."""
    tx.owners.say(Word(user.account, user.name, user.created_at, to, naming(user.tags), by, now))
    record.hand(tx, user, Ownership(to, Source.SAID, now if to else None), now)
    facts = {"account": user.account, "user": user.name, "from": user.owner or "", "to": to or "", "why": why}
    said = {name: each for name, each in facts.items() if each}
    tx.record(Tag.OWNER_CHANGED, f"{user.account}/{user.name}", by=by, at=now, facts=said)
    if to:
        _settle_others(tx, user, now)
    show(tx, user)


def show(tx: Transaction, user: FoundUser) -> None:
    """The lists on which it stands, or stood, are to show what has become of it."""
    ownerless.show(tx, user.account)
    if user.owner:
        leavers.show(tx, user.owner, [user.account])


def _settle_others(tx: Transaction, user: FoundUser, now: datetime) -> None:
    for each in tx.owners.open_on(user.account, [user.name]):
        if tx.owners.settle(each.id, ClaimState.OVER, None, now):
            tx.outbox.refresh(Notice.CLAIM, each.id)
