"""Findings in the ledger: one open row for each key and kind, and which step was reported in which message."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, and_, func, or_, select, update

from bot.domain.events import Notice
from bot.domain.hygiene.account_report import FindingSpan
from bot.domain.hygiene.escalation import Next, begun
from bot.domain.hygiene.finding import Exemption, Finding, FindingKind, Step
from bot.domain.hygiene.finding_rules import RULES, TABLE, ReportedBy
from bot.domain.ids import AccountName, CredentialId, SlackUserId
from bot.store.built_once import built_once
from bot.store.dialect import insert_new
from bot.store.insert_batch import Batch
from bot.store.rows import by_id, write
from bot.store.statement_methods import changes, rows_of, runs
from bot.store.tables import finding as table
from bot.store.tables import message, told

OPEN = table.c.closed_at.is_(None)
IN_DIGESTS = [rule for rule in TABLE if rule.reported_by is ReportedBy.DIGEST]
KINDS = [rule.kind for rule in IN_DIGESTS]
KEPT = -1  # told.stage of a Keep; it comes before the first step of the round that follows
FIRST = {step: [rule.kind for rule in IN_DIGESTS if rule.escalation_steps[0] is step] for step in Step}
ENDING_OFF = {
    step: [kind for kind in kinds if Step.OFF in RULES[kind].escalation_steps] for step, kinds in FIRST.items()
}


class SqlFindings:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def open(self, finding: Finding) -> bool:
        return insert_new(self._c, table, write(finding))

    def get(self, finding: str) -> Finding | None:
        return by_id(self._c, Finding, table, finding)

    @rows_of(Finding)
    def open_of(self, credential: CredentialId) -> Select[Any]:
        return select(table).where(table.c.credential == credential, OPEN)

    @rows_of(Finding)
    def open_on(self, account: AccountName, users: Sequence[str]) -> Select[Any]:
        mine = (table.c.account == account, table.c.iam_user.in_(users), table.c.credential.is_(None), OPEN)
        return select(table).where(*mine)

    @rows_of(Finding)
    def on_issued_keys(self, account: AccountName) -> Select[Any]:
        mine = (table.c.account == account, table.c.credential.is_not(None), OPEN)
        return select(table).where(*mine).order_by(table.c.opened_at)

    @rows_of(Finding)
    def of_kind(self, account: AccountName, kind: FindingKind, most: int) -> Select[Any]:
        mine = select(table).where(table.c.account == account, table.c.kind == kind, OPEN)
        return mine.order_by(table.c.opened_at, table.c.iam_user).limit(most)

    def count_of(self, account: AccountName, kind: FindingKind) -> int:
        return int(self._c.execute(_count_of(account, kind)).scalar_one())

    def transfer(self, account: AccountName, users: Sequence[str], owner: str | None) -> None:
        there = (table.c.account == account, table.c.iam_user.in_(list(users)), table.c.credential.is_(None), OPEN)
        begun_at = func.coalesce(table.c.kept_until, table.c.opened_at)  # a Keep applies to the next owner too
        anew = {"owner": owner, "told_at": None, "round": table.c.round + 1, "stage": 0, "due_at": begun_at}
        others = (table.c.owner.is_distinct_from(owner), table.c.kind.in_(KINDS))
        self._lock(*there, *others)
        self._c.execute(update(table).where(*there, *others, table.c.handed).values(owner=owner))
        for step, kinds in FIRST.items():
            if kinds:
                mine = update(table).where(*there, *others, table.c.kind.in_(kinds))
                self._c.execute(mine.values(step=step, handed=True, **anew))

    @changes
    def close(self, finding: str, at: datetime) -> Update:
        return update(table).where(table.c.id == finding, OPEN).values(closed_at=at)

    def open_or_closed_since(self, account: AccountName, since: datetime) -> Iterator[FindingSpan]:
        mine = select(table).where(table.c.account == account, or_(OPEN, table.c.closed_at >= since))
        for row in self._c.execute(mine).mappings():
            yield FindingSpan(row["kind"], row["opened_at"], row["closed_at"])

    # --- escalation -----------------------------------------------------------------------------------------------

    def owners_due(self, now: datetime, most: int, accounts: Collection[AccountName] | None = None) -> tuple[str, ...]:
        return tuple(self._c.execute(_owners_due(now, most, accounts)).scalars())

    @rows_of(Finding)
    def due_of(self, owner: str, now: datetime, accounts: Collection[AccountName] | None = None) -> Select[Any]:
        mine = (table.c.owner == owner, table.c.step == Step.OWNER, table.c.due_at <= now, OPEN, *_in(accounts))
        return select(table).where(*mine).order_by(table.c.due_at, table.c.opened_at)

    @rows_of(Finding)
    def due(self, steps: Collection[Step], accounts: Collection[AccountName], now: datetime, most: int) -> Select[Any]:
        # an ownerless finding has no one to notify first
        owned = or_(table.c.step != Step.OFF, table.c.owner.is_not(None))
        here = (table.c.step.in_(steps), table.c.due_at <= now, OPEN, table.c.account.in_(accounts), owned)
        return select(table).where(*here).order_by(table.c.due_at).limit(most)

    def escalate(self, finding: Finding, after: Next, notice: Notice, subject: str, at: datetime) -> bool:
        same = (table.c.id == finding.id, table.c.round == finding.round, table.c.stage == finding.stage, OPEN)
        there = {"stage": after.stage, "step": after.step, "due_at": after.due_at, "told_at": at}
        if self._c.execute(update(table).where(*same).values(there)).rowcount != 1:
            return False
        return self._mark_reported(finding, notice, subject, at)

    def mark_previewed(self, finding: Finding, subject: str, at: datetime, until: datetime) -> bool:
        self.postpone([finding.id], until)
        return self._mark_reported(finding, Notice.PREVIEW, subject, at)

    def _mark_reported(self, finding: Finding, notice: Notice, subject: str, at: datetime) -> bool:
        where = {"finding": finding.id, "round": finding.round, "stage": finding.stage, "step": finding.step}
        return insert_new(self._c, told, {**where, "notice": notice, "subject": subject, "at": at})

    @rows_of(Finding)
    def keeps_unreported(self, accounts: Collection[AccountName], most: int) -> Select[Any]:
        unreported = (table.c.kept_by.is_not(None), table.c.keep_told_at.is_(None), OPEN)
        mine = select(table).where(*unreported, table.c.account.in_(accounts))
        return mine.order_by(table.c.kept_until, table.c.id).limit(most)

    def mark_keep_reported(self, finding: Finding, notice: Notice, subject: str, at: datetime) -> bool:
        same = (table.c.id == finding.id, table.c.round == finding.round, table.c.keep_told_at.is_(None), OPEN)
        if self._c.execute(update(table).where(*same).values(keep_told_at=at)).rowcount != 1:
            return False
        return self._mark_reported(replace(finding, stage=KEPT, step=Step.APPROVERS), notice, subject, at)

    def lock(self, findings: Iterable[str]) -> None:
        self._c.execute(_locked_by_ids(list(findings))).all()

    def _lock(self, *only: ColumnElement[bool]) -> None:
        self._c.execute(_locked(*only)).all()

    def postpone(self, findings: Iterable[str], until: datetime) -> None:
        these = list(findings)
        self.lock(these)
        self._postpone(these, until)

    @runs
    def _postpone(self, findings: Sequence[str], until: datetime) -> Update:
        return update(table).where(table.c.id.in_(findings), OPEN).values(due_at=until)

    @rows_of(Finding)
    def in_message(self, notice: Notice, subject: str) -> Select[Any]:
        here = select(table).join(told).where(told.c.notice == notice, told.c.subject == subject)
        return here.order_by(table.c.opened_at, table.c.id)

    def messages_of(self, finding: str) -> tuple[tuple[Notice, str], ...]:
        rows = select(told.c.notice, told.c.subject).where(told.c.finding == finding).order_by(told.c.at)
        return tuple((row.notice, row.subject) for row in self._c.execute(rows))

    def delivered(self, finding: Finding) -> tuple[datetime, ...]:
        same = (message.c.notice == told.c.notice, message.c.subject == told.c.subject)
        stages = (told.c.step != Step.OFF, told.c.stage > KEPT)
        mine = (told.c.finding == finding.id, told.c.round == finding.round, *stages)
        taken = select(func.min(message.c.posted_at)).select_from(told.join(message, and_(*same))).where(*mine)
        return tuple(self._c.execute(taken.group_by(told.c.stage)).scalars())

    def restart_escalations(self, account: AccountName, at: datetime, *, found: bool) -> None:
        whose = table.c.credential.is_(None) if found else table.c.credential.is_not(None)
        told_already = (table.c.account == account, whose, table.c.stage > 0, OPEN)
        anew = {"round": table.c.round + 1, "stage": 0, "due_at": at}
        self._lock(*told_already)
        for step, kinds in ENDING_OFF.items():
            if kinds:
                mine = update(table).where(*told_already, table.c.kind.in_(kinds))
                self._c.execute(mine.values(step=step, **anew))

    def restart_escalation(self, finding: str, at: datetime, owner: str | None = None) -> bool:
        return self._begin(finding, at, {"owner": owner} if owner else {})

    def keep(self, finding: str, until: datetime, why: str, by: SlackUserId) -> bool:
        kept = {"kept_until": until, "kept_why": why, "kept_by": by, "keep_told_at": None}
        return self._begin(finding, until, kept)

    def end_keep(self, finding: str, at: datetime) -> bool:
        found = self.get(finding)
        if found is None or found.exemption(at) is Exemption.NONE:
            return False
        return self._begin(finding, at, dict.fromkeys(("kept_until", "kept_why", "kept_by", "keep_told_at")))

    def _begin(self, finding: str, at: datetime, more: Mapping[str, object]) -> bool:
        """Start a new round at the first escalation step, if the rule has one."""
        found = self.get(finding)
        if found is None or found.closed_at is not None:
            return False
        foot = begun(found, at)
        values = {"round": found.round + 1, "stage": 0, "step": foot.step, "due_at": foot.due_at, **more}
        same = (table.c.id == finding, table.c.round == found.round, OPEN)
        return self._c.execute(update(table).where(*same).values(values)).rowcount == 1


@built_once
def _locked_by_ids(findings: Sequence[str]) -> Select[Any]:
    return _locked(table.c.id.in_(findings))


def _locked(*only: ColumnElement[bool]) -> Select[Any]:
    """In order of their ids. SQLite has one writer at a time and ignores FOR UPDATE."""
    return select(table.c.id).where(*only, OPEN).order_by(table.c.id).with_for_update()


@built_once
def _count_of(account: AccountName, kind: FindingKind) -> Select[Any]:
    return select(func.count()).select_from(table).where(table.c.account == account, table.c.kind == kind, OPEN)


@built_once
def _owners_due(now: datetime, most: int, accounts: Collection[AccountName] | None) -> Select[Any]:
    due = (table.c.step == Step.OWNER, table.c.due_at <= now, table.c.owner.is_not(None), OPEN, *_in(accounts))
    return select(table.c.owner).where(*due).group_by(table.c.owner).order_by(func.min(table.c.due_at)).limit(most)


def _in(accounts: Collection[AccountName] | None) -> tuple[ColumnElement[bool], ...]:
    return () if accounts is None else (table.c.account.in_(accounts),)
