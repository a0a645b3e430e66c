"""Faults between boto3 and AWS: everything that can happen to a call, by name, for the tests of the adapter and flows.

The stand-in may carry a call out or not, and answer or not; the real botocore, with `felt_by`, is the client.
For a paged list use `aws.list_in_pages_of(n)`, for an outdated response `faults.rewrite(action, change)`.
"""

from collections.abc import Callable
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ReadTimeoutError
from botocore.httpsession import URLLib3Session

from bot.aws.accounts import Accounts
from bot.sandbox.aws import faults
from bot.sandbox.aws.faults import Fault
from bot.sandbox.aws.wire import Refusal

TOO_LATE = b"this answer comes when nobody waits for it any more"
WEATHER: dict[str, Fault] = {
    "throttled": faults.THROTTLED,
    "access denied": faults.DENIED,
    "not found": Fault(Refusal("NoSuchEntity", "It cannot be found (yet).", 404)),
    "limit exceeded": Fault(Refusal("LimitExceeded", "Cannot exceed quota.", 409)),
    "broken": faults.BROKEN,
    "broken, but done": Fault(faults.BROKEN.refusal, perform=True),
    "lost on the way there": faults.LOST_BEFORE,
    "lost on the way back": faults.LOST_AFTER,
    "timed out, but done": Fault(perform=True, change=lambda _body: TOO_LATE),
    "half an answer": Fault(perform=True, change=lambda body: body[: len(body) // 2]),
}
NOTHING_DONE = {"throttled", "access denied", "not found", "limit exceeded", "broken", "lost on the way there"}
TRANSIENT = set(WEATHER) - {"access denied", "not found", "limit exceeded"}
"""What the next try finds gone."""


def felt_by(made: Accounts) -> Callable[[], None]:
    """All its clients time out where planned, without a real wait. Returns how to undo it."""
    wire = URLLib3Session()

    def send(request: AWSPreparedRequest, **_: Any) -> Any:
        answer = wire.send(request)
        if answer.content == TOO_LATE:
            raise ReadTimeoutError(endpoint_url=request.url)
        return answer

    made._boto().events.register("before-send", send)
    return wire.close
