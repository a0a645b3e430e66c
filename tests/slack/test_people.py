"""Slack's people: cached for a moment, and access is never granted on a guess."""

import pytest

from bot.domain.errors import Refused
from bot.domain.ids import SlackUserId
from bot.slack.people import SILENT_SECONDS
from tests.fakes import ALICE, BOB, CAROL
from tests.slack.kit import House


@pytest.mark.parametrize("mark", ["deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger"])
def test_only_full_members_count(h: House, mark: str) -> None:
    setattr(h.slack.people[CAROL], mark, True)
    assert not h.people.find(CAROL).full_member


def test_someone_of_another_team_is_no_member(h: House) -> None:
    h.slack.people[CAROL].team_id = "T99OTHER"
    assert not h.people.find(CAROL).full_member


def test_a_person_is_asked_for_once_a_minute(h: House) -> None:
    for _ in range(3):
        h.people.find(ALICE)
    assert len(h.slack.calls("users.info")) == 1
    h.tick.seconds += 61
    h.people.find(ALICE)
    assert len(h.slack.calls("users.info")) == 2


def test_a_group_is_asked_for_once_in_five_minutes(h: House) -> None:
    assert BOB in h.people.members_of(["S0PLATFORM"])
    h.slack.usergroups["S0PLATFORM"].remove(BOB)
    assert BOB in h.people.members_of(["S0PLATFORM"])
    h.tick.seconds += 301
    assert BOB not in h.people.members_of(["S0PLATFORM"])


def test_several_groups_are_read_in_one_call(h: House) -> None:
    groups = {f"S0GROUP{number}": [ALICE] for number in range(30)}
    h.slack.usergroups.update(groups)
    for _ in range(2):
        h.people.prefetch([*groups, ALICE])
        assert all(h.people.members_of([each]) == {ALICE} for each in groups)
    assert len(h.slack.calls("usergroups.users.list")) == 0


def test_where_that_call_fails_each_is_asked_for(h: House) -> None:
    h.slack.faults.fail("usergroups.list", "unknown_method")
    h.slack.usergroups["S0OTHER"] = [CAROL]
    h.people.prefetch(["S0PLATFORM", "S0OTHER"])
    assert h.people.members_of(["S0OTHER"]) == {CAROL}


def test_no_answer_is_a_refusal_and_is_not_remembered(h: House) -> None:
    h.slack.faults.down("users.info", times=1, how="503")
    with pytest.raises(Refused):
        h.people.find(ALICE)
    assert h.people.find(ALICE).full_member


@pytest.mark.parametrize(("how", "wait"), [("503", SILENT_SECONDS), ("reset", SILENT_SECONDS), ("error", 0)])
def test_a_slack_that_does_not_answer_is_to_be_left_alone_by_sweeps(h: House, how: str, wait: float) -> None:
    """An error about a single person is different: the others are still looked up."""
    if how == "error":
        h.slack.faults.fail("users.info", "internal_error")
    else:
        h.slack.faults.down("users.info", times=1, how=how)
    with pytest.raises(Refused) as refusal:
        h.people.find(ALICE)
    assert refusal.value.facts["wait"] == wait


def test_a_slack_without_a_list_of_groups_still_works(h: House) -> None:
    h.slack.faults.fail("usergroups.list", "unknown_method")
    assert h.people.changed_at(["S0PLATFORM"]) is None


@pytest.mark.parametrize("error", ["no_such_subteam", "subteam_disabled"])
def test_a_group_that_is_gone_has_no_members_and_stops_no_one_else(h: House, error: str) -> None:
    h.slack.faults.fail("usergroups.users.list", error, times=None)
    assert h.people.members_of(["S0PLATFORM"]) == frozenset()
    h.approve(h.requested())
    assert h.grant_state() == "approved"


def test_an_address_finds_a_person_or_no_one(h: House) -> None:
    found = h.people.find_by_email("carol@example.com")
    assert found is not None
    assert (found.id, found.full_member) == (CAROL, True)
    assert h.people.find_by_email("nobody@example.com") is None
    h.slack.people[CAROL].deleted = True
    assert h.people.find_by_email("carol@example.com") is None


@pytest.mark.parametrize("how", ["503", "reset"])
def test_no_answer_about_an_address_is_a_refusal(h: House, how: str) -> None:
    h.slack.faults.down("users.lookupByEmail", times=1, how=how)
    with pytest.raises(Refused):
        h.people.find_by_email("carol@example.com")


def test_a_scope_that_is_missing_is_a_refusal_too(h: House) -> None:
    h.slack.faults.fail("users.lookupByEmail", "missing_scope")
    with pytest.raises(Refused):
        h.people.find_by_email("carol@example.com")


def test_an_id_that_slack_does_not_know_is_no_one(h: House) -> None:
    assert not h.people.find(SlackUserId("U0NOBODY")).full_member
