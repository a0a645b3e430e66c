"""This wasn't me: revoke the grant and open an incident about its key, in one transaction. Contained at once."""

from bot.domain.grant import Grant
from bot.domain.ids import CredentialId, DeliveryId, SlackUserId
from bot.flows import recipients
from bot.flows.context import Context
from bot.flows.issuing.collect import owned
from bot.flows.leaks import report
from bot.flows.lifecycle import revoke


def disown(context: Context, *, credential: CredentialId, by: SlackUserId, delivery: DeliveryId | None) -> Grant:
    """Returns the grant as it was before. Raises Refused, AlreadyDone.

    A credential that was never made has no key, so there's nothing that could have leaked.
    """
    with context.work.begin() as tx:
        row, grant = owned(tx, credential, by)
    told = recipients.of_compromise(context.people, context.catalog, grant)
    leak = report.prepare_disowned(context, row.access_key_id, by) if row.access_key_id else None
    with context.work.begin(delivery) as tx:
        revoke.end_compromised(tx, grant, credential, by=by, now=context.clock.now(), places=told)
        if leak is not None:
            report.settle_disowned(tx, leak, by)
    return grant
