"""Switch-over check: the message changes when there is something new; a key in use is reported daily."""

from datetime import timedelta

import pytest

from bot.domain.errors import Reason, Refused
from bot.domain.ids import CredentialId, GrantId
from bot.domain.keys.switchover import Proof, Verdict, successor
from bot.domain.lifecycle import CredentialState as C
from bot.domain.usage.last_used import LastUsed
from bot.flows.lifecycle import activation, retire_due
from tests.fakes import ALICE, BOB
from tests.flows.copies import copies
from tests.flows.world import World

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def rotated(world: World) -> tuple[GrantId, CredentialId, CredentialId]:
    grant, old = world.live(duration="7d")
    world.clock.advance(seconds=1)
    return grant, old, world.rotated(grant)


def check_switchovers(world: World) -> int:
    """How many messages need an update."""
    return retire_due.check_switchovers(world.context)


def use(world: World, key: CredentialId, ago: timedelta = timedelta(0)) -> None:
    world.iam.uses[world.key(key)] = LastUsed(world.clock.now() - ago, "s3", "eu-west-1")


def verdict(world: World, old: CredentialId) -> Verdict:
    row = world.credential(old)
    with world.work.begin() as tx:
        rows = tx.credentials.of(row.grant)
    return Proof(row, successor(row, rows), world.clock.now()).verdict


def told(world: World, notice: str) -> list[str]:
    """To whom a message of this kind was ever sent, in order."""
    return sorted(to for kind, to in world.items() if kind == notice)


def test_both_keys_are_read_and_the_message_says_what_is_news(world: World) -> None:
    _, old, new = rotated(world)
    use(world, old, 12 * MINUTE)
    assert check_switchovers(world) == 1
    assert verdict(world, old) is Verdict.IN_USE
    world.clock.advance(minutes=3)
    assert check_switchovers(world) == 0, "nothing changed, nothing is told"
    world.clock.advance(minutes=3)
    use(world, new)
    assert check_switchovers(world) == 1
    found = world.credential(new)
    assert (found.first_used_at, found.first_used_service) == (world.clock.now(), "s3")
    world.clock.advance(minutes=3)
    use(world, new)
    assert check_switchovers(world) == 0, "the new key's later uses are no news"
    assert world.credential(new).first_used_at == found.first_used_at


def test_a_day_without_use_updates_the_message(world: World) -> None:
    _, old, new = rotated(world)
    use(world, old)
    use(world, new)
    check_switchovers(world)
    for _ in range(23):
        world.clock.advance(hours=1)
        assert check_switchovers(world) == 0
    world.clock.advance(hours=1)
    assert check_switchovers(world) == 1
    assert verdict(world, old) is Verdict.SAFE


def test_calls_are_few_and_fewer_with_time(world: World) -> None:
    rotated(world)
    calls = []
    for span in (HOUR, DAY - HOUR, DAY):
        before = world.iam.count("last_used")
        for _ in range(span // MINUTE):
            check_switchovers(world)
            world.clock.advance(MINUTE)
        calls.append(world.iam.count("last_used") - before)
    assert calls[0] <= 2 * 21
    assert calls[1] <= 2 * 93
    assert calls[2] <= 2 * 25


def test_a_run_has_at_most_thirty_rotations(world: World) -> None:
    grant, _, _ = rotated(world)
    copies(world, grant, 31)
    world.iam.calls.clear()
    check_switchovers(world)
    assert world.iam.count("last_used") == 60
    check_switchovers(world)
    assert world.iam.count("last_used") == 64


@pytest.mark.parametrize("whose", ["old", "new"])
def test_no_answer_is_unknown_and_reported_once(world: World, whose: str) -> None:
    _, old, new = rotated(world)
    use(world, old, 2 * DAY)
    use(world, new)
    check_switchovers(world)
    silent = old if whose == "old" else new
    answer = world.iam.uses[world.key(silent)]
    world.iam.uses[world.key(silent)] = None
    world.clock.advance(minutes=3)
    assert check_switchovers(world) == 1
    assert world.credential(silent).used_read_at is None
    assert (verdict(world, old) is Verdict.UNKNOWN) == (whose == "old")
    world.clock.advance(minutes=3)
    assert check_switchovers(world) == 0
    world.iam.uses[world.key(silent)] = answer
    world.clock.advance(minutes=3)
    assert check_switchovers(world) == 1
    assert verdict(world, old) is Verdict.SAFE


def test_nothing_is_asked_about_what_is_over_or_off_and_switched_over(world: World) -> None:
    grant, old, new = rotated(world)
    check_switchovers(world)
    world.retire(old)
    activation.carry_out(world.context)
    world.iam.calls.clear()
    world.clock.advance(hours=1)
    use(world, new)
    check_switchovers(world)
    assert world.iam.calls == [("last_used", world.key(new))], "the key that is off is not asked about"
    world.clock.advance(days=1)
    check_switchovers(world)
    assert world.iam.count("last_used") == 1, "the new key is in use: all is known"
    world.give_back(grant)
    check_switchovers(world)
    assert world.iam.count("last_used") == 1


def test_undo_begins_the_proof_anew(world: World) -> None:
    _, old, new = rotated(world)
    use(world, new)
    world.retire(old)
    world.sweep()
    world.clock.advance(hours=1)
    world.sweep()
    assert world.credential(old).look_at is None
    world.reactivate(old)
    world.sweep()
    world.sweep()
    assert world.credential(old).state is C.LIVE
    assert world.credential(old).look_at


def test_an_account_missing_from_the_catalog_blocks_no_other(world: World) -> None:
    rotated(world)
    accounts = dict(world.catalog.accounts)
    world.catalog.accounts.clear()  # type: ignore[attr-defined]
    assert check_switchovers(world) == 0
    world.catalog.accounts.update(accounts)  # type: ignore[attr-defined]
    world.clock.advance(minutes=3)
    assert check_switchovers(world) == 1


# --- two keys already ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("off", [False, True], ids=["both on", "one off"])
def test_rotate_with_two_keys_says_which_and_makes_no_room_on_its_own(world: World, off: bool) -> None:
    grant, old, new = rotated(world)
    use(world, old)
    check_switchovers(world)
    if off:
        world.retire(old)
        activation.carry_out(world.context)
    with pytest.raises(Refused) as refusal:
        world.rotate(grant)
    assert refusal.value.reason is Reason.BOTH_SLOTS
    held = refusal.value.facts["held"]
    assert [each.id for each in held] == [old, new]  # type: ignore[attr-defined]
    assert held[0].used_service == "s3"  # type: ignore[index]
    assert len(world.iam.all_keys()) == 2


# --- by someone else ----------------------------------------------------------------------------------------------


def test_the_owner_and_the_approvers_are_notified_when_one_of_them_switches_a_key_off_and_on(world: World) -> None:
    _, old = world.live()
    world.retire(old, BOB)
    world.sweep()
    assert world.credential(old).state is C.RETIRING
    assert told(world, "credential:switched") == ["C01OPS", ALICE]
    world.clock.advance(seconds=1)
    world.reactivate(old, BOB)
    world.sweep()
    assert world.credential(old).state is C.LIVE
    assert sorted(told(world, "credential:switched")) == ["C01OPS"] * 2 + [ALICE] * 2


def test_what_the_owner_or_a_clock_does_needs_no_second_message(world: World) -> None:
    world.change(overlap=DAY, undo=DAY)
    _, old, _ = rotated(world)
    world.retire(old)
    world.sweep()
    world.reactivate(old)
    world.sweep()
    world.sweep()
    world.clock.advance(DAY)
    world.sweep()
    assert world.credential(old).state is C.RETIRING
    assert told(world, "credential:switched") == []
