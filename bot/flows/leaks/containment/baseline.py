"""What was on the IAM user of a leaked key before containment, so that whatever is new there stands out.

It comes from the ledger, which costs no call before the key is off: what the catalog puts on a grant's user, and what
inventory saw on a found one. Where the ledger knows nothing, the first reading is the baseline.
"""

from bot.domain.catalog import Account, Containment
from bot.domain.errors import AwsError
from bot.domain.ids import GrantId
from bot.domain.leaks.incident import Incident, Step, StepKind, Whose
from bot.domain.leaks.leaked_user import QUARANTINE, Known, Standing, Watched
from bot.domain.replacement.allowed import Allowed
from bot.flows.context import AwsContext
from bot.flows.leaks.containment import steps
from bot.ports import Transaction


def remember(tx: Transaction, context: AwsContext, incident: Incident) -> None:
    """Once. Under the lock of the incident."""
    if incident.standing is None:
        known = _of_grant(tx, context, incident) if incident.whose is Whose.ISSUED else _of_user(tx, incident)
        tx.incidents.set(incident.id, standing=known.stored())


def learn(context: AwsContext, incident: Incident, account: Account | None) -> None:
    """From AWS, where the ledger doesn't know: once the key is off, which comes before all else."""
    with context.work.begin() as tx:
        fresh = tx.incidents.get(incident.id)
    known = Known.read(fresh.standing) if fresh else None
    if known is None or known.policies is not None or account is None or incident.user is None:
        return
    try:
        seen = context.iam.standing(account, incident.user)
    except AwsError:
        return
    if seen is not None and seen.policies is not None:
        with context.work.begin() as tx:
            tx.incidents.set(incident.id, standing=known.based_on(seen).stored())


def _of_grant(tx: Transaction, context: AwsContext, incident: Incident) -> Known:
    grant = tx.grants.get(GrantId(incident.grant)) if incident.grant else None
    wanted = context.catalog.entitlements.get(grant.entitlement) if grant else None
    if wanted is None:
        return Known()
    return Known(dict.fromkeys(context.iam.shape_of(wanted).policies, ""))


def _of_user(tx: Transaction, incident: Incident) -> Known:
    if incident.account is None or incident.user is None:
        return Known()
    keys = tx.inventory.keys(incident.account, [incident.user])
    named = frozenset(str(each.access_key_id) for each in keys if each.access_key_id)
    user = tx.inventory.users(incident.account, [incident.user]).get(incident.user)
    allowed = Allowed.read(user.allowed) if user else None
    if allowed is None:
        return Known(keys=named)
    policies = dict.fromkeys((*(name for name, _ in allowed.inline), *allowed.managed), "")
    return Known(policies, frozenset(allowed.groups), named, denied=Standing(policies=policies).denied)


def watched(tx: Transaction, incident: Incident) -> Watched:
    """`keys`: those that Latchkey made for the same grant, whenever."""
    rows = tx.credentials.of(GrantId(incident.grant)) if incident.grant else ()
    ours = incident.whose is Whose.ISSUED
    named = frozenset(str(each.access_key_id) for each in rows if each.access_key_id)
    return Watched(incident.access_key_id, incident.opened_at, ours, named)


def is_held(tx: Transaction, incident: Incident, account: Account, now: Standing) -> bool:
    """What ends the user's sessions is still in place. True if AWS doesn't say, or nothing was put there."""
    ended = [each for each in tx.incidents.steps(incident.id) if each.kind is StepKind.SESSIONS]
    if now.policies is None or not ended or ended[-1].why == steps.GONE:
        return True
    if incident.whose is Whose.ISSUED:
        return now.denied or now.ended_before is not None
    return now.denied or (account.contain is Containment.QUARANTINE and now.attached(QUARANTINE))


def done_by_hand(context: AwsContext, incident: Incident, account: Account, step: Step) -> bool:
    """Whether AWS shows what this step would have done."""
    try:
        seen = context.iam.standing(account, incident.user) if incident.user else None
    except AwsError:
        return False
    if seen is None:
        return False
    match step.kind:
        case StepKind.KEY | StepKind.NEW_KEY:
            return seen.keys is not None and not any(each.active for each in seen.keys if each.id == step.target)
        case StepKind.LOGIN:
            return seen.denied or (seen.login_known and seen.login_at is None)
    return seen.denied
