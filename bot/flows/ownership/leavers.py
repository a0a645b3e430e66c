"""Leavers: owners whom Slack no longer has as full members. Approvers are notified of what they hold, in a countdown.

At each stage the approvers of an account read what is still there; at the end the admins do too. The countdown ends
nothing: a lease ends at its date, and found keys follow the rules of their account. It stops for a key that somebody
claims or accepts, and for good when the owner is back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.grant import Grant
from bot.domain.hygiene.finding import FindingKind
from bot.domain.hygiene.inventory import FoundUser
from bot.domain.ids import ID_BYTES, AccountName, SlackUserId, fresh_id
from bot.domain.lifecycle import GrantState
from bot.domain.ownership.leavers import Leaver
from bot.domain.ownership.owner import Presence
from bot.domain.subjects import LeaverStage
from bot.flows import access, findings, recipients, refresh
from bot.flows.context import Context
from bot.flows.ownership import slack_presence, transfer
from bot.ports import Entropy, Transaction

PAGE = 50  # owners a run: Slack answers users.info some 100 times a minute
NEXT = "leave/next"  # a flag: the last owner that was asked about
OPEN = {GrantState.APPROVED, GrantState.ACTIVE}


@dataclass(frozen=True, slots=True)
class Left:
    """What a leaver holds in one account."""

    users: tuple[FoundUser, ...]
    grants: tuple[Grant, ...]


def check_owners(context: Context) -> int:
    """Check one page of owners in each run. If Slack doesn't answer about somebody, nothing changes for them."""
    with context.work.begin() as tx:
        page = tx.owners.holders(tx.flag(NEXT) or "", PAGE)
    slack_presence.prefetch(context.people, page)
    here = {each: slack_presence.of(context.people, each) for each in page}
    now, news = context.clock.now(), 0
    with context.work.begin() as tx:
        for owner, presence in here.items():
            if presence is Presence.AWAY:
                news += _gone(tx, context.entropy, owner, now)
            elif presence is Presence.HERE and tx.owners.leaver(owner):
                news += _back(tx, owner, now)
        tx.set_flag(NEXT, page[-1] if len(page) == PAGE else None)
    return news


def _gone(tx: Transaction, entropy: Entropy, owner: str, now: datetime) -> bool:
    if not tx.owners.add_leaver(Leaver(fresh_id(entropy.bytes(ID_BYTES)), owner, now)):
        return False
    tx.record(Tag.OWNER_LEFT, owner, by=LATCHKEY, at=now)
    for each in _found(tx, owner):
        findings.open_about(tx, entropy, each, FindingKind.LEAVER, now)
        tx.findings.transfer(each.account, [each.name], None)
    return True


def _back(tx: Transaction, owner: str, now: datetime) -> bool:
    refresh.leaver(tx, owner, left_by(tx, owner, now))
    if not tx.owners.mark_returned(owner, now):
        return False
    tx.record(Tag.OWNER_BACK, owner, by=LATCHKEY, at=now)
    for each in _found(tx, owner):
        transfer.assign(tx, each, each.ownership, now)
    return True


def _found(tx: Transaction, owner: str) -> list[FoundUser]:
    """Without the users of Latchkey's own grants."""
    return [each for each in tx.inventory.of_owner(owner) if access.grant_of_user(tx, each) is None]


# --- the countdown --------------------------------------------------------------------------------------------------


def announce(context: Context) -> int:
    """How many leavers reached a new stage. A worker that was down announces only the current one, once."""
    now = context.clock.now()
    with context.work.begin() as tx:
        due = [each for each in tx.owners.leavers() if _is_news(each, now)]
    return sum(_announce(context, each, now) for each in due)


def _is_news(leaver: Leaver, now: datetime) -> bool:
    return leaver.told_stage is None or leaver.stage(now) < leaver.told_stage


def _announce(context: Context, leaver: Leaver, now: datetime) -> bool:
    stage = leaver.stage(now)
    with context.work.begin() as tx:
        held = {name: left for name, left in left_by(tx, leaver.owner, now).items() if name in context.catalog.accounts}
    places = {
        account: recipients.of_leaver(
            context.people, context.catalog, account, each.grants, has_users=bool(each.users), last=not stage
        )
        for account, each in held.items()
    }
    with context.work.begin() as tx:
        if not tx.owners.mark_reminded(leaver.owner, stage):
            return False
        refresh.leaver(tx, leaver.owner, held)
        for account, where in places.items():
            tx.outbox.enqueue(Notice.LEFT, str(LeaverStage(leaver.id, stage, account)), *where)
    return True


def left_by(tx: Transaction, owner: str, now: datetime) -> Mapping[AccountName, Left]:
    """What they still hold, by account: open grants, and IAM users with keys."""
    users = [each for each in _found(tx, owner) if tx.inventory.keys(each.account, [each.name])]
    grants = [each for each in tx.grants.of_owner(SlackUserId(owner)) if each.state_at(now) in OPEN]
    accounts = dict.fromkeys([each.account for each in users] + [each.account for each in grants])
    return {
        each: Left(
            tuple(user for user in users if user.account == each),
            tuple(grant for grant in grants if grant.account == each),
        )
        for each in accounts
    }
