"""Report that keys leaked. One incident for each key: a later report joins it and learns where it stands.

A key's id is no secret, so a report alone switches nothing off. It does if the reporter may contain the key, or if AWS
accepts the secret that was pasted beside it, which the worker asks. Otherwise people are paged.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.errors import LimitReached, Reason, Refused
from bot.domain.events import LATCHKEY, Tag
from bot.domain.ids import AccessKeyId, DeliveryId, SlackUserId
from bot.domain.leaks import sts_proof
from bot.domain.leaks.incident import AUTHOR_HAS, BY_MACHINES, CONTAINABLE, LOOK_UP_HAS, Incident, Report, Source, Whose
from bot.domain.leaks.keys_in_text import PAIRS_MOST, Found, Pair, scan
from bot.domain.lifecycle import IncidentState
from bot.domain.rate_limits import LEAKS
from bot.flows import access, refresh
from bot.flows.context import Context
from bot.flows.leaks import page, people
from bot.flows.leaks.begin import begin
from bot.flows.leaks.decisions import close
from bot.flows.leaks.whose import Holder, of_key
from bot.ports import Transaction

BY_A_PERSON = frozenset({Source.COMMAND, Source.SHORTCUT})
"""Somebody says that it leaked. The author of a message in a watched channel only wrote it."""
OTHERS_MOST = PAIRS_MOST  # keys in one report that its reporter may not contain: each of them pages people
GONE = "AWS no longer has this key."
EXAMPLE = re.compile(r"A[KS]IA[A-Z0-9]{4,12}EXAMPLE", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reported:
    """What became of a report. The state of each incident says whether it is contained at once."""

    incidents: tuple[Incident, ...]  # one for each key, in the order of the text
    opened: frozenset[str]  # the ids of those that this report opened; it joined the others
    left_out: tuple[
        AccessKeyId, ...
    ] = ()  # too many in this report or this hour, of keys that the person can't contain


@dataclass(frozen=True, slots=True)
class Leak:
    """What is written about one key: everything that has to be asked before the transaction."""

    incident: Incident  # as a new one
    at_once: bool  # the reporter may contain it
    places: tuple[str, ...]
    proof: str | None


def read(text: str) -> Found:
    """The keys in what somebody pasted. Raises Refused if there are none, or only AWS's examples."""
    found = scan(text)
    if not found:
        example = EXAMPLE.search(text)
        raise Refused(Reason.EXAMPLE_KEY, key=example[0]) if example else Refused(Reason.NO_KEY_IN_TEXT)
    return found


def report(
    context: Context, *, found: Found, by: str, source: Source, delivery: DeliveryId | None, link: str | None = None
) -> Reported:
    """`by` is a Slack user id, or LATCHKEY. Raises Refused, AlreadyDone.

    People who may not contain a key report three times an hour; the fourth report makes no incident and pages nobody.
    """
    if not found:
        raise Refused(Reason.NO_KEY_IN_TEXT)
    if source in BY_A_PERSON:
        access.member(context.people, SlackUserId(by))
    now = context.clock.now()
    leaks = tuple(_look_at(context, each, found.pairs, by, source, link, now) for each in found.keys)
    others = sorted((each for each in leaks if not each.at_once), key=lambda each: each.proof is None)
    left_out = [each.incident.access_key_id for each in others[OTHERS_MOST:]] if source in BY_A_PERSON else []
    try:
        return _write(context, leaks, by, source, delivery, now, left_out)
    except LimitReached:
        left_out = [each.incident.access_key_id for each in others]
    if len(left_out) < len(leaks):
        return _write(context, leaks, by, source, delivery, now, left_out)
    with context.work.begin() as tx:
        raise Refused(Reason.TOO_MANY, limit=LEAKS, until=tx.counts_again_at(LEAKS, by))


def prepare_disowned(context: Context, key: AccessKeyId, by: SlackUserId) -> Leak:
    """This wasn't me: its owner says so. Before the transaction that settles it."""
    return _look_at(context, key, (), by, Source.DISOWNED, None, context.clock.now())


def settle_disowned(tx: Transaction, leak: Leak, by: SlackUserId) -> Incident:
    """In the transaction that revokes its grant, so that neither is lost. Contained at once."""
    return _settle(tx, leak, by, Source.DISOWNED, leak.incident.opened_at)[0]


def _new(context: Context, key: AccessKeyId, by: str, source: Source, link: str | None, now: datetime) -> Incident:
    return Incident(context.fresh_id(), key, IncidentState.REPORTED, source, now, by, link=link, activity_at=now)


def _look_at(
    context: Context,
    key: AccessKeyId,
    pairs: Iterable[Pair],
    by: str,
    source: Source,
    link: str | None,
    now: datetime,
) -> Leak:
    with context.work.begin() as tx:
        fresh = of_key(tx, context.catalog, key, now).on(_new(context, key, by, source, link, now))
        known = next(iter(tx.incidents.open_for([key])), None)
    about = known if fresh.whose is Whose.UNKNOWN and known is not None else fresh  # AWS said more than the ledger
    able = about.whose in CONTAINABLE and (
        source is Source.DISOWNED or (source in BY_A_PERSON and people.may_contain(context, about, by))
    )
    places = people.places(context, about, everybody=able)
    return Leak(fresh, able, places, None if able else _proof(context, about, pairs, now))


def _proof(context: Context, incident: Incident, pairs: Iterable[Pair], now: datetime) -> str | None:
    """Signed here, where the secrets are, and sent by the worker. Only about accounts in which Latchkey can act."""
    key = incident.access_key_id
    account = context.catalog.accounts.get(incident.account) if incident.account else None
    if incident.whose not in CONTAINABLE or not key.startswith("AKIA"):
        return None
    partition = account.partition if account else "aws"
    return sts_proof.write(sts_proof.sign(key, each.secret, partition, now) for each in pairs if each.key == key)


def _write(
    context: Context,
    leaks: Sequence[Leak],
    by: str,
    source: Source,
    delivery: DeliveryId | None,
    now: datetime,
    left_out: Sequence[AccessKeyId],
) -> Reported:
    settled: dict[AccessKeyId, Incident] = {}
    opened: set[str] = set()
    leaks = [each for each in leaks if each.incident.access_key_id not in left_out]
    with context.work.begin(delivery) as tx:
        if source in BY_A_PERSON and not all(each.at_once for each in leaks):
            tx.count(LEAKS, by, now)
        for leak in sorted(leaks, key=lambda each: each.incident.access_key_id):  # one order: no deadlock
            stands, new = _settle(tx, leak, by, source, now)
            settled[leak.incident.access_key_id] = stands
            opened |= {stands.id} if new else set()
    return Reported(tuple(settled[each.incident.access_key_id] for each in leaks), frozenset(opened), tuple(left_out))


def _settle(tx: Transaction, leak: Leak, by: str, source: Source, now: datetime) -> tuple[Incident, bool]:
    """Open an incident or join the open one. Returns it as it is now, and whether it is new."""
    found, new = _open_or_join(tx, leak.incident)
    if not found.is_open:
        return found, False
    public = source in BY_MACHINES and found.source not in BY_MACHINES
    if public:  # whoever reported it first: only an admin closes it now
        tx.incidents.set(found.id, source=source, reported_by=by, link=leak.incident.link or found.link)
        found = tx.incidents.get(found.id) or found
    if tx.incidents.report(Report(found.id, by, source, now)) or public:
        facts = {"key": found.access_key_id, "source": source.value, "account": found.account or ""}
        told = {name: value for name, value in facts.items() if value}
        tx.record(Tag.INCIDENT_REPORTED, found.id, by=by, at=now, facts=told)
    if found.state is IncidentState.REPORTED:
        _act(tx, _as_known(tx, found, leak.incident), leak, by, source, now)
    refresh.incident(tx, found.id)
    return tx.incidents.get(found.id) or found, new


def _open_or_join(tx: Transaction, fresh: Incident) -> tuple[Incident, bool]:
    """A key that is gone has one incident, however often it is reported."""
    last = tx.incidents.last_of(fresh.access_key_id) if fresh.whose is Whose.GONE else None
    if last is not None and last.whose is Whose.GONE and not last.is_open:
        return last, False
    while not tx.incidents.add(fresh):
        known = next(iter(tx.incidents.open_for([fresh.access_key_id])), None)
        locked = tx.incidents.lock(known.id) if known else None
        if locked is not None and locked.is_open:  # otherwise somebody closed it between the two statements
            return locked, False
    return fresh, True


def _as_known(tx: Transaction, found: Incident, fresh: Incident) -> Incident:
    """The ledger may know by now whose key it is."""
    if found.whose is not Whose.UNKNOWN or fresh.whose is Whose.UNKNOWN:
        return found
    holder = Holder.of(fresh)
    tx.incidents.set(found.id, **holder.columns)
    return holder.on(found)


def _act(tx: Transaction, found: Incident, leak: Leak, by: str, source: Source, now: datetime) -> None:
    if found.whose is Whose.GONE:
        close.end(tx, found, by=LATCHKEY, why=GONE, now=now)
    elif leak.at_once and begin(tx, found, by=by, now=now, places=leak.places):
        return
    else:
        _page_or_ask(tx, found, leak, source, now)


def _page_or_ask(tx: Transaction, found: Incident, leak: Leak, source: Source, now: datetime) -> None:
    """Page now, or once the worker has asked AWS, which takes a second. A bare id in a channel pages nobody."""
    if leak.proof is not None:
        both = sts_proof.joined(leak.proof, found.proof)  # a made-up pair doesn't push out the right one
        tx.incidents.set(found.id, proof=both, proof_at=now, next_try_at=None)
    if found.paged_at is not None or (source is Source.CHANNEL and leak.proof is None):
        return
    asks = leak.proof is not None or found.whose is Whose.UNKNOWN
    if source is not Source.CHANNEL and not asks:
        page.page(tx, found, leak.places, now)
        return
    page_at = now + (AUTHOR_HAS if source is Source.CHANNEL else LOOK_UP_HAS)
    tx.incidents.set(found.id, page_at=min(found.page_at or page_at, page_at))
