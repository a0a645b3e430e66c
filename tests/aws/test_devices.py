"""Keys with MFA on real boto3: the bare key may only request a session with a code; devices are created and deleted."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot import totp
from bot.aws import devices, policies
from bot.aws.iam import AwsIam
from bot.domain.errors import AwsError, AwsRefused, Throttled
from bot.domain.ids import AccessKeyId
from bot.ports import NewKey, NewSession
from bot.sandbox.aws.faults import Fault
from bot.secret import Secret
from tests.aws.kit import ACCOUNT, LEASE, MotoAws, entitlement, grant, spec
from tests.aws.test_teardown import AT_EACH_CALL
from tests.fakes import ALICE, START

CODED = entitlement("reports-coded", mfa=True)
SPEC = spec(CODED, of=grant(wanted=CODED))
USER = SPEC.grant.iam_user
SERIAL = "arn:aws:iam::123456789012:mfa/latchkey/latchkey-c1"


def with_device(aws: MotoAws, serial: str = SERIAL) -> Secret:
    """On the grant's user, created as the worker does."""
    seed = aws.iam.create_device(ACCOUNT, USER, serial, by=ALICE)
    aws.iam.enable_device(ACCOUNT, USER, serial, seed, by=ALICE)
    return seed


def by_code(aws: MotoAws, key: NewKey, code: str, serial: str = SERIAL) -> NewSession:
    found = aws.holder("sts", key).get_session_token(SerialNumber=serial, TokenCode=code)["Credentials"]
    secret, token = Secret(found["SecretAccessKey"]), Secret(found["SessionToken"])
    return NewSession(AccessKeyId(found["AccessKeyId"]), secret, token, found["Expiration"])


def test_the_bare_key_is_refused_and_a_session_by_code_works_until_the_lease_is_over(aws: MotoAws) -> None:
    aws.iam.prepare(SPEC, by=ALICE)
    seed = with_device(aws)
    key = aws.iam.create_key(ACCOUNT, USER, by=ALICE)
    assert aws.read(key) == "AccessDenied"
    bare = aws.holder("sts", key).get_session_token()["Credentials"]
    s3 = aws.client("s3", bare["AccessKeyId"], bare["SecretAccessKey"], bare["SessionToken"])
    assert aws.outcome(lambda: s3.get_object(Bucket="reports", Key="2026/q3.csv")) == "AccessDenied"
    aws.clock.advance(totp.STEP)  # the code that enabled the device is accepted only once
    right = totp.code(seed, aws.clock.now())
    assert aws.outcome(lambda: by_code(aws, key, "000000" if right != "000000" else "000001")) == "AccessDenied"
    session = by_code(aws, key, right)
    assert aws.read(session) == "done"
    assert aws.write(session) == "AccessDenied"
    aws.clock.advance(LEASE)
    assert aws.read(session) == "AccessDenied"


def test_a_second_key_of_the_user_shares_the_device(aws: MotoAws) -> None:
    aws.iam.prepare(SPEC, by=ALICE)
    seed = with_device(aws)
    keys = [aws.iam.create_key(ACCOUNT, USER, by=ALICE) for _ in range(2)]
    for key in keys:
        aws.clock.advance(totp.STEP)
        assert aws.read(key) == "AccessDenied"
        assert aws.read(by_code(aws, key, totp.code(seed, aws.clock.now()))) == "done"


def test_a_longer_lease_still_wants_the_code(aws: MotoAws) -> None:
    aws.iam.prepare(SPEC, by=ALICE)
    key = aws.iam.create_key(ACCOUNT, USER, by=ALICE)
    aws.iam.extend(replace(SPEC, grant=replace(SPEC.grant, lease_until=START + 3 * LEASE)), by=ALICE)
    aws.clock.advance(2 * LEASE)
    assert aws.read(key) == "AccessDenied"
    aws.iam.extend(spec(of=replace(SPEC.grant, lease_until=START + 3 * LEASE)), by=ALICE)
    assert aws.read(key) == "done", "the Deny of the code alone had refused it"


def test_the_deny_is_the_designs() -> None:
    (found,) = [row for row in policies.denies(CODED, START, [])["Statement"] if row["Sid"] == "CodeNeeded"]
    assert found == {
        "Sid": "CodeNeeded",
        "Effect": "Deny",
        "NotAction": "sts:GetSessionToken",
        "Resource": "*",
        "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
    }


def test_a_device_that_iam_shows_late_is_enabled_with_fresh_codes(aws: MotoAws) -> None:
    aws.iam.prepare(SPEC, by=ALICE)
    slow = AwsIam(aws.catalog, aws.clock, accounts=aws.accounts, sleep=lambda _: aws.clock.advance(minutes=2) and None)
    seed = slow.create_device(ACCOUNT, USER, SERIAL, by=ALICE)
    aws.aws.faults.delay_visibility("EnableMFADevice", times=2)
    slow.enable_device(ACCOUNT, USER, SERIAL, seed, by=ALICE)
    assert aws.devices() == {SERIAL: USER}


def test_an_enabling_that_is_sent_again_after_a_lost_answer_is_done(aws: MotoAws) -> None:
    aws.iam.prepare(SPEC, by=ALICE)
    seed = aws.iam.create_device(ACCOUNT, USER, SERIAL, by=ALICE)
    aws.aws.faults.lose_answer("EnableMFADevice")
    with pytest.raises(Throttled):
        aws.iam.enable_device(ACCOUNT, USER, SERIAL, seed, by=ALICE)
    aws.iam.enable_device(ACCOUNT, USER, SERIAL, seed, by=ALICE)
    assert aws.devices() == {SERIAL: USER}


def test_codes_that_aws_does_not_take_are_said_by_name(aws: MotoAws) -> None:
    aws.iam.prepare(SPEC, by=ALICE)
    slow = AwsIam(aws.catalog, Late(aws), accounts=aws.accounts, sleep=lambda _: None)  # type: ignore[arg-type]
    seed = slow.create_device(ACCOUNT, USER, SERIAL, by=ALICE)
    with pytest.raises(AwsRefused, match="EnableMFADevice: InvalidAuthenticationCode"):
        slow.enable_device(ACCOUNT, USER, SERIAL, seed, by=ALICE)
    assert aws.devices() == {SERIAL: None}


class Late:
    """A worker's clock that is wrong by a quarter of an hour."""

    def __init__(self, aws: MotoAws) -> None:
        self._clock = aws.clock

    def now(self) -> Any:
        return self._clock.now() - timedelta(minutes=15)


@pytest.mark.parametrize("odd", [{}, {"Base32StringSeed": None}, {"Base32StringSeed": b"\xff"}])
def test_an_answer_without_a_seed_is_refused(odd: dict[str, Any]) -> None:
    class Client:
        def create_virtual_mfa_device(self, **_: str) -> dict[str, Any]:
            return {"VirtualMFADevice": {"SerialNumber": SERIAL, **odd}}

    with pytest.raises(AwsRefused, match="NoSeedInAnswer"):
        devices.create(Client(), SERIAL)  # type: ignore[arg-type]


def test_a_device_on_another_user_is_not_taken_away(aws: MotoAws) -> None:
    aws.iam.prepare(SPEC, by=ALICE)
    aws.admin("iam").create_user(UserName="alice")
    seed = aws.iam.create_device(ACCOUNT, USER, SERIAL, by=ALICE)
    one, two = totp.last_two(seed, aws.clock.now())
    aws.admin("iam").enable_mfa_device(
        UserName="alice", SerialNumber=SERIAL, AuthenticationCode1=one, AuthenticationCode2=two
    )
    with pytest.raises(AwsRefused, match="DeleteConflict"):
        aws.iam.drop_device(ACCOUNT, USER, SERIAL, by=ALICE)
    assert aws.devices() == {SERIAL: "alice"}


@pytest.mark.parametrize("fault", AT_EACH_CALL)
def test_a_tear_down_goes_on_from_wherever_it_died_with_a_device_that_no_one_lists(aws: MotoAws, fault: Fault) -> None:
    """Created but never enabled, so ListMFADevices doesn't list it; once its user is gone, nothing else would."""
    aws.iam.prepare(SPEC, by=ALICE)
    on, off = f"{SERIAL}-on", f"{SERIAL}-off"
    with_device(aws, on)
    aws.iam.create_device(ACCOUNT, USER, off, by=ALICE)
    bring_back = aws.keep()
    index = 0
    while True:
        bring_back()
        assert aws.devices() == {on: USER, off: None}
        aws.aws.faults.at(index, fault)
        for _ in range(2):
            try:
                aws.iam.tear_down(SPEC.grant, ACCOUNT, devices=(on, off), by=ALICE)
            except AwsError:
                continue
        assert (aws.truth(USER), aws.devices()) == (None, {})
        if aws.aws.faults.waiting:
            break
        index += 1
    assert index > 15
