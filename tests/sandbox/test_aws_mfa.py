"""MFA in the stand-in: two right codes in a row enable a device, and one gives a session that carries the flag."""

from datetime import timedelta

import pytest

from bot import totp
from bot.secret import Secret
from tests.sandbox.aws_world import BOUNDARY_DOCUMENT, READ_REPORTS, World
from tests.sandbox.test_aws_moto_fixes import refused_code

CODE_NEEDED = {
    "Effect": "Deny",
    "NotAction": "sts:GetSessionToken",
    "Resource": "*",
    "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
}


@pytest.fixture
def world():
    world = World()
    world.aws.start()
    world.aws.seed_demo(BOUNDARY_DOCUMENT, {})
    yield world
    world.close()


def device(world, name="d1"):
    found = world.client("iam").create_virtual_mfa_device(Path="/latchkey/", VirtualMFADeviceName=name)
    return found["VirtualMFADevice"]["SerialNumber"], Secret(found["VirtualMFADevice"]["Base32StringSeed"].decode())


def words(serial, pair, user="grant-1"):
    return {
        "UserName": user,
        "SerialNumber": serial,
        "AuthenticationCode1": pair[0],
        "AuthenticationCode2": pair[1],
    }


def enabled(world, user="grant-1", name="d1"):
    serial, seed = device(world, name)
    world.client("iam").enable_mfa_device(**words(serial, totp.last_two(seed, world.now), user))
    return serial, seed


def session(world, key, **more):
    return world.holder("sts", key).get_session_token(**more)["Credentials"]


def test_the_serial_number_has_the_path_and_the_seed_is_base32(world):
    serial, seed = device(world)
    assert serial == "arn:aws:iam::123456789012:mfa/latchkey/d1"
    assert len(totp.code(seed, world.now)) == 6


def test_only_two_codes_in_a_row_of_about_now_enable_it(world):
    world.user()
    serial, seed = device(world)
    old, current = totp.last_two(seed, world.now)
    hour_ago = totp.last_two(seed, world.now - timedelta(hours=1))
    iam = world.client("iam")
    for pair in ((current, old), (old, old), ("123456", "654321"), hour_ago):
        assert refused_code(iam.enable_mfa_device, **words(serial, pair)) == "InvalidAuthenticationCode"
    assert iam.list_mfa_devices(UserName="grant-1")["MFADevices"] == []
    iam.enable_mfa_device(**words(serial, (old, current)))
    assert [each["SerialNumber"] for each in iam.list_mfa_devices(UserName="grant-1")["MFADevices"]] == [serial]


def test_a_device_is_on_one_user_once_and_must_be_there(world):
    world.user()
    serial, seed = enabled(world)
    iam, pair = world.client("iam"), totp.last_two(seed, world.now)
    assert refused_code(iam.enable_mfa_device, **words(serial, pair)) == "EntityAlreadyExists"
    assert refused_code(iam.enable_mfa_device, **words(serial + "x", pair)) == "NoSuchEntity"
    assert refused_code(iam.delete_virtual_mfa_device, SerialNumber=serial) == "DeleteConflict"
    assert refused_code(iam.delete_user, UserName="grant-1") == "DeleteConflict"
    iam.deactivate_mfa_device(UserName="grant-1", SerialNumber=serial)
    iam.delete_virtual_mfa_device(SerialNumber=serial)
    assert refused_code(iam.delete_virtual_mfa_device, SerialNumber=serial) == "NoSuchEntity"


def test_a_ninth_device_is_refused(world):
    world.user()
    for number in range(8):
        enabled(world, name=f"d{number}")
    serial, seed = device(world, "ninth")
    pair = totp.last_two(seed, world.now)
    assert refused_code(world.client("iam").enable_mfa_device, **words(serial, pair)) == "LimitExceeded"


def test_the_bare_key_is_denied_and_the_session_by_code_is_allowed(world):
    key = world.user(policies=(READ_REPORTS, CODE_NEEDED))
    serial, seed = enabled(world)
    assert refused_code(lambda: world.read(key)) == "AccessDenied"
    without = session(world, key)
    assert refused_code(lambda: world.read(without)) == "AccessDenied"
    world.advance(seconds=30)
    by_code = session(world, key, SerialNumber=serial, TokenCode=totp.code(seed, world.now))
    assert world.read(by_code)


def test_a_code_that_is_wrong_used_old_or_anothers_gives_no_session(world):
    key, other = world.user(), world.user("grant-2")
    serial, seed = enabled(world)
    now = totp.code(seed, world.now)
    sts = world.holder("sts", key)
    assert refused_code(sts.get_session_token, SerialNumber=serial, TokenCode=now) == "AccessDenied", (
        "used to enable it"
    )
    world.advance(seconds=30)
    now = totp.code(seed, world.now)
    for wrong in ({"SerialNumber": serial}, {"TokenCode": now}, {"SerialNumber": serial + "x", "TokenCode": now}):
        assert refused_code(sts.get_session_token, **wrong) == "AccessDenied"
    unlike = f"{(int(now) + 1) % 1_000_000:06}"
    assert refused_code(sts.get_session_token, SerialNumber=serial, TokenCode=unlike) == "AccessDenied"
    theirs = world.holder("sts", other)
    assert refused_code(theirs.get_session_token, SerialNumber=serial, TokenCode=now) == "AccessDenied"
    sts.get_session_token(SerialNumber=serial, TokenCode=now)
    assert refused_code(sts.get_session_token, SerialNumber=serial, TokenCode=now) == "AccessDenied", "counts once"
    world.advance(minutes=5)
    assert refused_code(sts.get_session_token, SerialNumber=serial, TokenCode=now) == "AccessDenied", "old"


def test_a_session_by_code_may_call_iam_as_far_as_its_policies_go(world):
    key = world.user(policies=({"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"},))
    serial, seed = enabled(world)
    me = {"UserName": "grant-1"}
    assert refused_code(world.holder("iam", session(world, key)).get_user, **me) == "AccessDenied"
    world.advance(seconds=30)
    by_code = session(world, key, SerialNumber=serial, TokenCode=totp.code(seed, world.now))
    assert world.holder("iam", by_code).get_user(**me)["User"]["UserName"] == "grant-1"


def test_making_a_device_is_authorised_on_its_path(world):
    allow = {
        "Effect": "Allow",
        "Action": "iam:CreateVirtualMFADevice",
        "Resource": "arn:aws:iam::123456789012:mfa/latchkey/*",
    }
    mine = world.holder("iam", world.user(policies=[allow]))
    mine.create_virtual_mfa_device(Path="/latchkey/", VirtualMFADeviceName="d1")
    assert refused_code(mine.create_virtual_mfa_device, VirtualMFADeviceName="d1") == "AccessDenied"


def test_no_code_is_written_down(world):
    world.user()
    enabled(world)
    assert not [call for call in world.aws.calls if "AuthenticationCode1" in call.params]
