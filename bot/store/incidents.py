"""Incidents in the ledger: leaked keys, their reports and steps."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, TextClause, and_, delete, exists, or_, select, update

from bot.domain import activity_json, retry
from bot.domain.ids import AccessKeyId, AccountName, SlackUserId
from bot.domain.incident import ADMINS_AFTER, AUTHOR_HAS, CHECKS, Incident, Report, Step
from bot.domain.incident_activity import Activity
from bot.domain.lifecycle import IncidentState
from bot.domain.schedule import CLOCKS_DIFFER
from bot.store import due_conditions as due
from bot.store.dialect import insert_into, insert_new
from bot.store.insert_batch import Batch
from bot.store.rows import by_id, many, one, write
from bot.store.tables import incident as table
from bot.store.tables import incident_activity, incident_agreement, incident_report, incident_step

CLOSED = table.c.state == IncidentState.CLOSED  # as an order: open ones first
DECIDED = table.c.state != IncidentState.REPORTED  # what still works first


class SqlIncidents:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def add(self, incident: Incident) -> bool:
        return insert_new(self._c, table, write(incident))

    def get(self, incident: str) -> Incident | None:
        return by_id(self._c, Incident, table, incident)

    def lock(self, incident: str) -> Incident | None:
        self._c.execute(update(table).where(table.c.id == incident).values(touched=table.c.touched + 1))
        return self.get(incident)

    def set(self, incident: str, **columns: object) -> None:
        if "state" in columns:
            raise ValueError("a state changes only through Transaction.transition")
        self._c.execute(update(table).where(table.c.id == incident).values(**columns))

    def open_for(self, keys: Collection[AccessKeyId]) -> tuple[Incident, ...]:
        these = select(table).where(due.INCIDENT_OPEN, table.c.access_key_id.in_(sorted(keys)))
        return many(self._c, Incident, these) if keys else ()

    def of_user(self, account: AccountName, user: str) -> tuple[Incident, ...]:
        mine = (due.INCIDENT_OPEN, table.c.account == account, table.c.user == user)
        return many(self._c, Incident, select(table).where(*mine).order_by(table.c.opened_at))

    def last_of(self, key: AccessKeyId) -> Incident | None:
        newest = select(table).where(table.c.access_key_id == key).order_by(table.c.opened_at.desc(), table.c.id.desc())
        return one(self._c, Incident, newest.limit(1))

    def newest(self, keys: Collection[AccessKeyId]) -> Mapping[AccessKeyId, Incident]:
        these = select(table).where(table.c.access_key_id.in_(sorted(keys))).order_by(table.c.opened_at, table.c.id)
        return {each.access_key_id: each for each in many(self._c, Incident, these)} if keys else {}

    def open_all(self) -> tuple[Incident, ...]:
        query = select(table).where(due.INCIDENT_OPEN).order_by(DECIDED, table.c.opened_at.desc(), table.c.id)
        return many(self._c, Incident, query)

    def recent(self, since: datetime, most: int) -> tuple[Incident, ...]:
        late = or_(due.INCIDENT_OPEN, table.c.opened_at >= since, and_(due.CLOSED, table.c.closed_at >= since))
        query = select(table).where(late).order_by(CLOSED, table.c.opened_at.desc(), table.c.id)
        return many(self._c, Incident, query.limit(most))

    # --- reports and agreements -----------------------------------------------------------------------------------

    def report(self, report: Report) -> bool:
        return insert_new(self._c, incident_report, write(report))

    def reports(self, incident: str) -> tuple[Report, ...]:
        mine = select(incident_report).where(incident_report.c.incident == incident)
        return many(self._c, Report, mine.order_by(incident_report.c.at, incident_report.c.by))

    def agree(self, incident: str, person: SlackUserId, at: datetime) -> bool:
        return insert_new(self._c, incident_agreement, {"incident": incident, "person": person, "at": at})

    def forget_agreements(self, incident: str) -> None:
        self._c.execute(delete(incident_agreement).where(incident_agreement.c.incident == incident))

    def agreed(self, incident: str) -> frozenset[SlackUserId]:
        people = select(incident_agreement.c.person).where(incident_agreement.c.incident == incident)
        return frozenset(SlackUserId(each) for each in self._c.execute(people).scalars())

    # --- steps ----------------------------------------------------------------------------------------------------

    def plan(self, steps: Sequence[Step]) -> int:
        return sum(insert_new(self._c, incident_step, write(each)) for each in steps)

    def steps(self, incident: str) -> tuple[Step, ...]:
        mine = select(incident_step).where(incident_step.c.incident == incident)
        return many(self._c, Step, mine.order_by(incident_step.c.id))

    def step(self, step: Step, **columns: object) -> None:
        same = {"incident": step.incident, "kind": step.kind, "target": step.target, "round": step.round}
        mine = [incident_step.c[name] == value for name, value in same.items()]
        self._c.execute(update(incident_step).where(*mine).values(**columns))

    # --- due ------------------------------------------------------------------------------------------------------

    def unknown(self, now: datetime, most: int) -> tuple[Incident, ...]:
        return self._due(due.INCIDENT_UNKNOWN, _tried(now), table.c.next_try_at, most)

    def paging(self, now: datetime, most: int) -> tuple[Incident, ...]:
        return self._due(due.INCIDENT_PAGING, _late(table.c.page_at, now, AUTHOR_HAS), table.c.page_at, most)

    def escalating(self, now: datetime, most: int) -> tuple[Incident, ...]:
        late = _late(table.c.escalate_at, now, AUTHOR_HAS + ADMINS_AFTER)
        return self._due(due.INCIDENT_ESCALATING, late, table.c.escalate_at, most)

    def containing(self, now: datetime, most: int) -> tuple[Incident, ...]:
        return self._due(due.INCIDENT_CONTAINING, _tried(now), table.c.next_try_at, most)

    def checking(self, now: datetime, most: int) -> tuple[Incident, ...]:
        return self._due(due.INCIDENT_CHECKING, _late(table.c.check_at, now, CHECKS[-1]), table.c.check_at, most)

    def reading(self, now: datetime, most: int) -> tuple[Incident, ...]:
        return self._due(
            due.INCIDENT_READING,
            and_(table.c.activity_at <= now, table.c.account.is_not(None)),
            table.c.activity_at,
            most,
        )

    def reactivating(self, now: datetime, most: int) -> tuple[Incident, ...]:
        return self._due(due.INCIDENT_REACTIVATING, _tried(now), table.c.reactivate_at, most)

    def _due(
        self, condition: TextClause, late: ColumnElement[bool], order: ColumnElement[Any], most: int
    ) -> tuple[Incident, ...]:
        query = select(table).where(condition, late).order_by(order.nulls_first(), table.c.id).limit(most)
        return many(self._c, Incident, query)

    # --- activity -------------------------------------------------------------------------------------------------

    def keep_activity(self, incident: str, activity: Activity) -> None:
        if not self._c.execute(select(exists().where(table.c.id == incident))).scalar():
            return
        newer = {"activity": activity_json.written(activity), "read_at": activity.read_at}
        row = insert_into(self._c, incident_activity).values(incident=incident, **newer)
        self._c.execute(row.on_conflict_do_update(index_elements=["incident"], set_=newer))

    def activity(self, incident: str) -> Activity | None:
        mine = select(incident_activity.c.activity).where(incident_activity.c.incident == incident)
        try:
            stored = self._c.execute(mine).scalar()
            return None if stored is None else activity_json.read(stored)
        except ValueError:  # another release's: the next reading replaces it
            return None


def _tried(now: datetime) -> ColumnElement[bool]:
    return or_(table.c.next_try_at.is_(None), _late(table.c.next_try_at, now, retry.AWS_REFUSES.first))


def _late(column: ColumnElement[Any], now: datetime, furthest: timedelta) -> ColumnElement[bool]:
    """Due; or further ahead than it is ever set, because the clock was. A leak can't wait until that is pulled back."""
    return or_(column <= now, column > now + furthest + CLOCKS_DIFFER)
