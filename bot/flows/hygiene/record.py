"""Write the results: users and keys, opened and closed findings, and alarms, which are sent at once."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.catalog import Account
from bot.domain.events import Notice
from bot.domain.grant import GRANT_USER
from bot.domain.hygiene.finding import Finding, FindingKind
from bot.domain.hygiene.inventory import FoundUser, quarantined_keys
from bot.domain.ids import AccountName, SlackUserId
from bot.domain.ownership.claim import ClaimState
from bot.domain.ownership.owner import Ownership, Source
from bot.flows import access, findings, recipients
from bot.flows.context import AwsContext
from bot.flows.hygiene import owner_lookup
from bot.flows.hygiene.evaluate import Judged, Sighting
from bot.flows.keys.last_used import note_use
from bot.flows.ownership import transfer
from bot.ports import Transaction

CLAIM = timedelta(minutes=30)  # how long a reader has for its next write before another may begin


class ClaimLost(Exception):
    """Another worker is reading this account by now, so nothing of this reading is written any more."""


@dataclass(slots=True)
class Claim:
    """On one account, by the one who reads it. Every write extends it, however long the reading takes."""

    account: AccountName
    until: datetime

    @contextmanager
    def writing(self, context: AwsContext) -> Iterator[Transaction]:
        """The transaction of a write. If it fails, the claim stays as it was. Raises ClaimLost."""
        until = context.clock.now() + CLAIM
        with context.work.begin() as tx:
            if not tx.inventory.extend_claim(self.account, self.until, until):
                raise ClaimLost
            yield tx
        self.until = until


def write(
    context: AwsContext,
    asking: owner_lookup.Asking,
    account: Account,
    batch: Sequence[Judged],
    now: datetime,
    report_at: datetime,
    claim: Claim,
) -> None:
    """One transaction for each batch. Decisions made in Slack meanwhile count, because they lock the user first too."""
    sightings = [each.sighting for each in batch]
    keys = [key for each in sightings for key in each.keys]
    gone = [key.id for each in sightings for key in each.gone]
    met = asking.addresses((each.user.name, each.user.tags) for each in sightings)
    owned = {each.user.name: people for each in sightings if (people := _owned_by(context, each.user))}
    places = {
        each.id: ()
        if _is_incident(judged, each)
        else recipients.of_alarm(context.people, context.catalog, account, each)
        for judged in batch
        for each in judged.opened
    }
    with claim.writing(context) as tx:
        tx.inventory.store([each.user for each in sightings], keys, gone, now)
        for key in keys:
            if key.credential is not None and key.used is not None:
                note_use(tx, key.credential, key.used, report_at, now=now)
        tx.owners.request_lookups(met, now)
        tx.owners.record_owners(account.name, owned, now)
        tx.findings.lock(finding.id for each in sightings for finding in each.open)
        for each in batch:
            for finding in each.opened:
                findings.open_finding(tx, finding, now, places[finding.id])
            for finding in each.closed:
                findings.close_finding(tx, finding, now)
        _transfer_findings(tx, account, sightings, now)


def _is_incident(judged: Judged, finding: Finding) -> bool:
    """People are paged about the keys that AWS quarantined, each an incident: not about the policy as well."""
    kind, keys = finding.kind, judged.sighting.keys
    return kind is FindingKind.QUARANTINED and bool(quarantined_keys(keys, finding.opened_at))


def _transfer_findings(tx: Transaction, account: Account, sightings: Sequence[Sighting], now: datetime) -> None:
    """Give open findings to the current owner. A decision made in Slack since this reading began takes precedence."""
    decisions = tx.owners.decisions(account.name, [each.user.name for each in sightings])
    for each in sightings:
        decision = decisions.get(each.user.name)
        if decision is not None and decision != each.decision and decision.created_at == each.user.created_at:
            transfer.assign(tx, each.user, Ownership(decision.owner, Source.SAID, decision.at), now)
        elif each.whose.left is not None and any(found.owner != each.told for found in each.open):
            tx.findings.transfer(account.name, [each.user.name], each.told)


def settle_gone(tx: Transaction, account: AccountName, gone: Sequence[str], seen_at: datetime) -> None:
    """Close the findings and claims about deleted users. The caller holds the locks on the findings."""
    for finding in tx.findings.open_on(account, gone):
        findings.close_finding(tx, finding, seen_at)
    for claim in tx.owners.open_on(account, gone):
        tx.owners.settle(claim.id, ClaimState.OVER, None, seen_at)
        tx.outbox.refresh(Notice.CLAIM, claim.id)


def _owned_by(context: AwsContext, user: FoundUser) -> frozenset[SlackUserId]:
    """The owners to remember for an undo. A grant's own user has none of them."""
    return frozenset() if user.name.startswith(GRANT_USER) else access.known_holders(context.people, user.owner)
