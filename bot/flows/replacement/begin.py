"""I replaced it: from then on the worker watches the key."""

from bot.domain.errors import Reason, Refused
from bot.domain.events import Tag
from bot.domain.ids import DeliveryId, SlackUserId
from bot.domain.replacement.means import Means
from bot.domain.replacement.watch import LOOK_EVERY, Watch
from bot.flows.context import Context
from bot.flows.replacement.key import find


def begin(context: Context, *, key: str, means: Means, by: SlackUserId, delivery: DeliveryId | None) -> Watch:
    """I replaced it. Raises Refused, AlreadyDone."""
    found = find(context, key, by)
    now = context.clock.now()
    made = Watch(
        found.id, found.account.name, found.user, found.access_key_id, means, by, now, now, now + LOOK_EVERY,
        found.credential,
    )  # fmt: skip
    with context.work.begin(delivery) as tx:
        if not tx.replacements.begin(made):
            before = tx.replacements.get(found.id) or made
            raise Refused(Reason.WATCHED_ALREADY, by=before.began_by, at=before.began_at)
        facts = {"key": made.access_key_id, "account": made.account, "user": made.user, "means": made.means.value}
        tx.record(Tag.REPLACEMENT_WATCHED, made.id, by=by, at=now, facts=facts)
    return made
