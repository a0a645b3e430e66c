"""Incidents in the ledger: leaked keys, their reports and steps."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, TextClause, Update, and_, bindparam, delete, exists, or_, select, update

from bot.domain import retry
from bot.domain.ids import AccessKeyId, AccountName, SlackUserId
from bot.domain.leaks import activity_json
from bot.domain.leaks.activity import Activity
from bot.domain.leaks.incident import ADMINS_AFTER, AUTHOR_HAS, CHECKS, Incident, Report, Step
from bot.domain.lifecycle import IncidentState
from bot.domain.schedule import CLOCKS_DIFFER
from bot.store import due_conditions as due
from bot.store.built_once import Built
from bot.store.dialect import insert_new, insert_or_update
from bot.store.insert_batch import Batch
from bot.store.rows import by_id, many, set_by_id, write
from bot.store.statement_methods import row_of, rows_of, runs
from bot.store.tables import incident as table
from bot.store.tables import incident_activity, incident_agreement, incident_report, incident_step

CLOSED = table.c.state == IncidentState.CLOSED  # as an order: open ones first
TRIED = table.c.next_try_at
LONGEST = retry.AWS_REFUSES.first  # that a next try lies ahead
DECIDED = table.c.state != IncidentState.REPORTED  # what still works first


class SqlIncidents:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def add(self, incident: Incident) -> bool:
        return insert_new(self._c, table, write(incident))

    def get(self, incident: str) -> Incident | None:
        return by_id(self._c, Incident, table, incident)

    def lock(self, incident: str) -> Incident | None:
        self._touch(incident)
        return self.get(incident)

    @runs
    def _touch(self, incident: str) -> Update:
        return update(table).where(table.c.id == incident).values(touched=table.c.touched + 1)

    def set(self, incident: str, **columns: object) -> None:
        set_by_id(self._c, table, incident, columns)

    def open_for(self, keys: Collection[AccessKeyId]) -> tuple[Incident, ...]:
        return self._open_for(keys) if keys else ()

    @rows_of(Incident)
    def _open_for(self, keys: Collection[AccessKeyId]) -> Select[Any]:
        return select(table).where(due.INCIDENT_OPEN, table.c.access_key_id.in_(keys))

    @rows_of(Incident)
    def of_user(self, account: AccountName, user: str) -> Select[Any]:
        mine = (due.INCIDENT_OPEN, table.c.account == account, table.c.user == user)
        return select(table).where(*mine).order_by(table.c.opened_at)

    @row_of(Incident)
    def last_of(self, key: AccessKeyId) -> Select[Any]:
        newest = select(table).where(table.c.access_key_id == key).order_by(table.c.opened_at.desc(), table.c.id.desc())
        return newest.limit(1)

    def newest(self, keys: Collection[AccessKeyId]) -> Mapping[AccessKeyId, Incident]:
        return {each.access_key_id: each for each in self._of_keys(keys)} if keys else {}

    @rows_of(Incident)
    def _of_keys(self, keys: Collection[AccessKeyId]) -> Select[Any]:
        return select(table).where(table.c.access_key_id.in_(keys)).order_by(table.c.opened_at, table.c.id)

    @rows_of(Incident)
    def open_all(self) -> Select[Any]:
        return select(table).where(due.INCIDENT_OPEN).order_by(DECIDED, table.c.opened_at.desc(), table.c.id)

    @rows_of(Incident)
    def recent(self, since: datetime, most: int) -> Select[Any]:
        late = or_(due.INCIDENT_OPEN, table.c.opened_at >= since, and_(due.CLOSED, table.c.closed_at >= since))
        query = select(table).where(late).order_by(CLOSED, table.c.opened_at.desc(), table.c.id)
        return query.limit(most)

    # --- reports and agreements -----------------------------------------------------------------------------------

    def report(self, report: Report) -> bool:
        return insert_new(self._c, incident_report, write(report))

    @rows_of(Report)
    def reports(self, incident: str) -> Select[Any]:
        mine = select(incident_report).where(incident_report.c.incident == incident)
        return mine.order_by(incident_report.c.at, incident_report.c.by)

    def agree(self, incident: str, person: SlackUserId, at: datetime) -> bool:
        return insert_new(self._c, incident_agreement, {"incident": incident, "person": person, "at": at})

    def forget_agreements(self, incident: str) -> None:
        self._c.execute(delete(incident_agreement).where(incident_agreement.c.incident == incident))

    def agreed(self, incident: str) -> frozenset[SlackUserId]:
        people = select(incident_agreement.c.person).where(incident_agreement.c.incident == incident)
        return frozenset(SlackUserId(each) for each in self._c.execute(people).scalars())

    # --- steps ----------------------------------------------------------------------------------------------------

    def add_steps(self, steps: Sequence[Step]) -> int:
        return sum(insert_new(self._c, incident_step, write(each)) for each in steps)

    @rows_of(Step)
    def steps(self, incident: str) -> Select[Any]:
        mine = select(incident_step).where(incident_step.c.incident == incident)
        return mine.order_by(incident_step.c.id)

    def set_step(self, step: Step, **columns: object) -> None:
        same = {"incident": step.incident, "kind": step.kind, "target": step.target, "round": step.round}
        mine = [incident_step.c[name] == value for name, value in same.items()]
        self._c.execute(update(incident_step).where(*mine).values(**columns))

    # --- due ------------------------------------------------------------------------------------------------------

    def triage_due(self, now: datetime, most: int) -> tuple[Incident, ...]:
        return self._due(_late(due.INCIDENT_UNKNOWN, TRIED), now, LONGEST, most)

    def paging_due(self, now: datetime, most: int) -> tuple[Incident, ...]:
        return self._due(_late(due.INCIDENT_PAGING, table.c.page_at), now, AUTHOR_HAS, most)

    def escalation_due(self, now: datetime, most: int) -> tuple[Incident, ...]:
        return self._due(_late(due.INCIDENT_ESCALATING, table.c.escalate_at), now, AUTHOR_HAS + ADMINS_AFTER, most)

    def containment_due(self, now: datetime, most: int) -> tuple[Incident, ...]:
        return self._due(_late(due.INCIDENT_CONTAINING, TRIED), now, LONGEST, most)

    def check_due(self, now: datetime, most: int) -> tuple[Incident, ...]:
        return self._due(_late(due.INCIDENT_CHECKING, table.c.check_at), now, CHECKS[-1], most)

    @rows_of(Incident)
    def reading_due(self, now: datetime, most: int) -> Select[Any]:
        late = (due.INCIDENT_READING, table.c.activity_at <= now, table.c.account.is_not(None))
        return select(table).where(*late).order_by(table.c.activity_at, table.c.id).limit(most)

    def reactivation_due(self, now: datetime, most: int) -> tuple[Incident, ...]:
        return self._due(_late(due.INCIDENT_REACTIVATING, TRIED, table.c.reactivate_at), now, LONGEST, most)

    def _due(self, late: Select[Any], now: datetime, furthest: timedelta, most: int) -> tuple[Incident, ...]:
        """Rows that are due, and rows further ahead than is ever set: a wrong clock wrote them.

        A leak can't wait for `undo_clock_jumps`.
        """
        wrong = now + furthest + CLOCKS_DIFFER
        return many(self._c, Incident, Built(late, {"now": now, "wrong": wrong, "most": most}))

    # --- activity -------------------------------------------------------------------------------------------------

    def store_activity(self, incident: str, activity: Activity) -> None:
        if not self._c.execute(select(exists().where(table.c.id == incident))).scalar():
            return
        row = {"incident": incident, "activity": activity_json.written(activity), "read_at": activity.read_at}
        insert_or_update(self._c, incident_activity, [row])

    def activity(self, incident: str) -> Activity | None:
        mine = select(incident_activity.c.activity).where(incident_activity.c.incident == incident)
        try:
            stored = self._c.execute(mine).scalar()
            return None if stored is None else activity_json.read(stored)
        except ValueError:  # another release's: the next reading replaces it
            return None


@cache
def _late(condition: TextClause, column: ColumnElement[Any], order: ColumnElement[Any] | None = None) -> Select[Any]:
    late = or_(column <= bindparam("now"), column > bindparam("wrong"))
    if column is TRIED:
        late = or_(column.is_(None), late)
    first = (column if order is None else order).nulls_first()
    return select(table).where(condition, late).order_by(first, table.c.id).limit(bindparam("most"))
