"""The ledger of requests and decisions."""

from datetime import datetime
from typing import Protocol

from bot.domain.ids import GrantId, RequestId, SlackUserId
from bot.domain.requests.question import Question
from bot.domain.requests.request import Decision, Request


class Requests(Protocol):
    def add(self, request: Request) -> None:
        """Raises LimitReached, at the latest on commit, if another request with its dedup_key is open."""
        ...

    def get(self, request: RequestId) -> Request | None: ...
    def lock(self, request: RequestId) -> bool:
        """Touch it while it is `requested`;

        False if it no longer is. Every rule over its decisions takes this lock first.
        """
        ...

    def mark_reminded(self, request: RequestId, at: datetime) -> bool:
        """True once, and only while it is `requested`."""
        ...

    def mark_escalated(self, request: RequestId, at: datetime, times: int) -> bool:
        """True once for each number of `times`, counted from 1, and only while it is `requested`."""
        ...

    def find_open(self, dedup_key: str) -> Request | None:
        """The one with this key that is `requested`."""
        ...

    def open_of(self, party: SlackUserId) -> tuple[Request, ...]:
        """Where this person is the requester or the owner."""
        ...

    def renewals_of(self, grant: GrantId) -> tuple[Request, ...]:
        """The open renewals. Lock order: the grant first, then these."""
        ...

    def approved_renewals_of(self, grant: GrantId) -> tuple[Request, ...]: ...
    def approved_by_rule(
        self,
        rule: int,
        requester: SlackUserId,
        *,
        since: datetime,
        until: datetime | None = None,
        other_than: RequestId,
    ) -> int:
        """How many of this requester's requests the rule approved after `since`, without one of them."""
        ...

    def set_rule(self, request: RequestId, rule: int) -> None:
        """Store which rule of the catalog approves it."""
        ...

    def open_all(self) -> tuple[Request, ...]: ...
    def due(self, now: datetime, most: int) -> tuple[Request, ...]:
        """`requested` and past decide_by."""
        ...


class Decisions(Protocol):
    def add(self, decision: Decision) -> bool:
        """False if this approver already decided on this request."""
        ...

    def of(self, request: RequestId) -> tuple[Decision, ...]: ...
    def on_open(self, approver: SlackUserId) -> frozenset[RequestId]:
        """The open requests on which this approver already decided."""
        ...


class Questions(Protocol):
    def add(self, question: Question) -> None: ...
    def get(self, question: str) -> Question | None: ...
    def of(self, request: RequestId) -> tuple[Question, ...]:
        """Oldest first."""
        ...

    def answer(self, question: str, text: str, at: datetime) -> bool:
        """False if it was answered before."""
        ...
