"""Claims in Slack: typed or pressed, confirmed by an approver in the one message, answered for everyone else."""

import pytest

from tests.fakes import ALICE, BOB, CAROL, DAVE
from tests.slack.kit import House
from tests.slack.owned_key import DAY, channel_message, forget_people, job, owner
from tests.slack.press import button_in, buttons, told


def claimed(h: House, what: str = "job") -> None:
    job(h)
    h.alice.command(f"/key claim {what}")
    h.send()


def test_a_typed_claim_is_one_message_to_the_approvers_that_shows_what_became_of_it(h: House) -> None:
    claimed(h)
    assert "asked the account's approvers" in told(h.alice)
    message = channel_message(h, "says the IAM user `job` in main is theirs")
    assert f"<@{ALICE}>" in message.words
    assert "has no owner now" in message.words
    assert buttons(message).keys() == {"claim:confirm", "claim:decline"}
    h.bob.press(message, "claim:confirm")
    h.send()
    after = channel_message(h, "Confirmed by")
    assert after.ts == message.ts
    assert buttons(after) == {}
    assert owner(h) == ALICE
    assert any(f"<@{ALICE}> now owns the IAM user `job` in main" in each.words for each in h.alice.dms())


def test_a_key_id_may_be_pasted(h: House) -> None:
    key = job(h)
    h.alice.command(f"/key claim `{key}`")
    h.send()
    assert f"They typed `{key}`" in channel_message(h, "is theirs").words.replace("``", "`")


def test_declined(h: House) -> None:
    claimed(h)
    h.bob.press(channel_message(h, "is theirs"), "claim:decline")
    h.send()
    assert "Declined by" in channel_message(h, "is theirs").words
    assert any("declined" in each.words for each in h.alice.dms())
    assert owner(h) is None


def test_the_claimant_the_outsider_and_the_guest_do_not_decide(h: House) -> None:
    claimed(h)
    message = channel_message(h, "is theirs")
    for hand, said in ((h.alice, "can't confirm your own claim"), (h.carol, "aren't an approver for this")):
        hand.press(message, "claim:confirm")
        assert said in told(hand)
    h.slack.people[DAVE].is_restricted = True
    forget_people(h)
    h.dave.press(message, "claim:confirm")
    assert "Only full members" in told(h.dave)
    assert owner(h) is None


def test_a_second_press_on_a_stale_message_is_answered(h: House) -> None:
    claimed(h)
    message = channel_message(h, "is theirs")
    h.bob.press(message, "claim:confirm")
    h.bob.press(message, "claim:decline")
    assert "Already confirmed" in told(h.bob)
    assert owner(h) == ALICE


def test_a_press_from_another_workspace_is_refused(h: House) -> None:
    claimed(h)
    h.slack.people[BOB].team_id = "T99OTHER"
    forget_people(h)
    h.bob.press(channel_message(h, "is theirs"), "claim:confirm")
    assert owner(h) is None


def test_while_slack_does_not_say_who_is_who_nothing_is_done(h: House) -> None:
    claimed(h)
    forget_people(h)
    h.slack.faults.down("users.info", times=1, how="503")
    h.bob.press(channel_message(h, "is theirs"), "claim:confirm")
    assert "couldn't reach Slack" in told(h.bob)
    assert owner(h) is None


def test_who_has_it_so_far_is_reported_to_the_claimant_to_the_approvers_and_then_to_them(h: House) -> None:
    job(h, Slack=CAROL)
    h.alice.command("/key claim job")
    h.send()
    assert f"<@{CAROL}> owns it until then" in told(h.alice)
    message = channel_message(h, f"<@{CAROL}> owns it now")
    h.bob.press(message, "claim:confirm")
    h.send()
    assert any(f"<@{CAROL}> owned it before" in each.words for each in h.carol.dms())


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/key claim", "the IAM user's name"),
        ("/key claim AKIANOBODY", "hasn't found a key or an IAM user `AKIANOBODY`"),
        ("/key claim <!channel>", "hasn't found a key or an IAM user"),
    ],
)
def test_a_refused_claim_says_why(h: House, line: str, said: str) -> None:
    assert said in (h.alice.command(line).words or told(h.alice))


def test_a_key_under_a_grant_is_refused_with_its_owner(h: House) -> None:
    h.live()
    h.carol.command(f"/key claim {h.key()}")
    assert f"<@{ALICE}> owns it" in told(h.carol)


def test_a_guest_claims_nothing(h: House) -> None:
    job(h)
    h.slack.people[DAVE].is_restricted = True
    h.dave.command("/key claim job")
    assert "Only full members" in told(h.dave)


def test_help_knows_it(h: House) -> None:
    assert "claim KEY" in h.alice.command("/key help").words


# --- the list -------------------------------------------------------------------------------------------------------


def test_ownerless_keys_are_one_list_with_a_claim_for_each(h: House) -> None:
    key = job(h)
    job(h, "other", Slack="the data team")
    message = channel_message(h, "2 IAM users have keys in main but no known owner")
    assert key in message.words
    assert "the tag Slack says “the data team”, which isn't a Slack user id" in message.words
    assert "is due for rotation" in message.words
    assert len([each for each in message.blocks if "accessory" in each]) == 2
    h.alice.press(message, "claim:make", buttons(message)["claim:make"])
    h.send()
    h.bob.press(button_in(h.bob.channel("C01OPS"), "claim:confirm"), "claim:confirm")
    h.send()
    after = channel_message(h, "1 IAM user has keys in main")
    assert after.ts == message.ts


def test_a_list_whose_keys_all_have_owners_says_so(h: House) -> None:
    claimed(h)
    assert f"<@{ALICE}> claims it" in channel_message(h, "no known owner").words
    h.bob.press(channel_message(h, "is theirs"), "claim:confirm")
    h.send()
    assert buttons(channel_message(h, "Every key in main has an owner")) == {}


def test_a_claim_pressed_in_a_list_that_is_behind_is_answered(h: House) -> None:
    claimed(h)
    behind = channel_message(h, "no known owner")
    h.bob.press(channel_message(h, "is theirs"), "claim:confirm")
    h.carol.press(behind, "claim:make")
    assert "doesn't know this" in told(h.carol)


def test_a_longer_list_fits_into_a_message_and_says_how_many_more(h: House) -> None:
    for number in range(60):
        h.reader.user(
            h.catalog.accounts["main"], f"user-{number:02}", tags={"Slack": "x" * 200},  # type: ignore[index]
            made_at=h.clock.now() - 400 * DAY,
        )  # fmt: skip
        h.reader.key(h.catalog.accounts["main"], f"user-{number:02}", age=DAY)  # type: ignore[index]
    h.read_account()
    message = channel_message(h, "60 IAM users have keys")
    assert "and 15 more. `/key claim` takes their names too" in message.words
    assert len(message.blocks) == 48  # the link to the guide is the last one


def test_after_a_week_a_newer_list_takes_its_place(h: House) -> None:
    job(h)
    first = channel_message(h, "no known owner")
    h.advance(days=8)
    h.read_account()
    lists = [
        each for each in h.bob.channel("C01OPS") if "that have no owner" in each.words or "no known owner" in each.words
    ]
    assert [each.ts == first.ts for each in lists] == [True, False]
    assert "There's a newer list below" in lists[0].words
    assert buttons(lists[0]) == {}


def test_tags_that_name_no_one_stand_below_the_list(h: House) -> None:
    job(h, Slack=CAROL)
    h.reader.profiles["job"].tags = {"Slack": "<carol>"}
    h.read_account()
    message = channel_message(h, "Every key in main has an owner")
    assert (
        f"`job`, owned by <@{CAROL}>: the tag Slack says “&lt;carol&gt;”, which isn't a Slack user id" in message.words
    )
