"""People for sweeps: what Slack said is kept in the ledger for hours, and Slack is asked at a pace.

`users.info` takes about 100 calls a minute for the whole app, and presses need some of them
(https://docs.slack.dev/apis/web-api/rate-limits). A sweep that needs more than its share gets the rest later: whom it
could not ask about is written down, and `ask_wanted` asks for them in turn. A decision never relies on this.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bot.domain.errors import Reason, Refused
from bot.domain.ids import SlackUserId
from bot.domain.schedule import CLOCKS_DIFFER
from bot.ports import Clock, Known, People, Person, Work

KNOWN_FOR = timedelta(hours=3)  # an answer that young is not asked for again
LAST_RESORT = timedelta(days=1)  # an answer that old is still used where Slack can't be asked now
MINUTE, CALLS = timedelta(minutes=1), 40  # how many calls a minute all sweeps of a worker make together
REST_MOST = timedelta(minutes=10)  # however long Slack asks for
TRIED = timedelta(minutes=10)  # until somebody about whom Slack gave an error is asked about again
WANTED = timedelta(days=1)  # until nobody waits for it any more

T = TypeVar("T")


class Pace:
    """CALLS a minute; none while Slack wants to be left alone, or does not answer."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._guard = clock, threading.Lock()
        self._since, self._taken = clock.now(), 0
        self._resumes: datetime | None = None

    def take(self) -> bool:
        """False where there is no call left now."""
        now = self._clock.now()
        with self._guard:
            if not self._since <= now < self._since + MINUTE:  # a clock that was set back begins a new minute, too
                self._since, self._taken = now, 0
            if self._resumes is not None and now < self._resumes <= now + REST_MOST:
                return False
            self._taken += 1
            return self._taken <= CALLS

    def rest(self, seconds: float) -> None:
        with self._guard:
            self._resumes = self._clock.now() + min(timedelta(seconds=seconds), REST_MOST)


class KnownPeople:
    """ports.People for sweeps. Raises Refused(PEOPLE_UNREADABLE) where Slack has yet to be asked."""

    def __init__(self, work: Work, clock: Clock, people: People) -> None:
        self._work, self._clock, self._people = work, clock, people
        self._pace = Pace(clock)
        self._read: dict[str, Known] = {}  # what the ledger holds, so that an inventory of thousands asks it once

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

    def ask_wanted(self) -> int:
        """Ask Slack about those whom a sweep could not ask about. How many answers there were."""
        now = self._clock.now()
        with self._work.begin() as tx:
            wanted = tx.presences.to_ask(now - WANTED, now - TRIED, CALLS)
        done = 0
        for each in wanted:
            try:
                self._ask(each)
            except Refused as refused:
                if refused.facts.get("wait"):
                    break
            else:
                done += 1
        return done

    def _facts(self, id_: str) -> Mapping[str, Any]:
        now = self._clock.now()
        known = self._read.get(id_)
        if known is None or not _is_younger(known, KNOWN_FOR, now):
            with self._work.begin() as tx:
                known = tx.presences.get(id_)
        if known is not None and _is_younger(known, KNOWN_FOR, now):
            self._read[id_] = known
            return known.facts
        try:
            return self._ask(id_)
        except Refused:
            with self._work.begin() as tx:
                tx.presences.want(id_, now)
            if known is not None and _is_younger(known, LAST_RESORT, now):
                return known.facts
            raise

    def _ask(self, id_: str) -> Mapping[str, Any]:
        now = self._clock.now()
        try:
            facts = self._asked(lambda: self._answer(id_))
        except Refused as refused:
            if not refused.facts.get("wait"):
                with self._work.begin() as tx:
                    tx.presences.unanswered(id_, now)
            raise
        with self._work.begin() as tx:
            tx.presences.keep(id_, facts, now)
        return facts

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
