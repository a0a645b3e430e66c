"""SIGKILL at every step of a collect with MFA: within a minute a key and its device, and no other device in AWS."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.processes.running import until
from tests.whole.kill_story import MADE, WITHIN, Story
from tests.whole.latchkey import Build
from tests.whole.people import CODED, Company

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def story(build: Build) -> Iterator[Story]:
    with ExitStack() as ending:
        company = Company(build(ending, "postgresql"))
        ending.callback(company.leave)
        made = Story(company, rotating=False, what=CODED)
        made.play()
        yield made


def test_every_call_was_cut_off_and_every_owner_has_a_key_within_a_minute(story: Story) -> None:
    assert {"CreateVirtualMFADevice", "EnableMFADevice", MADE} <= {each.step for each in story.cuts}
    assert [str(each) for each in story.cuts if not each.got] == []
    assert story.seconds < WITHIN


def test_every_key_works_by_a_code_of_its_own_device_and_not_alone(story: Story) -> None:
    for each in story.cuts:
        assert each.got is not None
        story.company.works(story.company.by_code(each.got))
        assert each.got.read() == "AccessDenied"


def test_aws_holds_exactly_the_devices_whose_seed_someone_has(story: Story) -> None:
    company = story.company
    given = {company.brought[each.got.key]["mfa_serial"] for each in story.cuts if each.got}
    rehearsed = "SELECT device FROM credential WHERE state = 'sealed'"
    wanted = given | {serial for (serial,) in company.house.rows(rehearsed)}
    until(lambda: set(company.devices_in_aws()) == wanted, "no device is left over")
    assert len(given) == len(story.cuts)
