"""The worker looks a leaked key up: whose it is, whether its pair is accepted, and what happens while AWS is silent."""

from dataclasses import replace

import pytest

from bot.domain.errors import AwsError, Throttled, Unreadable
from bot.domain.events import LATCHKEY, Notice
from bot.domain.ids import AccessKeyId, AccountName
from bot.domain.leaks import sts_proof
from bot.domain.leaks.incident import Source, StepState, Whose
from bot.domain.leaks.sts_proof import Caller
from bot.domain.lifecycle import IncidentState
from bot.secret import Secret
from tests.fakes import ALICE, BOB, CAROL, DAVE
from tests.flows.catalog import MAIN
from tests.flows.hygiene.found_keys import DAY, SECOND
from tests.flows.leaks.kit import SECRET, Leaking, key_in, keys

REPORTED, CONTAINING, CLOSED = IncidentState.REPORTED, IncidentState.CONTAINING, IncidentState.CLOSED
DENIED = Unreadable("GetAccessKeyLastUsed", "AccessDenied")
ROLE_REFUSED = Unreadable("AssumeRole", "AccessDenied")


def unnamed(leaking: Leaking, name: str = "job", owner: str = ALICE) -> AccessKeyId:
    """A key of a known user, whose id the ledger doesn't have: AWS's report has no ids."""
    leaking.reader.user(MAIN, name, tags={"Slack": owner})
    leaking.reader.key(MAIN, name, age=99 * DAY)
    leaking.look()
    return plant(leaking, name)


def plant(leaking: Leaking, name: str) -> AccessKeyId:
    key = leaking.reader.key(MAIN, name, age=9 * DAY)
    fresh = key_in(MAIN.id, int.from_bytes(key[-4:].encode(), "big"))
    user = leaking.world.iam.users[MAIN.id, name]
    user.keys[fresh] = replace(user.keys.pop(key), id=fresh)
    return fresh


def accept(leaking: Leaking, key: AccessKeyId, arn: str, account: str = MAIN.id) -> None:
    proof = sts_proof.sign(key, Secret(SECRET), "aws", leaking.world.clock.now())
    leaking.reader.callers[proof.signature] = Caller(account, arn)


def test_the_user_is_asked_once_and_its_owner_paged(leaking: Leaking) -> None:
    leaking.reader.key(MAIN, "other", age=9 * DAY)
    key = unnamed(leaking)
    leaking.report(key, by=CAROL)
    leaking.reader.calls.clear()
    assert leaking.look_up() == 1
    assert [name for name, _ in leaking.reader.calls] == ["user_of", "is_own"]
    found = leaking.incident(key)
    assert (found.whose, found.user, found.account, found.state) == (Whose.FOUND, "job", "main", REPORTED)
    assert found.paged_at == leaking.world.clock.now()
    assert leaking.told() == {ALICE, "C01OPS"}
    assert leaking.look_up() == 0


@pytest.mark.parametrize(("by", "state"), [(ALICE, CONTAINING), (DAVE, CONTAINING), (CAROL, REPORTED)])
def test_rights_that_are_known_only_afterwards_count(leaking: Leaking, by: str, state: IncidentState) -> None:
    key = unnamed(leaking)
    assert leaking.report(key, by=by).incidents[0].state is REPORTED
    leaking.look_up()
    found = leaking.incident(key)
    assert found.state is state
    assert found.contain_by == (by if state is CONTAINING else None)


def test_the_button_pressed_before_the_look_up_counts(leaking: Leaking) -> None:
    key = unnamed(leaking)
    (made,) = leaking.report(key, by=CAROL).incidents
    assert leaking.contain(made, DAVE).state is REPORTED
    leaking.look_up()
    assert (leaking.incident(key).state, leaking.incident(key).contain_by) == (CONTAINING, DAVE)
    assert leaking.told() == {ALICE, "C01OPS", BOB}


def test_a_user_that_no_inventory_has_seen_is_asked_for_its_path(leaking: Leaking) -> None:
    leaking.reader.user(MAIN, "fresh", path="/team/")
    key = plant(leaking, "fresh")
    leaking.report(key, by=CAROL)
    leaking.look_up()
    found = leaking.incident(key)
    assert (found.whose, found.user_arn) == (Whose.FOUND, "arn:aws:iam::123456789012:user/team/fresh")
    assert leaking.told() == {"C01OPS"}


@pytest.mark.parametrize("path", ["/service/", "/"])
def test_latchkeys_own_key_is_never_contained_and_the_admins_hear(leaking: Leaking, path: str) -> None:
    leaking.reader.user(MAIN, "worker", path=path)
    leaking.reader.worker = "" if path == "/service/" else "worker"
    key = plant(leaking, "worker")
    (made,) = leaking.report(key, by=BOB).incidents
    leaking.look_up()
    found = leaking.incident(key)
    assert (found.whose, found.state) == (Whose.ITSELF, REPORTED)
    assert leaking.told() == {BOB}
    assert leaking.events(made)[-1] == "incident:paged"


def test_a_foreign_key_on_a_grants_user_is_its_owners(leaking: Leaking) -> None:
    grant, _ = leaking.world.live()
    key = plant(leaking, leaking.world.grant(grant).iam_user)
    leaking.report(key, by=ALICE)
    leaking.look_up()
    found = leaking.incident(key)
    assert (found.whose, found.grant, found.credential, found.state) == (Whose.ISSUED, grant, None, CONTAINING)


def test_a_key_that_aws_does_not_have_closes_itself_once_it_is_sure(leaking: Leaking) -> None:
    key = key_in(MAIN.id, 7)
    leaking.report(key, by=CAROL)
    leaking.look_up()
    assert leaking.incident(key).state is REPORTED  # IAM shows a new key late
    leaking.pass_time(seconds=12)
    found = leaking.incident(key)
    assert (found.state, found.whose, found.closed_by) == (CLOSED, Whose.GONE, LATCHKEY)
    assert leaking.told() == set()


def test_a_denied_key_is_gone_if_aws_says_who_has_another(leaking: Leaking) -> None:
    unnamed(leaking)
    named = leaking.reader.key(MAIN, "named", age=9 * DAY)
    leaking.look()
    with leaking.world.work.begin() as tx:
        (row,) = tx.inventory.keys(MAIN.name, ["named"])
        tx.inventory.store([], [replace(row, access_key_id=named)], [], leaking.world.clock.now())
    gone = key_in(MAIN.id, 7)
    leaking.report(gone, by=CAROL)
    leaking.world.clock.advance(seconds=10)
    leaking.reader.faults["user_of"] = DENIED
    leaking.look_up()
    assert (leaking.incident(gone).state, leaking.incident(gone).whose) == (CLOSED, Whose.GONE)
    assert leaking.told(Notice.INCIDENT_ALARM) == set()


def test_an_id_that_does_not_say_its_account_is_looked_for_in_each(leaking: Leaking) -> None:
    leaking.with_accounts(SECOND, MAIN)
    leaking.reader.user(MAIN, "old", tags={"Slack": ALICE})
    old = leaking.reader.key(MAIN, "old", age=3000 * DAY)  # AKIAA…: made before ids held the account
    leaking.report(old, by=ALICE)
    assert leaking.incident(old).account is None
    leaking.look_up()
    leaking.look()
    assert (leaking.incident(old).account, leaking.incident(old).user) == (AccountName("main"), "old")


# --- the pair ---------------------------------------------------------------------------------------------------------


def test_an_accepted_pair_contains_at_once_by_latchkey_and_asks_nothing_else(leaking: Leaking) -> None:
    key = unnamed(leaking)
    accept(leaking, key, "arn:aws:iam::123456789012:user/job")
    (made,) = leaking.report(key, by=CAROL, secret=SECRET).incidents
    assert made.proof is not None
    assert SECRET not in made.proof
    leaking.reader.calls.clear()
    leaking.look_up()
    found = leaking.incident(key)
    assert (found.state, found.contain_by, found.user) == (CONTAINING, LATCHKEY, "job")
    assert (found.proof, found.proof_at) == (None, None)
    assert [name for name, _ in leaking.reader.calls] == ["caller_of", "is_own"]


@pytest.mark.parametrize("source", [Source.COMMAND, Source.CHANNEL, Source.GITHUB])
@pytest.mark.parametrize("accepted", [True, False])
def test_a_pair_counts_only_if_aws_accepts_it(leaking: Leaking, source: Source, accepted: bool) -> None:
    key = keys(leaking, "issued")
    if accepted:
        accept(leaking, key, "arn:aws:iam::123456789012:user/latchkey/x")
    by = LATCHKEY if source is Source.GITHUB else CAROL
    leaking.report(key, by=by, source=source, secret=SECRET)
    assert leaking.told() == set()  # the worker asks AWS first
    leaking.look_up()
    found = leaking.incident(key)
    assert found.state is (CONTAINING if accepted else REPORTED)
    assert found.proof is None
    if not accepted:
        assert leaking.told() == (set() if source is Source.CHANNEL else {ALICE, "C01OPS"})


def test_an_old_signature_is_not_sent(leaking: Leaking) -> None:
    key = keys(leaking, "issued")
    accept(leaking, key, "arn:aws:iam::123456789012:user/latchkey/x")
    leaking.report(key, by=CAROL, secret=SECRET)
    leaking.world.clock.advance(minutes=5)
    leaking.reader.calls.clear()
    leaking.look_up()
    assert leaking.reader.calls == []
    assert (leaking.incident(key).state, leaking.incident(key).proof) == (REPORTED, None)


def test_while_sts_is_silent_the_rest_goes_on(leaking: Leaking) -> None:
    key = unnamed(leaking)
    accept(leaking, key, "arn:aws:iam::123456789012:user/job")
    leaking.report(key, by=CAROL, secret=SECRET)
    leaking.reader.faults["caller_of"] = Unreadable("GetCallerIdentity", "ReadTimeoutError")
    leaking.look_up()
    assert (leaking.incident(key).whose, leaking.incident(key).state) == (Whose.FOUND, REPORTED)
    leaking.pass_time(seconds=2)
    assert leaking.incident(key).state is CONTAINING


def test_a_root_key_is_the_admins(leaking: Leaking) -> None:
    key = key_in(MAIN.id, 9)
    accept(leaking, key, "arn:aws:iam::123456789012:root")
    leaking.report(key, by=CAROL, secret=SECRET)
    leaking.look_up()
    assert (leaking.incident(key).whose, leaking.incident(key).account) == (Whose.OTHER, "main")
    assert leaking.told() == {BOB}


# --- AWS refuses or is silent -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [ROLE_REFUSED, Throttled("AssumeRole", "Throttling")])
def test_an_account_that_does_not_answer_is_escalated_and_asked_again(leaking: Leaking, fault: AwsError) -> None:
    key = unnamed(leaking)
    (made,) = leaking.report(key, by=ALICE).incidents
    for _ in range(40):
        leaking.reader.faults["user_of"] = fault
        leaking.pass_time(seconds=1)
    found = leaking.incident(key)
    assert (found.whose, found.state) == (Whose.UNKNOWN, REPORTED)
    asked = [name for name, _ in leaking.reader.calls].count("user_of")
    assert 3 <= asked <= 8
    assert leaking.told(Notice.INCIDENT_ALARM) == {"C01OPS", BOB}
    with leaking.world.work.begin() as tx:
        (step,) = tx.incidents.steps(made.id)
    assert (step.state, step.why) == (StepState.REFUSED, fault.code)
    leaking.reader.faults.clear()
    leaking.pass_time(minutes=1)
    assert leaking.incident(key).state is CONTAINING


def test_one_that_aws_refuses_does_not_block_the_others(leaking: Leaking) -> None:
    first, second = unnamed(leaking, "first"), unnamed(leaking, "second")
    leaking.report(first, by=CAROL)
    leaking.report(second, by=CAROL)
    leaking.reader.faults["user_of"] = ROLE_REFUSED
    leaking.look_up()
    assert {leaking.incident(each).whose for each in (first, second)} == {Whose.UNKNOWN, Whose.FOUND}
