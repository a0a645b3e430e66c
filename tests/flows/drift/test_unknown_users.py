"""A user under /latchkey/ without a grant raises an alarm to admins and the account's channel until it is gone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.grant import GRANT_USER, IAM_PATH
from bot.domain.hygiene.finding import FindingKind
from bot.domain.hygiene.inventory import MINTED_WITHIN
from bot.domain.ids import AccessKeyId
from bot.flows.hygiene.scan import TORN_DOWN_WITHIN
from bot.flows.lifecycle import teardown
from bot.slack.text.hygiene import findings as words
from tests.fakes import BOB
from tests.flows.catalog import MAIN
from tests.flows.hygiene.found_keys import DAY, HOUR, Found
from tests.flows.world import World

NAME = f"{GRANT_USER}aaaaaaaaaaaaaaaaaaaaaaaaaa"
WATCHED = replace(MAIN, channel="C02MAIN")
USER, KEY = FindingKind.UNKNOWN_USER, FindingKind.UNKNOWN_KEY


@pytest.fixture
def found(both: World) -> Found:
    made = Found(both)
    made.with_accounts(WATCHED)
    return made


def plant(found: Found, name: str = NAME, age: timedelta = DAY) -> AccessKeyId:
    found.reader.user(WATCHED, name, path=IAM_PATH)
    return found.reader.key(WATCHED, name, age=age)


def unknown(found: Found, *users: str) -> set[tuple[FindingKind, str, str]]:
    return {each for each in found.findings(*users) if each[0] in {USER, KEY}}


def alarms(found: Found) -> list[str]:
    return [to for notice, to in found.world.items() if notice == "finding:alarm"]


@pytest.mark.parametrize("name", [NAME, "backdoor", f"{GRANT_USER}x"])
def test_a_user_that_no_grant_knows_is_an_alarm_at_once_and_said_once(found: Found, name: str) -> None:
    plant(found, name)
    found.look(WATCHED)
    found.world.clock.advance(hours=6)
    found.look(WATCHED)
    assert unknown(found, name) == {(USER, name, "")}
    assert sorted(alarms(found)) == ["C02MAIN", BOB]
    (told,) = [each for each in found.open(name) if each.kind is USER]
    said = words.alarm(told)
    assert f"The IAM user `{name}` in main is under /latchkey/, but no active grant uses it" in said
    assert "1 key)" in said


def test_it_stays_one_until_it_is_gone(found: Found) -> None:
    plant(found)
    found.look(WATCHED)
    (told,) = [each for each in found.open(NAME) if each.kind is USER]
    for active in (True, False):
        for each in found.world.iam.all_keys().values():
            each.active = active
        found.world.clock.advance(days=40)
        found.look(WATCHED)
        assert unknown(found, NAME)
    del found.world.iam.users[MAIN.id, NAME]
    found.world.clock.advance(hours=6)
    found.look(WATCHED)
    assert not unknown(found, NAME)
    with found.world.work.begin() as tx:
        closed = tx.findings.get(told.id)
    assert closed is not None
    assert "resolved" in words.alarm(closed)


def test_a_user_without_any_key_is_one_too(found: Found) -> None:
    plant(found)
    next(iter(found.world.iam.users.values())).keys.clear()
    found.look(WATCHED)
    assert unknown(found, NAME) == {(USER, NAME, "")}


def test_a_grant_of_another_account_knows_no_one_here(found: Found) -> None:
    grant, _ = found.world.live()
    other = replace(MAIN, id="210987654321", name="second", channel=None)  # type: ignore[arg-type]
    found.with_accounts(WATCHED, other)
    name = found.world.grant(grant).iam_user
    found.reader.user(other, name, path=IAM_PATH)
    found.reader.key(other, name, age=DAY)
    found.look(other)
    assert {each[0] for each in found.findings(name, account=other)} >= {USER}


def test_users_of_standing_grants_and_of_elsewhere_are_none(found: Found) -> None:
    grant, _ = found.world.live()
    found.reader.key(WATCHED, "carol", age=DAY)
    found.world.clock.advance(days=2)
    found.look(WATCHED)
    assert not unknown(found, found.world.grant(grant).iam_user, "carol")
    assert alarms(found) == []


def test_a_user_that_is_back_long_after_its_tear_down_is_one(found: Found) -> None:
    """Meanwhile the sweep for unknown users runs."""
    world = found.world
    grant, _ = world.live()
    name = world.grant(grant).iam_user
    world.give_back(grant)
    teardown.tear_down(world.context)
    plant(found, name)
    world.iam.users[MAIN.id, name].keys.clear()
    world.clock.advance(TORN_DOWN_WITHIN - HOUR)
    found.look(WATCHED)
    assert not unknown(found, name)
    world.clock.advance(hours=1)
    found.look(WATCHED)
    assert unknown(found, name) == {(USER, name, "")}


def test_a_key_on_a_standing_grants_user_that_the_ledger_does_not_know_is_an_alarm(found: Found) -> None:
    grant, _ = found.world.live()
    name = found.world.grant(grant).iam_user
    key = found.reader.key(WATCHED, name, age=DAY)
    found.look(WATCHED)
    assert unknown(found, name) == {(KEY, name, key)}
    assert sorted(alarms(found)) == ["C02MAIN", BOB]
    (told,) = [each for each in found.open(name) if each.kind is KEY]
    made = f"{found.world.clock.now() - DAY:%d %B %Y}"
    said = (
        f"`{name}` (`{key}`) in main is on a grant's IAM user, but Latchkey didn't create it (made {made}, never used)"
    )
    assert said in words.alarm(told)
    found.world.iam.all_keys()[key].active = False
    found.look(WATCHED)
    assert unknown(found, name), "off is not gone"
    del found.world.iam.users[MAIN.id, name].keys[key]
    found.world.clock.advance(hours=6)
    found.look(WATCHED)
    assert not unknown(found, name)


def test_a_key_that_a_lost_mint_may_have_left_is_the_orphan_passs_for_an_hour(found: Found) -> None:
    grant, _ = found.world.live()
    name = found.world.grant(grant).iam_user
    found.world.clock.advance(hours=2)
    key = found.reader.key(WATCHED, name, age=MINTED_WITHIN - timedelta(seconds=1))
    found.look(WATCHED)
    assert not unknown(found, name)
    found.world.clock.advance(seconds=1)
    found.look(WATCHED)
    assert unknown(found, name) == {(KEY, name, key)}
