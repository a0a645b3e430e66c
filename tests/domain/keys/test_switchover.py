"""The verdict on an old key, as a table over AWS's answers, and how often AWS is asked."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain.credential import Credential
from bot.domain.keys.switchover import Proof, Verdict, ask_after
from bot.domain.lifecycle import CredentialState
from tests.fakes import START
from tests.store.rows import a_credential

NOW = START
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def key(used: timedelta | None, *, read: timedelta | None = timedelta(0), first: bool = False) -> Credential:
    """Last used and last read this long ago; None: never."""
    return replace(
        a_credential(state=CredentialState.LIVE, access_key_id="AKIA1", slot=1),
        used_at=NOW - used if used is not None else None,
        used_read_at=NOW - read if read is not None else None,
        first_used_at=NOW - HOUR if first else None,
    )


@pytest.mark.parametrize(
    ("old", "new_in_use", "verdict"),
    [
        (key(timedelta(minutes=12)), True, Verdict.IN_USE),
        (key(timedelta(minutes=12)), False, Verdict.IN_USE),
        (key(DAY - timedelta(seconds=1)), True, Verdict.IN_USE),
        (key(-HOUR), True, Verdict.IN_USE),  # AWS's clock is ahead of ours
        (key(DAY), True, Verdict.SAFE),
        (key(None), True, Verdict.SAFE),
        (key(DAY), False, Verdict.QUIET),
        (key(None), False, Verdict.QUIET),
        (key(None, read=None), True, Verdict.UNKNOWN),
        (key(DAY, read=None), True, Verdict.UNKNOWN),
        (key(HOUR, read=None), True, Verdict.UNKNOWN),
        (key(DAY, read=3 * HOUR), True, Verdict.UNKNOWN),  # too old to count
        (key(DAY, read=-timedelta(minutes=5)), True, Verdict.SAFE),  # another host's clock
        (key(DAY, read=-HOUR), True, Verdict.UNKNOWN),  # stored with a wrong clock
    ],
)
def test_the_verdict(old: Credential, new_in_use: bool, verdict: Verdict) -> None:
    assert Proof(old, key(HOUR, first=new_in_use), NOW).verdict is verdict


def test_without_a_new_key_there_is_no_verdict() -> None:
    assert Proof(key(DAY), None, NOW).verdict is Verdict.QUIET


def test_the_mark_stays_while_the_message_would_say_the_same() -> None:
    old, new = key(HOUR), key(HOUR, first=True)
    mark = Proof(old, new, NOW).mark
    assert Proof(replace(old, used_read_at=NOW + HOUR), replace(new, used_at=NOW), NOW + HOUR).mark == mark
    assert Proof(replace(old, used_at=NOW), new, NOW).mark != mark
    assert Proof(old, replace(new, first_used_at=None), NOW).mark != mark
    assert Proof(old, replace(new, used_read_at=None), NOW).mark != mark
    assert len(mark) < 128


@pytest.mark.parametrize(
    ("since", "pause"),
    [
        (timedelta(0), timedelta(minutes=3)),
        (timedelta(minutes=59), timedelta(minutes=3)),
        (timedelta(hours=1), timedelta(minutes=15)),
        (timedelta(days=1), timedelta(hours=1)),
        (timedelta(days=400), timedelta(hours=1)),
    ],
)
def test_it_is_asked_often_at_first(since: timedelta, pause: timedelta) -> None:
    now: datetime = NOW + since
    assert ask_after(key(HOUR), replace(key(HOUR), live_at=NOW), now) == pause
