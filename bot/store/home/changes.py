"""What changed since a moment, from the audit log, and whose Home shows it."""

from collections.abc import Collection

from sqlalchemy import Select, and_, select, union

from bot.domain.events import Event
from bot.store.home.pages import Section
from bot.store.rows import one_of
from bot.store.tables import (
    audit,
    audit_chain,
    claim,
    credential,
    finding,
    found_key,
    found_user,
    grants,
    incident,
    request,
)


class Changes(Section):
    def events_after(self, seen: int, most: int) -> tuple[tuple[int, Event], ...]:
        whole = select(audit_chain.c.seq, audit).join(audit, audit.c.id == audit_chain.c.event)
        fresh = whole.where(audit_chain.c.seq > seen).order_by(audit_chain.c.seq).limit(most)
        return tuple((int(row["seq"]), one_of(Event, row)) for row in self._c.execute(fresh).mappings())  # type: ignore[arg-type]

    def shown_to(self, subjects: Collection[str]) -> frozenset[str]:
        ids = list(subjects)
        rows: list[Select[tuple[str]]] = [
            select(column).where(request.c.id.in_(ids))
            for column in (request.c.requester, request.c.owner, request.c.deciders)
        ]
        rows += [select(column).where(claim.c.id.in_(ids)) for column in (claim.c.claimant, claim.c.asked_by)]
        rows += [
            select(grants.c.owner).where(grants.c.id.in_(ids)),
            select(grants.c.owner).join(credential).where(credential.c.id.in_(ids)),
            select(finding.c.owner).where(finding.c.id.in_(ids)),
            select(found_user.c.owner).join(found_key).where(found_key.c.id.in_(ids)),
            select(grants.c.owner).join(incident, incident.c.grant == grants.c.id).where(incident.c.id.in_(ids)),
            select(found_user.c.owner)
            .join(incident, and_(incident.c.account == found_user.c.account, incident.c.user == found_user.c.name))
            .where(incident.c.id.in_(ids)),
        ]
        found = self._c.execute(union(*rows)).scalars()
        return frozenset(each for some in found if some for each in some.split())
