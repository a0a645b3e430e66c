"""Who did what, for a person to read: their own events, and for approvers and admins those of others."""

import re
from dataclasses import dataclass, replace

from bot.domain.catalog import Catalog
from bot.domain.errors import Reason, Refused
from bot.domain.hygiene.inventory import FoundKey
from bot.domain.ids import AccessKeyId, AccountName, CredentialId, EntitlementId, GrantId, RequestId, SlackUserId
from bot.domain.leaks.incident import Incident
from bot.flows import access
from bot.flows.context import Context
from bot.ports import Recorded, Trail, Transaction

PAGE = 10
ALL = "all"
INCIDENT = "incident:"  # how the names of these events begin
MENTION = re.compile(r"<@([UW][A-Z0-9]{2,30})(?:\|[^<>]*)?>", re.ASCII)
KEY = re.compile(r"A[KS]IA[A-Z0-9]{4,124}", re.ASCII)


@dataclass(frozen=True, slots=True)
class About:
    """What an event happened to, as far as the ledger still says. `key` is an access key id."""

    entitlement: str | None = None
    owner: str | None = None
    key: str | None = None
    user: str | None = None  # account and IAM user of a found key


@dataclass(frozen=True, slots=True)
class Read:
    event: Recorded
    about: About


@dataclass(frozen=True, slots=True)
class Page:
    """Newest first; whether there are older and newer ones."""

    events: tuple[Read, ...]
    older: bool
    newer: bool


def page(context: Context, *, by: SlackUserId, written: str, before: int = 0, after: int = 0) -> Page:
    """Of what somebody wrote: nothing for their own, a mention, a key id, an entitlement, or `all`. Raises Refused.

    `before` and `after` are ids of events.
    """
    wanted = trail(context, by, written)
    with context.work.begin() as tx:
        found = tx.audit.page(wanted, PAGE + 1, before=before, after=after)
        more = len(found) > PAGE
        found = (found[1:] if after else found[:PAGE]) if more else found
        cache: dict[str, About] = {}
        events = tuple(Read(each, cache.setdefault(each.subject, _about(tx, each.subject))) for each in found)
    if wanted.person == by and by not in context.catalog.admins:
        events = tuple(_as_reporter(each, by) for each in events)
    return Page(events, older=more or bool(after), newer=more if after else bool(before))


def names_no_key(catalog: Catalog, written: str) -> bool:
    """A mention, an entitlement, `all`, or nothing."""
    return not written or written.lower() == ALL or written in catalog.entitlements or bool(MENTION.fullmatch(written))


def trail(context: Context, by: SlackUserId, written: str) -> Trail:
    access.member(context.people, by)
    if not written:
        return Trail(person=by)
    if found := MENTION.fullmatch(written):
        return _others(context, by, person=found[1])
    if written.lower() == ALL:
        return _others(context, by)
    if KEY.fullmatch(written.upper()):
        return _of_key(context, by, AccessKeyId(written.upper()))
    if written in context.catalog.entitlements:
        return _of_entitlement(context, by, EntitlementId(written))
    raise Refused(Reason.NOBODY_NAMED, name=written)


def _others(context: Context, by: SlackUserId, person: str | None = None) -> Trail:
    """An approver sees what concerns the entitlements that they decide; an admin sees everything."""
    if person == by or by in context.catalog.admins:
        return Trail(person=person)
    access.prefetch(context.people, context.catalog.approvers.values())
    decided = frozenset(
        str(each.id)
        for each in context.catalog.entitlements.values()
        if by in access.approvers_now(context.people, context.catalog, each)
    )
    if not decided:
        raise Refused(Reason.NOT_YOUR_AUDIT)
    return Trail(person=person, entitlements=decided)


def _of_entitlement(context: Context, by: SlackUserId, entitlement: EntitlementId) -> Trail:
    wanted = context.catalog.entitlements[entitlement]
    if by not in context.catalog.admins and by not in access.approvers_now(context.people, context.catalog, wanted):
        raise Refused(Reason.NOT_YOUR_AUDIT)
    return Trail(entitlements=frozenset({str(entitlement)}))


def _of_key(context: Context, by: SlackUserId, key: AccessKeyId) -> Trail:
    with context.work.begin() as tx:
        issued = tx.credentials.by_key(key)
        grant = tx.grants.get(issued.grant) if issued else None
        found = tx.inventory.by_key(key)
        users = tx.inventory.users(found.account, [found.user]) if found else {}
        leaked = tx.incidents.last_of(key) is not None
    if issued is not None and grant is not None:
        if not access.roles(context.people, context.catalog, grant, by):
            raise Refused(Reason.NOT_YOUR_AUDIT)
        return Trail(subjects=frozenset({issued.id, grant.id, grant.request}), key=key)
    if found is None and leaked and by in context.catalog.admins:
        return Trail(subjects=frozenset(), key=key)  # of an account that the catalog lacks
    if found is None:
        raise Refused(Reason.NOT_FOUND, key=key)
    owner = next((each.owner for each in users.values()), None)
    if by not in access.known_holders(context.people, owner) and not _decides(context, found.account, by):
        raise Refused(Reason.NOT_YOUR_AUDIT)
    return Trail(subjects=frozenset({found.id, f"{found.account}/{found.user}"}), key=key)


def _decides(context: Context, account: AccountName, by: SlackUserId) -> bool:
    return by in context.catalog.admins or by in access.account_approvers(context.people, context.catalog, account)


def _about(tx: Transaction, subject: str) -> About:
    """Ids are opaque and unique, whatever the row is."""
    if "/" in subject:
        return About(user=subject)
    if request := tx.requests.get(RequestId(subject)):
        return About(request.entitlement, request.owner)
    issued = tx.credentials.get(CredentialId(subject))
    if grant := tx.grants.get(issued.grant if issued else GrantId(subject)):
        return About(grant.entitlement, grant.owner, issued.access_key_id if issued else None)
    if found := tx.inventory.get(subject):
        return _found(found)
    if leaked := tx.incidents.get(subject):
        return _leaked(tx, leaked)
    if preapproval := tx.preapprovals.get(subject):
        return About(preapproval.entitlement, preapproval.owner)
    finding = tx.findings.get(subject)
    if finding is None:
        return About()
    user = f"{finding.account}/{finding.iam_user}" if finding.iam_user else None
    return About(owner=finding.owner, key=finding.access_key_id, user=user)


def _leaked(tx: Transaction, incident: Incident) -> About:
    grant = tx.grants.get(GrantId(incident.grant)) if incident.grant else None
    if grant is not None:
        return About(grant.entitlement, grant.owner, incident.access_key_id)
    user = f"{incident.account}/{incident.user}" if incident.account and incident.user else None
    return About(key=incident.access_key_id, user=user)


def _as_reporter(read: Read, by: SlackUserId) -> Read:
    """Who reports a key as leaked knows its id, and doesn't learn whose it is."""
    theirs = not read.event.event.startswith(INCIDENT) or read.about.owner == by
    return read if theirs else replace(read, about=About(key=read.about.key))


def _found(key: FoundKey) -> About:
    return About(key=key.access_key_id, user=f"{key.account}/{key.user}")
