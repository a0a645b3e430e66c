"""Assign or clear the owner of an IAM user after a decision made in Slack."""

from datetime import datetime

from bot.domain.events import Notice, Tag
from bot.domain.hygiene.finding import FindingKind
from bot.domain.hygiene.inventory import FoundUser
from bot.domain.ids import SlackUserId
from bot.domain.ownership.claim import ClaimState
from bot.domain.ownership.owner import OwnerDecision, Ownership, Source
from bot.domain.ownership.owner_tags import naming
from bot.flows import access, findings, refresh
from bot.ports import Transaction

WANTING_AN_OWNER = {FindingKind.OWNERLESS, FindingKind.LEAVER}


def decide(
    tx: Transaction, user: FoundUser, to: SlackUserId | None, *, by: SlackUserId, now: datetime, why: str = ""
) -> None:
    """Under the lock of the user (tx.inventory.lock). The decision stands until the user's tags change."""
    tx.owners.decide(OwnerDecision(user.account, user.name, user.created_at, to, naming(user.tags), by, now))
    assign(tx, user, Ownership(to, Source.SAID, now if to else None), now)
    facts = {"account": user.account, "user": user.name, "from": user.owner or "", "to": to or "", "why": why}
    said = {name: each for name, each in facts.items() if each}
    tx.record(Tag.OWNER_CHANGED, f"{user.account}/{user.name}", by=by, at=now, facts=said)
    if to:
        _settle_others(tx, user, now)
    refresh.owner_lists(tx, user)


def _settle_others(tx: Transaction, user: FoundUser, now: datetime) -> None:
    for each in tx.owners.open_on(user.account, [user.name]):
        if tx.owners.settle(each.id, ClaimState.OVER, None, now):
            tx.outbox.refresh(Notice.CLAIM, each.id)


def assign(tx: Transaction, user: FoundUser, whose: Ownership, now: datetime) -> None:
    """Give the user and its open findings to this owner, and close the findings that look for one."""
    both = (user.owner, whose.owner)
    tx.owners.record_owners(
        user.account, {user.name: {SlackUserId(each) for each in both if each and not access.group_of(each)}}, now
    )
    tx.inventory.set_owner(user.account, user.name, whose)
    tx.findings.lock(each.id for each in tx.findings.open_on(user.account, [user.name]))
    tx.findings.transfer(user.account, [user.name], whose.owner)
    if whose.owner:
        for each in tx.findings.open_on(user.account, [user.name]):
            if each.kind in WANTING_AN_OWNER:
                findings.close_finding(tx, each, now)
