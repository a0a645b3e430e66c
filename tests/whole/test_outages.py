"""Slack is down for a while, AWS is down for a while: Latchkey catches up, and nothing is duplicated."""

import pytest

from bot.sandbox.key_user import OFF
from bot.sandbox.people import done, value_of
from tests.processes.running import until
from tests.whole.people import Company, says

pytestmark = pytest.mark.long
TELLING = ("chat.postMessage", "chat.update", "conversations.open")
TRIED = "SELECT 1 FROM outbox WHERE subject = :id AND wanted > done AND tries >= 2"
WAITING = "SELECT 1 FROM outbox WHERE wanted > done"


@pytest.mark.parametrize("how", ["reset", "503"])
def test_what_slack_did_not_take_is_brought_later_and_once(company: Company, how: str) -> None:
    why = company.ask()
    message = company.request_message(why)
    for each in TELLING:
        company.house.slack.faults.down(each, how=how)
    done(company.bob.press(message, "request:approve"))
    grant = company.grant_of(why)
    until(lambda: company.house.rows(TRIED, id=grant), "it was tried twice in vain")
    assert not [each for each in company.alice.dms() if value_of(each, "grant:collect", grant)]
    company.house.slack.faults.clear()
    company.message(company.alice, "grant:collect", value=grant)
    until(lambda: not company.house.rows(WAITING), "everything is told")
    assert len([each for each in company.alice.dms() if value_of(each, "grant:collect", grant)]) == 1
    [request] = [each for each in company.bob.channel("C01OPS") if says(each, why)]
    assert not value_of(request, "request:approve")


def test_a_link_that_slack_did_not_show_is_no_key_and_the_next_one_is(company: Company) -> None:
    [grant] = company.granted()
    company.house.slack.faults.down("views.update")
    company.collect(grant)
    until(lambda: company.credential(grant) and company.credential(grant).state == "discarded", "it is given up")
    until(lambda: company.keys_in_aws(grant) == {}, "its key is gone")
    company.house.slack.faults.clear()
    company.close(grant)
    company.collect(grant)
    company.works(company.open(company.links_of([grant])[0]))
    company.close(grant)
    assert company.agrees(grant)


def test_when_aws_is_back_what_was_asked_meanwhile_is_done(company: Company) -> None:
    """A deactivation, a give back and a collect, all pressed while AWS drops every call."""
    door = company.house.aws_door
    [[rotated, old], [given, back]] = company.held(2).items()
    company.rotate(old.key)
    company.open(company.links_of([rotated])[0])
    company.close(rotated)
    [wanted] = company.granted()
    off = company.message(company.alice, "credential:retire")
    end = company.message(company.alice, "grant:return", value=given)
    door.shut = True
    done(company.alice.press(off, "credential:retire"))
    done(company.alice.press(end, "grant:return", given))
    company.collect(wanted)
    until(lambda: door.turned_away >= 12, "it was tried in vain")
    company.works(old)
    company.works(back)
    door.shut = False
    company.eventually("the old key to be off", old.read, lambda answer: answer in OFF)
    company.eventually("what was given back to be off", back.read, lambda answer: answer in OFF)
    until(lambda: company.keys_in_aws(given) == {}, "its user is gone")
    until(lambda: company.link_of(wanted) or company.credential(wanted).state == "failed", "the collect is answered")
    if not company.link_of(wanted):  # notified, and free to press again
        company.collect(wanted)
    company.works(company.open(company.links_of([wanted])[0]))
    assert company.agrees(wanted)
    assert company.agrees(rotated)
    company.close(wanted)
