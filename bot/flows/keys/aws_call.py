"""Make one call to AWS about one key: check that it is still wanted, announce it, send it, record the outcome.

Issued and found keys are both deactivated, reactivated and deleted through `call_aws`.
"""

from collections.abc import Callable

from bot.domain.errors import AwsError, AwsRefused, Throttled, Unanswered
from bot.domain.keys.pending_call import Call, PendingCall
from bot.flows.keys.managed_key import ManagedKey
from bot.ports import Transaction

NO_SUCH_KEY = "NoSuchEntity"


def call_aws(
    key: ManagedKey,
    call: Call,
    by: str,
    *,
    still_wanted: Callable[[Transaction], bool],
    send: Callable[[], None],
    settle: Callable[[], bool],
) -> bool:
    """True when AWS did it and the ledger says so.

    `still_wanted` locks the key and reads it again, in the transaction that announces the call: someone may have
    changed their mind since the key was read. The announcement stays while AWS's answer is missing, so that what AWS
    shows later is known to be Latchkey's own doing. `settle` ends it, in the transaction that records the outcome.
    """
    context = key.context
    with context.work.begin() as tx:
        if not still_wanted(tx):
            return False
        unanswered = tx.calls.on(key.subject)
        tx.calls.begin(PendingCall(key.subject, call, by, context.clock.now()))
    try:
        send()
    except AwsError as error:
        if _was_refused(error):
            with context.work.begin() as tx:
                tx.calls.end(key.subject)
                if unanswered is not None and isinstance(error, Throttled):
                    tx.calls.begin(unanswered)  # a throttle says nothing about an earlier call whose answer was lost
        if isinstance(error, AwsRefused) and error.code == NO_SUCH_KEY:
            key.not_found()
        else:
            key.failed(error)
        return False
    return settle()


def _was_refused(error: AwsError) -> bool:
    """AWS answered, so it certainly didn't do it."""
    return isinstance(error, AwsRefused | Throttled) and not isinstance(error, Unanswered)


def own_call(tx: Transaction, subject: str, call: Call) -> PendingCall | None:
    """The call that Latchkey announced, where it explains what AWS shows. None: it was done outside Latchkey."""
    begun = tx.calls.on(subject)
    return begun if begun is not None and begun.call is call else None
