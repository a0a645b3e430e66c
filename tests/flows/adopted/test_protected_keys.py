"""Keys that are never touched: refused at the press, and again by the worker if that changed since."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.domain.adopted import Protection
from bot.domain.errors import ForeignUser, Reason, Refused
from bot.domain.hygiene.credential_report import ROOT
from bot.domain.hygiene.inventory import FoundKey, FoundUser
from bot.domain.lifecycle import AdoptedState
from tests import credential_reports
from tests.fakes import ALICE, BOB, CAROL
from tests.flows.adopted.account import DELETER, USER, Adopting
from tests.flows.catalog import MAIN
from tests.flows.hygiene.found_keys import HOUR
from tests.flows.world import World

IAM = f"arn:aws:iam::{MAIN.id}:"


@pytest.fixture
def a(world: World) -> Adopting:
    return Adopting(world)


def change(a: Adopting, key: str, change_user: dict[str, object], change_key: dict[str, object]) -> None:
    """The ledger's data about this user and key changes."""
    world = a.world
    with world.work.begin() as tx:
        seen = tx.inventory.get(key)
        assert seen is not None
        user: FoundUser = tx.inventory.users(MAIN.name, [USER])[USER]
        changed: FoundKey = replace(seen, **change_key)  # type: ignore[arg-type]
        tx.inventory.store([replace(user, **change_user)], [changed], [], world.clock.now())  # type: ignore[arg-type]


Spoil = Callable[[Adopting, str], object]
SPOILT: dict[Protection, Spoil] = {
    Protection.NOT_ADOPTED: lambda a, _: a.account(adopt=False),
    Protection.UNKNOWN: lambda a, _: a.with_accounts(),
    Protection.ROOT: lambda a, key: change(a, key, {"arn": f"{IAM}root"}, {}),
    Protection.LATCHKEYS: lambda a, key: change(a, key, {"arn": f"{IAM}user/latchkey/{USER}"}, {}),
    Protection.ITSELF: lambda a, key: change(a, key, {"arn": f"{IAM}user/service/{USER}"}, {}),
    Protection.NAMELESS: lambda a, key: change(a, key, {}, {"unclear": "two keys of one second"}),
    Protection.GONE: lambda a, key: change(a, key, {}, {"gone_at": a.world.clock.now()}),
}


def test_every_reason_is_tried() -> None:
    assert set(SPOILT) == set(Protection)


@pytest.mark.parametrize(("why", "spoil"), SPOILT.items(), ids=SPOILT)
def test_a_press_is_refused_whatever_the_button(a: Adopting, why: Protection, spoil: Spoil) -> None:
    key = a.plant()
    a.account(enforce=True)
    spoil(a, key)
    presses: list[Callable[[], object]] = [
        lambda: a.retire(key), lambda: a.retire(key, anyway=True), lambda: a.wait(key), lambda: a.rotate(key),
        lambda: a.reactivate(key, BOB),
    ]  # fmt: skip
    for press in presses:
        with pytest.raises(Refused) as refused:
            press()
        assert refused.value.reason is Reason.PROTECTED
        assert refused.value.facts["why"] is why
    assert not a.enforce()
    assert a.work() == 0
    assert a.acts() == []


@pytest.mark.parametrize(("why", "spoil"), SPOILT.items(), ids=SPOILT)
def test_an_earlier_pending_action_is_not_carried_out(a: Adopting, why: Protection, spoil: Spoil) -> None:
    key = a.plant()
    a.retire(key)
    spoil(a, key)
    assert a.work() == 0
    assert a.acts() == []
    row = a.row(key)
    assert (row.state, row.pending_action, row.why) == (AdoptedState.ON, None, why)
    assert a.tags(key)[-1] == "adopted:not-done"


@pytest.mark.parametrize(("why", "spoil"), SPOILT.items(), ids=SPOILT)
def test_neither_is_an_undo_that_was_agreed_before(a: Adopting, why: Protection, spoil: Spoil) -> None:
    key = a.off()
    for by in (BOB, ALICE):
        a.reactivate(key, by)
    spoil(a, key)
    a.work()
    assert a.acts() == [("switch_off", CAROL)]
    assert a.row(key).state is AdoptedState.OFF


@pytest.mark.parametrize(("why", "spoil"), SPOILT.items(), ids=SPOILT)
def test_nor_the_end_of_a_key_that_is_off(a: Adopting, why: Protection, spoil: Spoil) -> None:
    a.account(deleter_role_arn=DELETER)
    key = a.off()
    a.world.clock.advance(a.world.catalog.hygiene.undo)
    spoil(a, key)
    assert a.work() == 0
    assert a.active() is False


def test_the_root_users_key_has_no_buttons(a: Adopting) -> None:
    a.reader.root = credential_reports.ROOT_WITH_A_KEY
    a.plant()
    (root,) = a.keys(ROOT)
    with pytest.raises(Refused) as refused:
        a.retire(root.id, BOB)
    assert refused.value.facts["why"] is Protection.ROOT


def test_a_key_of_a_grant_has_its_own_flow(a: Adopting) -> None:
    a.world.live()
    a.look(a.world.catalog.accounts[MAIN.name])
    (own,) = (each for each in a.keys(*(name for _, name in a.world.iam.users)) if each.credential)
    with pytest.raises(Refused) as refused:
        a.retire(own.id)
    assert refused.value.facts["why"] is Protection.LATCHKEYS


def test_an_orphan_on_a_grants_user_neither(a: Adopting) -> None:
    grant, _ = a.world.live()
    orphan = a.reader.key(MAIN, a.world.grant(grant).iam_user, age=HOUR)
    a.look(a.world.catalog.accounts[MAIN.name])
    (row,) = (each for each in a.keys(a.world.grant(grant).iam_user) if each.credential is None)
    assert row.access_key_id in {None, orphan}
    with pytest.raises(Refused) as refused:
        a.retire(row.id)
    assert refused.value.facts["why"] is Protection.LATCHKEYS


def test_the_key_that_now_stands_there_is_another_one(a: Adopting) -> None:
    """The ledger's row has got another key id since the press."""
    key = a.plant()
    a.retire(key)
    other = a.reader.key(MAIN, "somebody-else")
    change(a, key, {}, {"access_key_id": other})
    assert a.work() == 0
    assert a.acts() == []
    assert a.row(key).why == Protection.NAMELESS


def test_what_the_edge_knows_as_latchkeys_own_is_put_away(a: Adopting) -> None:
    """The worker's own user outside /service/: only AWS can identify it."""
    key = a.plant()
    a.retire(key)
    a.world.iam.fail_at("switch_off", ForeignUser("UpdateAccessKey", "LatchkeyItself"))
    assert a.work() == 0
    assert (a.row(key).pending_action, a.row(key).why) == (None, Protection.ITSELF)
