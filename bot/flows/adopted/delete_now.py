"""Delete now for a found key: as for an issued one (lifecycle/delete_now.py), where the account has a Deleter role."""

from datetime import datetime

from bot.domain import batch_size
from bot.domain.adopted import Adopted
from bot.domain.credential import Credential
from bot.domain.errors import Reason, Refused
from bot.domain.events import LATCHKEY, Tag
from bot.domain.ids import DeliveryId, SlackUserId
from bot.domain.keys.switchover import Doubt, doubt
from bot.domain.lifecycle import AdoptedState
from bot.flows import access, queries, refresh
from bot.flows.adopted import access as adopt_rules
from bot.flows.adopted import request
from bot.flows.adopted.adopted_key import AdoptedKey, adopted_keys, successor
from bot.flows.adopted.delete_due import delete, last_use_before_delete
from bot.flows.context import AwsContext, Context
from bot.ports import Transaction


def ask(context: Context, *, key: str, by: SlackUserId, delivery: DeliveryId | None) -> Adopted:
    """By its owners, the account's approvers and admins. Raises Refused, AlreadyDone."""
    found = adopt_rules.find(context, key)
    access.member(context.people, by)
    deciders = access.account_deciders(context.people, context.catalog, found.account.name)
    if by not in access.owners(context.people, found.user) | deciders:
        raise Refused(Reason.NOT_OWNER, owner=found.user.owner)
    if found.account.deleter_role_arn is None:
        raise Refused(Reason.NO_DELETER, user=found.user, key=found.key)
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        row = request.lock(tx, found, now)
        if row.state is not AdoptedState.OFF or row.pending_action is not None:
            raise Refused(Reason.SOMEBODY_WAS_FIRST, **queries.outcome(tx, row.id, row.state))
        if row.undo_at is not None and now - row.undo_at < context.catalog.decide_within:
            raise Refused(Reason.UNDO_ASKED)
        if row.delete_by is None:
            if why := doubt_about(tx, row, now):
                raise Refused(Reason.NOT_PROVEN, doubt=why)
            tx.adopted.set(key, delete_by=by, why=None, next_try_at=None)
            facts = {"key": row.access_key_id, "account": row.account, "user": row.user}
            tx.record(Tag.ADOPTED_DELETE_ASKED, key, by=by, at=now, facts=facts)
            refresh.adopted_key(tx, row)
    return row


def doubt_about(tx: Transaction, row: Adopted, now: datetime) -> Doubt | None:
    """Why its switch-over isn't proven."""
    return doubt(row, _new(tx, row, now), now)


def _new(tx: Transaction, row: Adopted, now: datetime) -> Credential | None:
    pair = successor(tx, row, now)
    return pair[0] if pair else None


# --- the worker -------------------------------------------------------------------------------------------------------


def carry_out(context: AwsContext) -> int:
    with context.work.begin() as tx:
        due = tx.adopted.delete_asked(context.clock.now(), batch_size.DUE_KEYS)
    return sum(_delete(each) for each in adopted_keys(context, due))


def _delete(key: AdoptedKey) -> bool:
    used = last_use_before_delete(key)
    if used is None:
        return False
    now = key.context.clock.now()
    with key.context.work.begin() as tx:
        row = key.lock(tx)
        key.note_use(tx, used)
        read = tx.adopted.get(key.row.id)
        if row is None or read is None or row.delete_by is None:
            return False
        if why := doubt_about(tx, read, now):
            tx.adopted.set(row.id, delete_by=None, why=why.value)
            tx.record(Tag.ADOPTED_NOT_DONE, row.id, by=LATCHKEY, at=now, facts={"why": why.value})
            refresh.adopted_key(tx, row)
            return False
    return delete(key, key.row.delete_by or LATCHKEY)
