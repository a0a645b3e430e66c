"""As deployed: web and worker separately, one database, and the whole way from the request to a working key."""

import json
from collections.abc import Iterator

import pytest

from bot.sandbox.aws import AwsStandIn
from bot.sandbox.key_user import WORKED, Holder
from bot.sandbox.slack import StandIn
from tests.processes.conftest import Start
from tests.processes.first_key import an_account, ask_and_approve, press, states, the_link, with_aws
from tests.processes.running import BOT_TOKEN, SIGNING_SECRET, until
from tests.processes.test_worker_alone import beating


@pytest.fixture
def aws() -> Iterator[AwsStandIn]:
    with an_account() as running:
        yield running


@pytest.mark.parametrize("database_url", ["postgresql", pytest.param("sqlite", marks=pytest.mark.long)], indirect=True)
def test_a_key_goes_from_the_ask_to_aws(slack: StandIn, aws: AwsStandIn, database_url: str, start: Start) -> None:
    shared = {"DATABASE_URL": database_url, "SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_API_URL": slack.api_url}
    web = start("web", SLACK_SIGNING_SECRET=SIGNING_SECRET, LOG_LEVEL="DEBUG", **shared)
    worker = start("worker", LOG_LEVEL="DEBUG", **shared, **with_aws(aws))
    web.wait_for("/readyz", 200)
    until(lambda: beating(worker), "the worker's heart beats")
    slack.deliver_to(f"http://127.0.0.1:{web.port}/slack/events")
    alice, bob = slack.as_person("U01ALICE"), slack.as_person("U02BOB")
    ask_and_approve(alice, bob)
    assert aws.count("CreateAccessKey") == 0
    press(alice, "grant:collect")
    link = the_link(alice)
    status, answer = web.ask(f"/c/{link.envelope}/reveal", "POST", json={"proof": link.proof})
    assert status == 200
    credential = link.decrypt(answer)
    assert states(database_url) == ["revealed"]
    assert web.ask(f"/c/{link.envelope}/receipt", "POST", json={"proof": link.proof})[0] == 204
    assert states(database_url) == ["live"]
    assert Holder(aws, credential).read() == WORKED
    assert web.ask(f"/c/{link.envelope}/reveal", "POST", json={"proof": link.proof})[0] == 410
    for process in (web, worker):
        assert process.end() == 0
        for hidden in (credential["secret_access_key"], link.seed, link.proof, *with_aws(aws).values()):
            assert hidden not in process.said() or hidden in {aws.url, aws.region, aws.admin[0]}
    assert credential["secret_access_key"] not in json.dumps([str(each) for each in slack.traffic])
    assert slack.complaints == []
