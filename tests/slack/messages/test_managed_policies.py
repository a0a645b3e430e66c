"""What approvers and admins read when a managed policy's text changes in AWS: one message, updated in place."""

from dataclasses import replace

import pytest

from bot.domain.policies.managed_policy import MISSING, PolicySeen
from bot.sandbox.slack import Message
from bot.store.work import SqlUnitOfWork
from tests.fakes import START, FakeClock
from tests.flows.catalog import MAIN, catalog, entitlement
from tests.slack.kit import House, house

BOUNDARY = MAIN.boundary_arn or ""
ARN = "arn:aws:iam::123456789012:policy/reports"
OTHER = PolicySeen("other", "v7", START)
ABOUT = "`arn:aws:iam::"


def watch(h: House) -> None:
    h.advance(hours=1)
    h.sweep()


def said(messages: list[Message]) -> list[str]:
    return [each.words for each in messages if ABOUT in each.words]


def test_an_edited_boundary_says_what_stands_still_and_how_to_put_it_right(h: House) -> None:
    watch(h)
    assert said(h.bob.channel("C01OPS")) == []
    h.iam.policies[BOUNDARY] = OTHER
    watch(h)
    (told,) = said(h.bob.channel("C01OPS"))
    assert said(h.bob.dms()) == [told], "the admin too"
    assert f"`{BOUNDARY}`, the permissions boundary of the AWS account main, doesn't match the catalog" in told
    assert "Its default version is v7, created " in told
    assert (
        "nobody can collect a new one. Replace it with the policy Boundary printed by `latchkey iam --account main`"
        in told
    )
    assert "look for CreatePolicyVersion and SetDefaultPolicyVersion" in told
    del h.iam.policies[BOUNDARY]
    watch(h)
    (told,) = said(h.bob.channel("C01OPS"))
    assert "matches the catalog again" in told


def test_a_boundary_that_changes_twice_is_reported_twice_and_the_first_message_says_so(h: House) -> None:
    for seen in (OTHER, MISSING):
        h.iam.policies[BOUNDARY] = seen
        watch(h)
    first, second = said(h.bob.channel("C01OPS"))
    assert "has changed again; a newer message says how" in first
    assert f"AWS no longer has `{BOUNDARY}`" in second


@pytest.mark.parametrize(
    ("arn", "who", "way_out", "trail"),
    [
        (ARN, "Someone", "make that the default", True),
        ("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", "AWS", "name another policy in the catalog", False),
    ],
)
def test_an_edited_policy_says_which_keys_follow_it_and_the_version_before(
    sqlite_work: SqlUnitOfWork, clock: FakeClock, arn: str, who: str, way_out: str, trail: bool
) -> None:
    offered = catalog(entitlement("reports-arn", policy=None, policy_arns=(arn,), services=("s3",)))
    with house(sqlite_work, clock, offered) as h:
        watch(h)
        h.iam.policies[arn] = replace(OTHER, made_at=None)
        watch(h)
        (told,) = said(h.bob.channel("C01OPS"))
        assert (
            f"{who} changed `{arn}` in the AWS account main. Its default version is v7. It already applies to live"
            in told
        )
        assert f"Compare it with version v1. If it gives too much, {way_out}, or revoke those grants." in told
        assert ("CloudTrail" in told) is trail
