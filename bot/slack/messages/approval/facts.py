"""What only Slack knows about a request's people. Read before the transaction in which the message is drawn."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.catalog import Catalog, Entitlement
from bot.domain.errors import Refused
from bot.domain.events import Notice
from bot.domain.ids import RequestId
from bot.domain.lifecycle import RequestState
from bot.domain.requests.request import Request
from bot.domain.subjects import row_id
from bot.flows.requests import routing
from bot.flows.requests.routing import Asked
from bot.ports import OutboxItem, People, Person, UnitOfWork
from bot.slack.messages.entitlement_of import ASKING

LATELY = timedelta(hours=24)  # a change of an approver group within it is shown


@dataclass(frozen=True, slots=True)
class SlackFacts:
    people: Mapping[str, Person] = field(default_factory=dict)  # the requester and the owner, if Slack answered
    asked: Asked | None = None  # who is asked about an open request
    group_changed_at: datetime | None = None  # an approver group, within the last day


def read(work: UnitOfWork, people: People, catalog: Catalog, item: OutboxItem, now: datetime) -> SlackFacts:
    """Never raises: what Slack doesn't say isn't shown."""
    emergency = item.notice is Notice.BREAK_GLASS
    if item.notice not in ASKING and not emergency:
        return SlackFacts()
    with work.begin() as tx:
        request = tx.requests.get(RequestId(row_id(item.subject)))
    entitlement = catalog.entitlements.get(request.entitlement) if request else None
    if request is None or entitlement is None:
        return SlackFacts()
    if emergency:
        return SlackFacts(asked=routing.who_is_asked(people, catalog, entitlement, request))
    parties = dict(_parties(people, request))
    if request.state is not RequestState.REQUESTED:
        return SlackFacts(parties)
    changed_at = _group_changed(people, catalog, entitlement, now)
    return SlackFacts(parties, routing.who_is_asked(people, catalog, entitlement, request), changed_at)


def _parties(people: People, request: Request) -> Iterator[tuple[str, Person]]:
    for each in request.parties:
        try:
            yield each, people.find(each)
        except Refused:
            continue


def _group_changed(people: People, catalog: Catalog, entitlement: Entitlement, now: datetime) -> datetime | None:
    """When a user group of the approvers was last edited, if that is recent: anybody may have joined it."""
    groups = [one for each in catalog.chain_of(entitlement) for one in each.usergroups]
    changed = people.changed_at(groups) if groups else None
    return changed if changed is not None and now - changed < LATELY else None
