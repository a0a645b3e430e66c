"""SIGKILL at every step of a collect and of a rotation: no key is lost or left over, and a new one exists soon."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.whole.kill_story import MADE, SHOWN, UNHEARD, WITHIN, Cut, Story
from tests.whole.latchkey import Build
from tests.whole.parallel import together
from tests.whole.people import Company

pytestmark = pytest.mark.long
STORIES = [(verb, kind) for verb in ("collect", "rotate") for kind in ("sqlite", "postgresql")]


@pytest.fixture(scope="module")
def stories(build: Build) -> Iterator[dict[tuple[str, str], Story]]:
    """In parallel, because most of the time is spent waiting for Latchkey's own clocks."""
    with ExitStack() as ending:
        made = {}
        for verb, kind in STORIES:
            company = Company(build(ending, kind))
            ending.callback(company.leave)
            made[verb, kind] = Story(company, rotating=verb == "rotate")
        together(*(each.play for each in made.values()))
        yield made


@pytest.fixture(params=STORIES, ids="-".join)
def story(request: pytest.FixtureRequest, stories: dict[tuple[str, str], Story]) -> Story:
    return stories[request.param]


def wrong(story: Story, right: object) -> list[str]:
    assert callable(right)
    return [f"{each}: {each.state}" for each in story.cuts if not right(each)]


def test_every_call_up_to_the_key_and_the_window_was_cut_off(story: Story) -> None:
    steps = {each.step for each in story.cuts}
    assert {"CreateUser", "PutUserPolicy", MADE, SHOWN} <= steps
    assert len(story.cuts) >= 13


def test_every_owner_has_a_key_within_a_minute(story: Story) -> None:
    assert not wrong(story, lambda each: each.got)
    assert story.seconds < WITHIN


def test_a_link_that_was_shown_and_an_intent_that_no_one_had_claimed_need_no_second_press(story: Story) -> None:
    served = {each.step for each in story.cuts if not each.pressed}
    assert served == {SHOWN, UNHEARD}
    assert all(each.after for each in story.cuts if each.step == SHOWN and not each.pressed)


def test_every_key_works_and_none_that_someone_had_was_lost(story: Story) -> None:
    for each in story.cuts:
        assert each.got is not None
        story.company.works(each.got)
        if each.had:
            story.company.works(each.had)


def test_aws_holds_exactly_the_ledgers_keys(story: Story) -> None:
    def right(cut: Cut) -> bool:
        held = [each.key for each in (cut.had, cut.got) if each]
        return sorted(story.company.keys_in_aws(cut.grant)) == sorted(held) and story.company.agrees(cut.grant)

    assert not wrong(story, right)


def test_no_intent_sent_create_access_key_twice(story: Story) -> None:
    assert not wrong(story, lambda each: story.sent_for(each) == story.intents_sent(each))


def test_who_has_to_press_again_gets_an_explanation(story: Story) -> None:
    told = [each for each in story.company.alice.dms() if "The worker stopped before it was done" in each.words]
    lost = [each for each in story.cuts if each.state in ("failed", "discarded")]
    assert len(told) == len(lost)


def test_slack_had_nothing_to_complain_of(story: Story) -> None:
    assert story.company.house.slack.complaints == []
