"""Delete old messages, outbox row and message together, once what they show can't change any more."""

from datetime import datetime

from sqlalchemy import delete, select, tuple_, update

from bot.domain.adopted import Adopted
from bot.domain.lifecycle import AdoptedState, RequestState
from bot.domain.ownership.claim import ClaimState
from bot.domain.retention import SPANS, STEP
from bot.domain.subjects import row_id
from bot.store import tables
from bot.store.due_conditions import CREDENTIAL_HELD, GRANT_OPEN, OUTBOX_DONE, REVIEW_OPEN
from bot.store.insert_batch import Batch
from bot.store.rows import many
from bot.store.tables import (
    adopted,
    claim,
    credential,
    difference,
    finding,
    grants,
    halt,
    leaver,
    message,
    outbox,
    question,
    review,
)

ID_LENGTH = 26  # of a subject's id; a date may follow after a slash

STANDING = (
    select(tables.request.c.id).where(tables.request.c.state == RequestState.REQUESTED),
    select(question.c.id).join(tables.request).where(tables.request.c.state == RequestState.REQUESTED),
    select(review.c.request).where(REVIEW_OPEN),
    select(grants.c.id).where(GRANT_OPEN),
    select(grants.c.id).where(grants.c.torn_down_at.is_(None)),
    select(credential.c.id).where(CREDENTIAL_HELD),
    select(finding.c.id).where(finding.c.closed_at.is_(None)),
    select(difference.c.id).where(difference.c.closed_at.is_(None)),
    select(claim.c.id).where(claim.c.state == ClaimState.OPEN),
    select(halt.c.id).where(halt.c.verdict.is_(None)),
    select(leaver.c.id).where(leaver.c.back_at.is_(None)),
)
"""Subjects that can still change, so their messages are kept."""


def prune_messages(connection: Batch, moment: datetime) -> int:
    """Delete messages. Returns how many. One whose subject still exists is checked again after the same time."""
    rows = select(outbox).where(OUTBOX_DONE, outbox.c.done_at < moment).order_by(outbox.c.done_at).limit(STEP)
    rows = rows.with_for_update(skip_locked=True)
    old = connection.execute(rows).mappings().all()
    standing = _standing(connection, {each["subject"] for each in old})
    kept = [each["id"] for each in old if each["subject"] in standing]
    over = [each["id"] for each in old if each["subject"] not in standing]
    now = moment + SPANS["outbox"]
    connection.execute(update(outbox).where(outbox.c.id.in_(kept), OUTBOX_DONE).values(done_at=now))
    gone = delete(outbox).where(outbox.c.id.in_(over), OUTBOX_DONE)
    places = connection.execute(gone.returning(outbox.c.notice, outbox.c.subject, outbox.c.to)).all()
    place = tuple_(message.c.notice, message.c.subject, message.c.to)
    connection.execute(delete(message).where(place.in_([tuple(each) for each in places])))
    return len(places)


def _id(subject: str) -> str:
    return row_id(subject[:ID_LENGTH])


def _standing(connection: Batch, subjects: set[str]) -> set[str]:
    """Of a found key, only the message about the current operation: earlier ones are finished."""
    ids, found = {_id(each) for each in subjects}, set[str]()
    for each in STANDING:
        (column,) = each.selected_columns
        found.update(connection.execute(each.where(column.in_(ids))).scalars())
    keys = select(adopted).where(adopted.c.id.in_(ids), adopted.c.state != AdoptedState.GONE)
    current = {each.subject for each in many(connection, Adopted, keys)}
    return {each for each in subjects if _id(each) in found or each in current}
