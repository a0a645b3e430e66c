"""Several accounts: which role a call uses, for how long, for which user, and in whose name."""

import json
from collections.abc import Iterator

import pytest

from bot.aws.accounts import Accounts, identity
from bot.aws.policies import one_user
from bot.aws.roles import iam_documents
from bot.domain.errors import AwsRefused, Throttled, Unreadable
from bot.domain.ids import AccessKeyId
from bot.sandbox.aws import Call
from tests.aws.kit import ADMIN, READ_REPORTS, SESSION, MotoAws, catalog, elsewhere, grant, spec
from tests.fakes import ALICE, BOB, FakeClock

FAR = elsewhere()
SPEC = spec(account=FAR)
USER = SPEC.grant.iam_user
EXTERNAL_ID = "latchkey-7d41"


@pytest.fixture
def far(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[MotoAws]:
    made = catalog(READ_REPORTS, SESSION, account=FAR)
    aws = MotoAws(clock, monkeypatch, made)
    printed = iam_documents(made, "main", ADMIN)
    iam = aws.admin("iam")
    for name in ("Reader", "Issuer", "Responder"):
        role = f"latchkey-{name.lower()}"
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(printed["Trust"]))
        iam.put_role_policy(RoleName=role, PolicyName="rights", PolicyDocument=json.dumps(printed[name]))
    aws.aws.forget_calls()
    yield aws
    aws.close()


def assumed(aws: MotoAws, role: str = "") -> list[Call]:
    return [call for call in aws.aws.calls if call.action == "AssumeRole" and role in call.params["RoleArn"]]


def test_the_readers_session_is_kept_until_five_minutes_before_its_end(far: MotoAws) -> None:
    for _ in range(3):
        far.iam.keys_of(FAR, USER)
        far.iam.users_under(FAR)
    assert len(assumed(far, "reader")) == 1
    far.clock.advance(minutes=54, seconds=59)
    far.iam.keys_of(FAR, USER)
    assert len(assumed(far, "reader")) == 1
    far.clock.advance(seconds=1)
    far.iam.keys_of(FAR, USER)
    far.iam.keys_of(FAR, USER)
    assert len(assumed(far, "reader")) == 2


def test_every_act_is_a_session_of_its_own_in_the_name_of_who_asked_and_for_one_user(far: MotoAws) -> None:
    far.iam.prepare(SPEC, by=ALICE)
    key = far.iam.create_key(FAR, USER, by=ALICE)
    far.iam.set_active(FAR, USER, key.id, active=False, by=BOB)
    far.iam.delete_key(FAR, USER, key.id, by="latchkey")
    acts = assumed(far, "issuer")
    assert [call.params["SourceIdentity"] for call in acts] == [ALICE, ALICE, BOB, "latchkey"]
    assert [call.params["RoleSessionName"] for call in acts] == [ALICE, ALICE, BOB, "latchkey"]
    for call in acts:
        assert json.loads(call.params["Policy"]) == one_user(FAR, USER)
        assert call.params["DurationSeconds"] == "900"


def test_the_external_id_goes_with_every_role(far: MotoAws) -> None:
    far.iam.prepare(SPEC, by=ALICE)
    far.iam.keys_of(FAR, USER)
    far.iam.assume(spec(SESSION, account=FAR, of=grant(wanted=SESSION)), 900, name="latchkey-g1-c1", by=ALICE)
    far.accounts.responder(FAR, USER, by=BOB)
    calls = assumed(far)
    assert len(calls) == 4
    assert {call.params["ExternalId"] for call in calls} == {EXTERNAL_ID}


def test_an_issuer_of_one_user_reaches_no_other(far: MotoAws) -> None:
    for name in ("g1", "g2"):
        far.iam.prepare(spec(account=FAR, of=grant(name)), by=ALICE)
    issuer = far.accounts.issuer(FAR, "latchkey-g1", by=ALICE)
    assert far.outcome(lambda: issuer.create_access_key(UserName="latchkey-g1")) == "done"
    assert far.outcome(lambda: issuer.create_access_key(UserName="latchkey-g2")) == "AccessDenied"
    responder = far.accounts.responder(FAR, "latchkey-g1", by=ALICE)
    deny_all = "arn:aws:iam::aws:policy/AWSDenyAll"
    for user, outcome in (("latchkey-g1", "done"), ("latchkey-g2", "AccessDenied")):
        assert far.outcome(lambda user=user: responder.attach_user_policy(UserName=user, PolicyArn=deny_all)) == outcome


def test_a_role_that_cannot_be_assumed_is_unknown_to_reads_and_a_no_to_acts(far: MotoAws) -> None:
    for name in ("reader", "issuer"):
        far.admin("iam").delete_role_policy(RoleName=f"latchkey-{name}", PolicyName="rights")
        far.admin("iam").delete_role(RoleName=f"latchkey-{name}")
    key = AccessKeyId("AKIAIOSFODNN7EXAMPLE")
    for read in (
        lambda: far.iam.keys_of(FAR, USER),
        lambda: far.iam.last_used(FAR, key),
        lambda: far.iam.users_under(FAR),
    ):
        with pytest.raises(Unreadable, match="AssumeRole: AccessDenied"):
            read()
    for act in (
        lambda: far.iam.prepare(SPEC, by=ALICE),
        lambda: far.iam.create_key(FAR, USER, by=ALICE),
        lambda: far.iam.set_active(FAR, USER, key, active=False, by=ALICE),
        lambda: far.iam.tear_down(SPEC.grant, FAR, by=ALICE),
    ):
        with pytest.raises(AwsRefused, match="AssumeRole: AccessDenied"):
            act()


def test_a_lost_assume_role_before_a_key_is_made_is_no_doubt(far: MotoAws) -> None:
    far.iam.prepare(SPEC, by=ALICE)
    for plan in (far.aws.faults.lose_answer, far.aws.faults.throttle, far.aws.faults.server_error):
        plan("AssumeRole")
        with pytest.raises(Throttled):
            far.iam.create_key(FAR, USER, by=ALICE)
    assert far.creations() == 0


def test_a_failed_read_of_the_reader_is_not_remembered(far: MotoAws) -> None:
    far.aws.faults.throttle("AssumeRole")
    with pytest.raises(Unreadable):
        far.iam.keys_of(FAR, USER)
    assert far.iam.keys_of(FAR, USER) is None


def test_clients_are_created_lazily_and_once(aws: MotoAws) -> None:
    accounts = Accounts()
    assert accounts._session is None
    assert accounts.sts() is accounts.sts()
    assert accounts.issuer(aws.account, USER, by=ALICE) is accounts.reader(aws.account)
    assert accounts.issuer(aws.account, USER, by=ALICE, once=True) is not accounts.reader(aws.account)


@pytest.mark.parametrize(
    ("by", "found"),
    [("U01ALICE", "U01ALICE"), ("a b/ü", "a-b--"), ("x", "x-"), ("", "--"), ("y" * 80, "y" * 64), ("a.b@c", "a.b@c")],
)
def test_the_source_identity_is_written_as_sts_takes_it(by: str, found: str) -> None:
    assert identity(by) == found
