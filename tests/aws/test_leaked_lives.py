"""A key is pasted in #general: the real flows and adapters, and an AWS that applies exactly the printed roles.

No clock runs: what the attacker tries after a step is judged by what AWS answers after that step.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest

from bot.aws.cloudtrail import AwsTrail
from bot.aws.credential_report import AwsReader
from bot.aws.iam import AwsIam
from bot.aws.reactivator import AwsReactivator
from bot.aws.responder import AwsResponder
from bot.aws.roles import iam_documents
from bot.domain.catalog import Account, Approvers
from bot.domain.ids import AccessKeyId
from bot.domain.leaks.incident import Incident
from bot.domain.lifecycle import IncidentState
from bot.flows.context import AwsContext
from bot.flows.leaks import activity
from bot.sandbox.attacker import LEAKED, OWN, OWN_USER, PROBE, SECOND, SESSION, Attacker
from bot.sandbox.aws.demo_keys import EXPORT
from bot.sandbox.key_user import OFF, WORKED
from bot.sandbox.slack import Message, StandIn
from bot.slack.manifest import scopes
from bot.store.work import SqlUnitOfWork
from tests.aws.kit import ADMIN, READ_REPORTS, SESSION_ROLE, MotoAws, catalog, elsewhere
from tests.aws.kit import SESSION as READ_SESSION
from tests.fakes import BOB, FakeClock
from tests.sandbox.slack_kit import served
from tests.slack.kit import House
from tests.slack.press import button_in, buttons, top

GENERAL, OPS, USER = "C02GENERAL", "C01OPS", EXPORT.user
UNLIMITED = 1_000_000
NEEDED = {"entitlement": "reports-read", "duration": "7d", "justification": "The export, after the leak"}


class Play(House):
    """A house with the real AWS adapters."""

    def __init__(self, slack: StandIn, work: SqlUnitOfWork, aws: MotoAws) -> None:
        super().__init__(slack, work, aws.clock, aws.catalog)
        self.aws, accounts = aws, aws.accounts
        back, hand = AwsReactivator(accounts), AwsResponder(accounts)
        trail = AwsTrail(accounts, sleep=lambda _: None)
        iam = AwsIam(aws.catalog, aws.clock, accounts=accounts, sleep=lambda _: None)
        reader = AwsReader(accounts, sleep=lambda _: None)
        self._context = AwsContext(
            work, aws.clock, self.entropy, self.people, aws.catalog, iam, reader, hand, back, trail
        )

    @property
    def context(self) -> AwsContext:
        return self._context

    def attacker(self, key: str) -> Attacker:
        user, secret = self.aws.aws.secrets[key]
        return Attacker(self.aws.aws, key=key, secret=secret, user=user, clock=self.clock.now)

    def paste(self, key: str) -> Message:
        return self.alice.post(GENERAL, f"export {key} and {self.aws.aws.secrets[key][1]}")  # type: ignore[no-any-return]

    def incident(self, key: str) -> Incident:
        with self.work.begin() as tx:
            found = tx.incidents.last_of(key)  # type: ignore[arg-type]
        assert found is not None
        return found

    def read_trail(self) -> None:
        while activity.read_next(self.context):
            pass
        self.send()


@pytest.fixture
def play(sqlite_work: SqlUnitOfWork, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Play]:
    account: Account = elsewhere(adopt=True, channel=OPS, revoke_sessions=True)
    made = catalog(READ_REPORTS, READ_SESSION, account=account)
    made.approvers["platform"] = Approvers("platform", (BOB,), channel=OPS)  # type: ignore[index]
    with ExitStack() as ending:
        aws = MotoAws(clock, monkeypatch, made)
        ending.callback(aws.close)
        aws.aws.trail.rate = UNLIMITED
        printed = iam_documents(made, "main", ADMIN)
        for name in ("Reader", "Issuer", "Responder"):
            role, document = f"latchkey-{name.lower()}", json.dumps(printed[name])
            aws.admin("iam").create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(printed["Trust"]))
            aws.admin("iam").put_role_policy(RoleName=role, PolicyName="rights", PolicyDocument=document)
        slack = ending.enter_context(StandIn(scopes=scopes()))
        played = Play(slack, sqlite_work, aws)
        slack.deliver_to(ending.enter_context(served(played.wsgi())) + "/slack/events")
        yield played
        played.listeners.finish()
        assert slack.complaints == []


def leaked(play: Play) -> tuple[AccessKeyId, Attacker]:
    """An administrator's key that the inventory found, in the hands of somebody who was faster than its report."""
    (key,) = play.aws.aws.plant_old_keys(EXPORT)
    assert play.read_account().problem is None
    attacker = play.attacker(key)
    for step in (attacker.session, attacker.second_key, attacker.own_user):
        assert step() == WORKED
    return AccessKeyId(key), attacker


def contain(play: Play, key: AccessKeyId) -> None:
    """The worker's own steps, without a clock."""
    for _ in range(2):
        play.sweep()
    assert play.incident(key).state is IncidentState.CONTAINED


def about(play: Play, key: str) -> list[Message]:
    """The incident's message."""
    return [each for each in play.bob.channel(OPS) if key in each.words and "leaked:" in each.words]


def alarms(play: Play, key: str) -> list[Message]:
    return [each for each in play.bob.channel(OPS) if key in each.words and "new turned up" in each.words]


def test_a_pasted_pair_is_cut_off_between_whose_steps_the_attacker_acts(play: Play) -> None:
    key, attacker = leaked(play)
    assert play.carol.message_shortcut("leak", play.paste(key)).ok  # an outsider, but AWS accepts the pair
    play.advance(seconds=1)
    between: list[str] = []
    play.aws.aws.faults.call_back(
        "AttachUserPolicy", lambda: between.append(attacker.do("iam:CreateLoginProfile", SECOND))
    )

    contain(play, key)

    assert between == [WORKED]
    assert attacker.do(PROBE, LEAKED) in OFF  # no time has passed since the worker's last step
    assert [attacker.do(PROBE, each) for each in (SESSION, SECOND)] == ["AccessDenied"] * 2
    assert attacker.do(PROBE, OWN) == WORKED  # a user that people have to remove
    assert len(about(play, key)) == 1
    assert attacker.grips[LEAKED].secret not in str(play.slack.calls("chat.postMessage"))


def test_what_the_attacker_made_is_found_and_cut_off_again(play: Play) -> None:
    key, attacker = leaked(play)
    assert play.alice.message_shortcut("leak", play.paste(key)).ok
    contain(play, key)
    second, own = attacker.grips[SECOND].key, attacker.grips[OWN].key

    play.advance(seconds=10)
    contain(play, key)
    assert attacker.do(PROBE, SECOND) in OFF
    (alarm,) = alarms(play, key)
    assert second in alarm.words
    play.advance(seconds=10)
    play.read_trail()
    (message,) = about(play, key)
    assert all(each in message.words for each in (second, OWN_USER, own))

    assert attacker.come_back() == WORKED  # their own user is an administrator
    assert attacker.do(PROBE, LEAKED) == WORKED
    play.advance(seconds=10)
    contain(play, key)
    assert attacker.do(PROBE, LEAKED) in OFF
    assert [attacker.do(PROBE, each) for each in (SESSION, SECOND)] == ["AccessDenied", attacker.last(LEAKED).answer]
    assert len(alarms(play, key)) == 2


def test_it_is_replaced_and_closed(play: Play) -> None:
    key, attacker = leaked(play)
    assert play.alice.command(f"/key leaked {key}").ok  # its owner: the id is enough
    contain(play, key)
    play.alice.press(button_in(play.alice.dms(), "leak:replace"), "leak:replace")
    assert play.alice.submit(top(play.alice), NEEDED).ok
    play.send()
    play.approve(play.bob.channel(OPS)[-1])
    play.collect(button_in(play.alice.dms(), "grant:collect"))
    fresh = play.reveal()
    assert fresh is not None

    play.bob.press(button_in(play.bob.channel(OPS), "leak:close"), "leak:close")
    assert play.bob.submit(top(play.bob), {"justification": "Its user is deleted, and the export has a new key"}).ok
    play.send()

    assert play.incident(key).state is IncidentState.CLOSED
    assert "leak:close" not in buttons(about(play, key)[0])
    assert attacker.do(PROBE, LEAKED) in OFF


def test_a_session_of_an_issued_key_ends_with_it(play: Play) -> None:
    """Of a key that Latchkey made: its user gets a policy by the time of issue, and its next key isn't affected."""
    play.live()
    key = play.key()
    attacker = play.attacker(key)
    assert (attacker.session(), attacker.do(PROBE, SESSION)) == (WORKED, WORKED)
    assert play.alice.command(f"/key leaked {key}").ok
    contain(play, key)
    assert attacker.do(PROBE, LEAKED) in OFF
    assert attacker.do(PROBE, SESSION) == "AccessDenied"
    play.advance(timedelta(hours=11))
    assert attacker.do(PROBE, SESSION) == "AccessDenied"


def test_sessions_of_a_role_that_the_key_assumed_end_by_a_press(play: Play) -> None:
    key, attacker = leaked(play)
    assert attacker.assume(SESSION_ROLE) == WORKED
    assert play.alice.command(f"/key leaked {key}").ok
    contain(play, key)
    role = SESSION_ROLE.rpartition("/")[2]
    assert attacker.do(PROBE, role) == WORKED  # other people use this role too, so somebody has to say so
    play.advance(seconds=10)
    contain(play, key)
    play.advance(seconds=10)
    play.read_trail()

    play.bob.press(button_in(about(play, key), "leak:sessions"), "leak:sessions")
    contain(play, key)

    assert attacker.do(PROBE, role) == "AccessDenied"
