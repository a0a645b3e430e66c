"""Not mine, and a leaver's keys, in Slack: the modals, the questions, the answers."""

from dataclasses import replace

from bot.domain.hygiene.finding import FindingKind
from bot.flows.ownership import email_lookup
from bot.flows.ownership.people_cache import KNOWN_FOR
from bot.sandbox.slack import Message
from bot.slack.ids import Action
from bot.slack.ui.blocks import actions, button, section
from tests.fakes import ALICE, CAROL, DAVE
from tests.flows.catalog import MAIN
from tests.slack.kit import House
from tests.slack.owned_key import channel_message, finding, job, leaves, owner
from tests.slack.press import button_in, buttons, told, top


def asked(h: House) -> Message:
    """A message to alice with the button of her stale key."""
    job(h, Slack=ALICE)
    channel = h.deps.client.conversations_open(users=ALICE)["channel"]["id"]
    row = actions(button("Not mine", Action.FINDING_DISOWN, finding(h).id))
    h.deps.client.chat_postMessage(channel=channel, text="a key", blocks=[section("a key"), row])
    return button_in(h.alice.dms(), "finding:disown")


def test_not_mine_asks_whose_it_is_and_why(h: House) -> None:
    h.alice.press(asked(h), "finding:disown")
    view = top(h.alice)
    assert view.callback_id == "finding:disown"
    assert [each["block_id"] for each in view.blocks[1:]] == ["owner", "justification"]
    assert "`job`" in view.words, "the window names the key"
    assert h.alice.submit(view, {"justification": "I never made a job"}).ok
    assert "This key now has no owner" in top(h.alice).words
    h.read_account()
    assert owner(h) is None
    assert "no known owner" in channel_message(h, "`job`").words


def test_the_named_person_confirms(h: House) -> None:
    h.alice.press(asked(h), "finding:disown")
    h.alice.submit(top(h.alice), {"owner": CAROL, "justification": "it is hers"})
    assert f"Latchkey asked <@{CAROL}>" in top(h.alice).words
    h.send()
    question = button_in(h.carol.dms(), "claim:confirm")
    assert f"<@{ALICE}> says the IAM user `job` in main is yours" in question.words
    assert "it is hers" in question.words
    assert [each["text"]["text"] for each in question.blocks[1]["elements"]] == ["Yes, mine", "Not mine"]
    h.bob.press(question, "claim:confirm")
    assert "Only the person who was named" in told(h.bob)
    h.carol.press(question, "claim:confirm")
    h.send()
    assert owner(h) == CAROL
    assert "Confirmed by" in h.carol.dms()[-1].words
    assert any(f"<@{CAROL}> now owns" in each.words for each in h.alice.dms())


def test_the_named_person_declines(h: House) -> None:
    h.alice.press(asked(h), "finding:disown")
    h.alice.submit(top(h.alice), {"owner": CAROL, "justification": "it is hers"})
    h.send()
    h.carol.press(button_in(h.carol.dms(), "claim:decline"), "claim:decline")
    h.send()
    assert owner(h) is None
    assert any("says the IAM user `job` in main isn't theirs" in each.words for each in h.alice.dms())


def test_the_outsider_gets_no_window(h: House) -> None:
    h.carol.press(asked(h), "finding:disown")
    assert f"Only <@{ALICE}>" in told(h.carol)
    assert owner(h) == ALICE


def test_a_guest_or_oneself_cannot_be_named(h: House) -> None:
    message = asked(h)
    h.slack.people[DAVE].is_restricted = True
    for person in (DAVE, ALICE):
        h.alice.press(message, "finding:disown")
        answer = h.alice.submit(top(h.alice), {"owner": person, "justification": "x"})
        assert "Choose someone else who is a full member" in answer.errors["owner"]
        h.alice.close(top(h.alice))
    assert owner(h) == ALICE


def test_a_second_press_is_answered(h: House) -> None:
    message = asked(h)
    h.alice.press(message, "finding:disown")
    h.alice.submit(top(h.alice), {"justification": "no"})
    h.alice.close(top(h.alice))
    h.alice.press(message, "finding:disown")
    assert "This button isn't for you" in told(h.alice)


# --- leavers --------------------------------------------------------------------------------------------------------


def test_what_a_leaver_had_goes_to_the_approvers_with_a_countdown(h: House) -> None:
    key = job(h, Slack=ALICE)
    h.live()
    leaves(h, ALICE)
    message = channel_message(h, f"<@{ALICE}> is no longer a full member of this workspace")
    assert key in message.words
    assert "nobody can rotate or renew it before" in message.words
    assert buttons(message).keys() == {"claim:make", "claim:offer", "grant:revoke"}
    before = len(h.bob.channel("C01OPS"))
    h.sweep()
    assert len(h.bob.channel("C01OPS")) == before, "told once"


def test_an_approver_transfers_it_and_the_message_is_updated(h: House) -> None:
    job(h, Slack=ALICE)
    leaves(h, ALICE)
    message = channel_message(h, "is no longer a full member")
    h.carol.press(message, "claim:offer")
    assert "aren't an approver for this" in told(h.carol)
    h.bob.press(message, "claim:offer")
    h.bob.submit(top(h.bob), {"owner": CAROL, "justification": "she runs it"})
    assert "The countdown stops when they say yes" in top(h.bob).words
    h.send()
    h.carol.press(button_in(h.carol.dms(), "claim:confirm"), "claim:confirm")
    h.send()
    assert owner(h) == CAROL
    after = channel_message(h, f"Nothing is left of what <@{ALICE}> had in main")
    assert (after.ts, buttons(after)) == (message.ts, {})


def test_at_its_end_the_admins_are_asked(h: House) -> None:
    job(h, Slack=ALICE)
    leaves(h, ALICE)
    h.advance(days=15)
    h.sweep()
    assert any("nobody has taken over" in each.words for each in h.bob.dms())
    assert owner(h) == ALICE


def test_a_person_who_is_back_is_notified(h: House) -> None:
    job(h, Slack=ALICE)
    leaves(h, ALICE)
    h.slack.people[ALICE].deleted = False
    h.tick.seconds += 1000
    h.advance(KNOWN_FOR)
    h.sweep()
    assert buttons(channel_message(h, "is a full member of this workspace again")) == {}


def test_an_unknown_user_id_names_no_one(h: House) -> None:
    job(h, Slack="U0NOBODY")
    assert owner(h) is None
    assert finding(h, FindingKind.OWNERLESS).evidence.endswith("U0NOBODY, who isn't a full member of the workspace")


def test_an_address_finds_its_owner_by_slack(h: House) -> None:
    h.catalog.accounts["main"] = replace(MAIN, match_email=True)  # type: ignore[index]
    job(h, "carol@example.com")
    job(h, "nobody@example.com")
    assert email_lookup.match(h.context) == 2
    h.read_account()
    assert owner(h, "carol@example.com") == CAROL
    assert owner(h, "nobody@example.com") is None
    assert len(h.slack.calls("users.lookupByEmail")) == 2


def test_an_address_that_slack_does_not_answer_about_stays_unknown(h: House) -> None:
    h.catalog.accounts["main"] = replace(MAIN, match_email=True)  # type: ignore[index]
    job(h, "carol@example.com")
    h.slack.faults.down("users.lookupByEmail", times=1, how="503")
    assert email_lookup.match(h.context) == 0
    h.read_account()
    assert owner(h, "carol@example.com") is None
