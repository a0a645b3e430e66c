"""The events about a person or an entitlement, as conditions on the audit log."""

from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, or_, select, type_coerce, union_all

from bot.ports import Trail
from bot.store.tables import (
    audit,
    claim,
    credential,
    finding,
    found_key,
    found_user,
    grants,
    incident,
    preapproval,
    request,
)

EVENT = (
    type_coerce(audit.c.tag, String).label("event"),
    *(audit.c[each] for each in ("actor", "subject", "at", "facts")),
)


def conditions(trail: Trail) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if trail.person is not None:
        # an OR of the two would read the whole log: no index has both
        done = select(audit.c.id).where(or_(audit.c.actor == trail.person, audit.c.subject == trail.person))
        concerning = select(audit.c.id).where(audit.c.subject.in_(union_all(*_theirs(trail.person))))
        found.append(audit.c.id.in_(union_all(done, concerning)))
    if trail.entitlements is not None:
        found.append(audit.c.subject.in_(union_all(*_of(trail.entitlements))))
    if trail.subjects is not None:
        findings = select(finding.c.id).where(finding.c.access_key_id == trail.key)
        leaks = select(incident.c.id).where(incident.c.access_key_id == trail.key)
        about = (audit.c.subject.in_(each) for each in (trail.subjects, findings, leaks))
        found.append(or_(*about))
    return found


def _theirs(person: str) -> tuple[Select[Any], ...]:
    """The ids of what they asked for, hold or own. Found keys only while they own them."""
    users = and_(found_user.c.account == found_key.c.account, found_user.c.name == found_key.c.user)
    its_user = and_(found_user.c.account == incident.c.account, found_user.c.name == incident.c.user)
    return (
        select(request.c.id).where(or_(request.c.owner == person, request.c.requester == person)),
        select(grants.c.id).where(grants.c.owner == person),
        select(credential.c.id).join(grants, grants.c.id == credential.c.grant).where(grants.c.owner == person),
        select(preapproval.c.id).where(preapproval.c.owner == person),
        select(finding.c.id).where(finding.c.owner == person),
        select(claim.c.id).where(or_(claim.c.claimant == person, claim.c.asked_by == person)),
        select(found_user.c.account + "/" + found_user.c.name).where(found_user.c.owner == person),
        select(found_key.c.id).join(found_user, users).where(found_user.c.owner == person),
        select(incident.c.id).join(grants, grants.c.id == incident.c.grant).where(grants.c.owner == person),
        select(incident.c.id).join(found_user, its_user).where(found_user.c.owner == person),
    )


def _of(entitlements: frozenset[str]) -> tuple[Select[Any], ...]:
    wanted = grants.c.entitlement.in_(entitlements)
    return (
        select(request.c.id).where(request.c.entitlement.in_(entitlements)),
        select(grants.c.id).where(wanted),
        select(credential.c.id).join(grants, grants.c.id == credential.c.grant).where(wanted),
        select(preapproval.c.id).where(preapproval.c.entitlement.in_(entitlements)),
        select(incident.c.id).join(grants, grants.c.id == incident.c.grant).where(wanted),
    )
