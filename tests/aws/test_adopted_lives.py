"""The life of an adopted key from end to end: the real flows and adapter, on an AWS that applies the printed roles."""

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from bot.aws.credential_report import AwsReader
from bot.aws.iam import AwsIam
from bot.aws.reactivator import AwsReactivator
from bot.aws.responder import AwsResponder
from bot.domain.catalog import Approvers
from bot.domain.lifecycle import AdoptedState
from bot.flows.adopted import deactivate, delete_due, reactivate, request
from bot.flows.context import AwsContext
from bot.flows.hygiene import inventory
from bot.sandbox.aws.old_keys import OldKey
from bot.store.work import SqlUnitOfWork
from tests.aws.found import FAR, far
from tests.aws.kit import MotoAws
from tests.fakes import ALICE, BOB, CAROL, FakePeople, FixedEntropy
from tests.fakes.trail import FakeTrail

__all__ = ["far"]

DAY = timedelta(days=1)


class Life:
    def __init__(self, far: MotoAws, work: SqlUnitOfWork) -> None:
        far.catalog.approvers["platform"] = Approvers("platform", (ALICE, BOB))  # type: ignore[index]
        far.catalog.accounts[FAR.name] = self.account = far.catalog.accounts[FAR.name].__class__(  # type: ignore[index]
            **{name: getattr(FAR, name) for name in FAR.__dataclass_fields__} | {"adopt": True}
        )
        self.aws, self.work, self.people = far, work, FakePeople()
        iam = AwsIam(far.catalog, far.clock, accounts=far.accounts)
        reader = AwsReader(far.accounts, sleep=lambda _: None)
        hand, back = AwsResponder(far.accounts), AwsReactivator(far.accounts)
        self.context = AwsContext(
            work, far.clock, FixedEntropy(), self.people, far.catalog, iam, reader, hand, back, FakeTrail()
        )

    def find(self, idle: timedelta | None) -> str:
        """The row id of carol's old key, found by the inventory."""
        (self.key,) = self.aws.aws.plant_old_keys(OldKey("old-laptop", CAROL, 400 * DAY, idle))
        assert inventory.read_account(self.context, self.account).problem is None
        with self.work.begin() as tx:
            found = tx.inventory.by_key(self.key)  # type: ignore[arg-type]
        assert found is not None
        return found.id

    def retire(self, key: str, *, anyway: bool = False) -> None:
        request.retire(
            self.context,
            key=key,
            by=CAROL,
            delivery=None,
            anyway=anyway,
        )

    def state(self, key: str) -> AdoptedState:
        with self.work.begin() as tx:
            found = tx.adopted.get(key)
        assert found is not None
        return found.state

    def works(self) -> bool:
        """Whether AWS still accepts the signer."""
        moto = self.aws.aws._directory.backend.users["old-laptop"].get_access_key_by_id(self.key)
        client = self.aws.client("sts", self.key, moto.secret_access_key)
        try:
            client.get_caller_identity()
        except ClientError:
            return False
        return True


@pytest.fixture
def life(far: MotoAws, sqlite_work: SqlUnitOfWork) -> Life:
    return Life(far, sqlite_work)


def test_found_given_back_brought_back_by_two_given_back_again_and_deleted(life: Life) -> None:
    key = life.find(idle=None)
    life.retire(key)
    assert deactivate.carry_out(life.context) == 1
    assert not life.works()
    for by in (BOB, ALICE):
        reactivate.reactivate(life.context, key=key, by=by, delivery=None)
    assert reactivate.carry_out(life.context) == 1
    assert life.works()
    life.aws.clock.advance(2 * DAY)  # the last call with it counts as a use
    life.retire(key)
    assert deactivate.carry_out(life.context) == 1
    life.aws.clock.advance(life.aws.catalog.hygiene.undo)
    assert delete_due.delete_due(life.context) == 1
    assert life.state(key) is AdoptedState.GONE
    assert life.aws.truth("old-laptop") == {}
    changed = [each.action for each in life.aws.aws.calls if each.action in {"UpdateAccessKey", "DeleteAccessKey"}]
    assert changed == ["UpdateAccessKey", "UpdateAccessKey", "UpdateAccessKey", "DeleteAccessKey"]


def test_a_key_in_use_is_asked_about_first(life: Life) -> None:
    key = life.find(idle=timedelta(minutes=12))
    life.retire(key)
    assert deactivate.carry_out(life.context) == 0
    assert life.state(key) is AdoptedState.ASKING
    with life.work.begin() as tx:
        row = tx.adopted.get(key)
    assert row is not None
    assert (row.used_service, row.used_region) == ("s3", "eu-west-1")
    life.retire(key, anyway=True)
    assert deactivate.carry_out(life.context) == 1
    assert not life.works()


def test_what_the_responder_is_refused_is_no_action_and_says_so(life: Life) -> None:
    key = life.find(idle=None)
    life.aws.admin("iam").delete_role_policy(RoleName="latchkey-responder", PolicyName="rights")
    life.retire(key)
    assert deactivate.carry_out(life.context) == 0
    assert life.works()
    with life.work.begin() as tx:
        row = tx.adopted.get(key)
    assert row is not None
    assert row.why == "refused"
