"""`/key usage`: who may ask, what the answer says, and what a wrong key gets."""

from dataclasses import replace

import pytest

from bot.domain.usage.key_usage import TrailUnread, Unread
from bot.domain.usage.last_used import LastUsed
from bot.sandbox.slack import Message
from tests.flows.catalog import MAIN
from tests.slack import usage_kit
from tests.slack.found_key import digested, key_of
from tests.slack.kit import House
from tests.slack.press import Hand, buttons, told
from tests.slack.usage_kit import answered, terraform, unknown, used

NUMBER = "AKIARZPUZDIKK4YVYTK5"  # of account 123456789012, by its id; the ledger doesn't know it
HOSTILE = "<!channel> *x* &\n\x1b[31m" + "y" * 5000


def asked(actor: Hand, key: str) -> str:
    actor.command(f"/key usage {key}")
    return told(actor)


def dossiers(actor: Hand) -> list[Message]:
    return [each for each in actor.dms() if "is used" in each.words]


def test_a_fresh_digest_is_shown_at_once_to_the_asker_alone(h: House) -> None:
    h.live()
    h.advance(days=3)
    role = "arn:aws:iam::123456789012:role/deploy"
    used(
        h, h.key(), terraform(h), terraform(h, source="dynamodb.amazonaws.com", error="AccessDenied"),
        terraform(h, source="sts.amazonaws.com", region="us-east-1", assumed_role=role, address="2001:db8:1:2::3"),
        terraform(h, address="cloudformation.amazonaws.com", user_agent="cloudformation.amazonaws.com"),
        terraform(h, vpc_endpoint="vpce-1a2b3c4d"),
    )  # fmt: skip
    said = asked(h.alice, h.key())
    for each in (
        "Terraform 1.9", "203.0.113.0/24", "2001:db8:1::/48", "S3", "DynamoDB", "eu-west-1", "us-east-1", role,
        "AccessDenied*: 20%", "cloudformation.amazonaws.com", "vpce-1a2b3c4d", "first", "last",
        "data events", h.key(),
    ):  # fmt: skip
        assert each in said, each
    assert "203.0.113.7" not in said
    assert buttons(h.alice.ephemerals()[-1]).keys() == {"credential:rotate", "grant:return", "finding:replace"}
    assert not h.alice.dms()[-1].words.startswith("Where")
    assert not [each for each in h.bob.channel("C01OPS") if "Terraform" in each.words]


def test_else_the_worker_reads_it_and_the_answer_follows_once(h: House) -> None:
    h.live()
    assert "Reading CloudTrail…" in asked(h.alice, h.key())
    assert "Reading CloudTrail…" in asked(h.alice, f"AKIA…{h.key()[-4:]}"), "asked twice"
    h.send()
    assert not dossiers(h.alice)
    h.trail.used(h.key(), terraform(h))
    h.iam.uses[h.key()] = LastUsed(h.clock.now(), "s3", "eu-west-1")
    answered(h)
    (message,) = dossiers(h.alice)
    assert "Terraform 1.9" in message.words
    assert not dossiers(h.bob)
    h.alice.press(message, "grant:return")
    assert h.grant_state() == "revoked"


@pytest.mark.parametrize("why", [None, *Unread])
def test_what_could_not_be_read_is_unknown_and_says_why(h: House, why: Unread | None) -> None:
    h.live()
    if why is None:
        used(h, h.key())
    else:
        unknown(h, h.key(), why)
    asked(h.bob, h.key())
    answered(h)
    words = [told(h.bob), *(each.words for each in dossiers(h.bob))]
    assert any("unknown" in each for each in words)


def test_who_may_ask_and_what_they_may_press(h: House) -> None:
    digested(h)
    used(h, key_of(h), terraform(h))
    asked(h.alice, key_of(h))
    assert {"finding:keep", "finding:disown", "grant:return", "credential:rotate"} <= buttons(
        h.alice.ephemerals()[-1]
    ).keys()
    assert "Terraform" in asked(h.bob, key_of(h))
    assert buttons(h.bob.ephemerals()[-1]).keys() == {"finding:replace"}, "its owner decides"
    said = asked(h.carol, key_of(h))
    assert "admins and approvers" in said
    assert "Terraform" not in said
    h.live()
    used(h, h.key(), terraform(h))
    asked(h.dave, h.key())
    assert buttons(h.dave.ephemerals()[-1]).keys() == {"grant:revoke", "finding:replace"}
    assert "admins and approvers" in asked(h.carol, h.key())


def test_a_key_of_the_account_that_the_ledger_does_not_know_is_for_its_approvers(h: House) -> None:
    assert "Reading CloudTrail…" in asked(h.bob, NUMBER)
    assert "admins and approvers" in asked(h.alice, NUMBER)
    used(h, NUMBER, terraform(h))
    answered(h)
    assert "Terraform" in dossiers(h.bob)[-1].words


def test_an_answer_does_not_tell_an_outsider_which_keys_there_are(h: House) -> None:
    digested(h)
    h.live()
    refused = asked(h.carol, key_of(h))
    assert asked(h.carol, "AKIAIOSFODNN7EXAMPLE") == refused
    for key in (key_of(h), h.key()):
        assert "doesn't know the key" in asked(h.carol, f"AKIA…{key[-4:]}")
    assert "Reading CloudTrail…" in asked(h.bob, f"AKIA…{key_of(h)[-4:]}")


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("ASIAY34FZKBOKMUTVV7A", "AWS account 609629065308"),
        ("AKIAIOSFODNN7EXAMPLE", "doesn't know the key"),
        ("nonsense", "isn't an access key ID"),
        ("&lt;!channel&gt;" * 30, "isn't an access key ID"),
        ("", "Which key?"),
    ],
)
def test_a_wrong_key_gets_a_sentence(h: House, key: str, words: str) -> None:
    said = asked(h.bob, key)
    assert words in said
    assert "<!channel>" not in said


def test_without_a_key_the_only_one_is_meant(h: House) -> None:
    h.live()
    used(h, h.key(), terraform(h))
    assert "Terraform" in asked(h.alice, "")


def test_a_key_that_goes_meanwhile_has_nothing_to_press(h: House) -> None:
    message = h.live()
    key = h.key()
    asked(h.alice, key)
    h.alice.press(message, "grant:return")
    h.sweep()
    used(h, key, terraform(h))
    answered(h)
    (answer,) = dossiers(h.alice)
    assert "no longer exists" in answer.words
    assert buttons(answer) == {}


def test_a_hostile_user_agent_is_text(h: House) -> None:
    h.live()
    used(h, h.key(), terraform(h, user_agent=HOSTILE, error="AccessDenied"))
    said = asked(h.alice, h.key())
    assert "<!channel>" not in said
    assert "\x1b" not in said


def test_nobody_can_ask_without_end(h: House) -> None:
    h.live()
    for each in range(31):
        body = f"{each:02d}".translate(str.maketrans("0189", "ABCD"))
        asked(h.bob, f"AKIARZPUZDIKK4YV{body}AA")
    assert "30 look-ups an hour" in told(h.bob)
    assert len(usage_kit.waiting(h)) == 30


def test_a_delivery_that_slack_repeats_asks_once(h: House) -> None:
    h.live()
    h.slack.faults.duplicate_deliveries(2, times=1)
    asked(h.alice, h.key())
    assert usage_kit.waiting(h) == (h.key(),)
    used(h, h.key(), terraform(h))
    answered(h)
    assert len(dossiers(h.alice)) == 1


def test_a_trail_that_is_denied_and_an_account_that_turned_it_off_are_unknown(h: House) -> None:
    h.live()
    asked(h.alice, h.key())
    h.trail.faults.append(TrailUnread(Unread.DENIED, "AccessDenied"))
    answered(h)
    assert "unknown" in dossiers(h.alice)[-1].words
    assert "cloudtrail:LookupEvents" in dossiers(h.alice)[-1].words
    h.catalog.accounts[MAIN.name] = replace(MAIN, usage=False)  # type: ignore[index]
    calls = len(h.trail.calls)
    assert "`usage = false`" in asked(h.alice, h.key())
    assert len(h.trail.calls) == calls
