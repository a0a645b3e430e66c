"""Rotate a found key: an ordinary request that refers to it, both keys side by side, then the old one's end."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain import bulk_limit
from bot.domain.adopted import Adopted
from bot.domain.bulk_limit import BulkAction
from bot.domain.catalog import Account
from bot.domain.errors import Reason, Refused
from bot.domain.ids import AccessKeyId, AccountName
from bot.domain.keys.switchover import Proof, Verdict
from bot.domain.lifecycle import AdoptedState, RequestState
from bot.domain.usage.last_used import LastUsed
from bot.flows.adopted.replace import check_switchovers
from bot.slack.ui import cards
from tests.fakes import ALICE, BOB, CAROL
from tests.flows.adopted.account import DELETER, Adopting, collect, replaced
from tests.flows.catalog import MAIN, entitlement
from tests.flows.hygiene.found_keys import DAY
from tests.flows.lifecycle.test_bulk_limit import answer, asked
from tests.flows.world import World

OVERLAP = timedelta(days=7)


@pytest.fixture
def a(world: World) -> Adopting:
    made = Adopting(world)
    made.account(deleter_role_arn=DELETER)
    return made


def used(a: Adopting, key: AccessKeyId, ago: timedelta = timedelta(0)) -> None:
    a.world.iam.uses[key] = LastUsed(a.world.clock.now() - ago, "s3", "eu-west-1")


def test_the_request_is_an_ordinary_one_and_remembers_the_key(a: Adopting) -> None:
    key = a.plant()
    request = a.rotate(key, "reports-two")
    assert (request.replaces, request.state, request.requester) == (key, RequestState.REQUESTED, CAROL)
    with a.world.work.begin() as tx:
        assert tx.requests.get(request.id) == request
    a.world.approve(request.id, BOB)
    with a.world.work.begin() as tx:
        assert tx.grants.of_request(request.id) is None, "its own rule: two approvals"
    a.world.approve(request.id, ALICE)
    with a.world.work.begin() as tx:
        assert tx.grants.of_request(request.id)
    assert a.acts() == []


def test_one_person_can_replace_two_found_keys_by_the_same_entitlement(a: Adopting) -> None:
    """Each is replaced by its own key. An ordinary request for the same entitlement is still a separate one."""
    ordinary = a.world.ask(by=CAROL)
    asked = [a.rotate(a.plant(user=name)).replaces for name in ("job", "other")]
    assert len({ordinary, *asked}) == 3
    with pytest.raises(Refused) as refusal:
        a.world.ask(by=CAROL)
    assert refusal.value.reason is Reason.ALREADY_WAITING


def test_the_new_key_stands_on_a_fresh_user_of_latchkeys(a: Adopting) -> None:
    _, grant, new = replaced(a)
    assert new in a.world.iam.users[MAIN.id, a.world.grant(grant).iam_user].keys
    assert a.world.iam.count("create_key") == 1


def test_the_proof_begins_when_the_new_key_is_live_and_not_before(a: Adopting) -> None:
    key = a.plant()
    request = a.rotate(key)
    a.world.approve(request.id)
    a.work()
    with a.world.work.begin() as tx:
        assert tx.adopted.get(key) is None
    a.world.clock.advance(minutes=1)
    with a.world.work.begin() as tx:
        grant = tx.grants.of_request(request.id)
    assert grant is not None
    a.world.mint(a.world.collect(grant.id, CAROL).id)
    a.work()
    a.world.reveal()
    a.world.receipt()
    a.work()
    row = a.row(key)
    assert row.retire_at == a.world.clock.now() + OVERLAP
    assert row.request == request.id
    assert a.items("adopted:owner") == [CAROL]
    assert a.active()
    began = row.began_at
    a.world.clock.advance(minutes=4)
    a.work()
    assert a.row(key).began_at == began, "once"


def test_both_uses_side_by_side_and_a_verdict_that_is_reported_when_it_is_news(a: Adopting) -> None:
    key, grant, new = replaced(a)

    def judged() -> Verdict:
        with a.world.work.begin() as tx:
            row, (successor,) = tx.adopted.get(key), tx.credentials.of(grant)
        assert row is not None
        return Proof(row, successor, a.world.clock.now()).verdict

    assert judged() is Verdict.QUIET
    a.used(timedelta(minutes=12))
    used(a, new)
    a.world.clock.advance(minutes=3)
    assert check_switchovers(a.context) == 1
    assert judged() is Verdict.IN_USE
    a.world.clock.advance(minutes=3)
    assert check_switchovers(a.context) == 0, "no news"
    a.world.clock.advance(days=1)
    assert check_switchovers(a.context) == 1
    assert judged() is Verdict.SAFE
    a.world.iam.uses[a.key_id] = None
    a.world.clock.advance(hours=1)
    assert check_switchovers(a.context) == 1
    assert judged() is Verdict.UNKNOWN


def test_switch_off_now_and_after_undo_its_end(a: Adopting) -> None:
    key, _, _ = replaced(a)
    a.retire(key)
    assert a.work() == 1
    a.world.clock.advance(days=7)
    assert a.work() == 1
    assert a.acts() == [("switch_off", CAROL), ("delete", CAROL)]
    assert a.row(key).state is AdoptedState.GONE


# --- what is refused -----------------------------------------------------------------------------------------------


def test_only_access_keys_of_the_same_account_can_come_in_its_place(a: Adopting) -> None:
    key = a.plant()
    second = Account(AccountName("second"), "210987654321", boundary_arn="arn:aws:iam::210987654321:policy/b")
    accounts = a.world.catalog.accounts.values()
    a.with_accounts(*accounts, second)
    more = entitlement("elsewhere", account="second")
    a.world.catalog = replace(a.world.catalog, entitlements=dict(a.world.catalog.entitlements) | {more.id: more})
    for what in ("elsewhere", "reports-session", "reports-bob"):
        with pytest.raises(Refused, match=Reason.NOT_REQUESTABLE):
            a.rotate(key, what)


def test_one_replacement_at_a_time(a: Adopting) -> None:
    key = a.plant()
    request = a.rotate(key)
    with pytest.raises(Refused, match=Reason.REPLACED_ALREADY):
        a.rotate(key)
    grant = collect(a, request)
    with pytest.raises(Refused, match=Reason.REPLACED_ALREADY):
        a.rotate(key)
    a.world.give_back(grant, CAROL)
    a.rotate(key)


def test_where_the_catalog_offers_nothing_that_is_said(a: Adopting) -> None:
    key = a.plant()
    a.world.catalog = replace(a.world.catalog, entitlements={})
    with pytest.raises(Refused, match=Reason.NOTHING_INSTEAD):
        a.rotate(key)


def test_someone_elses_key_is_not_rotated(a: Adopting) -> None:
    key = a.plant()
    with pytest.raises(Refused, match=Reason.NOT_OWNER):
        a.rotate(key, by=ALICE)


def test_a_key_that_is_off_is_not_rotated(a: Adopting) -> None:
    key = a.off()
    with pytest.raises(Refused, match=Reason.SOMEBODY_WAS_FIRST):
        a.rotate(key)


def test_a_key_that_was_deactivated_before_the_new_one_came_has_no_clock(a: Adopting) -> None:
    key = a.plant()
    request = a.rotate(key)
    a.retire(key)
    a.work()
    collect(a, request)
    a.work()
    row = a.row(key)
    assert (row.state, row.request, row.retire_at) == (AdoptedState.OFF, request.id, None)
    assert row.delete_at - a.world.clock.now() > DAY  # type: ignore[operator]


def test_the_request_of_an_approver_for_a_leavers_key_is_the_approvers(a: Adopting) -> None:
    key = a.plant(owner=None)
    request = a.rotate(key, by=BOB)
    assert request.requester == BOB


def test_the_digest_says_how_far_the_replacement_is(a: Adopting) -> None:
    key = a.plant()

    def said() -> str:
        with a.world.work.begin() as tx:
            return cards.found_key(tx, a.world.catalog, a.key_id, a.world.clock.now())[0]

    asked = a.rotate(key)
    assert "haven't decided yet" in said()
    a.world.approve(asked.id)
    assert "Press Collect on its message" in said()
    with a.world.work.begin() as tx:
        grant = tx.grants.of_request(asked.id)
    assert grant is not None
    a.world.mint(a.world.collect(grant.id, CAROL).id)
    a.world.reveal()
    a.world.receipt()
    assert "You collected" in said()


def test_more_than_twenty_overlaps_that_end_at_once_wait_for_an_answer(a: Adopting) -> None:
    keys, over = list[str](), a.world.clock.now()
    for number in range(22):
        user = f"user-{number}"
        keys.append(a.plant(user=user))
        with a.world.work.begin() as tx:
            tx.adopted.add(Adopted(keys[-1], MAIN.name, user, a.key_id, AdoptedState.ON, over))
            tx.adopted.set(keys[-1], retire_at=over)
    assert [a.work(), a.work()] == [0, 0]
    assert asked(a.world, BulkAction.FOUND_SWITCH_OFF).many == 22
    assert {a.row(each).retire_at for each in keys} == {over}
    answer(a.world, bulk_limit.Verdict.STOP, action=BulkAction.FOUND_SWITCH_OFF)
    a.world.clock.advance(minutes=1)
    assert a.work() == 0
    assert {a.row(each).retire_at for each in keys} == {a.world.clock.now() + a.world.catalog.hygiene.overlap}
