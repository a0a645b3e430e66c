"""Enforcement: everything that keeps a key active. In use, unknown, kept, rotating, not ours, and too many at once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.bulk_limit import BulkAction
from bot.domain.errors import AwsRefused, Unreadable
from bot.domain.events import Notice
from bot.domain.hygiene.finding import Step
from bot.domain.ids import AccessKeyId, CredentialId, GrantId
from bot.domain.lifecycle import CredentialState
from bot.domain.usage.last_used import LastUsed
from bot.flows.lifecycle import bulk_limit
from tests.flows.catalog import MAIN
from tests.flows.hygiene.reminders import DUE, Minder, enforcing
from tests.flows.world import World

DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)


@pytest.fixture
def minder(world: World) -> Minder:
    return enforcing(world)


def state(minder: Minder, credential: CredentialId) -> CredentialState:
    return minder.world.credential(credential).state


# --- in use, or unknown ---------------------------------------------------------------------------------------------


def test_what_was_used_meanwhile_is_settled(minder: Minder, held: tuple[GrantId, CredentialId]) -> None:
    key = minder.world.key(held[1])
    minder.world.iam.uses[key] = LastUsed(DUE - 30 * DAY, "s3", "eu-west-1")
    minder.pass_days(1 / 24)
    assert (minder.off, minder.findings()) == ([], []), "it is not never used any more"


def stale(minder: Minder) -> AccessKeyId:
    """An old key of Latchkey's own instead of a never-used one."""
    minder.world.catalog = replace(
        minder.world.catalog, hygiene=replace(minder.world.catalog.hygiene, stale=3 * DAY, never_used=90 * DAY)
    )
    _, credential = minder.key()
    key = minder.world.key(credential)
    minder.world.iam.uses[key] = LastUsed(minder.world.clock.now(), "s3", "eu-west-1")
    return key


@pytest.mark.parametrize(("ago", "expected"), [(DAY - SECOND, []), (DAY, [DUE]), (DAY + SECOND, [DUE])])
def test_not_within_a_day_of_a_use(minder: Minder, ago: timedelta, expected: list[datetime]) -> None:
    key = stale(minder)
    minder.pass_days((DUE - minder.world.clock.now()) / DAY - 1 / 24)
    minder.world.iam.uses[key] = LastUsed(DUE - ago, "s3", "eu-west-1")
    minder.pass_days(1 / 24)
    assert minder.off == expected


def test_what_is_used_every_day_stays_on_forever(minder: Minder) -> None:
    key = stale(minder)
    for _ in range(60):
        minder.world.iam.uses[key] = LastUsed(minder.world.clock.now(), "s3", "eu-west-1")
        minder.pass_days(1)
    assert minder.off == []
    assert minder.findings()[0].step is Step.OFF


@pytest.mark.parametrize("call", ["keys_of", "last_used"])
def test_what_aws_does_not_tell_is_unknown_and_nothing_is_done(
    minder: Minder, held: tuple[GrantId, CredentialId], call: str
) -> None:
    minder.world.clock.advance(hours=1)
    minder.world.iam.fail_at(call, Unreadable(call, "Throttling"))
    minder.world.beat()
    assert minder.enforce() == 0
    assert minder.world.iam.count("set_active") == 0
    minder.pass_days(1 / 24)
    assert minder.off == [DUE + HOUR], "asked again an hour later"


def test_a_refusal_of_aws_loses_nothing(minder: Minder, held: tuple[GrantId, CredentialId]) -> None:
    minder.world.iam.fail_at("set_active", AwsRefused("UpdateAccessKey", "AccessDenied"))
    minder.pass_days(1 / 24)
    assert (minder.off, state(minder, held[1])) == ([], CredentialState.LIVE)
    assert minder.post.count(Notice.ENFORCED) == 0
    minder.pass_days(1)
    assert len(minder.off) == 1


def test_a_slack_that_does_not_say_in_whose_zone_it_is_switches_nothing_off(
    minder: Minder, held: tuple[GrantId, CredentialId]
) -> None:
    minder.world.people.readable = False
    minder.pass_days(6 / 24)
    assert minder.off == []


@pytest.mark.parametrize("how", ["inactive", "gone"])
def test_an_inactive_key_is_left_alone(minder: Minder, held: tuple[GrantId, CredentialId], how: str) -> None:
    key = minder.world.key(held[1])
    account = next(iter(minder.world.catalog.accounts.values()))
    user = minder.world.iam.users[account.id, minder.world.grant(held[0]).iam_user]
    if how == "gone":
        del user.keys[key]
    else:
        user.keys[key].active = False
    minder.pass_days(1)
    assert minder.off == []


# --- kept -----------------------------------------------------------------------------------------------------------


def test_what_is_kept_stays_on(minder: Minder, held: tuple[GrantId, CredentialId]) -> None:
    minder.keep(60 * DAY)
    minder.pass_days(59)
    assert minder.off == []


EXEMPTIONS = (
    {"kept_why": "half of it is missing"},
    {"kept_until": DUE - 30 * DAY},
    {"kept_until": DUE, "kept_why": ""},
)


@pytest.mark.parametrize("columns", EXEMPTIONS)
def test_an_unreadable_exemption_leads_to_no_action(
    minder: Minder, held: tuple[GrantId, CredentialId], columns: dict[str, Any]
) -> None:
    minder.change(**columns)
    minder.pass_days(14)
    assert minder.off == []


def test_what_is_kept_while_aws_switches_it_off_comes_back_at_once(
    minder: Minder, held: tuple[GrantId, CredentialId], monkeypatch: pytest.MonkeyPatch
) -> None:
    iam, credential = minder.world.iam, held[1]
    switch: Callable[..., None] = iam.set_active

    def slow(*args: Any, **more: Any) -> None:
        switch(*args, **more)
        monkeypatch.setattr(iam, "set_active", switch)
        minder.keep(30 * DAY)

    monkeypatch.setattr(iam, "set_active", slow)
    minder.pass_days(1 / 24)
    minder.world.sweep()
    assert state(minder, credential) is CredentialState.LIVE
    assert iam.all_keys()[minder.world.key(credential)].active


def test_what_is_kept_while_aws_is_asked_is_not_switched_off(
    minder: Minder, held: tuple[GrantId, CredentialId], monkeypatch: pytest.MonkeyPatch
) -> None:
    iam = minder.world.iam
    ask: Callable[..., LastUsed] = iam.last_used

    def slow(*args: Any) -> LastUsed:
        monkeypatch.setattr(iam, "last_used", ask)
        minder.keep(30 * DAY)
        return ask(*args)

    minder.world.clock.advance(hours=1)
    monkeypatch.setattr(iam, "last_used", slow)
    assert minder.enforce() == 0
    assert iam.count("set_active") == 0


def test_a_key_that_is_being_rotated_is_its_own_clocks(minder: Minder, held: tuple[GrantId, CredentialId]) -> None:
    minder.world.rotated(held[0])
    minder.pass_days(1 / 24)
    assert minder.off == []


@pytest.mark.parametrize("press", ["rotate", "retire", "give back"])
def test_a_key_that_someone_already_acted_on_is_not_counted_by_the_bulk_limit(
    minder: Minder, held: tuple[GrantId, CredentialId], monkeypatch: pytest.MonkeyPatch, press: str
) -> None:
    """Until the daily check its finding stays open."""
    monkeypatch.setattr(bulk_limit, "ACTS_MOST", 0)
    world = minder.world
    world.clock.advance(hours=1)
    if press == "rotate":
        world.rotated(held[0])
    elif press == "retire":
        world.retire(held[1])
    else:
        world.give_back(held[0])
    assert minder.enforce() == 0
    with world.work.begin() as tx:
        assert tx.halts.last(MAIN.name, BulkAction.ENFORCE) is None
