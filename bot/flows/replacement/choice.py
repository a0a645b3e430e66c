"""What should take the place of a key, by what the ledger knows about it. Only reads."""

import json
from dataclasses import dataclass, replace

from bot.domain.catalog import Catalog, Entitlement, Kind
from bot.domain.hygiene.credential_report import ROOT
from bot.domain.ids import SlackUserId
from bot.domain.ownership.owner_tags import PERSON
from bot.domain.replacement import allowed, means, plan
from bot.domain.replacement.allowed import Allowed, Difference
from bot.domain.replacement.means import Evidence, Means
from bot.domain.replacement.repository import Repository
from bot.domain.replacement.steps import Step, Target
from bot.domain.replacement.watch import Watch
from bot.domain.usage.key_usage import Usage
from bot.domain.usage.last_used import LastUsed
from bot.flows import access
from bot.flows.context import Context
from bot.flows.replacement.key import Key, find


@dataclass(frozen=True, slots=True)
class Choice:
    """`seen` is what the evidence points to, the strongest first; `means` is what was chosen."""

    key: Key
    means: Means
    seen: tuple[Means, ...]
    usage: Usage | None
    used: LastUsed | None
    password: bool | None
    steps: tuple[Step, ...]
    difference: Difference | None
    unread: tuple[str, ...]  # policies and groups whose services the ledger doesn't know
    sessions: tuple[Entitlement, ...]
    repository: Repository | None
    watch: Watch | None
    may_act: bool  # Latchkey can switch it off


def choose(
    context: Context, *, key: str, by: SlackUserId, command: str, wanted: Means | None = None,
    repository: Repository | None = None,
) -> Choice:  # fmt: skip
    """`wanted` is what the person chose instead of what the evidence says. Raises Refused."""
    found = find(context, key, by)
    with context.work.begin() as tx:
        usage = tx.usages.of(found.account.name, [found.access_key_id]).get(found.access_key_id)
        watch = tx.replacements.get(found.id)
    sessions = _sessions(context, found, usage)
    seen = means.candidates(_evidence(context.catalog, found, usage))
    chosen = wanted or seen[0]
    may = _allowed(found)
    target = _target(found, usage, may, sessions, command)
    return Choice(
        found, chosen, seen, usage, _used(found), found.of.password if found.of else None,
        plan.plan(chosen, replace(target, repository=repository)),
        allowed.compare(may, usage) if may else None,
        may.unread if may else (),
        sessions, repository,
        watch if watch and watch.ended_at is None else None,
        target.may_act,
    )  # fmt: skip


def _evidence(catalog: Catalog, key: Key, usage: Usage | None) -> Evidence:
    if key.user == ROOT:
        return Evidence()
    safer = key.issued is not None and key.issued.entitlement is not None and catalog.safer_than(key.issued.entitlement)
    password = key.of.password if key.of else None
    return Evidence(usage, password, key.account.sso_start_url is not None, session=bool(safer))


def _used(key: Key) -> LastUsed | None:
    if key.found is not None:
        return key.found.used
    own = key.issued.credential if key.issued else None
    return LastUsed(own.used_at, own.used_service, own.used_region) if own and own.used_read_at else None


def _sessions(context: Context, key: Key, usage: Usage | None) -> tuple[Entitlement, ...]:
    """Sessions that its owner may ask for and that reach what the key uses; of a key's own successor first."""
    if not key.owner or not PERSON.fullmatch(key.owner):
        return ()
    offered = access.offered(context.people, context.catalog, SlackUserId(key.owner))
    mine = [each for each in offered if each.kind is Kind.SESSION and each.account == key.account.name]
    own = key.issued.grant.entitlement if key.issued else ""
    fits = [each for each in mine if own in each.instead_of or allowed.reaches(each, usage)]
    return tuple(sorted(fits, key=lambda each: own not in each.instead_of))


def _allowed(key: Key) -> Allowed | None:
    """Of an issued key by the catalog, which is what AWS has."""
    if key.of is not None:
        return Allowed.read(key.of.allowed)
    wanted = key.issued.entitlement if key.issued else None
    if wanted is None:
        return None
    inline = ((wanted.id, json.loads(wanted.policy)),) if wanted.policy else ()
    return Allowed(wanted.policy_arns, inline, boundary=key.account.boundary_arn)


def _target(
    key: Key, usage: Usage | None, may: Allowed | None, sessions: tuple[Entitlement, ...], command: str
) -> Target:
    used = _used(key)
    known = usage if usage and usage.known else None
    region = (known.region if known else None) or (used.region if used else None)
    start, sso_region = key.account.sso_start_url, key.account.sso_region
    return Target(
        account_id=key.account.id,
        partition=key.account.partition,
        user=key.user,
        access_key_id=key.access_key_id,
        allowed=may,
        region=region,
        runs_on=(known.in_aws or "") if known else "",
        sso=(start, sso_region) if start and sso_region else None,
        entitlements=tuple(each.id for each in sessions),
        command=command,
        named=key.issued.grant.entitlement if key.issued else "",
        may_act=key.issued is not None or key.protection is None,
    )
