"""Delete now for a found key: through the Deleter alone, once its replacement is in use."""

from datetime import timedelta

import pytest

from bot.domain.adopted import Adopted
from bot.domain.errors import Reason, Refused
from bot.domain.ids import SlackUserId
from bot.domain.lifecycle import AdoptedState
from bot.domain.usage.last_used import LastUsed
from bot.flows.adopted import delete_now
from tests.fakes import ALICE, BOB, CAROL, DAVE
from tests.flows.adopted.account import DELETER, Adopting, replaced
from tests.flows.during_aws_call import during
from tests.flows.world import World

MINUTE = timedelta(minutes=1)


@pytest.fixture
def a(both: World) -> Adopting:
    made = Adopting(both)
    made.account(deleter_role_arn=DELETER)
    return made


def off(a: Adopting, *, new_used: bool = True) -> str:
    """Replaced and switched off by its owner."""
    key, _, new = replaced(a)
    if new_used:
        a.world.iam.uses[new] = LastUsed(a.world.clock.now(), "s3", "eu-west-1")
    a.world.clock.advance(3 * MINUTE)
    a.retire(key)
    a.work()
    a.world.clock.advance(3 * MINUTE)
    a.work()
    assert a.row(key).state is AdoptedState.OFF
    return key


def ask(a: Adopting, key: str, by: SlackUserId = CAROL) -> Adopted | Reason:
    try:
        return delete_now.ask(a.context, key=key, by=by, delivery=None)
    except Refused as refused:
        return refused.reason


@pytest.mark.parametrize("by", [CAROL, ALICE, BOB])
def test_it_is_deleted_by_the_deleter_for_the_one_who_asked(a: Adopting, by: SlackUserId) -> None:
    key = off(a)
    assert isinstance(ask(a, key, by), Adopted)
    assert a.active() is False, "the press itself touches nothing"
    assert delete_now.carry_out(a.context) == 1
    assert a.active() is None
    assert a.row(key).state is AdoptedState.GONE
    assert a.acts()[-1] == ("delete", by)


def test_an_outsider_may_not(a: Adopting) -> None:
    key = off(a)
    assert ask(a, key, DAVE) in {Reason.NOT_A_MEMBER, Reason.NOT_OWNER}


def test_a_replacement_that_nothing_has_used_proves_nothing(a: Adopting) -> None:
    key = off(a, new_used=False)
    assert ask(a, key) is Reason.NOT_PROVEN


def test_one_that_was_only_given_back_has_no_replacement(a: Adopting) -> None:
    key = a.off()
    assert ask(a, key) is Reason.NOT_PROVEN


def test_without_the_deleters_role_it_is_refused(a: Adopting) -> None:
    key = off(a)
    a.account(deleter_role_arn=None)
    assert ask(a, key) is Reason.NO_DELETER


def test_approvers_decide_first_whether_it_comes_back(a: Adopting) -> None:
    key = off(a)
    a.reactivate(key, CAROL)
    assert ask(a, key) is Reason.UNDO_ASKED


def test_its_last_use_is_read_again(a: Adopting) -> None:
    key = off(a)
    ask(a, key)
    a.used(timedelta(0))
    assert delete_now.carry_out(a.context) == 0
    row = a.row(key)
    assert (row.state, row.delete_by, row.why) == (AdoptedState.OFF, None, "old-used")
    assert a.active() is False


def test_an_unknown_last_use_deletes_nothing(a: Adopting) -> None:
    key = off(a)
    ask(a, key)
    a.world.iam.uses[a.key_id] = None
    assert delete_now.carry_out(a.context) == 0
    assert a.active() is False
    assert a.row(key).delete_by == CAROL


def test_a_key_that_is_on_is_not_deleted(a: Adopting) -> None:
    key, _, _ = replaced(a)
    assert ask(a, key) is Reason.SOMEBODY_WAS_FIRST


def test_undo_while_aws_deletes_it_is_too_late(a: Adopting, monkeypatch: pytest.MonkeyPatch) -> None:
    key = off(a)
    ask(a, key)
    got: list[Reason] = []

    def undo() -> None:
        with pytest.raises(Refused) as refused:
            a.reactivate(key, CAROL)
        got.append(refused.value.reason)

    during(a.hand, "delete", undo, monkeypatch)
    assert delete_now.carry_out(a.context) == 1
    assert got == [Reason.UNDO_OVER]
