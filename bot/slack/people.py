"""Slack's people and user groups, cached briefly. If Slack doesn't answer, access is refused."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any, Generic, TypeVar

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.domain.errors import Reason, Refused
from bot.domain.ids import SlackUserId
from bot.ports import Person
from bot.slack.hidden_characters import without
from bot.slack.workspace import Workspace

PEOPLE_SECONDS = 60.0
GROUPS_SECONDS = 300.0
EDITS_SECONDS = 15.0  # when groups were edited: one call returns all of them
NOT_FULL = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger", "is_app_user")
NO_SUCH_GROUP = frozenset({"no_such_subteam", "subteam_not_found", "subteam_disabled"})  # final: nobody is in it
NO_SUCH_PERSON = frozenset({"user_not_found", "users_not_found", "user_not_visible"})
RATE_LIMITED = frozenset({"ratelimited", "rate_limited"})
SILENT_SECONDS = 60.0  # how long sweeps don't call a Slack that doesn't answer
SLACK_IS_AWAY = (SlackClientError, OSError, HTTPException)

NEVER = datetime(1970, 1, 1, tzinfo=UTC)

log = structlog.get_logger(__name__)

T = TypeVar("T")


def _unreadable(away: Exception) -> Refused:
    """With `wait` in seconds if Slack rate-limits us or doesn't answer at all."""
    return Refused(Reason.PEOPLE_UNREADABLE, wait=_wait(away))


def _wait(away: Exception) -> float:
    if not isinstance(away, SlackApiError) or away.response.status_code >= 500:
        return SILENT_SECONDS
    return retry_after(away) if is_rate_limit(away) else 0.0


def is_rate_limit(refused: SlackApiError) -> bool:
    return refused.response.status_code == 429 or refused.response.get("error") in RATE_LIMITED


def retry_after(refused: SlackApiError) -> float:
    """In seconds, as the header says."""
    headers = refused.response.headers or {}
    return float(headers.get("Retry-After") or headers.get("retry-after") or 1)


class Remembered(Generic[T]):
    """A small cache by age. Failures aren't cached."""

    def __init__(self, seconds: float, ask: Callable[[str], T], tick: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._ask, self._tick = seconds, ask, tick
        self._rows: dict[str, tuple[float, T]] = {}
        self._guard = threading.Lock()

    def get(self, key: str) -> T:
        with self._guard:
            row = self._rows.get(key)
        if row is not None and self._tick() - row[0] < self._seconds:
            return row[1]
        value = self._ask(key)
        self.put(key, value)
        return value

    def put(self, key: str, value: T) -> None:
        with self._guard:
            self._rows[key] = (self._tick(), value)

    def missing(self, keys: Iterable[str]) -> set[str]:
        with self._guard:
            fresh = {key for key, (at, _) in self._rows.items() if self._tick() - at < self._seconds}
        return set(keys) - fresh

    def forget(self, key: str) -> None:
        with self._guard:
            self._rows.pop(key, None)


def _moment(seconds: object) -> datetime | None:
    """Of Slack's date_update. None for what is no date."""
    try:
        return datetime.fromtimestamp(int(str(seconds)), UTC)
    except (ValueError, OverflowError, OSError):
        return None


class SlackPeople:
    def __init__(self, client: WebClient, workspace: Workspace, tick: Callable[[], float] = time.monotonic) -> None:
        self._client, self._workspace = client, workspace
        self._people = Remembered(PEOPLE_SECONDS, self._info, tick)
        self._groups = Remembered(GROUPS_SECONDS, self._members, tick)
        self._edits = Remembered(EDITS_SECONDS, self._edited, tick)
        self._dates: dict[str, datetime | None] = {}
        self._guard = threading.Lock()

    def prefetch(self, ids: Iterable[str]) -> None:
        """Several user groups are read in one call: a window has to open within 3 s. People are read one at a time."""
        unread = self._groups.missing(each for each in ids if each.startswith("S"))
        if len(unread) < 2:
            return
        try:
            rows: list[dict[str, Any]] = self._client.usergroups_list(include_users=True)["usergroups"]
        except SLACK_IS_AWAY:
            return
        for row in rows:
            if row["id"] in unread and "users" in row:
                self._groups.put(row["id"], frozenset(row["users"]))

    def find(self, person: SlackUserId) -> Person:
        try:
            return self._people.get(person)
        except SLACK_IS_AWAY as away:
            raise _unreadable(away) from away

    def members_of(self, usergroups: Sequence[str]) -> frozenset[SlackUserId]:
        try:
            return frozenset[SlackUserId]().union(*(self._groups.get(each) for each in usergroups))
        except SLACK_IS_AWAY as away:
            raise _unreadable(away) from away

    def find_by_email(self, address: str) -> Person | None:
        try:
            user: dict[str, Any] = self._client.users_lookupByEmail(email=address)["user"]
            return self._person(user)
        except SlackApiError as refused:
            if refused.response.get("error") in NO_SUCH_PERSON:
                return None
            raise _unreadable(refused) from refused
        except SLACK_IS_AWAY as away:
            raise _unreadable(away) from away

    def changed_at(self, usergroups: Sequence[str]) -> datetime | None:
        """When one of these groups was last edited; None where Slack does not say. One that is gone has no members."""
        try:
            edited = self._edits.get("")
        except SLACK_IS_AWAY:
            return None
        found = [edited[each] for each in usergroups if each in edited]
        known = [each for each in found if each is not None]
        return max(known, default=NEVER) if len(known) == len(found) else None

    def _edited(self, _all: str) -> dict[str, datetime | None]:
        rows: list[dict[str, Any]] = self._client.usergroups_list(include_disabled=True)["usergroups"]
        fresh = {row["id"]: _moment(row.get("date_update")) for row in rows}
        with self._guard:
            before, self._dates = self._dates, fresh
        for usergroup, date in fresh.items():
            if before.get(usergroup) != date:
                self._groups.forget(usergroup)
        return fresh

    def _info(self, person: str) -> Person:
        try:
            return self._person(self._client.users_info(user=person)["user"])
        except SlackApiError as refused:
            if refused.response.get("error") not in NO_SUCH_PERSON:
                raise
            return Person(id=SlackUserId(person), team="", full_member=False)

    def _person(self, user: dict[str, Any]) -> Person:
        return Person(
            id=SlackUserId(user["id"]),
            team=user.get("team_id", ""),
            full_member=not any(user.get(each) for each in NOT_FULL) and self._workspace.is_ours(user),
            name=user.get("name", ""),
            title=without(str((user.get("profile") or {}).get("title") or "")),
            time_zone=user.get("tz") or "UTC",
        )

    def _members(self, usergroup: str) -> frozenset[SlackUserId]:
        try:
            return frozenset(self._client.usergroups_users_list(usergroup=usergroup)["users"])
        except SlackApiError as refused:
            if refused.response.get("error") not in NO_SUCH_GROUP:
                raise
            log.warning("a user group that the catalog names is gone from Slack", usergroup=usergroup)
            return frozenset()
