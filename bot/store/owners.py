"""The ledger of owners: decisions, claims, addresses and leavers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, Update, func, or_, select, union, update

from bot.domain.ids import AccountName, SlackUserId
from bot.domain.ownership.claim import Claim, ClaimState
from bot.domain.ownership.leavers import Leaver
from bot.domain.ownership.owner import OwnerDecision
from bot.store.built_once import built_once
from bot.store.dialect import insert_into, insert_new, insert_or_update
from bot.store.due_conditions import GRANT_OPEN, MEMBERS_USER
from bot.store.insert_batch import Batch
from bot.store.rows import by_id, write
from bot.store.statement_methods import changes, row_of, rows_of
from bot.store.tables import address, claim, found_user, grants, leaver, past_owner, word

AWAY = leaver.c.back_at.is_(None)


class SqlOwners:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def decisions(self, account: AccountName, users: Sequence[str]) -> Mapping[str, OwnerDecision]:
        return {each.iam_user: each for each in self._decisions(account, users)}

    @rows_of(OwnerDecision)
    def _decisions(self, account: AccountName, users: Sequence[str]) -> Select[Any]:
        return select(word).where(word.c.account == account, word.c.iam_user.in_(users))

    def decide(self, decision: OwnerDecision) -> None:
        insert_or_update(self._c, word, [write(decision)])

    def record_owners(self, account: AccountName, users: Mapping[str, Iterable[SlackUserId]], at: datetime) -> None:
        owners = sorted((user, person) for user, people in users.items() for person in people)
        rows = [{"account": account, "iam_user": user, "person": each, "last_at": at} for user, each in owners]
        if rows:
            fresh = insert_into(self._c, past_owner)
            keys = ["account", "iam_user", "person"]
            later = past_owner.c.last_at < fresh.excluded.last_at
            set_ = {"last_at": fresh.excluded.last_at}
            self._c.execute(fresh.on_conflict_do_update(index_elements=keys, set_=set_, where=later), rows)

    def owners_since(self, account: AccountName, user: str, moment: datetime) -> frozenset[SlackUserId]:
        mine = (past_owner.c.account == account, past_owner.c.iam_user == user, past_owner.c.last_at >= moment)
        return frozenset(self._c.execute(select(past_owner.c.person).where(*mine)).scalars())

    # --- claims -------------------------------------------------------------------------------------------------

    def claim(self, claim_: Claim) -> bool:
        return insert_new(self._c, claim, write(claim_))

    def declined_at(self, claim_: Claim) -> datetime | None:
        same = [claim.c[each] == getattr(claim_, each) for each in ("account", "iam_user", "claimant", "asked_by")]
        last = select(func.max(claim.c.decided_at, type_=claim.c.decided_at.type))
        return self._c.execute(last.where(*same, claim.c.state == ClaimState.DECLINED)).scalar()

    def get(self, claim_: str) -> Claim | None:
        return by_id(self._c, Claim, claim, claim_)

    @rows_of(Claim)
    def open_on(self, account: AccountName, users: Sequence[str]) -> Select[Any]:
        mine = (claim.c.account == account, claim.c.iam_user.in_(users), claim.c.state == ClaimState.OPEN)
        return select(claim).where(*mine).order_by(claim.c.made_at)

    @rows_of(Claim)
    def open_of(self, person: SlackUserId) -> Select[Any]:
        mine = select(claim).where(claim.c.claimant == person, claim.c.state == ClaimState.OPEN)
        return mine.order_by(claim.c.made_at)

    @changes
    def settle(self, claim_: str, state: ClaimState, by: str | None, at: datetime) -> Update:
        mine = update(claim).where(claim.c.id == claim_, claim.c.state == ClaimState.OPEN)
        return mine.values(state=state, decided_by=by, decided_at=at)

    # --- addresses ----------------------------------------------------------------------------------------------

    def request_lookups(self, addresses: Iterable[str], now: datetime) -> None:
        in_order = sorted(set(addresses))  # so that two scans can't deadlock
        insert_or_update(self._c, address, [{"address": each, "wanted_at": now} for each in in_order])

    def lookup_answers(self, addresses: Iterable[str]) -> Mapping[str, SlackUserId | None]:
        wanted = list(addresses)
        if not wanted:
            return {}
        mine = (address.c.address.in_(wanted), address.c.asked_at.is_not(None))
        return {row.address: row.person for row in self._c.execute(select(address).where(*mine))}

    def lookups_due(self, wanted_since: datetime, asked_before: datetime, most: int) -> tuple[str, ...]:
        late = or_(address.c.asked_at.is_(None), address.c.asked_at <= asked_before)
        due = select(address.c.address).where(address.c.wanted_at >= wanted_since, late)
        return tuple(self._c.execute(due.order_by(address.c.tried_at.nulls_first()).limit(most)).scalars())

    def store_lookup(self, address_: str, person: SlackUserId | None, now: datetime) -> None:
        mine = update(address).where(address.c.address == address_)
        self._c.execute(mine.values(asked_at=now, tried_at=now, person=person))

    def mark_lookup_failed(self, address_: str, now: datetime) -> None:
        self._c.execute(update(address).where(address.c.address == address_).values(tried_at=now))

    # --- leavers ------------------------------------------------------------------------------------------------

    def holders(self, after: str, most: int) -> tuple[str, ...]:
        return tuple(self._c.execute(_holders(after, most)).scalars())

    @row_of(Leaver)
    def leaver(self, owner: str) -> Select[Any]:
        return select(leaver).where(leaver.c.owner == owner, AWAY)

    def leaver_by_id(self, leaver_: str) -> Leaver | None:
        return by_id(self._c, Leaver, leaver, leaver_)

    @rows_of(Leaver)
    def leavers(self) -> Select[Any]:
        return select(leaver).where(AWAY).order_by(leaver.c.left_at, leaver.c.owner)

    def add_leaver(self, leaver_: Leaver) -> bool:
        return insert_new(self._c, leaver, write(leaver_))

    @changes
    def mark_returned(self, owner: str, at: datetime) -> Update:
        return update(leaver).where(leaver.c.owner == owner, AWAY).values(back_at=at)

    @changes
    def mark_reminded(self, owner: str, stage: timedelta) -> Update:
        not_reminded = or_(leaver.c.told_stage.is_(None), leaver.c.told_stage > stage)
        return update(leaver).where(leaver.c.owner == owner, AWAY, not_reminded).values(told_stage=stage)


@built_once
def _holders(after: str, most: int) -> Select[Any]:
    """Each half returns its own first rows, so that a page reads only the rows of its own owners."""
    granted = select(grants.c.owner).where(GRANT_OPEN, grants.c.owner > after)
    found = select(found_user.c.owner).where(MEMBERS_USER, found_user.c.owner > after)
    halves = (each.distinct().order_by("owner").limit(most) for each in (granted, found))
    everybody = union(*(select(each.subquery()) for each in halves)).subquery()
    return select(everybody).order_by(everybody.c.owner).limit(most)
