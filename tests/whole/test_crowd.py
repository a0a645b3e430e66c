"""Two webs and two workers on one PostgreSQL, everyone at once: for each grant one key, one message, one winner."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial

import pytest

from bot.sandbox.browser_client import Link, Reply
from bot.sandbox.key_user import Holder
from bot.sandbox.people import LINK, done, value_of
from tests.forget_limits import forget_limits
from tests.processes.running import Running, until
from tests.whole.kill_story import MADE
from tests.whole.latchkey import Build
from tests.whole.parallel import together
from tests.whole.people import USER, Company
from tests.whole.proxy import Held, named

pytestmark = pytest.mark.long
GRANTS = 20
AT_ONCE = 10


@dataclass(repr=False)
class Crowd:
    company: Company
    whys: list[str] = field(default_factory=list)
    grants: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    opened: dict[str, list[int]] = field(default_factory=dict)
    holders: list[Holder] = field(default_factory=list)
    ended: int | None = None

    def play(self) -> None:
        company = self.company
        house = company.house
        webs = [f"http://127.0.0.1:{each.port}" for each in (house.web(), house.web(more=True))]
        workers = [house.worker(), house.worker()]
        turns = itertools.cycle(webs)

        def approve(why: str) -> None:
            house.slack.deliver_to(f"{next(turns)}/slack/events")  # as a load balancer does
            self._approve(why)

        def collect(grant: str) -> None:
            house.slack.deliver_to(f"{next(turns)}/slack/events")
            done(company.alice.press(messages[grant], "grant:collect", grant))

        self.whys = [self._ask() for _ in range(GRANTS)]
        self._all(self.whys, approve)
        self.grants = [company.grant_of(why) for why in self.whys]
        messages = {each: company.message(company.alice, "grant:collect", value=each) for each in self.grants}
        held = house.aws_door.hold(named(MADE), after=True)
        twice = [each for each in self.grants for _ in range(2)]  # on two devices
        self._all(twice, collect)
        held.here()
        busy = next(each for each in workers if self._claimed(held, each))
        busy.process.terminate()
        until(lambda: not busy.ready().get("ok"), "it takes nothing new")
        held.go_on()
        self.ended = busy.process.wait(60)
        until(lambda: len(house.slack.calls("views.open")) == 3 * GRANTS, "every press has its window")
        until(lambda: not house.rows("SELECT 1 FROM credential WHERE state = 'issuing'"), "every intent is over")
        self.links = company.links_of(self.grants)
        self._all(self.links, lambda link: self._race(link, webs))
        until(lambda: not house.rows("SELECT 1 FROM outbox WHERE wanted > done"), "everything is told")

    def _ask(self) -> str:
        """One person stands for many: the limit of one open request each doesn't apply here."""
        why = self.company.ask()
        forget_limits(self.company.house.engine)
        return why

    def _all(self, subjects: Sequence[object], act: Callable[..., object]) -> None:
        """This many in parallel."""
        for start in range(0, len(subjects), AT_ONCE):
            together(*(partial(act, each) for each in subjects[start : start + AT_ONCE]))

    def _claimed(self, held: Held, worker: Running) -> bool:
        """A worker's name ends in its process id and a few random digits."""
        assert held.sent is not None
        name = str(self.company.credential(held.sent.user.removeprefix(USER)).claimed_by)
        return name.split("-")[-2] == str(worker.process.pid)

    def _approve(self, why: str) -> None:
        """Both approvers press; one approval is enough."""
        message = self.company.request_message(why)
        for each in (self.company.bob, self.company.dave):
            done(each.press(message, "request:approve"))

    def _race(self, link: Link, webs: list[str]) -> None:
        """The same link on both webs at once."""
        at = [Link(f"{web}/c/{link.envelope}", link.seed) for web in webs]
        replies: list[Reply] = []
        together(*(lambda each=each: replies.append(self.company.visitor.reveal(each)) for each in at))
        self.opened[link.envelope] = sorted(reply.status for reply in replies)
        won = next(reply for reply in replies if reply.status == 200)
        self.holders.append(Holder(self.company.house.aws, link.decrypt(won.json())))
        assert self.company.visitor.receipt(at[0]).status == 204


@pytest.fixture(scope="module")
def crowd(build: Build) -> Iterator[Crowd]:
    with ExitStack() as ending:
        company = Company(build(ending, "postgresql"))
        ending.callback(company.leave)
        made = Crowd(company)
        made.play()
        company.holders += made.holders
        yield made


def test_each_request_is_one_message_and_one_grant(crowd: Crowd) -> None:
    said = [each.words for each in crowd.company.bob.channel("C01OPS")]
    assert [sum(why in each for each in said) for why in crowd.whys] == [1] * GRANTS
    assert sum(any(why in each for why in crowd.whys) for each in said) == GRANTS
    assert len(crowd.company.house.rows("SELECT id FROM grants")) == GRANTS


def test_each_owner_got_one_message_with_collect(crowd: Crowd) -> None:
    offered = Counter(value_of(each, "grant:return") for each in crowd.company.alice.dms())
    assert {each: offered[each] for each in crowd.grants} == dict.fromkeys(crowd.grants, 1)


def test_each_grant_has_one_key_in_aws(crowd: Crowd) -> None:
    company = crowd.company
    assert all(len(company.keys_in_aws(each)) == 1 and company.agrees(each) for each in crowd.grants)
    sent = [company.house.aws_door.count(MADE, USER + each) for each in crowd.grants]
    intents = [company.house.rows('SELECT 1 FROM credential WHERE "grant" = :id', id=each) for each in crowd.grants]
    assert sent == [len(each) for each in intents]


def test_each_link_was_opened_once_whichever_web_was_asked(crowd: Crowd) -> None:
    assert set(map(tuple, crowd.opened.values())) == {(200, 410)}
    assert len(crowd.opened) == GRANTS


def test_each_key_works(crowd: Crowd) -> None:
    assert len(crowd.holders) == GRANTS
    for each in crowd.holders:
        crowd.company.works(each)


def test_the_worker_that_was_ended_in_the_middle_finished_its_work(crowd: Crowd) -> None:
    assert crowd.ended == 0
    states = {state for (state,) in crowd.company.house.rows("SELECT state FROM credential")}
    assert states <= {"live", "discarded"}


def test_no_process_had_anything_to_complain_of(crowd: Crowd) -> None:
    house = crowd.company.house
    assert house.slack.complaints == []
    assert not [each for each in house.running if "Traceback" in each.said() or '"error"' in each.said()]


def test_a_modal_shows_only_the_newest_link(crowd: Crowd) -> None:
    """The second press may have replaced the first one's link; a replaced link opens nothing."""
    sent = [each.plain for each in crowd.company.house.slack_door.sent if each.name == "views.update"]
    shown = {Link.read(match[1]) for each in sent for match in LINK.finditer(each)}
    for each in shown - set(crowd.links):
        assert crowd.company.visitor.reveal(each).status == 410
