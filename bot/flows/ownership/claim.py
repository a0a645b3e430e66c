"""Claim: "this key is mine", for an approver of its account to confirm; or an offer, which the person named accepts."""

from datetime import datetime

from bot.domain.catalog import Catalog
from bot.domain.errors import LimitReached, Reason, Refused
from bot.domain.events import Notice, Tag
from bot.domain.hygiene.credential_report import ROOT
from bot.domain.hygiene.inventory import FoundUser
from bot.domain.ids import ID_BYTES, AccessKeyId, AccountName, DeliveryId, SlackUserId, fresh_id
from bot.domain.ownership.claim import Claim, ClaimState
from bot.domain.rate_limits import CLAIM_AGAIN, CLAIMS
from bot.flows import access, queries, recipients, refresh, who_else
from bot.flows.context import Context
from bot.flows.keys import worker_user
from bot.flows.ownership import transfer
from bot.ports import Entropy, People, Transaction


def ask(context: Context, *, what: str, by: SlackUserId, delivery: DeliveryId | None) -> Claim:
    """`what` is an access key id or an IAM user's name, as account/name if several accounts have that user.

    Raises Refused, AlreadyDone.
    """
    access.member(context.people, by)
    what = what.strip().strip("`")
    with context.work.begin() as tx:
        user = _written(tx, context.catalog, what)
    return _claim(context, user, what, by, delivery)


def take(context: Context, *, finding: str, by: SlackUserId, delivery: DeliveryId | None) -> Claim:
    """By the button in a list. Raises Refused, AlreadyDone."""
    access.member(context.people, by)
    with context.work.begin() as tx:
        user = of_finding(tx, finding)
    return _claim(context, user, user.name, by, delivery)


def of_finding(tx: Transaction, finding: str) -> FoundUser:
    """The IAM user of an open finding. Raises Refused, also for the user of a grant."""
    found = tx.findings.get(finding)
    if found is None or found.closed_at is not None:
        raise Refused(Reason.NOT_FOUND)
    if found.credential is not None:
        raise Refused(Reason.UNDER_A_GRANT, owner=found.owner)
    user = tx.inventory.users(AccountName(found.account), [found.iam_user]).get(found.iam_user)
    if user is None or user.name == ROOT:
        raise Refused(Reason.NOT_FOUND)
    return _claimable(tx, user)


def _written(tx: Transaction, catalog: Catalog, wanted: str) -> FoundUser:
    key = AccessKeyId(wanted.upper())
    if (granted := tx.credentials.by_key(key)) is not None:
        grant = tx.grants.get(granted.grant)
        raise Refused(Reason.UNDER_A_GRANT, owner=grant.owner if grant else None)
    if (found := tx.inventory.by_key(key)) is not None and found.account in catalog.accounts:
        users = tuple(tx.inventory.users(found.account, [found.user]).values())
    else:
        users = queries.users_named(tx, catalog, wanted)
    if len(users) > 1:
        raise Refused(Reason.SEVERAL_ACCOUNTS, name=users[0].name, accounts=[each.account for each in users])
    if not users or users[0].name == ROOT:
        raise Refused(Reason.NO_SUCH_KEY, key=wanted)
    return _claimable(tx, users[0])


def _claimable(tx: Transaction, user: FoundUser) -> FoundUser:
    if worker_user.is_it(tx, user):
        raise Refused(Reason.RUNS_LATCHKEY, name=user.name)
    if (grant := access.grant_of_user(tx, user)) is not None:
        raise Refused(Reason.UNDER_A_GRANT, owner=grant.owner)
    return user


def _claim(context: Context, user: FoundUser, said: str, by: SlackUserId, delivery: DeliveryId | None) -> Claim:
    if user.owner == by:
        raise Refused(Reason.YOURS_ALREADY)
    if not access.account_deciders(context.people, context.catalog, user.account) - {by}:
        raise Refused(Reason.NO_DECIDER)
    places = recipients.of_claim(context.people, context.catalog, user.account, by)
    now = context.clock.now()
    try:
        with context.work.begin(delivery) as tx:
            tx.count(CLAIMS, by, now)
            return offer(tx, context.entropy, user, to=by, by=by, said=said, now=now, places=places)
    except LimitReached:
        pass
    with context.work.begin(delivery) as tx:
        raise Refused(Reason.TOO_MANY, limit=CLAIMS, until=tx.counts_again_at(CLAIMS, by))


def offer(
    tx: Transaction,
    entropy: Entropy,
    user: FoundUser,
    *,
    to: SlackUserId,
    by: SlackUserId,
    said: str,
    now: datetime,
    places: tuple[str, ...],
) -> Claim:
    """A claim, or an offer if `by` and `to` differ. Posted in these places."""
    made = Claim(fresh_id(entropy.bytes(ID_BYTES)), user.account, user.name, to, by, user.owner, said, now)
    if not tx.owners.claim(made):
        raise Refused(Reason.CLAIMED_ALREADY)
    declined = tx.owners.declined_at(made)  # after the insert, which waits for a decision that is being written
    if declined is not None and now - declined < CLAIM_AGAIN:
        raise Refused(Reason.CLAIM_DECLINED, until=declined + CLAIM_AGAIN)
    facts = {"account": user.account, "user": user.name, "claimant": to, "said": said}
    tx.record(Tag.CLAIM_MADE, made.id, by=by, at=now, facts=facts)
    tx.outbox.enqueue(Notice.CLAIM, made.id, *places)
    refresh.owner_lists(tx, user)
    return made


def decide(context: Context, *, claim: str, by: SlackUserId, yes: bool, delivery: DeliveryId | None) -> Claim:
    """Raises Refused, AlreadyDone."""
    with context.work.begin() as tx:
        found = tx.owners.get(claim)
    if found is None:
        raise Refused(Reason.NOT_FOUND)
    _may_decide(context.people, context.catalog, found, by)
    if yes and not context.people.find(found.claimant).full_member:
        raise Refused(Reason.NAMES_NOBODY, person=found.claimant)
    now, after = context.clock.now(), ClaimState.CONFIRMED if yes else ClaimState.DECLINED
    with context.work.begin(delivery) as tx:
        user = tx.inventory.lock(found.account, found.iam_user)
        if yes and user is not None:
            _claimable(tx, user)
        if not tx.owners.settle(claim, after, by, now):
            raise Refused(Reason.SOMEBODY_WAS_FIRST, **_outcome(tx.owners.get(claim) or found))
        tx.record(Tag.CLAIM_CONFIRMED if yes else Tag.CLAIM_DECLINED, claim, by=by, at=now)
        if yes:
            if user is None:
                raise Refused(Reason.NOT_FOUND)
            transfer.decide(tx, user, found.claimant, by=by, now=now, why=f"claim {claim}")
        elif user is not None:
            refresh.owner_lists(tx, user)
        tx.outbox.refresh(Notice.CLAIM, claim)
        tx.outbox.enqueue(Notice.CLAIM_OUTCOME, claim, *sorted(recipients.of_claim_outcome(found, user) - {by}))
        return tx.owners.get(claim) or found


def _may_decide(people: People, catalog: Catalog, claim: Claim, by: SlackUserId) -> None:
    """A claim: an approver of the account or an admin, never the claimant. An offer: only the person it names."""
    if claim.state is not ClaimState.OPEN:
        raise Refused(Reason.SOMEBODY_WAS_FIRST, **_outcome(claim))
    access.member(people, by)
    if claim.is_offer:
        if by != claim.claimant:
            raise Refused(Reason.NOT_NAMED, person=claim.claimant)
        return
    if by == claim.claimant:
        raise Refused(Reason.OWN_CLAIM)
    who_else.must_decide(people, catalog, claim.account, by, party=claim.claimant)


def _outcome(claim: Claim) -> dict[str, object]:
    return {"state": claim.state, "by": claim.decided_by, "at": claim.decided_at}
