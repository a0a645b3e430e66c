"""Keys in messages of a watched channel: an incident for each that is ours, once for each message.

An account's number is in the key's id. A key that isn't in the ledger, of an account that the catalog lacks, is
somebody else's: nothing happens. The text is in memory alone.
"""

from bot.domain.events import LATCHKEY
from bot.domain.ids import AccessKeyId, SlackUserId
from bot.domain.keys.account_id import account_in
from bot.domain.leaks.incident import Incident, Source
from bot.domain.leaks.keys_in_text import Found
from bot.flows.context import Context
from bot.flows.leaks.report import report
from bot.ports import Transaction

KEYS_MOST = 5  # bare ids of one message; those with what may be a secret come first, and all of them


def seen(context: Context, found: Found, *, message: str, author: SlackUserId | None) -> tuple[Incident, ...]:
    """The incidents of this message's keys that nobody was asked about before.

    `message` identifies it, also after an edit. `author` is None for a bot, and for somebody of another workspace.
    """
    with context.work.begin() as tx:
        new = [each for each in found.keys if _ours(tx, context, each) and not tx.flag(_marker(message, each))]
    if not new:
        return ()
    paired = {each.key for each in found.pairs}
    some = sorted(new, key=lambda each: each not in paired)[: max(KEYS_MOST, len(paired))]
    ours = Found(tuple(some), tuple(each for each in found.pairs if each.key in some))
    reported = report(context, found=ours, by=author or LATCHKEY, source=Source.CHANNEL, delivery=None)
    with context.work.begin() as tx:
        for key in ours.keys:
            tx.set_flag(_marker(message, key), "seen", context.clock.now())
    return reported.incidents


def _ours(tx: Transaction, context: Context, key: AccessKeyId) -> bool:
    if account_in(key) in {each.id for each in context.catalog.accounts.values()}:
        return True
    return tx.credentials.by_key(key) is not None or tx.inventory.by_key(key) is not None


def _marker(message: str, key: AccessKeyId) -> str:
    return f"leak-seen/{message}/{key}"
