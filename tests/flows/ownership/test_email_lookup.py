"""Email lookup: it identifies an owner only if the catalog allows it, and Slack is asked once a day."""

from dataclasses import replace

import pytest

from bot.domain import batch_size
from bot.domain.hygiene.finding import FindingKind
from bot.domain.ownership.owner import Source
from tests.fakes import ALICE, BOB, CAROL, DAVE
from tests.flows.catalog import MAIN
from tests.flows.hygiene.found_keys import DAY, HOUR, Found
from tests.flows.ownership.kit import Owning
from tests.flows.world import World

MATCHING = replace(MAIN, match_email=True)


@pytest.fixture
def job(world: World) -> Owning:
    made = Owning(world)
    made.with_accounts(MATCHING)
    return made


def look(job: Owning) -> None:
    Found.look(job, job.world.catalog.accounts[MAIN.name])


def matched(job: Owning) -> None:
    look(job)
    job.match()
    look(job)


@pytest.mark.parametrize(
    ("name", "tags"),
    [
        ("job", {"email": "carol@example.com"}),
        ("job", {"Owner": "Carol@Example.com"}),
        ("carol@example.com", {}),
        ("nobody@example.com", {"email": "carol@example.com"}),
    ],
)
def test_by_a_tag_or_a_name_that_is_an_address(job: Owning, name: str, tags: dict[str, str]) -> None:
    job.job(name, **tags)
    matched(job)
    assert (job.user(name).owner, job.user(name).owner_by) == (CAROL, Source.ADDRESS)
    assert job.kinds(name) == {FindingKind.STALE}


def test_not_where_the_catalog_does_not_allow_it(job: Owning) -> None:
    job.with_accounts(MAIN)
    job.job("carol@example.com")
    matched(job)
    assert job.world.people.asked == []
    assert job.kinds("carol@example.com") == {FindingKind.STALE, FindingKind.OWNERLESS}


def test_what_was_matched_before_is_not_asked_for_when_the_catalog_no_longer_allows_it(job: Owning) -> None:
    job.job("carol@example.com")
    look(job)
    job.with_accounts(MAIN)
    assert (job.match(), job.world.people.asked) == (0, [])


def test_until_slack_was_asked_nothing_is_said(job: Owning) -> None:
    job.job("nobody@example.com")
    look(job)
    assert job.kinds("nobody@example.com") == {FindingKind.STALE}
    job.match()
    look(job)
    assert job.kinds("nobody@example.com") == {FindingKind.STALE, FindingKind.OWNERLESS}


def test_a_guests_address_identifies_no_one(job: Owning) -> None:
    job.job("dave@example.com")
    matched(job)
    assert job.world.people.find(DAVE).full_member is False
    assert job.user("dave@example.com").owner is None
    with job.world.work.begin() as tx:
        assert tx.owners.lookup_answers(["dave@example.com"]) == {"dave@example.com": None}


def test_an_address_is_asked_for_once_a_day(job: Owning) -> None:
    job.job("carol@example.com")
    job.job("job", email="carol@example.com")
    for _ in range(8):
        look(job)
        job.match()
        job.world.clock.advance(6 * HOUR)
    assert job.world.people.asked == ["carol@example.com"] * 2


def test_where_slack_does_not_answer_it_is_asked_again_and_nothing_changes(job: Owning) -> None:
    job.job("carol@example.com")
    look(job)
    job.world.people.readable = False
    assert job.match() == 0
    job.world.people.readable = True
    assert job.match() == 1
    look(job)
    assert job.user("carol@example.com").owner == CAROL


def test_a_few_are_asked_for_in_a_run_those_never_asked_for_first(job: Owning, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_size, "ADDRESSES", 1)
    job.job("alice@example.com")
    matched(job)
    job.world.clock.advance(days=1, hours=1)
    job.job("bob@example.com")
    look(job)
    job.match()
    assert job.world.people.asked == ["alice@example.com", "bob@example.com"]


def test_what_no_inventory_meets_any_more_is_not_asked_for(job: Owning) -> None:
    job.job("carol@example.com")
    matched(job)
    job.world.clock.advance(3 * DAY)
    assert job.match() == 0


def test_a_tag_a_claim_and_the_ledger_come_before_an_address(job: Owning) -> None:
    job.job("carol@example.com", Slack=ALICE)
    matched(job)
    assert job.user("carol@example.com").owner == ALICE
    job.decide(job.claim("carol@example.com", by=CAROL), by=BOB)
    job.tag("carol@example.com")
    look(job)
    assert job.user("carol@example.com").owner_by is Source.SAID


def test_not_mine_is_not_undone_by_an_address(job: Owning) -> None:
    job.job("carol@example.com")
    matched(job)
    job.disown(job.about(FindingKind.STALE, "carol@example.com"), by=CAROL)
    look(job)
    assert job.user("carol@example.com").owner is None


def test_a_match_who_leaves_is_a_leaver(job: Owning) -> None:
    job.job("carol@example.com")
    matched(job)
    job.leaves(CAROL)
    job.world.clock.advance(days=1, hours=1)
    matched(job)
    assert job.user("carol@example.com").owner == CAROL
    assert FindingKind.LEAVER in job.kinds("carol@example.com")


def test_an_address_about_which_slack_gives_an_error_holds_up_no_other(
    job: Owning, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.domain.batch_size.ADDRESSES", 1)
    job.world.people.unknown.add("alice@example.com")
    for name in ("alice", "bob"):
        job.job(f"{name}@example.com")
    look(job)
    assert [job.match() for _ in range(2)] == [0, 1]
