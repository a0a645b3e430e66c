"""`python -m bot` loses its gunicorn arbiter to a SIGKILL during a mint: the mint is finished, and it exits."""

from contextlib import ExitStack

import psutil
import pytest

from tests.processes.running import PATIENCE, until
from tests.whole.kill_story import MADE
from tests.whole.latchkey import Build
from tests.whole.people import Company
from tests.whole.proxy import named

pytestmark = pytest.mark.long


def test_a_mint_that_was_begun_is_handed_over_and_the_next_process_opens_it(build: Build) -> None:
    with ExitStack() as ending:
        house = build(ending, "sqlite")
        company = Company(house)
        ending.callback(company.leave)
        arbiter = house.everything().process
        [grant] = company.granted()
        held = house.aws_door.hold(named(MADE), after=True)
        company.collect(grant)
        held.here()
        family = psutil.Process(arbiter.pid).children(recursive=True)
        arbiter.kill()
        arbiter.wait()
        held.go_on()
        until(lambda: company.link_of(grant), "the link stands in the window")
        assert not psutil.wait_procs(family, timeout=PATIENCE)[1]
        house.everything()
        company.works(company.open(company.links_of([grant])[0]))
        assert house.aws_door.count(MADE) == 1
        assert house.slack.complaints == []
