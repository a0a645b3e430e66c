"""Reading the state of grants' users in AWS and repairing it, on the fake and on boto3, for each kind of drift."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.drift.difference import DifferenceKind as K
from bot.domain.drift.observe import Shape, UserSeen, see_user
from bot.domain.errors import AwsRefused, BoundaryDiffers, ForeignUser
from tests.aws.fake import FakeAws
from tests.aws.kit import (
    ACCOUNT,
    ID,
    READ,
    READ_REPORTS,
    AwsWorld,
    MotoAws,
    grant,
    policy,
    spec,
)
from tests.fakes import ALICE, BOB, START

SPEC = spec()
USER = SPEC.grant.iam_user
POWER = "arn:aws:iam::aws:policy/PowerUserAccess"


def seen(world: AwsWorld, user: str = USER) -> UserSeen:
    return world.iam.users_seen(ACCOUNT, {user})[user]


def kinds(world: AwsWorld) -> list[K]:
    return [each.kind for each in see_user(SPEC.grant, seen(world), [world.iam.shape_of(READ_REPORTS)])]


@dataclass(frozen=True)
class ByHand:
    """The same change made in the console, and on the fake."""

    kind: K
    real: Callable[[Any], object]
    fake: Callable[[UserSeen], UserSeen]


def lease_of(until: str) -> str:
    date = {"DateGreaterThan": {"aws:CurrentTime": until}}
    row = {"Sid": "LeaseOver", "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": date}
    return policy(row)


def policies(found: UserSeen, **changed: str | None) -> UserSeen:
    names = {name.replace("_", "-"): value for name, value in changed.items()}
    both = {**found.shape.policies, **names}
    left = {name: value for name, value in both.items() if value is not None}
    return replace(found, shape=replace(found.shape, policies=left))


def inline(name: str, document: str) -> Callable[[Any], object]:
    return lambda iam: iam.put_user_policy(UserName=USER, PolicyName=name, PolicyDocument=document)


WIDER = policy(READ, {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
HAND = {
    "allow changed": ByHand(K.POLICY, inline("latchkey-allow", WIDER), lambda u: policies(u, latchkey_allow="x")),
    "deny changed": ByHand(
        K.POLICY,
        inline("latchkey-deny", policy({"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"})),
        lambda u: replace(policies(u, latchkey_deny="x"), lease_until=None),
    ),
    "deny gone": ByHand(
        K.POLICY,
        lambda iam: iam.delete_user_policy(UserName=USER, PolicyName="latchkey-deny"),
        lambda u: replace(policies(u, latchkey_deny=None), lease_until=None),
    ),
    "lease longer": ByHand(
        K.POLICY,
        inline("latchkey-deny", lease_of("2030-01-01T00:00:00Z")),
        lambda u: replace(u, lease_until=START + timedelta(days=999)),
    ),
    "one more inline": ByHand(K.POLICY, inline("admin", WIDER), lambda u: policies(u, admin="x")),
    "one more attached": ByHand(
        K.POLICY,
        lambda iam: iam.attach_user_policy(UserName=USER, PolicyArn=POWER),
        lambda u: policies(u, **{POWER: ""}),
    ),
    "boundary off": ByHand(
        K.BOUNDARY,
        lambda iam: iam.delete_user_permissions_boundary(UserName=USER),
        lambda u: replace(u, shape=replace(u.shape, boundary=None)),
    ),
    "boundary replaced": ByHand(
        K.BOUNDARY,
        lambda iam: iam.put_user_permissions_boundary(UserName=USER, PermissionsBoundary=POWER),
        lambda u: replace(u, shape=replace(u.shape, boundary=POWER)),
    ),
    "tag changed": ByHand(
        K.TAGS,
        lambda iam: iam.tag_user(UserName=USER, Tags=[{"Key": "latchkey:owner", "Value": "U03CAROL"}]),
        lambda u: replace(u, tags={**u.tags, "owner": "U03CAROL"}),
    ),
    "tag gone": ByHand(
        K.TAGS,
        lambda iam: iam.untag_user(UserName=USER, TagKeys=["latchkey:expires"]),
        lambda u: replace(u, tags={name: each for name, each in u.tags.items() if name != "expires"}),
    ),
    "moved": ByHand(
        K.PATH, lambda iam: iam.update_user(UserName=USER, NewPath="/people/"), lambda u: replace(u, path="/people/")
    ),
    "into a group": ByHand(
        K.GROUPS,
        lambda iam: (
            iam.create_group(GroupName="readers"),
            iam.add_user_to_group(GroupName="readers", UserName=USER),
        ),
        lambda u: replace(u, groups=("readers",)),
    ),
}
EACH = pytest.mark.parametrize("hand", HAND.values(), ids=HAND)


def do(world: AwsWorld, hand: ByHand) -> None:
    if isinstance(world, MotoAws):
        hand.real(world.admin("iam"))
        return
    assert isinstance(world, FakeAws)
    user = world.iam.users[ID, USER]
    changed = hand.fake(user.seen())
    user.by_hand = {name: getattr(changed, name) for name in ("path", "shape", "lease_until", "tags", "groups")}


def test_an_unchanged_user_shows_no_drift(world: AwsWorld) -> None:
    world.iam.prepare(SPEC, by=ALICE)
    assert kinds(world) == []
    assert seen(world).lease_until == START + timedelta(hours=8)
    world.iam.extend(spec(of=grant(lasts=timedelta(days=2))), by=ALICE)
    assert kinds(world) == [K.POLICY, K.TAGS], "the ledger does not know of this renewal"


def test_a_user_that_is_gone_is_not_shown_and_a_foreign_one_as_it_is(world: AwsWorld) -> None:
    assert world.iam.users_seen(ACCOUNT, {USER}) == {}
    world.foreign_user(USER)
    found = seen(world)
    assert (found.path, found.shape, found.lease_until, found.tags) == ("/", Shape(None, {}), None, {})


@EACH
def test_what_someone_does_by_hand_is_seen(world: AwsWorld, hand: ByHand) -> None:
    world.iam.prepare(SPEC, by=ALICE)
    do(world, hand)
    assert kinds(world) == [hand.kind]


@EACH
def test_and_put_back_where_latchkey_may(world: AwsWorld, hand: ByHand) -> None:
    world.iam.prepare(SPEC, by=ALICE)
    before = seen(world)
    do(world, hand)
    if hand.kind in {K.POLICY, K.BOUNDARY, K.TAGS}:
        world.iam.repair(SPEC, hand.kind, by=BOB)
        world.iam.repair(SPEC, hand.kind, by=BOB)
        assert seen(world) == before


@pytest.mark.parametrize("kind", [K.POLICY, K.BOUNDARY, K.TAGS])
def test_no_user_is_made_and_no_foreign_one_touched(world: AwsWorld, kind: K) -> None:
    with pytest.raises(AwsRefused) as refused:
        world.iam.repair(SPEC, kind, by=BOB)
    assert refused.value.code == "NoSuchEntity"
    world.foreign_user(USER)
    before = seen(world)
    with pytest.raises(ForeignUser):
        world.iam.repair(SPEC, kind, by=BOB)
    assert seen(world) == before


def test_without_the_boundary_no_policy_is_put_back(world: AwsWorld) -> None:
    world.iam.prepare(SPEC, by=ALICE)
    do(world, HAND["boundary off"])
    with pytest.raises(ForeignUser):
        world.iam.repair(SPEC, K.POLICY, by=BOB)


@pytest.mark.parametrize("kind", [K.POLICY, K.BOUNDARY])
def test_under_a_boundary_that_is_not_the_printed_one_nothing_is_put_back(world: AwsWorld, kind: K) -> None:
    world.iam.prepare(SPEC, by=ALICE)
    world.spoil_boundary("Differs")
    with pytest.raises(BoundaryDiffers):
        world.iam.repair(SPEC, kind, by=BOB)
