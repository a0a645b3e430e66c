"""Not a key: the author of a message in a watched channel says that nothing leaked, while nobody has decided yet."""

from bot.domain.errors import Reason, Refused
from bot.domain.ids import DeliveryId, SlackUserId
from bot.domain.leaks.incident import Incident, Source
from bot.domain.lifecycle import IncidentState
from bot.flows import access, queries
from bot.flows.context import Context
from bot.flows.leaks import opened
from bot.flows.leaks.decisions import close

SAID = "The author of the message says that it isn't a key."


def dismiss(context: Context, *, incident: str, by: SlackUserId, delivery: DeliveryId | None) -> Incident:
    """Only if nobody else reported the key, and nobody was paged about it. Raises Refused, AlreadyDone."""
    found = opened.read(context, incident)
    access.member(context.people, by)
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        fresh = opened.lock(tx, found.id)
        reports = tx.incidents.reports(fresh.id)
        if not reports or any(each.by != by or each.source is not Source.CHANNEL for each in reports):
            raise Refused(Reason.NOT_ITS_AUTHOR)
        if fresh.state is not IncidentState.REPORTED or fresh.paged_at is not None:
            raise Refused(Reason.SOMEBODY_WAS_FIRST, **queries.outcome(tx, fresh.id, fresh.state))
        if fresh.proof is not None:
            raise Refused(Reason.PAIR_ASKED)
        return close.end(tx, fresh, by=by, why=SAID, now=now)
