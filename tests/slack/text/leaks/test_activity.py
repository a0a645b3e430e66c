"""The words of what a leaked key did and could do: within Slack's limits, and unknown is called unknown."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.catalog import Kind
from bot.domain.hygiene.inventory import FoundUser
from bot.domain.leaks.activity import BEFORE, CHANGES_MOST, Activity, summarize, unknown
from bot.domain.leaks.trail_changes import GRAVE, Change
from bot.domain.usage.key_usage import Count, Unread
from bot.slack.text.leaks.activity import LINE_MOST, TEXT_MOST, could, lines, texts
from bot.slack.text.leaks.calls import SAID, role, what
from tests.fakes import START
from tests.fakes.trail import an_event
from tests.flows.catalog import MAIN, entitlement

MINUTE = timedelta(minutes=1)
SINCE = START - BEFORE
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"


def seen(*names: str, **more: object) -> Activity:
    events = [
        an_event(START - MINUTE, source=f"{each.partition(':')[0]}.amazonaws.com", name=each.partition(":")[2])
        for each in names
    ]
    given = {"since": SINCE, "read_at": START, "complete": True, "looked_in": ("us-east-1",)} | more
    return summarize(events, **given)  # type: ignore[arg-type]


def said(activity: Activity) -> str:
    return "\n".join(lines(activity, START))


def test_changes_stand_before_counts_and_the_limits_last() -> None:
    told = lines(seen("iam:CreateUser", "s3:ListBuckets", reported_at=START - 2 * MINUTE), START)
    assert "2 calls" in told[0]
    assert "2 calls after the report" in told[0]
    assert "*Changes* (1)" in told[1]
    assert "called `iam:CreateUser`" in told[2]  # the event has no name
    assert "15 minutes late" in told[-1]
    assert "*unknown*" not in "".join(told)


@pytest.mark.parametrize("why", list(Unread))
def test_what_could_not_be_read_is_unknown(why: Unread) -> None:
    assert "*unknown*" in said(unknown(SINCE, START, why))
    later = replace(seen("s3:ListBuckets"), unread=why)
    assert "What it did later is *unknown*" in said(later)
    assert "1 call" in said(later)


def test_silence_and_a_region_that_did_not_answer_are_unknown_too() -> None:
    assert "*unknown*" in said(seen())
    missed = said(seen("s3:ListBuckets", missed=("eu-west-3",)))
    assert "What it did in eu-west-3 is *unknown*" in missed
    assert "at least 1 call" in missed


def change(call: str, **more: str | None) -> Change:
    words = {"target": "backup", "detail": "admin", "key": "AKIANEW"} | more
    return Change(START, call, **words)  # type: ignore[arg-type]


def test_every_change_is_a_sentence_with_its_names() -> None:
    assert what(change("iam:CreateAccessKey")) == "created the access key `AKIANEW` for the user `backup`"
    assert what(change("iam:AttachUserPolicy")) == "attached `admin` to the user `backup`"
    assert what(change("ec2:CreateTags")) == "called `ec2:CreateTags` on `backup`"
    assert what(change("iam:CreateUser", target=None)) == "called `iam:CreateUser`"
    assert what(change("iam:AttachUserPolicy", detail=ADMIN)) == "attached `AdministratorAccess` to the user `backup`"
    for call in {*SAID, *GRAVE}:
        assert "{" not in what(change(call))


def test_hostile_names_are_neither_markup_nor_able_to_leave_their_backticks() -> None:
    shown = what(change("iam:CreateUser", target="`<!channel>`{0}{target}&*x*"))
    assert shown == "created the IAM user `'&lt;!channel&gt;'{0}{target}&amp;*x*`"


def test_a_role_goes_by_its_name_and_its_account() -> None:
    assert role("arn:aws:iam::123456789012:role/team/deploy") == "`deploy` of account 123456789012"
    assert role("whatever") == "`whatever`"


def the_most() -> Activity:
    name, arn, key = "`<&" * 42, f"arn:aws:iam::aws:policy/{'<' * 104}", "ASIA" + "A" * 124
    row = Change(START, "iam:AttachUserPolicy", name, arn, key, key, "r" * 128, "2001:db8:aaaa::/48", grave=True)  # type: ignore[arg-type]
    counts = tuple(Count(name, 10**9) for _ in range(20))
    return replace(
        seen("s3:ListBuckets", missed=("x" * 128,) * 9, reported_at=START),
        changes=(row,) * CHANGES_MOST,
        changed=10**6,
        denied=10**6,
        **dict.fromkeys(("secrets", "services", "networks", "tools", "regions", "refused", "roles"), counts),  # type: ignore[arg-type]
        unread=Unread.DENIED,
    )


def test_the_most_of_everything_fits_into_a_few_sections() -> None:
    told, joined = lines(the_most(), START), texts(the_most(), START)
    assert max(map(len, told)) <= LINE_MOST
    assert max(map(len, joined)) <= TEXT_MOST <= 3000
    assert len(joined) <= 8
    assert "\n".join(told) == "\n".join(joined)
    for each in told[2 : 2 + CHANGES_MOST]:
        assert each.count("`") % 2 == 0


# --- what it could do ---------------------------------------------------------------------------------------------


def user(**allowed: object) -> FoundUser:
    stored = {"managed": [], "inline": {}, "groups": [], "boundary": None} | allowed
    nobody = FoundUser(MAIN.name, "reports", "arn", START, START, None, {}, None, None, None)
    return replace(nobody, allowed=stored)


def found(**allowed: object) -> str:
    return could(account=MAIN, user=user(**allowed))


READ = {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}]}


def test_an_issued_key_could_do_what_its_entitlement_says() -> None:
    assert could(entitlement=entitlement("reports-read"), account=MAIN).startswith(
        "*It could*: read objects in s3://reports"
    )
    session = replace(
        entitlement("x"), kind=Kind.SESSION, role_arn="arn:aws:iam::123456789012:role/deploy", policy=None
    )
    assert "what the role *deploy* may do" in could(entitlement=session, account=MAIN)


def test_a_found_key_could_do_what_inventory_read() -> None:
    assert found(inline={"read": READ}) == "*It could*: read objects in s3://reports."
    assert "do nothing" in found()
    admin = found(managed=[ADMIN])
    assert "do everything in the account" in admin
    assert "any permission" in admin
    assert "unknown" not in admin


def test_what_latchkey_does_not_know_of_it_is_unknown() -> None:
    for partly in (
        {"managed": ["arn:aws:iam::123456789012:policy/team"]},
        {"groups": ["team"]},
        {"inline": {"read": READ}, "groups": ["team"]},
    ):
        assert "`team`" in found(**partly)
        assert "*unknown*" in found(**partly)
    assert "unknown" in could(account=MAIN, user=replace(user(), allowed=None))
    assert "unknown" in could(account=MAIN)
    assert "unknown" in could()


def test_what_contains_the_leak_is_not_what_it_could_do() -> None:
    after = found(
        managed=[ADMIN, "arn:aws:iam::aws:policy/AWSDenyAll", "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"]
    )
    assert after == found(managed=[ADMIN])


def test_a_boundary_that_is_not_read_leaves_the_power_open() -> None:
    told = found(managed=[ADMIN], boundary="arn:aws:iam::123456789012:policy/limit")
    assert "`limit` limits all of this" in told
    assert "Whether it could grant permissions is *unknown*" in told
