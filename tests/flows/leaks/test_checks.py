"""After containment its user is looked at three times: what is new is contained too, and unknown is no all-clear."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import Throttled, Unreadable
from bot.domain.events import Tag
from bot.domain.leaks.incident import CHECKS, StepKind
from bot.domain.leaks.leaked_user import Standing
from bot.domain.lifecycle import IncidentState
from bot.flows.leaks import checks
from tests.fakes import BOB
from tests.flows.catalog import MAIN
from tests.flows.leaks.contained import DONE, Leak, found, issued, session
from tests.flows.world import World

ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"
Make = Callable[[World], Leak]
KINDS: dict[str, Make] = {"issued": issued, "found": lambda world: found(world)[0]}


@pytest.fixture(params=KINDS)
def leak(request: pytest.FixtureRequest, world: World) -> Leak:
    """Contained."""
    made = KINDS[request.param](world)
    assert made.work() == 1
    return made


def check(leak: Leak) -> int:
    """The next one, when it is due."""
    at = leak.now.check_at
    assert at is not None
    leak.world.clock.advance(at - leak.world.clock.now())
    return checks.check(leak.context)


def found_facts(leak: Leak) -> list[tuple[str, str]]:
    with leak.world.work.begin() as tx:
        events = [each for each in tx.audit.of(leak.id) if each.tag is Tag.INCIDENT_FOUND]
    return [(each.facts["found"], each.facts["name"]) for each in events]


def test_it_is_checked_after_ten_seconds_a_minute_and_five_minutes(leak: Leak) -> None:
    start, at = leak.now.contained_at, []
    assert start is not None
    while leak.now.check_at is not None:
        assert check(leak) == 0
        at.append(leak.world.clock.now() - start)
    assert tuple(at) == CHECKS
    assert (leak.now.check, leak.now.state) == (3, IncidentState.CONTAINED)
    assert not leak.alarms()


def test_a_second_key_made_between_the_report_and_the_check_is_switched_off(leak: Leak) -> None:
    second = leak.world.iam.plant_key(MAIN, leak.now.user or "")
    assert check(leak) == 1
    assert leak.now.state is IncidentState.CONTAINING
    assert found_facts(leak) == [("key", second.id)]
    assert BOB in leak.alarms()
    assert leak.work() == 1
    assert (second.active, leak.steps[StepKind.NEW_KEY]) == (False, (DONE, None))
    assert leak.now.check_at == leak.world.clock.now() + CHECKS[0], "the checks start again"
    while leak.now.check_at is not None:
        assert check(leak) == 0


def test_a_key_of_the_same_user_from_before_is_left_alone(world: World) -> None:
    leak, a = found(world)
    other = a.reader.key(MAIN, "reporting", age=timedelta(days=100))
    leak.work()
    assert check(leak) == 0
    assert world.iam.all_keys()[other].active


@pytest.mark.parametrize("what", ["active", "login", "policy", "inline", "group", "undenied"])
def test_whatever_is_new_on_the_user_is_contained_and_escalated_once(leak: Leak, what: str) -> None:
    user, now = leak.user, leak.world.clock.now()
    if what == "active":
        user.keys[leak.key].active = True
    elif what == "login":
        user.login_at = now
    elif what == "policy":
        user.attached.add(ADMIN)
    elif what == "inline":
        user.inline["mine"] = "digest"
    elif what == "group":
        user.groups = ("admins",)
    else:
        user.ended_before = None
        user.attached.clear()
    assert check(leak) == 1
    assert len(found_facts(leak)) == 1
    many = len(leak.alarms())
    assert many > 0
    assert leak.work() == 1
    assert leak.active is False
    assert user.ended_before is not None or DENY_ALL in user.attached
    if what == "login":
        assert user.login_at is None or DENY_ALL in user.attached
    assert check(leak) == 0
    assert len(leak.alarms()) == many


def test_a_text_that_was_changed_is_new(leak: Leak) -> None:
    leak.user.inline["mine"] = "before"
    check(leak)
    leak.work()
    leak.user.inline["mine"] = "after"
    assert check(leak) == 1


def test_what_was_there_before_the_leak_is_not_new(world: World) -> None:
    allowed = {"managed": [ADMIN], "inline": {"theirs": {}}, "groups": ["team"], "boundary": None}
    leak, a = found(world)
    leak.user.attached.add(ADMIN)
    leak.user.inline["theirs"] = "digest"
    leak.user.groups = ("team",)
    leak.user.login_at = world.clock.now() - timedelta(days=100)
    a.reader.profiles["reporting"].allowed = allowed
    a.look(world.catalog.accounts[MAIN.name])
    leak.work()
    assert check(leak) == 0


def test_without_an_inventory_the_baseline_is_read_once_the_key_is_off(world: World) -> None:
    leak, _ = found(world, read=False)
    leak.user.attached.add(ADMIN)
    world.iam.calls.clear()
    leak.work()
    assert [name for name, _ in world.iam.calls] == ["switch_off", "standing", "deny"]
    leak.user.inline["mine"] = "digest"
    assert check(leak) == 1
    assert found_facts(leak) == [("policy", "mine")]


# --- unknown ----------------------------------------------------------------------------------------------------------


def test_what_cannot_be_read_is_asked_again_and_counts_as_no_check(leak: Leak) -> None:
    for wait in (1, 1, 2, 4):
        leak.world.iam.fail_at("standing", Throttled("ListAccessKeys", "Throttling"))
        assert check(leak) == 0
        assert (leak.now.check, leak.now.unread) == (0, "ListAccessKeys: Throttling")
        assert leak.now.check_at == leak.world.clock.now() + timedelta(seconds=wait)
    assert not leak.alarms()
    check(leak)
    assert (leak.now.check, leak.now.unread) == (1, None)


def test_a_refusal_to_show_it_is_reported_once(leak: Leak) -> None:
    for _ in range(2):
        leak.world.iam.fail_at("standing", Unreadable("GetLoginProfile", "AccessDenied"))
        check(leak)
    assert leak.tags().count("incident:step-refused") == 1
    assert leak.alarms()


def test_what_can_be_read_counts_though_another_part_cannot(leak: Leak, monkeypatch: pytest.MonkeyPatch) -> None:
    second = leak.world.iam.plant_key(MAIN, leak.now.user or "")
    whole = leak.user.standing

    def partly(*args: object) -> Standing:
        return replace(whole(MAIN), login_known=False, unread=("GetLoginProfile: AccessDenied",))

    monkeypatch.setattr(type(leak.user), "standing", partly)
    assert check(leak) == 1
    leak.work()
    assert not second.active


def test_a_user_that_is_gone_has_nothing_new(leak: Leak) -> None:
    leak.world.iam.users.clear()
    assert check(leak) == 0
    assert leak.now.check == 1


def test_a_renamed_user_is_looked_at_under_its_new_name(leak: Leak) -> None:
    user = leak.user
    leak.world.iam.rename(MAIN, user.name, "elsewhere")
    user.login_at = leak.world.clock.now()
    assert check(leak) == 1


def test_a_session_has_no_user_to_look_at(world: World) -> None:
    leak, _ = session(world)
    leak.until_contained()
    assert check(leak) == 0
    assert leak.now.check == 1


def test_what_two_people_agreed_to_before_is_over_with_the_news(leak: Leak) -> None:
    now = leak.world.clock.now()
    with leak.world.work.begin() as tx:
        tx.incidents.agree(leak.id, BOB, now)
        tx.incidents.set(leak.id, reactivate_at=now, reactivate_by=BOB)
    leak.user.groups = ("admins",)
    check(leak)
    with leak.world.work.begin() as tx:
        assert not tx.incidents.agreed(leak.id)
    assert leak.now.reactivate_at is None
