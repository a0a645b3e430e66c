"""Who owns an IAM user, and which key of the ledger is in a slot of the report."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.hygiene.credential_report import Line, Slot
from bot.domain.hygiene.inventory import FoundKey, Named, UserSeen, found_user, match
from bot.domain.ids import AccessKeyId, AccountName, CredentialId
from bot.domain.ownership.owner import Ownership
from bot.domain.usage.last_used import LastUsed
from tests.fakes import START

MAIN = AccountName("main")
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
OLD, YOUNG = START - 9 * DAY, START - DAY


def seen(**changes: object) -> UserSeen:
    return replace(UserSeen("reporting", "arn:aws:iam::1:user/reporting", OLD, {}, ()), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("policies", "quarantined"),
    [
        (("AWSCompromisedKeyQuarantine",), True),
        (("ReadOnlyAccess", "AWSCompromisedKeyQuarantineV3"), True),
        (("AWSCompromisedKeyQuarantineExempt",), False),
        ((), False),
    ],
)
def test_aws_quarantine_is_known_by_its_policies(policies: tuple[str, ...], quarantined: bool) -> None:
    assert found_user(MAIN, seen(policies=policies), None, Ownership(None), START).quarantined is quarantined


# --- slots ----------------------------------------------------------------------------------------------------------


def a_key(id_: str = "k1", slot: int | None = 1, **changes: object) -> FoundKey:
    made = FoundKey(id_, MAIN, "reporting", slot, OLD, True, OLD, OLD, AccessKeyId(f"AKIA{id_}".upper()))
    return replace(made, **changes)  # type: ignore[arg-type]


def matched(slots: Sequence[Slot], known: Sequence[FoundKey] = (), named: Sequence[Named] = ()) -> tuple[FoundKey, ...]:
    line = Line("reporting", "arn:aws:iam::1:user/reporting", OLD, None, None, tuple(slots))
    ids = iter(("new1", "new2"))
    return match(MAIN, line, known, named, START, lambda: next(ids))


def slot(number: int, made_at: object = OLD, *, active: bool = True) -> Slot:
    return Slot(number, active, made_at, LastUsed(None))  # type: ignore[arg-type]


def test_a_key_is_known_by_the_second_of_its_making_wherever_it_stands() -> None:
    (found,) = matched([slot(2, active=False)], [a_key()])
    assert (found.id, found.access_key_id, found.slot, found.active, found.seen_at) == ("k1", "AKIAK1", 2, False, START)


@pytest.mark.parametrize("off", [SECOND, -SECOND])
def test_a_second_off_is_another_key(off: timedelta) -> None:
    (found,) = matched([slot(1, OLD + off)], [a_key()])
    assert (found.id, found.access_key_id, found.first_seen_at) == ("new1", None, START)


def test_of_two_made_in_one_second_neither_has_a_name_whatever_was_known() -> None:
    named = [Named(AccessKeyId("AKIAK1"), OLD, CredentialId("c1"))]
    both = matched([slot(1), slot(2)], [a_key(), a_key("k2", 2)], named)
    assert [(each.id, each.access_key_id, each.credential) for each in both] == [("k1", None, None), ("k2", None, None)]


def test_what_latchkey_made_is_named_where_exactly_one_fits() -> None:
    own = Named(AccessKeyId("AKIAOWN"), OLD + timedelta(microseconds=7), CredentialId("c1"))
    (found,) = matched([slot(1)], named=[own])
    assert (found.access_key_id, found.credential) == ("AKIAOWN", "c1")
    (unnamed,) = matched([slot(1)], named=[own, replace(own, access_key_id=AccessKeyId("AKIATWO"))])
    assert (unnamed.access_key_id, unnamed.credential) == (None, None)
    (other,) = matched([slot(1, YOUNG)], named=[own])
    assert other.access_key_id is None


def test_a_key_beyond_the_slots_does_not_lend_its_name_to_one() -> None:
    (found,) = matched([slot(1)], [a_key(slot=None)])
    assert (found.id, found.access_key_id) == ("new1", None)
