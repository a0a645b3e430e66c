"""Drift on real boto3: each change is made in the console, reported once, and repaired by its button."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from bot.domain.drift.difference import REPAIRS
from bot.domain.drift.difference import DifferenceKind as K
from bot.domain.ids import AccessKeyId, CredentialId, GrantId
from bot.store.work import SqlUnitOfWork
from tests.aws.kit import MotoAws
from tests.aws.test_drift import WIDER
from tests.fakes import FakeClock
from tests.flows.drift.kit import again, compare, one, repair_now, told, trail
from tests.flows.world import World


@dataclass
class Company:
    """A world whose AWS is the stand-in: one grant, of which alice holds a key."""

    world: World
    aws: MotoAws
    grant: GrantId
    credential: CredentialId

    @property
    def user(self) -> str:
        return f"latchkey-{self.grant}"

    @property
    def key(self) -> AccessKeyId:
        return self.world.key(self.credential)

    @property
    def iam(self) -> Any:
        return self.aws.admin("iam")

    def statuses(self) -> dict[str, bool]:
        return {str(name): on for name, on in (self.aws.truth(self.user) or {}).items()}


@pytest.fixture
def company(sqlite_work: SqlUnitOfWork, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    world = World(sqlite_work, clock)
    aws = MotoAws(clock, monkeypatch, world.catalog)
    world.iam = aws.iam  # type: ignore[assignment]
    grant, credential = world.live()
    yield Company(world, aws, grant, credential)
    aws.close()


def status(company: Company, word: str) -> None:
    company.iam.update_access_key(UserName=company.user, AccessKeyId=company.key, Status=word)


def switched_on(company: Company) -> None:
    company.world.rotated(company.grant)
    company.world.sweep()
    company.world.retire(company.credential)
    company.world.sweep()
    assert company.statuses()[company.key] is False
    status(company, "Active")


def delete_user(company: Company) -> None:
    iam, name = company.iam, company.user
    iam.delete_access_key(UserName=name, AccessKeyId=company.key)
    for policy in iam.list_user_policies(UserName=name)["PolicyNames"]:
        iam.delete_user_policy(UserName=name, PolicyName=policy)
    iam.delete_user(UserName=name)


def join(company: Company) -> None:
    company.iam.create_group(GroupName="readers")
    company.iam.add_user_to_group(GroupName="readers", UserName=company.user)


BY_HAND: dict[K, Callable[[Company], object]] = {
    K.KEY_GONE: lambda c: c.iam.delete_access_key(UserName=c.user, AccessKeyId=c.key),
    K.KEY_OFF: lambda c: status(c, "Inactive"),
    K.KEY_ON: switched_on,
    K.FOREIGN_KEY: lambda c: c.iam.create_access_key(UserName=c.user),
    K.USER_GONE: delete_user,
    K.POLICY: lambda c: c.iam.put_user_policy(UserName=c.user, PolicyName="latchkey-allow", PolicyDocument=WIDER),
    K.BOUNDARY: lambda c: c.iam.delete_user_permissions_boundary(UserName=c.user),
    K.TAGS: lambda c: c.iam.tag_user(UserName=c.user, Tags=[{"Key": "latchkey:owner", "Value": "U03CAROL"}]),
    K.PATH: lambda c: c.iam.update_user(UserName=c.user, NewPath="/people/"),
    K.GROUPS: join,
}


def test_an_unchanged_user_has_no_drift(company: Company) -> None:
    assert compare(company.world) == 0
    company.world.rotated(company.grant)
    company.world.sweep()
    assert compare(company.world) == 0
    assert trail(company.world, company.grant) == []


@pytest.mark.parametrize("kind", K)
def test_each_is_reported_once_and_repaired_by_its_button(company: Company, kind: K) -> None:
    world = company.world
    BY_HAND[kind](company)
    assert compare(world) == 1
    assert [each.kind for each in told(world)] == [kind]
    assert compare(world) == 0
    if kind not in REPAIRS:
        return
    row = one(world, kind)
    repair_now(world, kind)
    assert again(world, row).repaired_at
    assert compare(world) == compare(world) == 0
    tags = [each.tag.value for each in trail(world, company.grant)]
    assert tags == ["difference:found", "difference:pressed", "difference:mended"]
    assert {each.kind for each in told(world)} == ({kind} if kind is K.FOREIGN_KEY else set())
    keys = {name for name, on in company.statuses().items() if on}
    gone = kind in {K.KEY_GONE, K.USER_GONE}
    assert keys == (set() if gone else {company.key} if kind is not K.KEY_ON else keys - {company.key})
    assert world.ledger_keys() >= keys


def test_a_key_and_a_user_that_are_gone_are_collected_anew(company: Company) -> None:
    for kind in (K.KEY_GONE, K.USER_GONE):
        BY_HAND[kind](company)
        compare(company.world)
        repair_now(company.world, kind)
        company.credential = company.world.collect(company.grant).id
        company.world.mint(company.credential)
        company.world.reveal()
        company.world.receipt()
        assert company.statuses() == {company.key: True}
        assert compare(company.world) == 0
