"""Ownerless: one list for each account, updated in place and posted anew at most once a week."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from bot.domain.hygiene.finding import FindingKind
from tests.fakes import ALICE, BOB, CAROL
from tests.flows.catalog import MAIN
from tests.flows.hygiene.found_keys import DAY, HOUR, SECOND
from tests.flows.ownership.kit import Owning
from tests.flows.world import World

LIST = "owner:none"


def test_it_is_posted_once_in_the_accounts_channel(job: Owning) -> None:
    job.with_accounts(replace(MAIN, channel="C02MAIN"))
    assert (job.post(), job.post()) == (1, 0)
    assert job.told(LIST) == ["C02MAIN"]


def test_a_clock_that_was_ahead_for_a_moment_silences_no_list(job: Owning) -> None:
    job.world.clock.advance(days=400)
    assert job.post() == 1
    job.world.clock.advance(days=-400)
    assert (job.post(), job.post()) == (1, 0)


def test_without_a_channel_the_approvers_get_it_and_without_approvers_the_admins(job: Owning) -> None:
    job.post()
    assert job.told(LIST) == ["C01OPS"]
    job.settle_outbox()
    job.with_accounts(replace(SECOND, channel=None))
    job.reader.key(SECOND, "other")
    job.look(SECOND)
    job.post()
    assert job.told(LIST) == [BOB]


def test_where_slack_does_not_tell_who_approves_those_whom_the_catalog_names_are_notified(job: Owning) -> None:
    groups = {name: replace(each, channel=None) for name, each in job.world.catalog.approvers.items()}
    job.world.catalog = replace(job.world.catalog, approvers=groups)
    job.world.people.readable = False
    assert job.post() == 1
    assert BOB in job.told(LIST)


def test_an_account_in_which_every_key_has_an_owner_gets_no_message(job: Owning) -> None:
    job.tag(Slack=ALICE)
    job.look()
    assert job.post() == 0


def test_it_is_brought_up_to_date_in_place(job: Owning) -> None:
    job.post()
    job.settle_outbox()
    job.decide(job.claim())
    assert job.told(LIST) == ["C01OPS"]
    job.settle_outbox()
    job.job("another")
    job.world.clock.advance(6 * HOUR)
    job.look()
    assert job.told(LIST) == ["C01OPS"]
    assert job.post() == 0, "what is new within the week stands in the list that is there"


def test_it_is_posted_anew_after_a_week_while_anything_is_on_it(job: Owning) -> None:
    job.post()
    days = []
    for day in range(1, 22):
        job.world.clock.advance(days=1)
        if job.post():
            days.append(day)
    assert days == [7, 14, 21]
    job.decide(job.claim(by=CAROL))
    job.world.clock.advance(30 * DAY)
    assert job.post() == 0


def test_a_tag_that_matches_no_one_is_its_evidence(job: Owning) -> None:
    job.job("other", Slack="alice")
    job.look()
    evidence = job.about(FindingKind.OWNERLESS, "other").evidence
    assert evidence == "1 key, and the tag Slack says “alice”, which isn't a Slack user id"
    assert job.about(FindingKind.OWNERLESS).evidence == "1 key, and no owner tag"


def test_a_tag_in_vain_is_reported_also_where_the_owner_is_known_otherwise(job: Owning) -> None:
    job.tag(Slack=ALICE)
    job.look()
    assert job.post() == 0
    job.tag(Slack="alice")
    job.look()
    assert job.user().owner == ALICE
    assert job.post() == 1


def test_two_workers_at_once_post_one_list(both: World) -> None:
    job = Owning(both)
    job.job()
    job.look()
    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(lambda _: job.post(), range(4))) == 1
