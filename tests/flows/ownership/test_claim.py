"""Claim: the user of a key claims it, an approver confirms, and the ledger remembers."""

from dataclasses import replace

import pytest

from bot.domain.errors import Reason
from bot.domain.hygiene.finding import FindingKind
from bot.domain.ownership.claim import ClaimState
from bot.domain.ownership.owner import Source
from tests.fakes import ALICE, BOB, CAROL, DAVE
from tests.flows.catalog import MAIN
from tests.flows.hygiene.found_keys import DAY, SECOND
from tests.flows.ownership.kit import Owning, refused


def test_a_claim_is_the_claimants_when_an_approver_has_confirmed_it(job: Owning) -> None:
    made = job.claim()
    assert (made.claimant, made.former, made.state) == (ALICE, None, ClaimState.OPEN)
    assert job.user().owner is None, "nothing before it is confirmed"
    assert job.told("claim:open") == ["C01OPS"]
    settled = job.decide(made)
    assert (settled.state, settled.decided_by) == (ClaimState.CONFIRMED, BOB)
    assert (job.user().owner, job.user().owner_by) == (ALICE, Source.SAID)
    assert job.told("claim:outcome") == [ALICE]
    assert job.audit(made.id) == ["claim:made", "claim:confirmed"]
    assert job.audit("main/job") == ["owner:changed"]


def test_what_is_open_on_the_key_moves_to_its_new_owner_and_ownerless_is_settled(job: Owning) -> None:
    assert {each.owner for each in job.open("job")} == {None}
    job.decide(job.claim())
    assert [(each.kind, each.owner) for each in job.open("job")] == [(FindingKind.STALE, ALICE)]
    job.look()
    assert job.kinds() == {FindingKind.STALE}


@pytest.mark.parametrize("what", ["job", "`job`", " main/job ", "KEY", "key"])
def test_a_key_id_and_a_name_are_the_same(job: Owning, what: str) -> None:
    key = job.key  # type: ignore[attr-defined]
    assert job.claim({"KEY": key, "key": key.lower()}.get(what, what)).iam_user == "job"


@pytest.mark.parametrize("what", ["AKIANOBODY", "nobody", "<root_account>", "second/job", "latchkey-nothing"])
def test_what_the_inventory_does_not_know_is_said(job: Owning, what: str) -> None:
    job.with_accounts(MAIN, SECOND)
    refused(Reason.NO_SUCH_KEY, lambda: job.claim(what))


def test_an_account_that_the_catalog_no_longer_has_is_none_of_ours(job: Owning) -> None:
    job.with_accounts(SECOND)
    for what in ("job", job.key):  # type: ignore[attr-defined]
        refused(Reason.NO_SUCH_KEY, lambda what=what: job.claim(what))  # type: ignore[misc]


def test_a_name_that_stands_in_two_accounts_wants_its_account(job: Owning) -> None:
    job.with_accounts(MAIN, SECOND)
    job.reader.key(SECOND, "job")
    job.look(SECOND)
    facts = refused(Reason.SEVERAL_ACCOUNTS, job.claim).facts
    assert facts["accounts"] == ["main", "second"]
    assert job.claim("second/job").account == "second"
    assert job.told("claim:open") == [BOB], "no approver has to do with that account: its admins are asked"


def test_a_claim_of_someone_elses_key_names_both(job: Owning) -> None:
    job.tag(Slack=CAROL)
    job.look()
    made = job.claim()
    assert (made.claimant, made.former) == (ALICE, CAROL)
    job.decide(made)
    assert sorted(job.told("claim:outcome")) == [ALICE, CAROL]
    job.look()
    assert job.user().owner == ALICE, "the tag that was there outranks nothing"
    job.tag(Slack=BOB)
    job.look()
    assert job.user().owner == BOB, "a tag that has changed does"
    assert {each.owner for each in job.open("job")} == {BOB}


def test_a_claim_stays_when_the_tag_is_taken_off(job: Owning) -> None:
    job.tag(Slack=CAROL)
    job.look()
    job.decide(job.claim())
    job.tag()
    job.look()
    assert job.user().owner == ALICE


def test_a_key_under_a_grant_has_its_owner(job: Owning) -> None:
    grant, credential = job.world.live()
    user = job.world.grant(grant).iam_user
    job.reader.key(MAIN, user, age=DAY)
    job.look()
    for what in (job.world.key(credential), user, f"main/{user}"):
        assert refused(Reason.UNDER_A_GRANT, lambda what=what: job.claim(what, by=CAROL)).facts["owner"] == ALICE  # type: ignore[misc]


def test_ones_own_is_not_claimed(job: Owning) -> None:
    job.tag(Slack=ALICE)
    job.look()
    refused(Reason.YOURS_ALREADY, job.claim)


def test_one_claim_of_a_person_is_enough(job: Owning) -> None:
    job.claim()
    refused(Reason.CLAIMED_ALREADY, job.claim)
    assert job.claim(by=CAROL).claimant == CAROL


# --- who decides ----------------------------------------------------------------------------------------------------


def test_no_one_confirms_their_own_claim(job: Owning) -> None:
    job.world.catalog = replace(job.world.catalog, admins=(BOB, CAROL))
    made = job.claim(by=BOB)
    refused(Reason.OWN_CLAIM, lambda: job.decide(made, by=BOB))
    assert job.decide(made, by=CAROL).state is ClaimState.CONFIRMED


def test_where_no_one_else_could_confirm_it_is_not_asked(job: Owning) -> None:
    job.with_accounts(SECOND)
    job.reader.key(SECOND, "job")
    job.look(SECOND)
    refused(Reason.NO_DECIDER, lambda: job.claim(by=BOB))


@pytest.mark.parametrize(("by", "reason"), [(CAROL, Reason.NOT_APPROVER), (DAVE, Reason.NOT_A_MEMBER)])
def test_only_approvers_and_admins_decide(job: Owning, by: str, reason: Reason) -> None:
    made = job.claim()
    for yes in (True, False):
        refused(reason, lambda yes=yes: job.decide(made, by=by, yes=yes))  # type: ignore[misc, arg-type]
    assert job.user().owner is None


def test_a_guest_claims_nothing(job: Owning) -> None:
    refused(Reason.NOT_A_MEMBER, lambda: job.claim(by=DAVE))


def test_a_claimant_who_is_no_member_any_more_gets_nothing(job: Owning) -> None:
    made = job.claim()
    job.leaves(ALICE)
    refused(Reason.NAMES_NOBODY, lambda: job.decide(made))
    assert job.user().owner is None
    assert job.decide(made, yes=False).state is ClaimState.DECLINED


def test_where_slack_does_not_say_who_is_who_nothing_is_done(job: Owning) -> None:
    made = job.claim()
    job.world.people.readable = False
    refused(Reason.PEOPLE_UNREADABLE, lambda: job.decide(made))
    refused(Reason.PEOPLE_UNREADABLE, lambda: job.claim(by=CAROL))
    assert job.user().owner is None


def test_a_declined_claim_changes_nothing_and_is_reported(job: Owning) -> None:
    made = job.claim()
    job.decide(made, yes=False)
    assert job.told("claim:outcome") == [ALICE]
    job.look()
    assert (job.user().owner, job.kinds()) == (None, {FindingKind.STALE, FindingKind.OWNERLESS})
