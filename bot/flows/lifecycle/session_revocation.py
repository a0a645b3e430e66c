"""Revoke sessions in AWS: one inline policy on each role, built from the ledger and checked again.

IAM has no conditional write for a policy. So one worker at a time claims a role, builds the whole document from the
ledger, and it is compared again every few minutes while a revoked session would still run. That also repairs what a
crashed or late worker left.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.domain import batch_size, retry
from bot.domain.credential import Credential
from bot.domain.errors import AwsError, AwsRefused
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.grant import Grant
from bot.domain.ids import ID_BYTES, fresh_id
from bot.domain.incomplete_teardown import Works, written
from bot.domain.issuing.session import RevokedSession, SessionRole, is_own_name, names_of
from bot.domain.lifecycle import HELD, CredentialState, GrantState
from bot.domain.schedule import REVOKE_CLAIM, REVOKED_CHECKED_EVERY
from bot.flows import refresh
from bot.flows.context import AwsContext, Context
from bot.flows.issuing import intent

QUIETLY = 2  # times that AWS may leave it unanswered in a row before a message says so
NO_ROOM = "PutRolePolicy: the role's inline policies are full"


def carry_out(context: AwsContext) -> int:
    """How many roles were updated. Entries of sessions that have ended are removed at the same time."""
    with context.work.begin() as tx:
        due = tx.session_roles.due(context.clock.now(), batch_size.AWS_ROWS)
    return sum(_bring(context, each, fresh_id(context.entropy.bytes(ID_BYTES))) for each in due)


def _bring(context: AwsContext, role: SessionRole, claim: str) -> bool:
    now = context.clock.now()
    with context.work.begin() as tx:
        if not tx.session_roles.claim(role.role_arn, claim, now, now + REVOKE_CLAIM):
            return False
        rows = tx.credentials.revoked_on(role.role_arn, now)
        grants = {each.grant: tx.grants.get(each.grant) for each in rows}
    account = context.catalog.accounts.get(role.account)
    if account is None or not account.revoke_sessions:  # the right may be granted while they still run
        _release(context, role, claim, rows, retry.next_attempt(context.clock.now(), retry.AWS_REFUSES), tries=0)
        return False
    sessions = [made for each in rows if (made := _entry(each, grants[each.grant]))]
    try:
        denied = context.responder.revoke_sessions(account, role.role_arn, sessions, by=LATCHKEY)
    except AwsError as error:
        tries = role.tries + 1
        if isinstance(error, AwsRefused) or tries > QUIETLY:
            _refused(context, rows, f"{error.call}: {error.code}")
        again = retry.next_attempt(context.clock.now(), retry.SESSION_REVOCATION, tries)
        _release(context, role, claim, rows, again, tries=tries)
        return False
    for each in rows:
        if each.session_name in denied and each.revoked_at is None:
            _revoked(context, each)
    _refused(context, [each for each in rows if each.session_name not in denied], NO_ROOM)
    _release(context, role, claim, rows, context.clock.now() + REVOKED_CHECKED_EVERY, tries=0)
    return True


def _entry(session: Credential, grant: Grant | None) -> RevokedSession | None:
    if session.session_name is None or session.revoke_at is None:
        return None
    if not is_own_name(session.session_name, session.grant, session.id):
        return None
    over = grant is not None and grant.is_over
    before = max(session.revoke_at, session.ends_at or session.revoke_at)  # a clock may have stood behind AWS's
    return RevokedSession(session.session_name, before, names_of(session.grant) if over else None)


def _revoked(context: Context, seen: Credential) -> None:
    """AWS refuses it from now on."""
    now = context.clock.now()
    with context.work.begin() as tx:
        pair = intent.held(tx, seen.id)
        if pair is None or pair[0].revoked_at is not None:
            return
        row, grant = pair
        tx.credentials.set(row.id, revoked_at=now, revoke_refused=None, gone_at=now)
        facts = {"session": row.session_name or "", "role": row.role_arn or ""}
        tx.record(Tag.CREDENTIAL_REVOKED, row.id, by=LATCHKEY, at=now, facts=facts)
        if row.state in HELD:
            tx.transition(row.id, row.state, CredentialState.DELETED, by=LATCHKEY, at=now)
        if grant.is_over:
            tx.grants.try_again_at(grant.id, now)
        refresh.session(tx, row)


def _refused(context: Context, rows: Sequence[Credential], why: str) -> None:
    """These sessions still work. The person who ended each is notified; the admins are if its grant is over."""
    now = context.clock.now()
    for each in rows:
        with context.work.begin() as tx:
            pair = intent.held(tx, each.id)
            if pair is None or pair[0].revoked_at is not None or pair[0].revoke_refused == why[:255]:
                continue
            tx.credentials.set(each.id, revoke_refused=why[:255])
            tx.record(Tag.CREDENTIAL_NOT_REVOKED, each.id, by=LATCHKEY, at=now, facts={"why": why})
            if pair[1].state is GrantState.REVOKED and tx.grants.mark_stuck(each.grant, written(Works.KEYS, [why])):
                tx.outbox.enqueue(Notice.STUCK, each.grant, *context.catalog.admins)
            refresh.session(tx, each)


def _release(
    context: Context, role: SessionRole, claim: str, rows: Sequence[Credential], at: datetime, *, tries: int
) -> None:
    """Due again when the first of these sessions ends, and no later than `at`; after a refusal, no sooner."""
    now = context.clock.now()
    ends = [each.ends_at for each in rows if each.ends_at and not tries]
    again = min([at, *ends]) if rows or tries else None
    with context.work.begin() as tx:
        if not tx.session_roles.release(role.role_arn, claim, again, tries):
            tx.session_roles.schedule(role.role_arn, role.account, now)  # the claim ran out, and two may have written
