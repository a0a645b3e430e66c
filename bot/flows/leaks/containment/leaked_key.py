"""A leaked key, or one that was made since on its user: ManagedKey while it is switched off, and its own row."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.catalog import Account
from bot.domain.errors import AwsError, ForeignUser, Refused
from bot.domain.ids import AccessKeyId, CredentialId
from bot.domain.keys.pending_call import Call
from bot.domain.leaks.incident import Incident, StepKind
from bot.domain.lifecycle import HELD, AdoptedState, CredentialState
from bot.flows import findings, refresh
from bot.flows.adopted import access as adopt_rules
from bot.flows.adopted import deactivate
from bot.flows.adopted import request as adopt
from bot.flows.adopted.adopted_key import AdoptedKey, gone
from bot.flows.context import AwsContext
from bot.flows.issuing import intent
from bot.flows.issuing.issued_key import deleted
from bot.flows.keys.aws_call import call_aws
from bot.flows.leaks.containment import cut_off, steps
from bot.flows.leaks.containment.cut_off import Cut, Impossible
from bot.ports import Transaction

LEAKED = "leaked"  # facts of the transition, and Credential.why


@dataclass(frozen=True, slots=True)
class LeakedKey:
    cut: Cut

    @property
    def context(self) -> AwsContext:
        return self.cut.context

    @property
    def account(self) -> Account:
        return self.cut.account

    @property
    def id(self) -> AccessKeyId:
        return AccessKeyId(self.cut.step.target)

    @property
    def subject(self) -> str:
        """The row of the key, so that its Inactive is known as Latchkey's own. A key without a row has the incident."""
        incident = self.cut.incident
        if self.cut.step.kind is StepKind.NEW_KEY:
            return incident.id
        return incident.credential or incident.found_key or incident.id

    def not_found(self) -> None:
        self._settle(steps.GONE)

    def failed(self, error: AwsError) -> None:
        cut = self.cut
        if isinstance(error, ForeignUser):
            cut.later.append(lambda: steps.skipped(cut.context, cut.incident, cut.step, steps.ITSELF))
        else:
            cut.later.append(lambda: steps.refused(cut.context, cut.incident, cut.step, error))

    def switch_off(self) -> bool:
        """True when AWS did it and the ledger says so."""
        try:
            return call_aws(
                self,
                Call.SWITCH_OFF,
                self.cut.by,
                still_wanted=lambda tx: steps.still(tx, self.cut.incident) is not None,
                send=lambda: cut_off.switch_off(self.cut),
                settle=lambda: self._settle(None),
            )
        except Impossible as impossible:
            with self.context.work.begin() as tx:
                tx.calls.end(self.subject)
            steps.skipped(self.context, self.cut.incident, self.cut.step, str(impossible))
            return False

    def _settle(self, why: str | None) -> bool:
        """The key's own row before the incident."""
        incident, now = self.cut.incident, self.context.clock.now()
        mine = self.cut.step.kind is StepKind.KEY
        if mine and incident.found_key and not incident.credential and why is None:
            _retire_found(self.context, incident)
        with self.context.work.begin() as tx:
            if mine and incident.credential:
                _retire_issued(tx, self.context, incident, self.cut.by, now, why)
            elif mine and incident.found_key and why is not None:
                _found_gone(tx, incident, now)
            settled = steps.done(tx, incident, self.cut.step, now, why)
            tx.calls.end(self.subject)  # after the incident, as when it was announced
        return settled


def _retire_issued(
    tx: Transaction, context: AwsContext, incident: Incident, by: str, now: datetime, why: str | None
) -> None:
    """live → retiring, as if somebody had pressed Switch off, but only the incident brings it back."""
    pair = intent.held(tx, CredentialId(incident.credential or ""))
    if pair is None:
        return
    row, grant = pair
    if grant.is_over:
        return
    if why == steps.GONE and row.state in {CredentialState.LIVE, CredentialState.RETIRING}:
        deleted(tx, row, now, by_hand=True)
    elif row.state in HELD:
        facts = {"why": LEAKED, "incident": incident.id}
        tx.transition(row.id, row.state, CredentialState.RETIRING, by=by, at=now, facts=facts)
        undo = now + context.catalog.hygiene.undo
        tx.credentials.set(row.id, retire_at=None, delete_at=undo, delete_by=None, why=LEAKED, off_by=by)
        findings.close_for_credential(tx, row.id, now)
    elif row.state is CredentialState.RETIRING:
        tx.credentials.set(row.id, pending_action=None, why=LEAKED, off_by=by)
    elif row.state is CredentialState.SEALED:
        intent.drop(tx, row, CredentialState.DISCARDED, now, by=by)
    refresh.credential(tx, row)


def _retire_found(context: AwsContext, incident: Incident) -> None:
    """The adopted row → off, with the same undo as if its owner had switched it off."""
    key = _adopted(context, incident)
    if key is not None and key.row.is_on:
        deactivate.settle_off(key)


def _adopted(context: AwsContext, incident: Incident) -> AdoptedKey | None:
    try:
        found = adopt_rules.find(context, incident.found_key or "")
    except Refused:  # a key that inventory can't tell apart has no row to change
        return None
    with context.work.begin() as tx:
        row = adopt.lock(tx, found, context.clock.now())
    return AdoptedKey(context, row, found)


def _found_gone(tx: Transaction, incident: Incident, now: datetime) -> None:
    row = tx.adopted.lock(incident.found_key or "")
    if row is not None and row.state is not AdoptedState.GONE:
        gone(tx, row, now)
