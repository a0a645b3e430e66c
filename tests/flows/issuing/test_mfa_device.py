"""Keys with MFA: one device for all keys of a grant, its seed in the first envelope only, and none left over."""

from dataclasses import replace

import pytest

from bot import totp
from bot.domain.errors import AwsRefused, Doubtful, Throttled
from bot.domain.ids import CredentialId, GrantId
from bot.domain.lifecycle import CredentialState as C
from bot.flows.issuing import mfa_device
from bot.secret import Secret
from tests.fakes import ALICE
from tests.flows.catalog import MAIN
from tests.flows.world import World

CODED, PLAIN = "reports-coded", "reports-read"
FIELDS = {"access_key_id", "secret_access_key", "expires_at"}
OF_DEVICE = {"mfa_serial", "mfa_seed", "mfa_uri", "mfa_qr"}


def serial(credential: CredentialId) -> str:
    return f"arn:aws:iam::{MAIN.id}:mfa/latchkey/latchkey-{credential}"


def opened(world: World, credential: CredentialId) -> dict[str, str]:
    world.mint(credential)
    found = world.open(world.reveal())
    world.receipt()
    return found


def wants_code(world: World, grant: GrantId) -> bool:
    spec = world.iam.users[MAIN.id, world.grant(grant).iam_user].spec
    assert spec is not None
    return spec.entitlement.mfa


def test_the_envelope_of_a_first_key_brings_its_device(world: World) -> None:
    grant = world.granted(CODED)
    credential = world.collect(grant).id
    found = opened(world, credential)
    assert set(found) == FIELDS | OF_DEVICE
    seed = world.iam.seed_of(serial(credential))
    assert (found["mfa_serial"], found["mfa_seed"]) == (serial(credential), seed.reveal())
    assert found["mfa_uri"] == totp.uri(seed, f"{CODED}@{MAIN.id}").reveal()
    assert found["mfa_qr"] == totp.qr(Secret(found["mfa_uri"])).reveal()
    assert world.iam.devices == {serial(credential): world.grant(grant).iam_user}
    assert wants_code(world, grant)


def test_a_key_without_mfa_has_no_device(world: World) -> None:
    grant, credential = world.live(PLAIN)
    assert world.iam.devices == {}
    assert world.credential(credential).device is None
    assert not wants_code(world, grant)


def test_first_what_the_user_may_not_then_the_device_then_the_key(world: World) -> None:
    """A failed device costs no key, and no key ever exists without its Deny."""
    world.live(CODED)
    made = [name for name, _ in world.iam.calls if name in {"prepare", "create_device", "enable_device", "create_key"}]
    assert made == ["prepare", "create_device", "enable_device", "create_key"]


def test_a_rotation_shares_the_device_and_its_envelope_has_no_seed(world: World) -> None:
    grant, first = world.live(CODED, "30d")
    second = world.rotate(grant).id
    found = opened(world, second)
    assert set(found) == FIELDS | {"mfa_serial"}
    assert found["mfa_serial"] == serial(first)
    assert world.iam.count("create_device") == 1
    world.sweep()
    world.retire(first)
    world.pass_time(10)
    world.clock.advance(days=7)
    world.pass_time(60, every=15)
    assert world.credential(first).state is C.DELETED
    assert list(world.iam.devices) == [serial(first)], "the key that brought it is gone, the device is still needed"
    assert opened(world, world.rotate(grant).id)["mfa_serial"] == serial(first)


def test_no_make_a_new_one_brings_a_new_device_and_the_old_one_goes(world: World) -> None:
    """The person who opened the first link may have its seed."""
    grant = world.granted(CODED)
    first = world.collect(grant).id
    world.mint(first)
    world.reveal()
    second = world.replace(first).id
    found = opened(world, second)
    assert found["mfa_serial"] == serial(second)
    assert found["mfa_seed"] != world.iam.seed_of(serial(first)).reveal()
    world.pass_time(60, every=15)
    assert list(world.iam.devices) == [serial(second)]


def test_no_make_a_new_one_of_a_second_key_keeps_the_device_of_the_first(world: World) -> None:
    grant, first = world.live(CODED)
    second = world.rotate(grant).id
    world.mint(second)
    world.reveal()
    assert opened(world, world.replace(second).id)["mfa_serial"] == serial(first)
    world.pass_time(60, every=15)
    assert list(world.iam.devices) == [serial(first)]


@pytest.mark.parametrize("how", ["window closed", "not opened", "collected again"])
def test_what_was_never_revealed_leaves_no_device(world: World, how: str) -> None:
    grant = world.granted(CODED)
    if how == "window closed":
        world.notifier.closed.add("V1")
    first = world.collect(grant).id
    world.mint(first)
    if how == "not opened":
        world.pass_time(700, every=20)
    again = world.collect(grant).id
    assert world.credential(first).state is C.DISCARDED
    found = opened(world, again)
    assert found["mfa_serial"] == serial(again)
    world.pass_time(60, every=15)
    assert list(world.iam.devices) == [serial(again)]
    assert world.credential(first).device_gone_at is not None


@pytest.mark.parametrize(
    ("call", "error", "after"),
    [
        ("create_device", Throttled("CreateVirtualMFADevice", "Throttling"), False),
        ("create_device", Throttled("CreateVirtualMFADevice", "ConnectionClosedError"), True),
        ("enable_device", AwsRefused("EnableMFADevice", "InvalidAuthenticationCode"), False),
        ("enable_device", Throttled("EnableMFADevice", "ConnectionClosedError"), True),
        ("create_key", AwsRefused("CreateAccessKey", "AccessDenied"), False),
        ("create_key", Doubtful("CreateAccessKey", "ConnectionClosedError"), True),
    ],
)
def test_a_mint_that_aws_stops_leaves_nothing_and_can_be_tried_again(
    world: World, call: str, error: Exception, after: bool
) -> None:
    grant = world.granted(CODED)
    world.iam.fail_at(call, error, after=after)
    first = world.collect(grant).id
    world.mint(first)
    assert world.credential(first).state is C.FAILED
    assert ("credential:window", "V1") in world.items()
    world.pass_time(60, every=15)
    assert (world.iam.devices, world.iam.all_keys()) == ({}, {})
    again = world.collect(grant).id
    assert opened(world, again)["mfa_serial"] == serial(again)


def test_a_device_that_iam_may_not_show_yet_is_not_taken_for_gone(world: World) -> None:
    grant = world.granted(CODED)
    world.iam.fail_at("enable_device", AwsRefused("EnableMFADevice", "NoSuchEntity"))
    world.mint(world.collect(grant).id)
    world.clock.advance(seconds=29)
    world.reconcile()
    assert world.iam.count("drop_device") == 0
    world.clock.advance(seconds=1)
    world.reconcile()
    assert world.iam.devices == {}


def test_what_aws_does_not_remove_is_asked_again_later(world: World) -> None:
    grant = world.granted(CODED)
    world.iam.fail_at("create_key", AwsRefused("CreateAccessKey", "AccessDenied"))
    first = world.collect(grant).id
    world.mint(first)
    world.iam.fail_at("drop_device", Throttled("DeleteVirtualMFADevice", "Throttling"))
    world.clock.advance(seconds=30)
    assert mfa_device.clear(world.context) == 0
    assert world.credential(first).device_gone_at is None
    assert mfa_device.clear(world.context) == 0, "not at once"
    world.clock.advance(seconds=15)
    assert mfa_device.clear(world.context) == 1
    assert world.iam.devices == {}


def test_a_device_of_a_removed_account_does_not_block_the_queue(world: World) -> None:
    grant = world.granted(CODED)
    world.iam.fail_at("create_key", AwsRefused("CreateAccessKey", "AccessDenied"))
    first = world.collect(grant).id
    world.mint(first)
    world.clock.advance(seconds=30)
    world.catalog = replace(world.catalog, accounts={})
    assert mfa_device.clear(world.context) == 0
    assert world.credential(first).next_try_at is not None


@pytest.mark.parametrize("when", ["live", "never enabled", "rotated"])
def test_the_end_of_the_grant_takes_the_device_along(world: World, when: str) -> None:
    if when == "never enabled":
        grant = world.granted(CODED)
        world.iam.fail_at("enable_device", Throttled("EnableMFADevice", "Throttling"))
        world.mint(world.collect(grant).id)
        assert list(world.iam.devices.values()) == [None]
    else:
        grant, _ = world.live(CODED)
    if when == "rotated":
        world.rotated(grant)
    world.give_back(grant)
    world.reconcile()
    assert (world.iam.users, world.iam.devices) == ({}, {})
    with world.work.begin() as tx:
        rows = tx.credentials.of(grant)
    assert all(each.device_gone_at for each in rows if each.device)


def test_no_seed_is_in_the_ledger(world: World) -> None:
    grant = world.granted(CODED)
    credential = world.collect(grant).id
    world.mint(credential)
    seed = world.iam.seed_of(serial(credential)).reveal()
    world.reveal()
    world.receipt()
    with world.work.begin() as tx:
        rows = tx.credentials.of(grant)
        events = [event for row in rows for event in tx.audit.of(row.id)]
    assert seed not in repr(rows) + repr(events)
    assert serial(credential) in repr(rows)


def test_only_the_owner_acts_on_making_it(world: World) -> None:
    world.live(CODED)
    assert {by for name, _, by in world.iam.acts if name in {"create_device", "enable_device"}} == {ALICE}
