"""What each step of containment does in AWS, by whose key it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot.domain.catalog import Account, Containment, Kind
from bot.domain.credential import Credential
from bot.domain.errors import AwsRefused, Throttled
from bot.domain.events import LATCHKEY
from bot.domain.ids import AccessKeyId, GrantId
from bot.domain.leaks.incident import Incident, Step, StepKind, Whose
from bot.flows.context import AwsContext
from bot.flows.issuing import session_end
from bot.flows.leaks.containment import steps
from bot.flows.lifecycle import session_revocation

SETTLES = timedelta(minutes=1)
"""An Inactive key still works for some seconds, so sessions that were made in them are ended too."""
KEYS = frozenset({StepKind.KEY, StepKind.NEW_KEY})
GONE, DENIED = "NoSuchEntity", "AccessDenied"
MOVED = frozenset({GONE, DENIED})
"""What AWS answers about a user that was renamed or moved: rights are limited to its ARN."""


class NotYet(Exception):
    """Nothing was refused, but it isn't done: look again soon."""


class Impossible(Exception):
    """Latchkey can't do it here; the word says why."""


@dataclass(frozen=True, slots=True)
class Cut:
    """One step of one incident, with the account it happens in."""

    context: AwsContext
    incident: Incident
    account: Account
    step: Step
    later: list[Callable[[], None]] = field(default_factory=list)
    """What people are told once every step was tried, because Slack may be slow to say who they are."""

    @property
    def by(self) -> str:
        return self.step.by or self.incident.contain_by or LATCHKEY

    @property
    def key(self) -> AccessKeyId:
        return self.incident.access_key_id

    @property
    def ours(self) -> bool:
        """The key is on the user of a grant."""
        return self.incident.whose is Whose.ISSUED

    @property
    def user(self) -> str:
        if not self.incident.user:
            raise Impossible(steps.NO_USER)
        return self.incident.user

    def on_found(self, act: Callable[[str], None]) -> None:
        """On the user's ARN, and again where the key is by now: whoever has it may have renamed or moved the user."""
        arn = self.incident.user_arn or self._arn(self.user)
        try:
            act(arn)
        except AwsRefused as refused:
            if refused.code not in MOVED or refused.call == "AssumeRole":
                raise
            key = AccessKeyId(self.step.target) if self.step.kind in KEYS else self.key
            name = self.context.iam.holder_of(self.account, key, self.user)
            if name is None and refused.code == GONE:
                raise
            now = self._arn(name or self.user)
            if now == arn:  # AWS's two answers differ, because IAM is eventually consistent; or it was denied
                raise Throttled(refused.call, "NotTheSame") if refused.code == GONE else refused from None
            act(now)

    def _arn(self, name: str) -> str:
        """With its path, as AWS shows it. The next step begins there."""
        seen = self.context.iam.standing(self.account, name)
        if seen is None:
            raise AwsRefused("ListAccessKeys", GONE)
        if seen.arn is None:
            raise Impossible(steps.NO_USER)
        with self.context.work.begin() as tx:
            tx.incidents.set(self.incident.id, user_arn=seen.arn)
        return seen.arn


def switch_off(cut: Cut) -> None:
    """Key Inactive. Raises AwsError, Impossible."""
    key = AccessKeyId(cut.step.target)
    if cut.ours:
        cut.context.iam.set_active(cut.account, cut.user, key, active=False, by=cut.by)
    else:
        cut.on_found(lambda arn: cut.context.responder.switch_off(cut.account, arn, key, by=cut.by))


def end_sessions(cut: Cut) -> str | None:
    if cut.ours:
        return _end_on_own_user(cut)
    quarantine = cut.account.contain is Containment.QUARANTINE
    cut.on_found(lambda arn: cut.context.responder.deny(cut.account, arn, cut.key, by=cut.by, quarantine=quarantine))
    return steps.QUARANTINED if quarantine else None


def _end_on_own_user(cut: Cut) -> str | None:
    """The tear-down of a grant that is over ends them itself; a policy written meanwhile would be in its way."""
    context, now = cut.context, cut.context.clock.now()
    with context.work.begin() as tx:
        grant = tx.grants.get(GrantId(cut.incident.grant or ""))
    if grant is not None and grant.torn_down_at is not None:
        return steps.GONE
    if grant is not None and grant.is_over and grant.stuck_on is None:
        raise NotYet
    context.iam.end_sessions(cut.account, cut.user, cut.key, now + SETTLES, by=cut.by)
    return None


def end_role(cut: Cut) -> str | None:
    """Sessions that Latchkey made, by name, as for a revoke. By a press: all sessions of the role that are older."""
    if cut.step.by is not None:
        if not _writable(cut):
            raise Impossible(steps.FOREIGN_ROLE)
        cut.context.responder.end_role_sessions(
            cut.account, cut.step.target, cut.context.clock.now() + SETTLES, by=cut.by
        )
        return None
    running = _running(cut)
    if running and not (cut.account.revoke_sessions and all(each.session_name and each.role_arn for each in running)):
        raise Impossible(steps.NO_RIGHT)
    _mark(cut)
    session_revocation.carry_out(cut.context)
    waiting = [each for each in _running(cut) if each.revoked_at is None]
    if refused := next((each.revoke_refused for each in waiting if each.revoke_refused), None):
        call, _, code = refused.partition(": ")
        raise AwsRefused(call, code or call)
    if waiting:
        raise NotYet
    return None


def _writable(cut: Cut) -> bool:
    """Latchkey's roles may write on the roles that the catalog's sessions assume, and on no others."""
    offered = cut.context.catalog.entitlements.values()
    roles = {each.role_arn for each in offered if each.account == cut.account.name and each.kind is Kind.SESSION}
    return cut.account.revoke_sessions and cut.step.target in roles


def _running(cut: Cut) -> list[Credential]:
    with cut.context.work.begin() as tx:
        found = steps.sessions(tx, cut.incident, cut.context.clock.now())
    return [each for each in found if steps.of_role(each) == cut.step.target]


def _mark(cut: Cut) -> None:
    now = cut.context.clock.now()
    with cut.context.work.begin() as tx:
        grant = tx.grants.lock(GrantId(cut.incident.grant or ""))
        if grant is None:
            return
        for each in steps.sessions(tx, cut.incident, now):
            if steps.of_role(each) == cut.step.target:
                session_end.revoke_session(tx, each, grant, by=cut.by, now=now)


def remove_login(cut: Cut) -> str | None:
    """On found users Latchkey may not delete it; AWSDenyAll holds it, whatever the account says."""
    if cut.ours:
        cut.context.iam.delete_login(cut.account, cut.user, cut.key, by=cut.by)
        return None
    cut.on_found(lambda arn: cut.context.responder.deny(cut.account, arn, cut.key, by=cut.by))
    return steps.HELD


ACTS: Mapping[StepKind, Callable[[Cut], str | None]] = {
    StepKind.SESSIONS: end_sessions,
    StepKind.ROLE: end_role,
    StepKind.LOGIN: remove_login,
}
"""The two others switch a key off: leaks/contain.py. Each returns what it did instead, or None."""
