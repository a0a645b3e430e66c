"""Pre-approve over HTTP: the window, later requests, the list with Revoke, and who is refused."""

from datetime import timedelta

from bot.sandbox.slack import Answer, Message
from bot.store.work import SqlUnitOfWork
from tests.fakes import ALICE, BOB, FakeClock
from tests.flows.catalog import catalog, entitlement
from tests.slack.kit import House, house
from tests.slack.press import Hand, buttons, told, top


def day(h: House, days: int) -> str:
    return (h.clock.now() + timedelta(days=days)).date().isoformat()


def preapprove(h: House, card: Message, until: str, by: Hand | None = None) -> Answer:
    actor = by or h.bob
    actor.press(card, "request:preapprove")
    answer = actor.submit(top(actor), {"until": until})
    h.send()
    assert isinstance(answer, Answer)
    return answer


def approved(h: House) -> Message:
    h.approve(h.requested())
    return h.bob.channel("C01OPS")[-1]


def test_the_next_request_is_approved_at_once_and_says_so(h: House) -> None:
    preapprove(h, approved(h), day(h, 10))
    (card,) = h.bob.channel("C01OPS")
    assert f"<@{BOB}> pre-approved <@{ALICE}>: up to 7 days at a time" in card.words
    assert h.ask().ok
    card = h.bob.channel("C01OPS")[-1]
    assert f"Approved by <@{BOB}>" in card.words
    assert f"<@{BOB}> approved it in advance." in card.words
    assert "request:approve" not in buttons(card)
    assert len([each for each in h.alice.dms() if "grant:collect" in buttons(each)]) == 2


def test_it_can_be_given_on_an_open_request_and_doesnt_approve_that(h: House) -> None:
    preapprove(h, h.requested(), day(h, 10))
    (card,) = h.bob.channel("C01OPS")
    assert "request:approve" in buttons(card)
    assert "pre-approved" in card.words


def test_pending_lists_it_with_revoke(h: House) -> None:
    preapprove(h, approved(h), day(h, 10))
    listed = h.bob.command("/key pending")
    assert f"<@{ALICE}> is pre-approved" in listed.words
    h.bob.press(listed.ephemeral, "preapproval:revoke")
    h.send()
    assert "has ended" in told(h.bob)
    assert f"<@{BOB}> ended that" in h.bob.channel("C01OPS")[0].words
    h.ask()
    assert "request:approve" in buttons(h.bob.channel("C01OPS")[-1])


def test_nobody_else_sees_or_ends_it(h: House) -> None:
    card = approved(h)
    preapprove(h, card, day(h, 10))
    assert "pre-approved" not in h.carol.command("/key pending").words
    for actor, said in ((h.carol, "aren't an approver"), (h.alice, "aren't an approver")):
        actor.press(card, "request:preapprove")
        assert said in told(actor)


def test_the_audit_log_names_what_is_preapproved(h: House) -> None:
    preapprove(h, approved(h), day(h, 10))
    h.bob.command("/key audit")
    (line,) = [each for each in h.bob.ephemerals()[-1].words.splitlines() if "pre-approved" in each]
    assert "pre-approved *reports read* for" in line


def test_a_day_too_far_ahead_is_refused_at_its_field(h: House) -> None:
    card = approved(h)
    for days, said in ((95, "Choose a day up to"), (-1, "")):
        answer = preapprove(h, card, day(h, days))
        assert set(answer.errors) == {"until"}, answer
        assert said in answer.errors["until"]
        h.bob.close(top(h.bob))


def test_dangerous_access_has_no_such_button(sqlite_work: SqlUnitOfWork, clock: FakeClock) -> None:
    with house(sqlite_work, clock, catalog(entitlement("prod", dangerous=True))) as h:
        h.requested("prod")
        assert "request:preapprove" not in buttons(h.bob.channel("C01OPS")[-1])
