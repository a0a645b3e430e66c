"""Mark a session as revoked. The sweep in lifecycle/session_revocation.py revokes it in AWS."""

from datetime import datetime

from bot.domain.credential import Credential
from bot.domain.events import Tag
from bot.domain.grant import Grant
from bot.ports import Transaction


def revoke_session(tx: Transaction, session: Credential, grant: Grant, *, by: str, now: datetime) -> None:
    """Call it under the lock of the grant. Does nothing for a session that has expired."""
    running = session.access_key_id is not None and session.ends_at is not None and session.ends_at > now
    if session.role_arn is None or session.revoke_at is not None or not running:
        return
    tx.credentials.set(session.id, revoke_at=now)
    tx.record(Tag.CREDENTIAL_REVOKING, session.id, by=by, at=now, facts={"session": session.session_name or ""})
    tx.session_roles.schedule(session.role_arn, grant.account, now)
