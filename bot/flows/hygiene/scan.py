"""One reading of one account: the report is checked as a whole, then its users batch by batch."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from bot.domain.adopted import path_of
from bot.domain.catalog import Account
from bot.domain.errors import AwsError
from bot.domain.grant import IAM_PATH, Grant, grant_in
from bot.domain.hygiene import credential_report, inventory
from bot.domain.hygiene.credential_report import ROOT, Report
from bot.domain.hygiene.finding import Finding, FindingKind
from bot.domain.hygiene.inventory import FoundKey, FoundUser, UserSeen
from bot.domain.hygiene.service_credential import ServiceCredential
from bot.domain.ids import GrantId
from bot.domain.ownership.owner import OwnerDecision, Ownership, first_named, resolve
from bot.flows.context import AwsContext
from bot.flows.hygiene import owner_lookup, record
from bot.flows.hygiene.evaluate import Judge, Judged, Sighting
from bot.flows.hygiene.key_ids import Naming
from bot.flows.keys import worker_user

BATCH = 250  # users
TORN_DOWN_WITHIN = timedelta(days=1)
SMALL = 25  # users of an account in which every key with a finding gets its name, also where the user has the finding
Tell = Callable[[str, int, int], None]
T = TypeVar("T")


@dataclass(slots=True)
class Outcome:
    """What a reading of one account saw. With a `problem` it saw nothing, and changed nothing."""

    account: Account
    seen_at: datetime
    report_at: datetime | None = None
    users: int = 0
    keys: list[FoundKey] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)  # by IAM user
    findings: list[Finding] = field(default_factory=list)
    opened: int = 0
    closed: int = 0
    root_known: bool = True
    services: tuple[ServiceCredential, ...] | None = None  # None: AWS didn't say, and `services_unread` is why
    services_unread: str = ""  # AWS's error code
    problem: str | None = None
    unanswered: bool = False  # Slack has yet to say who some of the owners are
    making: bool = False  # the problem is only that AWS has not made its report yet

    @property
    def unclear(self) -> list[FoundKey]:
        return [each for each in self.keys if each.unclear]

    def add(self, judged: Judged) -> None:
        user = judged.sighting.user
        self.keys += judged.sighting.keys
        self.findings += judged.findings
        self.opened += len(judged.opened)
        self.closed += len(judged.closed)
        if user.owner:
            self.owners[user.name] = user.owner


@dataclass(frozen=True, slots=True)
class _Reading:
    context: AwsContext
    account: Account
    now: datetime
    asking: owner_lookup.Asking
    services: tuple[ServiceCredential, ...] | None


def read(context: AwsContext, account: Account, *, claim: record.Claim | None, tell: Tell) -> Outcome:
    """Without a claim, nothing is written. Raises AwsError or BadReport before that, and ClaimLost."""
    tell("report", 0, 0)
    printed = context.reader.report(account)
    now = context.clock.now()
    made = credential_report.read(printed.content, printed.made_at, now)
    tell("users", 0, 0)
    users = context.reader.users(account)
    stand = [(each.name, each.created_at) for each in users]
    credential_report.must_cover(made, stand)
    made = credential_report.of_these(made, stand)
    if claim is not None:
        with context.work.begin() as tx:
            worker_user.note(tx, account.name, next((each.arn for each in users if each.runs_latchkey), None))
    outcome = Outcome(account, now, made.made_at, len(users), root_known=made.root is not None)
    _services(context, outcome)
    asking = owner_lookup.Asking(context.people, account.match_email)
    reading = _Reading(context, account, now, asking, outcome.services)
    naming = Naming(context.iam, account, made.made_at, now, context.fresh_id)
    judge = Judge(account, context.catalog.hygiene, now, context.fresh_id)
    everybody = (*_root(reading, made), *users)
    for start in range(0, len(everybody), BATCH):
        tell("keys", start, len(everybody))
        batch = _sightings(reading, made, everybody[start : start + BATCH])
        judged = [_judge(reading, judge, naming, each, small=len(users) <= SMALL) for each in batch]
        if claim is not None:
            record.write(context, reading.asking, account, judged, now, made.made_at, claim)
        for each in judged:
            outcome.add(each)
    tell("keys", len(everybody), len(everybody))
    outcome.unanswered = reading.asking.unanswered
    return outcome


def _services(context: AwsContext, outcome: Outcome) -> None:
    """Without the right to list them, nothing is known about them, and the rest is read as usual."""
    try:
        outcome.services = context.reader.service_credentials(outcome.account)
    except AwsError as error:
        outcome.services_unread = error.code or "no answer"


def _root(reading: _Reading, made: Report) -> tuple[UserSeen, ...]:
    """The root user as another user: from the report, or from the ledger if this report leaves it out."""
    if made.root is not None:
        return (UserSeen(ROOT, made.root.arn, made.root.created_at, {}, ()),)
    with reading.context.work.begin() as tx:
        before = tx.inventory.users(reading.account.name, [ROOT]).get(ROOT)
    return (UserSeen(ROOT, before.arn, before.created_at, {}, ()),) if before else ()


def _sightings(reading: _Reading, made: Report, batch: Sequence[UserSeen]) -> Iterator[Sighting]:
    """Combine what the report and the ledger say about these users."""
    names, account, now = [each.name for each in batch], reading.account.name, reading.now
    with reading.context.work.begin() as tx:
        before, own = tx.inventory.users(account, names), tx.inventory.issued_keys(account, names)
        decisions = tx.owners.decisions(account, names)
        met = reading.asking.addresses((each.name, each.tags) for each in batch)
        reading.asking.answers.update(tx.owners.lookup_answers(met))
        rows = tx.inventory.keys(account, names)
        usages = tx.usages.of(account, [each.access_key_id for each in rows if each.access_key_id])
        findings = _by(tx.findings.open_on(account, names), lambda each: each.iam_user)
        off = tx.adopted.deactivated_since(account, names, made.made_at)
        grants = tx.grants.by_ids([each for each in map(grant_in, names) if each is not None])
    _prefetch(reading, batch, before, decisions)
    keys = _by(rows, lambda key: key.user)
    services = _by(reading.services or (), lambda each: each.user)
    for each in batch:
        line, known = made.lines.get(each.name), keys.get(each.name, ())
        whose = _whose(reading, each, before.get(each.name), decisions.get(each.name))
        user = inventory.found_user(account, each, line, whose, now)
        same = tuple(replace(key, seen_at=now) for key in known if key.created_at >= inventory.whole(each.created_at))
        if line is not None:
            slots = inventory.match(account, line, known, own.get(each.name, ()), now, reading.context.fresh_id)
            same = slots + tuple(key for key in same if key.slot is None and line.more)
        same = tuple(replace(key, active=False) if key.id in off else key for key in same)  # the report is older
        stands = _stands(reading, grants, grant_in(each.name))
        yield Sighting(
            user,
            line,
            same,
            tuple(known),
            tuple(findings.get(each.name, ())),
            whose,
            decisions.get(each.name),
            each.runs_latchkey,
            granted=stands,
            unknown=path_of(each.arn).startswith(IAM_PATH) and not stands and not each.runs_latchkey,
            power=each.power,
            services=tuple(services.get(each.name, ())) if reading.services is not None else None,
            usages=usages,
        )


def _prefetch(
    reading: _Reading,
    batch: Sequence[UserSeen],
    before: Mapping[str, FoundUser],
    decisions: Mapping[str, OwnerDecision],
) -> None:
    """Fetch everybody who will be asked about at once."""
    was = {name: each.ownership for name, each in before.items()}
    named = (first_named(each.tags, decisions.get(each.name), was.get(each.name)) for each in batch)
    reading.asking.prefetch(each for each in named if each is not None)


def _stands(reading: _Reading, grants: Mapping[GrantId, Grant], named: GrantId | None) -> bool:
    """Active, or ended recently: its tear-down may be in progress, and the sweep for strays may still find it."""
    grant = grants.get(named) if named else None
    if grant is None or grant.account != reading.account.name:
        return False
    return not grant.is_over or grant.ended_at is None or reading.now - grant.ended_at < TORN_DOWN_WITHIN


def _whose(reading: _Reading, seen: UserSeen, before: FoundUser | None, decision: OwnerDecision | None) -> Ownership:
    """What is known about an IAM user doesn't apply to a later one of the same name."""
    was = before.ownership if before and before.created_at == seen.created_at else None
    said = decision if decision and decision.created_at == seen.created_at else None
    return resolve(seen.name, seen.tags, said, was, reading.asking, reading.now)


def _by(rows: Iterable[T], name: Callable[[T], str]) -> Mapping[str, Sequence[T]]:
    found: dict[str, list[T]] = defaultdict(list)
    for each in rows:
        found[name(each)].append(each)
    return found


def _judge(reading: _Reading, judge: Judge, naming: Naming, sighting: Sighting, *, small: bool) -> Judged:
    """Ask AWS for the user's keys if one with a finding has no id, or if the report doesn't show all of them."""
    judged = judge.judge(sighting)
    slots = tuple(each for each in sighting.keys if each.slot is not None)
    unnamed = any(each.access_key_id is None for each in slots)
    more = sighting.line is not None and sighting.line.more
    leaked = any(each.kind is FindingKind.QUARANTINED for each in judged.findings)  # each of its keys is an incident
    wanted = judged.nameless or more or (unnamed and (leaked or (small and judged.findings)))
    if sighting.user.name == ROOT or not wanted:
        return judged
    named = naming.name(sighting.user.name, slots, sighting.known)
    if named is None:
        return judged
    with reading.context.work.begin() as tx:  # under ids that are known only now
        usages = tx.usages.of(reading.account.name, [each.access_key_id for each in named if each.access_key_id])
    return judge.judge(replace(sighting, keys=named, usages=usages))
