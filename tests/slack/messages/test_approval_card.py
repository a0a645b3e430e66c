"""The approval card: who, what, access in words, risks, what is held, who is asked; and the outcome on every copy."""

import json
from dataclasses import replace

import pytest

from bot.domain.catalog import Approvers
from bot.flows.requests import approval_reminders
from bot.sandbox.slack import Message
from tests.domain.policies.documents import REPORTS, allow, policy
from tests.fakes import ALICE, BOB, CAROL
from tests.flows.catalog import catalog, entitlement
from tests.slack.kit import House
from tests.slack.messages.offering import Build, offering
from tests.slack.press import button_in, buttons, top


def fields(card: Message) -> dict[str, str]:
    texts = [each["text"] for block in card.blocks for each in block.get("fields", [])]
    return {name.strip("*"): rest for name, _, rest in (each.partition("\n") for each in texts)}


def sections(card: Message) -> list[str]:
    return [block["text"]["text"] for block in card.blocks if block["type"] == "section" and "text" in block]


def test_it_names_who_what_where_and_how_long(h: House) -> None:
    card = h.requested()
    assert card.blocks[0]["type"] == "header"
    assert "reports read" in card.blocks[0]["text"]["text"]
    found = fields(card)
    assert found["Who"] == f"<@{ALICE}>\nData analyst · Europe/London"
    assert "`reports-read`" in found["What"]
    assert found["Account"] == "main (`123456789012`)"
    assert found["How long"] == "7 days"
    assert "quarterly report" in card.words


def test_the_notification_says_who_what_and_why(h: House) -> None:
    text = h.requested().text
    for each in (f"<@{ALICE}>", "reports read", "7 days", "quarterly report"):
        assert each in text


def test_the_requester_and_the_owner_are_both_named(h: House) -> None:
    h.alice.command("/key request")
    asked = {"entitlement": "reports-read", "duration": "7d", "justification": "x", "owner": CAROL}
    assert h.alice.submit(top(h.alice), asked).ok
    h.send()
    card = h.bob.channel("C01OPS")[-1]
    assert fields(card)["Who"].startswith(f"<@{ALICE}>")
    assert fields(card)["Who will hold it"].startswith(f"<@{CAROL}>\nMarketing")
    assert f"on behalf of <@{CAROL}>" in card.text
    assert f"<@{CAROL}> holds nothing else" in card.words


def test_access_and_risks_are_said_in_words(build: Build) -> None:
    writing = policy(allow(["s3:GetObject", "s3:PutObject"], REPORTS))
    h = build(offering(entitlement("reports-write", policy=writing, dangerous=True)))
    card = h.requested("reports-write")
    (access,) = [each for each in sections(card) if each.startswith("*Access*")]
    assert access == "*Access*\nread and write objects in s3://reports; nothing else"
    (risks,) = [each for each in sections(card) if each.startswith("*Risks*")]
    assert "*write*" in risks
    assert "`s3:PutObject`" in risks
    assert "*dangerous*" in risks
    assert "*delete*" not in risks


def test_a_harmless_entitlement_has_no_marks(h: House) -> None:
    (risks,) = [each for each in sections(h.requested()) if each.startswith("*Risks*")]
    assert "No right to write" in risks


def test_managed_policies_and_roles_are_named_and_not_judged(build: Build) -> None:
    arns = ("arn:aws:iam::aws:policy/AmazonS3FullAccess", "arn:aws:iam::123456789012:policy/reports")
    h = build(offering(entitlement("managed", policy=None, policy_arns=arns, services=("s3", "athena"))))
    words = h.requested("managed").words
    assert "the managed policies *AmazonS3FullAccess* and *reports* allow in S3 and Athena; nothing else" in words
    assert "*everything*" in words
    assert "doesn't read what its managed policies say" in words
    words = h.requested("reports-session", "1h").words
    assert "what the role *reports* may do" in words
    assert "doesn't read the role's policies" in words


def test_what_is_held_already_is_listed_with_its_last_use(h: House) -> None:
    h.live()
    card = h.requested("reports-two")
    assert "already holds in main: *reports read*" in card.words
    assert h.key() in card.words
    assert "last use" in card.words or "never used" in card.words


def test_a_session_that_would_do_is_named(h: House) -> None:
    assert "A session might do: *reports session* (`reports-session`)" in h.requested().words
    assert "A session might do" not in h.requested("reports-two").words


def test_what_was_typed_cannot_mention_or_style(h: House) -> None:
    h.ask(why=f"<!channel> *bold* <@{CAROL}> & ```code``` <https://evil.example|click>\n>quoted" + "x" * 800)
    card = h.bob.channel("C01OPS")[-1]
    drawn = json.dumps(card.blocks) + card.text
    for each in ("<!channel>", f"<@{CAROL}>", "<https://evil"):
        assert each not in drawn
    assert "&lt;!channel&gt;" in drawn
    assert len(card.text) < 1000


def test_a_job_title_is_one_line_without_markup(h: House) -> None:
    h.slack.people[ALICE].title = "<!here> Engineer\n*How long*\n1 hour"
    h.ask()
    fields = [each["text"] for block in h.bob.channel("C01OPS")[-1].blocks for each in block.get("fields", ())]
    (who,) = (each for each in fields if each.startswith("*Who*"))
    assert who.count("\n") == 2
    assert "&lt;!here&gt; Engineer *How long* 1 hour" in who


def test_it_stays_within_slacks_limits_with_everything_at_its_longest(build: Build) -> None:
    """The stand-in refuses what Slack would."""
    many = [f"s3:{verb}Object{'Tagging' * at}" for verb in ("Get", "Put", "Delete") for at in range(8)]
    buckets = [f"arn:aws:s3:::{'b' * 60}{at}/*" for at in range(8)]
    big = policy(*(allow(many, each) for each in buckets))
    users = (BOB, *(f"U{at:010}" for at in range(60)))
    h = build(offering(entitlement("big", title="t" * 75, policy=big, dangerous=True), users=users))
    h.alice.command("/key request")
    asked = {"entitlement": "big", "duration": "7d", "justification": "&" * 1000, "owner": CAROL}
    assert h.alice.submit(top(h.alice), asked).ok
    h.send()
    card = h.bob.channel("C01OPS")[-1]
    assert len(card.blocks) <= 50
    assert buttons(card).keys() >= {"request:approve", "request:decline", "request:policy"}


@pytest.mark.parametrize("last", ["approve", "decline", "cancel", "lapse"])
def test_every_copy_shows_the_outcome_by_whom_and_when(build: Build, last: str) -> None:
    groups = {
        "platform": Approvers("platform", users=(BOB,), channel="C01OPS", escalate_to="security"),
        "security": Approvers("security", users=(CAROL,)),
    }
    h = build(replace(catalog(), approvers=groups))
    card = h.requested()
    for hours in (2, 6):
        h.advance(hours=hours)
        approval_reminders.send(h.context)
        h.send()
    if last == "approve":
        h.approve(card)
    elif last == "decline":
        h.bob.press(card, "request:decline")
        h.bob.submit(top(h.bob), {"justification": "use the session"})
    elif last == "cancel":
        h.alice.press(button_in(h.alice.dms(), "request:cancel"), "request:cancel")
    else:
        h.advance(days=4)
        h.sweep()
    h.send()
    copies = [*h.bob.channel("C01OPS"), *h.carol.dms()]
    assert len(copies) == 3, "the card, its reminder and its escalation"
    expected = {
        "approve": f"Approved by <@{BOB}>, for 7 days",
        "decline": f"Declined by <@{BOB}>",
        "cancel": f"Cancelled by <@{ALICE}>",
        "lapse": "Lapsed: nobody decided in time",
    }[last]
    at = f"<!date^{int(h.clock.now().timestamp())}^"
    for each in copies:
        assert expected in each.words
        assert at in each.blocks[-1].get("text", {}).get("text", "") or at in json.dumps(each.blocks[-2:])
        assert not {"request:approve", "request:decline"} & buttons(each).keys()
        if last == "decline":
            assert "use the session" in each.words
