"""Tear-down on real boto3: everything is removed, wherever an earlier try stopped."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.domain.errors import AwsError, AwsRefused
from bot.sandbox.aws import faults
from bot.sandbox.aws.faults import Fault
from bot.secret import Secret
from bot.totp import last_two
from tests.aws.kit import ACCOUNT, READ, MotoAws, grant, policy, spec
from tests.fakes import ALICE

DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"

GRANT = grant()
USER = GRANT.iam_user
QUARANTINE = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"
READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
FAULTS = {
    "refused": faults.DENIED,
    "throttled": faults.THROTTLED,
    "answer lost": faults.LOST_AFTER,
}
AT_EACH_CALL = [
    pytest.param(fault, id=name, marks=() if name == "answer lost" else pytest.mark.long)
    for name, fault in FAULTS.items()
]


@pytest.fixture(scope="module")
def certificate() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "alice")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(7).not_valid_before(start).not_valid_after(start + timedelta(days=365))
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def hang_everything_on_it(aws: MotoAws, certificate: str, user: str = USER, *, groups: bool = True) -> None:
    """Everything that a person can add to a user in the console."""
    iam = aws.admin("iam")
    iam.create_login_profile(UserName=user, Password="Long-enough-1!")
    for number, path in enumerate(("/", "/latchkey/")):
        name = f"{user}-{number}"
        made = iam.create_virtual_mfa_device(VirtualMFADeviceName=name, Path=path)["VirtualMFADevice"]
        one, two = last_two(Secret(made["Base32StringSeed"].decode()), aws.clock.now())
        iam.enable_mfa_device(
            UserName=user, SerialNumber=made["SerialNumber"], AuthenticationCode1=one, AuthenticationCode2=two
        )
    iam.upload_signing_certificate(UserName=user, CertificateBody=certificate)
    iam.upload_ssh_public_key(UserName=user, SSHPublicKeyBody="ssh-rsa AAAA alice")
    iam.create_service_specific_credential(UserName=user, ServiceName="codecommit.amazonaws.com")
    iam.put_user_policy(UserName=user, PolicyName="by-hand", PolicyDocument=policy(READ))
    for arn in (READ_ONLY, QUARANTINE):
        iam.attach_user_policy(UserName=user, PolicyArn=arn)
    if groups:
        if not any(each["GroupName"] == "readers" for each in iam.list_groups()["Groups"]):
            iam.create_group(GroupName="readers")
        iam.add_user_to_group(GroupName="readers", UserName=user)


def test_every_leftover_goes(aws: MotoAws, certificate: str) -> None:
    key, _ = aws.mint(), aws.iam.create_key(ACCOUNT, USER, by=ALICE)
    hang_everything_on_it(aws, certificate)
    aws.iam.tear_down(GRANT, ACCOUNT, by=ALICE)
    assert aws.truth(USER) is None
    assert aws.read(key) == "InvalidAccessKeyId"
    devices = aws.admin("iam").list_virtual_mfa_devices()["VirtualMFADevices"]
    assert [each["SerialNumber"].rpartition(":")[2] for each in devices] == ["mfa/latchkey-g1-0"]


def test_nothing_works_any_more_before_anything_is_removed_and_denies_go_last(aws: MotoAws, certificate: str) -> None:
    aws.mint()
    hang_everything_on_it(aws, certificate)
    aws.aws.forget_calls()
    aws.iam.tear_down(GRANT, ACCOUNT, by=ALICE)
    acts = [
        f"{call.action} {call.params.get('PolicyName') or call.params.get('PolicyArn', '').rpartition('/')[2]}".strip()
        for call in aws.aws.calls
        if not call.action.startswith(("Get", "List"))
    ]
    assert acts == [
        "UpdateAccessKey",
        "DeleteUserPolicy latchkey-allow",
        "DeleteUserPolicy by-hand",
        "DetachUserPolicy AmazonS3ReadOnlyAccess",
        "PutUserPolicy latchkey-sessions-over",
        "DeleteAccessKey",
        "DeleteLoginProfile",
        "DeactivateMFADevice",
        "DeactivateMFADevice",
        "DeleteVirtualMFADevice",
        "DeleteSigningCertificate",
        "DeleteSSHPublicKey",
        "DeleteServiceSpecificCredential",
        "RemoveUserFromGroup",
        "DeleteUserPolicy latchkey-deny",
        "DeleteUserPolicy latchkey-sessions-over",
        "DetachUserPolicy AWSCompromisedKeyQuarantineV3",
        "DeleteUser",
    ]


@pytest.mark.parametrize("fault", AT_EACH_CALL)
def test_it_goes_on_from_wherever_it_died(aws: MotoAws, certificate: str, fault: Fault) -> None:
    aws.mint()
    hang_everything_on_it(aws, certificate)
    bring_back = aws.keep()
    index = 0
    while True:
        bring_back()
        assert aws.truth(USER)
        aws.aws.faults.at(index, fault)
        try:
            aws.iam.tear_down(GRANT, ACCOUNT, by=ALICE)
        except AwsError:
            aws.iam.tear_down(GRANT, ACCOUNT, by=ALICE)
        assert aws.truth(USER) is None
        if aws.aws.faults.waiting:
            break
        index += 1
    assert index > 25  # the fault lay beyond the last call: every index was tested


def test_a_boundary_taken_off_by_hand_does_not_block_a_revoke(aws: MotoAws) -> None:
    aws.mint()
    aws.aws.faults.deny("PutUserPolicy")
    aws.aws.forget_calls()
    aws.iam.tear_down(GRANT, ACCOUNT, by=ALICE)
    attached = [call.params["PolicyArn"] for call in aws.aws.calls if call.action == "AttachUserPolicy"]
    assert attached == [DENY_ALL]
    assert aws.truth(USER) is None


def test_a_full_user_still_takes_the_end_of_its_sessions(aws: MotoAws) -> None:
    """The Allows are removed before the last Deny is written, because both share IAM's 2,048 characters."""
    aws.mint()
    filler = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Sid":"%s"}]}'
    )
    iam = aws.admin("iam")
    iam.put_user_policy(UserName=USER, PolicyName="by-hand", PolicyDocument=filler % ("x" * 1600))
    aws.aws.forget_calls()
    aws.iam.tear_down(GRANT, ACCOUNT, by=ALICE)
    assert [call.status for call in aws.aws.calls if call.action == "PutUserPolicy"] == [200]
    assert aws.truth(USER) is None


def test_sessions_of_the_user_end_with_a_revoke_that_gets_stuck(aws: MotoAws) -> None:
    key = aws.mint()
    sts = aws.holder("sts", key)
    before = sts.get_session_token()["Credentials"]
    aws.clock.advance(minutes=5)
    aws.aws.faults.call_back("UpdateAccessKey", lambda: during.append(sts.get_session_token()["Credentials"]))
    during: list[dict[str, str]] = []
    aws.aws.faults.deny("DeleteAccessKey")
    with pytest.raises(AwsRefused, match="DeleteAccessKey"):
        aws.iam.tear_down(GRANT, ACCOUNT, by=ALICE)
    aws.admin("iam").put_user_policy(
        UserName=USER, PolicyName="latchkey-allow", PolicyDocument=spec().entitlement.policy or ""
    )
    for found in (before, *during):
        s3 = aws.client("s3", found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
        assert aws.outcome(lambda s3=s3: s3.get_object(Bucket="reports", Key="2026/q3.csv")) == "AccessDenied"
    assert len(during) == 1


def test_a_foreign_group_is_reported_with_the_call(aws: MotoAws, certificate: str) -> None:
    aws.mint()
    hang_everything_on_it(aws, certificate)
    aws.aws.faults.deny("RemoveUserFromGroup")
    with pytest.raises(AwsRefused) as refused:
        aws.iam.tear_down(GRANT, ACCOUNT, by=ALICE)
    assert (refused.value.call, refused.value.code) == ("RemoveUserFromGroup", "AccessDenied")
    assert aws.truth(USER) == {}


@pytest.mark.parametrize("listing", ["ListServiceSpecificCredentials", "ListSigningCertificates", "ListGroupsForUser"])
def test_a_listing_that_aws_never_answers_does_not_keep_an_ordinary_user(aws: MotoAws, listing: str) -> None:
    aws.mint()
    aws.aws.faults.server_error(listing, times=20)
    aws.iam.tear_down(GRANT, ACCOUNT, by=ALICE)
    assert aws.truth(USER) is None
