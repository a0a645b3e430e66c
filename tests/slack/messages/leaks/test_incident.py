"""The message of a leaked key: each state in words, within Slack's limits with the most of everything, escaped."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.events import Notice, Tag
from bot.domain.leaks.activity import Activity
from bot.domain.leaks.incident import Report, Source, Step, StepKind, StepState, Whose
from bot.domain.leaks.trail_changes import Change
from bot.domain.lifecycle import IncidentState
from bot.domain.subjects import Timed
from bot.domain.usage.key_usage import Count
from bot.ports import OutboxItem
from bot.slack.messages.context import Scene
from bot.slack.messages.leaks import incident
from bot.slack.messages.registry import render
from bot.slack.ui.message import Message
from tests.slack.kit import GUIDE, House
from tests.slack.leaked import again, contained, leaked, message, newest, offered, refused
from tests.slack.messages.limits import within

HOSTILE = "<!channel> `rm` *x* & \u202eeman"


def drawn(h: House, incident_id: str, to: str = "C01OPS") -> Message:
    with h.work.begin() as tx:
        scene = Scene(tx, h.catalog, h.clock.now(), "/key", GUIDE, facts=None)  # type: ignore[arg-type]
        made = render(scene, OutboxItem(1, Notice.INCIDENT, incident_id, to, 0))
    assert made is not None
    return made


def words(made: Message) -> str:
    return str(made.blocks)


def test_each_state_of_each_owner_says_what_to_do(h: House) -> None:
    found = leaked(h)
    for whose in Whose:
        with h.work.begin() as tx:
            tx.incidents.set(found.id, whose=whose, account_number="999999999999")
        made = drawn(h, found.id)
        within(made)
        assert made.text
        can = whose in {Whose.UNKNOWN, Whose.ISSUED, Whose.FOUND, Whose.SESSION}
        assert ("leak:contain" in words(made)) is can
        assert ("It could" in words(made)) is (whose in incident.ITS_RIGHTS)
    with h.work.begin() as tx:
        tx.incidents.set(found.id, whose=Whose.FOUND, grant=None, credential=None)
    assert "*It could*: unknown" in words(drawn(h, found.id))


def test_the_timeline_names_reporters_times_and_steps(h: House) -> None:
    found = contained(h)
    with h.work.begin() as tx:
        for number in range(41):
            tx.incidents.report(Report(found.id, f"U9{number:04}", Source.COMMAND, h.clock.now()))
    said = words(drawn(h, found.id))
    for each in (
        "leaked: contained",
        "and reported by 41 others",
        "Contained in 4 seconds",
        "is deactivated",
        "It could",
    ):
        assert each in said
    assert f"by <@{h.alice.id}>" in said


def test_those_who_read_only_the_id_learn_whose_it_is_and_the_channel_notifies_who_decides(h: House) -> None:
    found = leaked(h)
    said = words(drawn(h, found.id))
    assert f"Owner: <@{h.alice.id}> · account main (`123456789012`)" in said
    assert f"Asked: <@{h.bob.id}>" in said
    dm = drawn(h, found.id, h.alice.id)
    assert "Asked:" not in words(dm)
    with h.work.begin() as tx:
        tx.incidents.set(found.id, whose=Whose.OTHER)
    other = words(drawn(h, found.id))
    assert "Asked:" not in other
    assert "Owner and approvers paged" not in other
    assert "Admins paged" in other


def test_what_is_over_is_not_shown_as_still_so(h: House) -> None:
    found = contained(h)
    with h.work.begin() as tx:
        tx.credentials.set(found.credential, gone_at=h.clock.now())  # type: ignore[arg-type]
        tx.incidents.add_steps(
            [Step(found.id, StepKind.SESSIONS, "u", 0, StepState.DONE, done_at=h.clock.now(), why="gone")]
        )
    deleted = words(drawn(h, found.id))
    assert "leak:reactivate" not in deleted
    assert "AWS doesn't have `u` any more" in deleted
    with h.work.begin() as tx:
        tx.incidents.set(found.id, reactivated_at=h.clock.now() + timedelta(days=3))
    back = words(drawn(h, found.id))
    assert "is deactivated" not in back
    assert "Reactivated <!date^1794000000^{date_short_pretty}" in back.replace(
        str(int((h.clock.now() + timedelta(days=3)).timestamp())), "1794000000"
    )


def test_a_session_is_ended_alone(h: House) -> None:
    found = contained(h, None, Step("", StepKind.ROLE, "arn:aws:iam::123456789012:role/deploy", 0, StepState.DONE))
    assert "This grant's sessions of the role `deploy` have ended" in words(drawn(h, found.id))
    with h.work.begin() as tx:
        tx.incidents.set(found.id, whose=Whose.SESSION)
    assert "This session of the role `deploy` has ended" in words(drawn(h, found.id))


def test_where_no_channel_can_be_reached_each_approver_is_paged(h: House) -> None:
    h.live()
    h.slack.channels["C01OPS"].archived = True
    h.carol.command(f"/key leaked {h.key()}")
    h.send()
    for hand in (h.bob, h.dave):
        assert f"`{h.key()}`" in hand.dms()[-1].words


def test_a_refused_step_names_aws_code_the_remedy_and_the_lines_to_run_by_hand(h: House) -> None:
    found = leaked(h, h.alice)
    refused(h, found)
    alarm = h.bob.channel("C01OPS")[-1].words
    for said in (message(h.bob).words, alarm):
        assert "`AccessDenied`" in said
        assert "latchkey iam" in said
        assert "aws iam attach-user-policy --user-name latchkey-user" in said
    assert "isn't contained" in alarm
    with h.work.begin() as tx:
        step = next(each for each in tx.incidents.steps(found.id) if each.state is StepState.REFUSED)
        tx.incidents.set_step(step, state=StepState.DONE, done_at=h.clock.now(), why=None)
        tx.transition(found.id, IncidentState.CONTAINING, IncidentState.CONTAINED, by="latchkey", at=h.clock.now())
        incident_alarm = str(Timed(found.id, h.clock.now()))
        tx.outbox.refresh(Notice.INCIDENT_ALARM, incident_alarm)
    h.send()
    assert "is contained" in h.bob.channel("C01OPS")[-1].words


def test_the_most_of_everything_with_hostile_names_stays_within_the_limits(h: House) -> None:
    found = contained(h)
    now = h.clock.now()
    many = [
        Step(found.id, kind, f"{HOSTILE}{'x' * 40}{number}", number, state, now, now, why=why)
        for number in range(40)
        for kind in StepKind
        for state, why in ((StepState.REFUSED, "AccessDenied"), (StepState.SKIPPED, HOSTILE))
        if (number + len(kind)) % 2 == (state is StepState.REFUSED)
    ]
    roles = [
        replace(offered(f"arn:aws:iam::123456789012:role/{HOSTILE}{each}"), incident=found.id) for each in range(30)
    ]
    change = Change(now, "iam:CreateUser", target=HOSTILE * 9, grave=True)
    activity = Activity(
        now - timedelta(days=1), now, calls=9999, changes=(change,) * 20, changed=400, denied=50,
        services=tuple(Count(f"s{each}", 9) for each in range(20)), regions=(Count(HOSTILE, 3),) * 20,
        roles=tuple(Count(f"{HOSTILE}{each}", 2) for each in range(20)), tools=(Count(HOSTILE * 5, 1),) * 9,
    )  # fmt: skip
    with h.work.begin() as tx:
        tx.incidents.add_steps([*many, *roles])
        tx.incidents.store_activity(found.id, activity)
        tx.incidents.set(found.id, link=f"https://example.com/{HOSTILE}", justification=HOSTILE * 20)
        tx.incidents.set(found.id, unread="ListAccessKeys: AccessDenied")
        for number in range(200):
            tx.incidents.report(Report(found.id, f"U8{number:04}", Source.COMMAND, now))
            at, facts = now + timedelta(seconds=number // 5), {"found": "key", "name": HOSTILE * 9}
            tx.record(Tag.INCIDENT_FOUND, found.id, by="latchkey", at=at, facts=facts)
    made = drawn(h, found.id)
    within(made)
    assert "is *unknown*: AWS didn't show it" in words(made), "a flood of names cuts off nothing that follows"
    assert "<!channel>" not in words(made)
    assert words(made).count("leak:sessions") == incident.ROLES_MOST


@pytest.mark.parametrize("source", Source)
def test_every_source_is_named(h: House, source: Source) -> None:
    found = leaked(h)
    with h.work.begin() as tx:
        tx.incidents.set(found.id, source=source, reported_by="latchkey")
    assert ("Seen in a message" if source is Source.CHANNEL else "Reported") in words(drawn(h, found.id))
    assert again(h, newest(h)).source is source
