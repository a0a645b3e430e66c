"""The contract of ports.Iam, kept by the fake and by boto3 on the stand-in."""

import re
from datetime import timedelta

import pytest

from bot.domain.errors import (
    AwsRefused,
    BoundaryDiffers,
    Doubtful,
    ForeignUser,
    Throttled,
    TwoKeys,
    Unreadable,
)
from bot.domain.ids import AccessKeyId
from bot.domain.usage.last_used import LastUsed
from tests.aws.kit import ACCOUNT, SESSION, AwsWorld, grant, spec
from tests.fakes import ALICE, START

SPEC = spec()
USER = SPEC.grant.iam_user
NO_KEY = AccessKeyId("AKIAIOSFODNN7EXAMPLE")


def test_a_fresh_user_has_no_key_and_preparing_twice_is_harmless(world: AwsWorld) -> None:
    assert world.iam.keys_of(ACCOUNT, USER) is None
    world.iam.prepare(SPEC, by=ALICE)
    world.iam.prepare(SPEC, by=ALICE)
    assert world.iam.keys_of(ACCOUNT, USER) == ()
    assert world.iam.users_under(ACCOUNT) == (USER,)


@pytest.mark.parametrize("how", ["NoSuchEntity", "Differs"])
def test_no_user_is_made_under_a_boundary_that_is_missing_or_differs(world: AwsWorld, how: str) -> None:
    world.spoil_boundary(how)  # type: ignore[arg-type]
    with pytest.raises(BoundaryDiffers) as refused:
        world.iam.prepare(SPEC, by=ALICE)
    assert refused.value.code == how
    assert world.truth(USER) is None


@pytest.mark.parametrize("how", ["NoSuchEntity", "Differs"])
def test_no_lease_is_longer_under_a_boundary_that_is_missing_or_differs(world: AwsWorld, how: str) -> None:
    world.iam.prepare(SPEC, by=ALICE)
    world.spoil_boundary(how)  # type: ignore[arg-type]
    with pytest.raises(BoundaryDiffers) as refused:
        world.iam.extend(spec(of=grant(lasts=timedelta(days=2))), by=ALICE)
    assert refused.value.code == how
    assert world.lease(USER) == START + timedelta(hours=8)


def test_a_longer_lease_and_the_old_one_again_on_a_user_that_stands(world: AwsWorld) -> None:
    longer = spec(of=grant(lasts=timedelta(days=2)))
    world.iam.prepare(SPEC, by=ALICE)
    for wanted, until in ((longer, timedelta(days=2)), (longer, timedelta(days=2)), (SPEC, timedelta(hours=8))):
        world.iam.extend(wanted, by=ALICE)
        assert world.lease(USER) == START + until
    assert world.iam.keys_of(ACCOUNT, USER) == ()


def test_a_renewal_makes_no_user_and_touches_no_foreign_one(world: AwsWorld) -> None:
    with pytest.raises(AwsRefused) as refused:
        world.iam.extend(SPEC, by=ALICE)
    assert refused.value.code == "NoSuchEntity"
    assert world.truth(USER) is None
    world.foreign_user(USER)
    before = world.truth(USER)
    with pytest.raises(ForeignUser):
        world.iam.extend(SPEC, by=ALICE)
    assert world.truth(USER) == before


def test_a_foreign_user_of_that_name_is_neither_prepared_nor_given_a_key_nor_torn_down(world: AwsWorld) -> None:
    world.foreign_user(USER)
    before = world.truth(USER)
    with pytest.raises(ForeignUser):
        world.iam.prepare(SPEC, by=ALICE)
    with pytest.raises(ForeignUser):
        world.iam.create_key(ACCOUNT, USER, by=ALICE)
    with pytest.raises(ForeignUser):
        world.iam.tear_down(SPEC.grant, ACCOUNT, by=ALICE)
    assert world.truth(USER) == before
    assert world.iam.users_under(ACCOUNT) == ()


def test_a_key_is_made_once_and_listed(world: AwsWorld) -> None:
    world.iam.prepare(SPEC, by=ALICE)
    key = world.iam.create_key(ACCOUNT, USER, by=ALICE)
    assert (key.id[:4], len(key.id), len(key.secret.reveal())) == ("AKIA", 20, 40)
    assert key.created_at == START
    (seen,) = world.iam.keys_of(ACCOUNT, USER) or ()
    assert (seen.id, seen.active, seen.created_at) == (key.id, True, START)
    assert world.creations() == 1


def test_a_third_key_is_refused(world: AwsWorld) -> None:
    world.iam.prepare(SPEC, by=ALICE)
    for _ in range(2):
        world.iam.create_key(ACCOUNT, USER, by=ALICE)
    with pytest.raises(TwoKeys):
        world.iam.create_key(ACCOUNT, USER, by=ALICE)
    assert len(world.truth(USER) or {}) == 2


@pytest.mark.parametrize(
    ("kind", "error", "keys"),
    [
        ("lost", Doubtful, 1),
        ("broken", Doubtful, 0),
        ("throttled", Throttled, 0),
        ("refused", AwsRefused, 0),
        ("two keys", TwoKeys, 0),
    ],
)
def test_create_key_is_attempted_once_whatever_happens(
    world: AwsWorld, kind: str, error: type[Exception], keys: int
) -> None:
    world.iam.prepare(SPEC, by=ALICE)
    world.fail_create_key(kind)  # type: ignore[arg-type]
    with pytest.raises(error) as raised:
        world.iam.create_key(ACCOUNT, USER, by=ALICE)
    assert type(raised.value) is error
    assert world.creations() == 1
    assert len(world.truth(USER) or {}) == keys


def test_no_key_without_a_user(world: AwsWorld) -> None:
    with pytest.raises(AwsRefused, match="NoSuchEntity"):
        world.iam.create_key(ACCOUNT, USER, by=ALICE)


def test_a_key_is_switched_off_and_on(world: AwsWorld) -> None:
    world.iam.prepare(SPEC, by=ALICE)
    key = world.iam.create_key(ACCOUNT, USER, by=ALICE)
    world.iam.set_active(ACCOUNT, USER, key.id, active=False, by=ALICE)
    world.iam.set_active(ACCOUNT, USER, key.id, active=False, by=ALICE)
    assert world.truth(USER) == {key.id: False}
    world.iam.set_active(ACCOUNT, USER, key.id, active=True, by=ALICE)
    assert world.truth(USER) == {key.id: True}


def test_switching_off_what_is_gone_is_done_and_switching_it_on_is_refused(world: AwsWorld) -> None:
    world.iam.set_active(ACCOUNT, USER, NO_KEY, active=False, by=ALICE)
    world.iam.prepare(SPEC, by=ALICE)
    world.iam.set_active(ACCOUNT, USER, NO_KEY, active=False, by=ALICE)
    with pytest.raises(AwsRefused, match="NoSuchEntity"):
        world.iam.set_active(ACCOUNT, USER, NO_KEY, active=True, by=ALICE)


def test_a_key_is_deleted_and_deleting_it_again_is_done(world: AwsWorld) -> None:
    world.iam.delete_key(ACCOUNT, USER, NO_KEY, by=ALICE)
    world.iam.prepare(SPEC, by=ALICE)
    key = world.iam.create_key(ACCOUNT, USER, by=ALICE)
    world.iam.delete_key(ACCOUNT, USER, key.id, by=ALICE)
    world.iam.delete_key(ACCOUNT, USER, key.id, by=ALICE)
    assert world.truth(USER) == {}


def test_a_key_that_was_never_used_has_no_moment_and_one_that_cannot_be_read_is_unknown(world: AwsWorld) -> None:
    world.iam.prepare(SPEC, by=ALICE)
    key = world.iam.create_key(ACCOUNT, USER, by=ALICE)
    assert world.iam.last_used(ACCOUNT, key.id) == LastUsed(None)
    world.hide_last_use()
    with pytest.raises(Unreadable):
        world.iam.last_used(ACCOUNT, key.id)


def test_a_device_is_made_enabled_on_the_user_and_dropped(world: AwsWorld) -> None:
    world.iam.prepare(SPEC, by=ALICE)
    serial = world.iam.device_serial(ACCOUNT, "latchkey-c1")
    assert serial == "arn:aws:iam::123456789012:mfa/latchkey/latchkey-c1"
    seed = world.iam.create_device(ACCOUNT, USER, serial, by=ALICE)
    assert re.fullmatch(r"[A-Z2-7]{64}", seed.reveal())
    assert world.devices() == {serial: None}
    world.iam.enable_device(ACCOUNT, USER, serial, seed, by=ALICE)
    assert world.devices() == {serial: USER}
    for _ in range(2):
        world.iam.drop_device(ACCOUNT, USER, serial, by=ALICE)
        assert world.devices() == {}
    assert world.truth(USER) == {}


def test_a_device_that_is_on_no_user_or_whose_user_is_gone_is_dropped_too(world: AwsWorld) -> None:
    serial = world.iam.device_serial(ACCOUNT, "latchkey-c1")
    world.iam.create_device(ACCOUNT, USER, serial, by=ALICE)
    world.iam.drop_device(ACCOUNT, USER, serial, by=ALICE)
    assert world.devices() == {}


def test_the_name_of_a_device_is_given_once(world: AwsWorld) -> None:
    serial = world.iam.device_serial(ACCOUNT, "latchkey-c1")
    world.iam.create_device(ACCOUNT, USER, serial, by=ALICE)
    with pytest.raises(AwsRefused, match="EntityAlreadyExists"):
        world.iam.create_device(ACCOUNT, USER, serial, by=ALICE)


def test_another_devices_codes_enable_nothing(world: AwsWorld) -> None:
    world.iam.prepare(SPEC, by=ALICE)
    serials = [world.iam.device_serial(ACCOUNT, name) for name in ("c1", "c2")]
    seeds = [world.iam.create_device(ACCOUNT, USER, each, by=ALICE) for each in serials]
    with pytest.raises(AwsRefused, match="InvalidAuthenticationCode"):
        world.iam.enable_device(ACCOUNT, USER, serials[0], seeds[1], by=ALICE)
    assert set(world.devices().values()) == {None}


def test_no_device_is_enabled_without_a_user(world: AwsWorld) -> None:
    serial = world.iam.device_serial(ACCOUNT, "c1")
    seed = world.iam.create_device(ACCOUNT, USER, serial, by=ALICE)
    with pytest.raises(AwsRefused, match="NoSuchEntity"):
        world.iam.enable_device(ACCOUNT, USER, serial, seed, by=ALICE)


def test_a_tear_down_takes_the_devices_along_on_the_user_or_not(world: AwsWorld) -> None:
    world.iam.prepare(SPEC, by=ALICE)
    on, off = (world.iam.device_serial(ACCOUNT, name) for name in ("c1", "c2"))
    world.iam.enable_device(ACCOUNT, USER, on, world.iam.create_device(ACCOUNT, USER, on, by=ALICE), by=ALICE)
    world.iam.create_device(ACCOUNT, USER, off, by=ALICE)
    world.iam.tear_down(SPEC.grant, ACCOUNT, devices=(off,), by=ALICE)
    assert (world.truth(USER), world.devices()) == (None, {})
    world.iam.create_device(ACCOUNT, USER, off, by=ALICE)
    world.iam.tear_down(SPEC.grant, ACCOUNT, devices=(on, off), by=ALICE)
    assert world.devices() == {}, "also where the user is gone already"


def test_a_tear_down_leaves_nothing_and_is_harmless_when_repeated(world: AwsWorld) -> None:
    world.iam.tear_down(SPEC.grant, ACCOUNT, by=ALICE)
    world.iam.prepare(SPEC, by=ALICE)
    world.iam.create_key(ACCOUNT, USER, by=ALICE)
    world.iam.tear_down(SPEC.grant, ACCOUNT, by=ALICE)
    world.iam.tear_down(SPEC.grant, ACCOUNT, by=ALICE)
    assert world.truth(USER) is None
    assert world.iam.keys_of(ACCOUNT, USER) is None
    assert world.iam.users_under(ACCOUNT) == ()


@pytest.mark.parametrize(
    ("lasts", "seconds"),
    [(timedelta(minutes=5), 900), (timedelta(hours=8), 8 * 3600), (timedelta(days=7), 12 * 3600)],
)
def test_a_session_lasts_as_long_as_the_lease_between_aws_least_and_most(
    world: AwsWorld, lasts: timedelta, seconds: int
) -> None:
    wanted = spec(SESSION, of=grant(wanted=SESSION, lasts=lasts))
    assert world.iam.session_seconds(wanted, START) == seconds
    made = world.iam.assume(wanted, seconds, name="latchkey-g1-c1", by=ALICE)
    assert (made.id[:4], made.ends_at) == ("ASIA", START + timedelta(seconds=seconds))
    assert made.token.reveal() != made.secret.reveal()
