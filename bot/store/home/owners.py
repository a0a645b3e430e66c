"""An owner's Home: what waits for them, their keys and sessions, found keys, and what they keep."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select

from bot.domain.adopted import Adopted
from bot.domain.credential import Credential
from bot.domain.grant import Grant
from bot.domain.home import Asking, FoundRow, Page, Viewer
from bot.domain.home import Section as HomeSection
from bot.domain.hygiene.finding import Finding, Step
from bot.domain.hygiene.finding_rules import TABLE, ReportedBy
from bot.domain.hygiene.inventory import FoundKey, FoundUser
from bot.domain.ids import CredentialId, GrantId, SlackUserId
from bot.domain.lifecycle import AdoptedState, CredentialState, GrantState, RequestState
from bot.domain.ownership.claim import Claim, ClaimState
from bot.domain.requests.question import Question
from bot.domain.requests.request import Request
from bot.store.adopted import OPEN_GRANT
from bot.store.due_conditions import GRANT_ACTIVE, GRANT_OPEN
from bot.store.home.pages import Section, labelled, read
from bot.store.rows import many
from bot.store.tables import adopted, claim, credential, finding, found_key, found_user, grants, question, request

QUESTIONS = [
    rule.kind
    for rule in TABLE
    if Step.OWNER in rule.escalation_steps and rule.reported_by in {ReportedBy.DIGEST, ReportedBy.ALARM}
]
"""Findings that ask their owner something. Others are on Home already, as a grant or a message."""
STANDING = and_(found_key.c.gone_at.is_(None), found_user.c.gone_at.is_(None), found_key.c.credential.is_(None))


class OwnersHome(Section):
    def keys(self, viewer: Viewer, now: datetime, most: int) -> Page[Grant]:
        mine = select(grants).where(grants.c.owner == viewer.person, GRANT_OPEN, _active(now))
        order = mine.order_by(grants.c.lease_until, grants.c.id)
        return self._page(Grant, order, most, viewer.offset(HomeSection.KEYS))

    def grants_to_act_on(self, owner: SlackUserId, now: datetime, most: int) -> tuple[Grant, ...]:
        collect = and_(grants.c.state == GrantState.APPROVED, grants.c.collect_by > now)
        ends = and_(_active(now), grants.c.told_stage.is_not(None), grants.c.renew_request.is_(None))
        mine = select(grants).where(grants.c.owner == owner, GRANT_OPEN, or_(collect, ends))
        order = mine.order_by(grants.c.state != GrantState.APPROVED, grants.c.lease_until, grants.c.made_at.desc())
        return many(self._c, Grant, order.limit(most))

    def credentials_to_act_on(self, owner: SlackUserId, most: int) -> tuple[Credential, ...]:
        held = select(grants.c.id).where(grants.c.owner == owner, GRANT_ACTIVE)
        doubtful = and_(credential.c.state == CredentialState.REVEALED, credential.c.asked_at.is_not(None))
        rotated = and_(credential.c.state == CredentialState.LIVE, credential.c.retire_at.is_not(None))
        asking = or_(doubtful, and_(rotated, credential.c.pending_action.is_(None)))
        theirs = select(credential).where(credential.c.grant.in_(held), asking)
        order = theirs.order_by(credential.c.state != CredentialState.REVEALED, credential.c.retire_at)
        return many(self._c, Credential, order.limit(most))

    def credentials(self, of: Collection[GrantId], ids: Collection[CredentialId]) -> tuple[Credential, ...]:
        wanted = or_(credential.c.grant.in_(list(of)), credential.c.id.in_(list(ids)))
        return many(
            self._c, Credential, select(credential).where(wanted).order_by(credential.c.made_at, credential.c.id)
        )

    def asked(self, person: SlackUserId, now: datetime, most: int) -> Page[Request]:
        mine = or_(request.c.requester == person, request.c.owner == person)
        open_ = select(request).where(mine, request.c.state == RequestState.REQUESTED, request.c.decide_by > now)
        return self._page(Request, open_.order_by(request.c.made_at), most)

    def findings(self, owners: Collection[str], now: datetime, most: int) -> Page[Finding]:
        asking = (finding.c.kind.in_(QUESTIONS), or_(finding.c.kept_until.is_(None), finding.c.kept_until <= now))
        mine = select(finding).where(finding.c.owner.in_(list(owners)), finding.c.closed_at.is_(None), *asking)
        return self._page(Finding, mine.order_by(finding.c.opened_at, finding.c.id), most)

    def kept(self, viewer: Viewer, now: datetime, most: int) -> Page[Finding]:
        mine = select(finding).where(
            finding.c.owner.in_(viewer.owners), finding.c.closed_at.is_(None), finding.c.kept_until > now
        )
        order = mine.order_by(finding.c.kept_until, finding.c.id)
        return self._page(Finding, order, most, viewer.offset(HomeSection.KEPT))

    def found(self, viewer: Viewer, most: int) -> Page[FoundRow]:
        mine = _found().where(found_user.c.owner.in_(viewer.owners))
        asks = adopted.c.state.is_distinct_from(AdoptedState.ASKING)
        order = mine.order_by(asks, found_key.c.created_at, found_key.c.id)
        rows, total, begin = self._slice(order, most, viewer.offset(HomeSection.FOUND))
        return Page(tuple(map(_found_row, rows)), total, begin)

    def found_to_act_on(self, owners: Collection[str], keys: Collection[str], most: int) -> tuple[FoundRow, ...]:
        asks = or_(found_key.c.access_key_id.in_(list(keys)), adopted.c.state == AdoptedState.ASKING)
        mine = _found().where(found_user.c.owner.in_(list(owners)), asks)
        return tuple(_found_row(dict(row)) for row in self._c.execute(mine.limit(most)).mappings())

    def findings_on(self, users: Collection[str], owners: Collection[str]) -> tuple[Finding, ...]:
        there = (finding.c.iam_user.in_(list(users)), finding.c.owner.in_(list(owners)), finding.c.closed_at.is_(None))
        rows = select(finding).where(*there, finding.c.credential.is_(None))
        return many(self._c, Finding, rows.order_by(finding.c.opened_at, finding.c.id))

    def replacements(self, keys: Collection[str]) -> Mapping[str, GrantState | None]:
        rows = select(request.c.replaces, grants.c.state).outerjoin(grants, grants.c.request == request.c.id)
        open_ = or_(request.c.state == RequestState.REQUESTED, OPEN_GRANT)
        found = self._c.execute(rows.where(request.c.replaces.in_(list(keys)), open_))
        return {row.replaces: row.state for row in found}

    def offers(self, person: SlackUserId, most: int) -> tuple[Claim, ...]:
        mine = (claim.c.claimant == person, claim.c.asked_by != person, claim.c.state == ClaimState.OPEN)
        return many(self._c, Claim, select(claim).where(*mine).order_by(claim.c.made_at).limit(most))

    def unanswered(self, person: SlackUserId, now: datetime, most: int) -> tuple[Asking, ...]:
        whole = select(*labelled(request, Request), *labelled(question, Question)).select_from(question.join(request))
        open_ = (request.c.state == RequestState.REQUESTED, request.c.decide_by > now)
        mine = whole.where(request.c.requester == person, question.c.answered_at.is_(None), *open_)
        rows = self._c.execute(mine.order_by(question.c.asked_at).limit(most)).mappings()
        return tuple(Asking(read(request, Request, each), read(question, Question, each)) for each in map(dict, rows))


def _active(now: datetime) -> Any:
    return and_(grants.c.state == GrantState.ACTIVE, grants.c.lease_until > now)


def _found() -> Select[Any]:
    columns = (*labelled(found_key, FoundKey), *labelled(found_user, FoundUser), *labelled(adopted, Adopted))
    joined = found_key.join(found_user).outerjoin(adopted, adopted.c.id == found_key.c.id)
    return select(*columns).select_from(joined).where(STANDING)


def _found_row(row: Mapping[str, Any]) -> FoundRow:
    asked_for = read(adopted, Adopted, row) if row["adopted_id"] is not None else None
    return FoundRow(read(found_key, FoundKey, row), read(found_user, FoundUser, row), asked_for)
