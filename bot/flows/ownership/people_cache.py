"""People for sweeps: Slack's answers are kept in the ledger for hours, and the calls to Slack are paced.

`users.info` allows about 100 calls a minute for the whole app, and button presses need some of them
(https://docs.slack.dev/apis/web-api/rate-limits). A sweep that needs more than its share gets the rest later: people
whom it couldn't ask about are recorded, and `ask_wanted` asks about them in turn. A decision never relies on this.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from bot.domain import retry
from bot.domain.errors import Reason, Refused
from bot.domain.ids import SlackUserId
from bot.domain.schedule import CLOCKS_DIFFER
from bot.ports import Clock, Known, People, Person, UnitOfWork

KNOWN_FOR = timedelta(hours=3)  # an answer that young is not asked for again
LAST_RESORT = timedelta(days=1)  # an answer that old is still used where Slack can't be asked now
MINUTE, CALLS = timedelta(minutes=1), 40  # how many calls a minute all sweeps of a worker make together
TRIED = timedelta(minutes=10)  # until somebody about whom Slack gave an error is asked about again
WANTED = timedelta(days=1)  # until nobody waits for it any more

T = TypeVar("T")


class Pace:
    """CALLS a minute; none while Slack rate-limits us or doesn't answer."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._guard = clock, threading.Lock()
        self._since, self._taken = clock.now(), 0
        self._resumes: datetime | None = None

    def take(self) -> bool:
        """False if no call is left now."""
        now = self._clock.now()
        with self._guard:
            if not self._since <= now < self._since + MINUTE:  # a clock that was set back begins a new minute, too
                self._since, self._taken = now, 0
            if self._resumes is not None and now < self._resumes <= now + retry.RETRY_AFTER_MOST:
                return False
            self._taken += 1
            return self._taken <= CALLS

    def rest(self, seconds: float) -> None:
        with self._guard:
            self._resumes = self._clock.now() + min(timedelta(seconds=seconds), retry.RETRY_AFTER_MOST)


class KnownPeople:
    """ports.People for sweeps. Raises Refused(PEOPLE_UNREADABLE) if Slack has yet to be asked."""

    def __init__(self, work: UnitOfWork, clock: Clock, people: People) -> None:
        self._work, self._clock, self._people = work, clock, people
        self._pace, self._guard = Pace(clock), threading.Lock()
        self._ahead, self._ahead_since = dict[str, Known | None](), clock.now()

    def find(self, person: SlackUserId) -> Person:
        facts = self._facts(person)
        full, zone = bool(facts["full_member"]), str(facts["time_zone"])
        return Person(person, str(facts["team"]), full_member=full, time_zone=zone)

    def members_of(self, usergroups: Sequence[str]) -> frozenset[SlackUserId]:
        return frozenset(SlackUserId(each) for group in usergroups for each in self._facts(group)["members"])

    def changed_at(self, usergroups: Sequence[str]) -> datetime | None:
        return self._people.changed_at(usergroups)

    def find_by_email(self, address: str) -> Person | None:
        return self._asked(lambda: self._people.find_by_email(address))

    def prefetch(self, ids: Iterable[str]) -> None:
        """Read these once. For the next minute, nobody reads or asks about them again."""
        found = self._learn(ids)
        with self._guard:
            self._ahead, self._ahead_since = found, self._clock.now()

    def ask_wanted(self) -> int:
        """Ask Slack about people whom a sweep couldn't ask about. Returns how many answers there were."""
        now = self._clock.now()
        with self._work.begin() as tx:
            wanted = tx.presences.lookups_due(now - WANTED, now - TRIED, CALLS)
        return len(self._ask(wanted))

    def _facts(self, id_: str) -> Mapping[str, Any]:
        now = self._clock.now()
        with self._guard:
            was_read = self._ahead_since <= now < self._ahead_since + MINUTE and id_ in self._ahead
            known = self._ahead.get(id_)
        if not was_read:
            known = self._learn([id_]).get(id_)
        if known is None or not _is_younger(known, LAST_RESORT, now):
            raise Refused(Reason.PEOPLE_UNREADABLE)
        return known.facts

    def _learn(self, ids: Iterable[str]) -> dict[str, Known | None]:
        """Take what the ledger has, and ask Slack where that is too old."""
        now, wanted = self._clock.now(), tuple(dict.fromkeys(ids))
        with self._work.begin() as tx:
            known = dict[str, Known | None](dict.fromkeys(wanted)) | dict(tx.presences.by_ids(wanted))
        old = [id_ for id_, each in known.items() if each is None or not _is_younger(each, KNOWN_FOR, now)]
        return known | self._ask(old)

    def _ask(self, ids: Sequence[str]) -> dict[str, Known]:
        """Ask Slack while the pace allows, and record the answers and the people who are still to be asked about.

        Each in its own transaction: rows are locked in the order of their ids, so that two workers can't deadlock.
        """
        now, answers, failed = self._clock.now(), dict[str, Known](), list[str]()
        for each in ids:
            try:
                answers[each] = Known(each, self._asked(partial(self._answer, each)), now)
            except Refused as refused:
                if refused.facts.get("wait"):
                    break
                failed.append(each)
        if answers:
            with self._work.begin() as tx:
                tx.presences.store(answers.values())
        if missing := [each for each in ids if each not in answers]:
            with self._work.begin() as tx:
                tx.presences.request(missing, now)
                tx.presences.mark_failed(failed, now)
        return answers

    def _answer(self, id_: str) -> Mapping[str, Any]:
        if id_.startswith("S"):
            return {"members": sorted(self._people.members_of([id_]))}
        found = self._people.find(SlackUserId(id_))
        return {"team": found.team, "full_member": found.full_member, "time_zone": found.time_zone}

    def _asked(self, ask: Callable[[], T]) -> T:
        if not self._pace.take():
            raise Refused(Reason.PEOPLE_UNREADABLE, wait=MINUTE.total_seconds())
        try:
            return ask()
        except Refused as refused:
            if wait := refused.facts.get("wait"):
                self._pace.rest(float(str(wait)))
            raise


def _is_younger(known: Known, than: timedelta, now: datetime) -> bool:
    return now - than < known.read_at <= now + CLOCKS_DIFFER
