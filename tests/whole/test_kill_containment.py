"""SIGKILL before and after each call of containment: the next worker contains the key all the same, once."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from bot.sandbox.key_user import Holder
from bot.sandbox.people import done
from tests.processes.running import until
from tests.whole.latchkey import Build
from tests.whole.people import USER, Company

pytestmark = pytest.mark.long
CALLS = ("UpdateAccessKey", "PutUserPolicy")
STATE = "SELECT state, id FROM incident WHERE access_key_id = :key"
STEPS = "SELECT kind, state FROM incident_step WHERE incident = :id"
EVENTS = "SELECT tag FROM audit WHERE subject = :id"
PATIENCE_SECONDS = 60


@pytest.fixture(params=["sqlite", "postgresql"])
def company(request: pytest.FixtureRequest, build: Build) -> Iterator[Company]:
    with ExitStack() as ending:
        made = Company(build(ending, request.param))
        ending.callback(made.leave)
        made.house.web()
        made.house.worker()
        yield made


def killed_at(company: Company, grant: str, holder: Holder, call: str, *, after: bool) -> None:
    """Alice reports her key; its worker dies at this call, and another one starts."""
    house = company.house
    held = house.aws_door.hold(lambda sent: (sent.name, sent.user) == (call, USER + grant), after=after)
    done(company.alice.command(f"/key leaked {holder.key}"))
    held.here()
    worker = house.running[-1].process
    worker.kill()
    worker.wait()
    held.lose()
    house.worker()


def test_the_key_is_contained_once_wherever_the_worker_died(company: Company) -> None:
    house = company.house
    points = [(call, after) for call in CALLS for after in (False, True)]
    for (grant, holder), (call, after) in zip(company.held(len(points)).items(), points, strict=True):
        killed_at(company, grant, holder, call, after=after)
        until(
            lambda key=holder.key: house.rows(STATE, key=key)[0][0] == "contained",
            f"contained after a kill {'after' if after else 'before'} {call}",
            patience_seconds=PATIENCE_SECONDS,
        )
        ((_, incident),) = house.rows(STATE, key=holder.key)
        assert sorted(house.rows(STEPS, id=incident)) == [("key", "done"), ("sessions", "done")]
        tags = [tag for (tag,) in house.rows(EVENTS, id=incident)]
        assert (tags.count("incident:step"), tags.count("incident:contained")) == (2, 1)
        (found,) = company._iam.list_access_keys(UserName=USER + grant)["AccessKeyMetadata"]
        assert found["Status"] == "Inactive"
    assert house.slack.complaints == []
