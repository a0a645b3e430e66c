"""The fakes keep their own contract."""

from datetime import timedelta

import pytest

from bot.domain.catalog import Account, Entitlement, Kind
from bot.domain.errors import AwsRefused, Doubtful, ForeignUser, Refused, TwoKeys, Unreadable
from bot.domain.grant import Grant
from bot.domain.ids import AccountName, CredentialId, EntitlementId, GrantId, RequestId
from bot.domain.lifecycle import GrantState
from bot.ports import Clock, Entropy, Iam, Notifier, People, UserSpec
from bot.secret import Secret
from tests.fakes import (
    ALICE,
    BOB,
    DAVE,
    START,
    CalledInTransaction,
    Crash,
    FakeClock,
    FakeIam,
    FakeNotifier,
    FakePeople,
    FixedEntropy,
)

ACCOUNT = Account(AccountName("main"), "123456789012")
ENTITLEMENT = Entitlement(EntitlementId("read"), "Read", ACCOUNT.name, Kind.ACCESS_KEY, timedelta(days=1), "platform")
GRANT = Grant(
    GrantId("g1"),
    RequestId("r1"),
    ENTITLEMENT.id,
    ACCOUNT.name,
    ALICE,
    timedelta(hours=8),
    GrantState.APPROVED,
    START,
    START,
)
SPEC = UserSpec(ACCOUNT, ENTITLEMENT, GRANT, ALICE, (BOB,))
USER = GRANT.iam_user


@pytest.fixture
def iam() -> FakeIam:
    return FakeIam(FakeClock())


def test_they_are_the_ports(iam: FakeIam) -> None:
    ports: tuple[Clock, Entropy, Iam, People, Notifier]
    ports = (FakeClock(), FixedEntropy(), iam, FakePeople(), FakeNotifier())
    assert len(ports) == 5


def test_a_user_holds_two_keys_and_no_third(iam: FakeIam) -> None:
    with pytest.raises(AwsRefused):
        iam.create_key(ACCOUNT, USER, by=ALICE)
    iam.prepare(SPEC, by=ALICE)
    first, second = (iam.create_key(ACCOUNT, USER, by=ALICE) for _ in range(2))
    assert first.id.startswith("AKIA")
    assert len(first.id) == 20
    assert len(first.secret.reveal()) == 40
    assert first.secret.reveal() != second.secret.reveal()
    with pytest.raises(TwoKeys):
        iam.create_key(ACCOUNT, USER, by=ALICE)
    iam.delete_key(ACCOUNT, USER, first.id, by=ALICE)
    iam.delete_key(ACCOUNT, USER, first.id, by=ALICE)
    assert set(iam.all_keys()) == {second.id}


def test_a_crash_comes_before_or_after_the_effect(iam: FakeIam) -> None:
    iam.prepare(SPEC, by=ALICE)
    iam.crash_at(1)
    with pytest.raises(Crash):
        iam.create_key(ACCOUNT, USER, by=ALICE)
    assert not iam.all_keys()
    iam.crash_at(2, after=True)
    with pytest.raises(Crash):
        iam.create_key(ACCOUNT, USER, by=ALICE)
    assert len(iam.all_keys()) == 1
    iam.fail_at("create_key", Doubtful("CreateAccessKey"), after=True)
    with pytest.raises(Doubtful):
        iam.create_key(ACCOUNT, USER, by=ALICE)
    assert (len(iam.all_keys()), iam.count("create_key")) == (2, 3)


def test_keys_are_switched_listed_late_and_torn_down(iam: FakeIam) -> None:
    assert iam.keys_of(ACCOUNT, USER) is None
    iam.prepare(SPEC, by=ALICE)
    key = iam.create_key(ACCOUNT, USER, by=ALICE)
    iam.set_active(ACCOUNT, USER, key.id, active=False, by=ALICE)
    assert [each.active for each in iam.keys_of(ACCOUNT, USER) or ()] == [False]
    iam.unlisted.add(key.id)
    assert iam.keys_of(ACCOUNT, USER) == ()
    assert iam.last_used(ACCOUNT, key.id).at is None
    iam.uses[key.id] = None
    with pytest.raises(Unreadable):
        iam.last_used(ACCOUNT, key.id)
    assert iam.users_under(ACCOUNT) == (USER,)
    iam.tear_down(GRANT, ACCOUNT, by=ALICE)
    assert iam.keys_of(ACCOUNT, USER) is None
    iam.set_active(ACCOUNT, USER, key.id, active=False, by=ALICE)
    with pytest.raises(AwsRefused):
        iam.set_active(ACCOUNT, USER, key.id, active=True, by=ALICE)


def test_a_foreign_user_is_refused(iam: FakeIam) -> None:
    iam.plant_key(ACCOUNT, USER)
    with pytest.raises(ForeignUser):
        iam.prepare(SPEC, by=ALICE)


def test_a_session_lasts_as_the_design_says(iam: FakeIam) -> None:
    assert iam.session_seconds(SPEC, START) == 8 * 3600
    iam.chained = True
    assert iam.session_seconds(SPEC, START) == 3600
    session = iam.assume(SPEC, 3600, by=ALICE, name="latchkey-g1-c1")
    assert (session.id[:4], session.ends_at) == ("ASIA", START + timedelta(hours=1))


def test_none_is_called_inside_a_transaction(iam: FakeIam) -> None:
    for fake in (iam, people := FakePeople(), notifier := FakeNotifier()):
        fake.in_transaction = lambda: True
    for call in (
        lambda: iam.keys_of(ACCOUNT, USER),
        lambda: people.find(ALICE),
        lambda: people.members_of(["S0PLATFORM"]),
        lambda: people.find_by_email("alice@example.com"),
        lambda: notifier.show_link("V1", Secret("x"), START, CredentialId("c1")),
    ):
        with pytest.raises(CalledInTransaction):
            call()


def test_people_fail_closed() -> None:
    people = FakePeople()
    assert people.find(ALICE).full_member
    assert not people.find(DAVE).full_member
    assert people.members_of(["S0PLATFORM", "S0NONE"]) == {BOB}
    assert people.find_by_email("alice@example.com") == people.find(ALICE)
    assert people.find_by_email("alice@elsewhere.com") is None
    people.readable = False
    with pytest.raises(Refused):
        people.find(ALICE)


def test_a_closed_window_takes_no_link() -> None:
    notifier = FakeNotifier(closed={"V1"})
    assert not notifier.show_link("V1", Secret("x"), START, CredentialId("c1"))
    assert notifier.show_link("V2", Secret("x"), START, CredentialId("c1"))
    assert [view for view, *_ in notifier.links] == ["V2"]


def test_the_clock_and_the_die_are_known() -> None:
    clock = FakeClock()
    assert clock.advance(minutes=10) == clock.now() == START + timedelta(minutes=10)
    assert FixedEntropy().bytes(16) == FixedEntropy().bytes(16)
