"""Not mine: the owner's statement counts at once, and the person they name must confirm."""

import pytest

from bot.domain.errors import AlreadyDone, Reason, Refused
from bot.domain.hygiene.finding import FindingKind
from bot.domain.ids import DeliveryId, SlackUserId
from bot.domain.ownership.claim import ClaimState
from bot.flows.ownership import disown
from tests.fakes import ALICE, BOB, CAROL, DAVE
from tests.flows.catalog import MAIN
from tests.flows.hygiene.found_keys import DAY, HOUR
from tests.flows.ownership.kit import Owning, refused
from tests.flows.world import World

STALE, OWNERLESS = FindingKind.STALE, FindingKind.OWNERLESS


@pytest.fixture
def job(world: World) -> Owning:
    """Alice's, by the tag."""
    made = Owning(world)
    made.job(Slack=ALICE)
    made.look()
    return made


def test_without_a_new_owner_it_is_ownerless_at_once_whatever_the_tag_says(job: Owning) -> None:
    assert job.disown(job.about(STALE)) is None
    assert job.user().owner is None
    assert {(each.kind, each.owner) for each in job.open("job")} == {(STALE, None), (OWNERLESS, None)}
    for _ in range(3):
        job.world.clock.advance(6 * HOUR)
        job.look()
        assert (job.user().owner, job.kinds()) == (None, {STALE, OWNERLESS})
    assert job.audit("main/job") == ["owner:disowned", "owner:changed"]


def test_a_tag_that_is_changed_counts_again(job: Owning) -> None:
    job.disown(job.about(STALE))
    job.tag(Slack=CAROL)
    job.look()
    assert job.user().owner == CAROL
    assert {(each.kind, each.owner) for each in job.open("job")} == {(STALE, CAROL)}


def test_its_list_goes_to_the_accounts_channel(job: Owning) -> None:
    assert job.post() == 0
    job.disown(job.about(STALE))
    assert job.post() == 1
    assert job.told("owner:none") == ["C01OPS"]


def test_the_named_person_is_asked_and_owns_it_once_they_confirm(job: Owning) -> None:
    made = job.disown(job.about(STALE), to=CAROL)
    assert made is not None
    assert (made.claimant, made.asked_by, made.former) == (CAROL, ALICE, ALICE)
    assert job.told("claim:open") == [CAROL]
    assert job.user().owner is None, "until then it is nobody's"
    job.decide(made, by=CAROL)
    job.look()
    assert (job.user().owner, job.kinds()) == (CAROL, {STALE})
    assert job.told("claim:outcome") == [ALICE]


def test_not_mine_by_the_one_who_was_named_leaves_it_ownerless(job: Owning) -> None:
    made = job.disown(job.about(STALE), to=CAROL)
    assert made is not None
    assert job.decide(made, by=CAROL, yes=False).state is ClaimState.DECLINED
    job.look()
    assert (job.user().owner, job.kinds()) == (None, {STALE, OWNERLESS})
    assert job.told("claim:outcome") == [ALICE]


@pytest.mark.parametrize("by", [ALICE, BOB])
def test_no_one_answers_in_the_place_of_the_one_who_was_named(job: Owning, by: SlackUserId) -> None:
    made = job.disown(job.about(STALE), to=CAROL)
    assert made is not None
    refused(Reason.NOT_NAMED, lambda: job.decide(made, by=by))
    assert job.user().owner is None


@pytest.mark.parametrize("to", [ALICE, DAVE, SlackUserId("U0NOBODY")])
def test_only_another_full_member_can_be_named(job: Owning, to: SlackUserId) -> None:
    refused(Reason.NAMES_NOBODY, lambda: job.disown(job.about(STALE), to=to))
    assert job.user().owner == ALICE


def test_it_wants_a_reason(job: Owning) -> None:
    refused(Reason.NO_JUSTIFICATION, lambda: job.disown(job.about(STALE), why="  "))


@pytest.mark.parametrize(("by", "reason"), [(BOB, Reason.NOT_OWNER), (DAVE, Reason.NOT_A_MEMBER)])
def test_no_one_else_disowns_it(job: Owning, by: SlackUserId, reason: Reason) -> None:
    refused(reason, lambda: job.disown(job.about(STALE), by=by))
    assert job.user().owner == ALICE


def test_a_second_press_finds_that_it_is_not_theirs_any_more(job: Owning) -> None:
    pressed = job.about(STALE)
    job.disown(pressed)
    refused(Reason.NOT_OWNER, lambda: job.disown(pressed))
    assert job.audit("main/job") == ["owner:disowned", "owner:changed"]


def test_a_replayed_window_does_nothing(job: Owning) -> None:
    world, pressed = job.world, job.about(STALE)
    words = {"finding": pressed.id, "by": ALICE, "to": None, "justification": "no", "delivery": DeliveryId("view:V1")}
    disown.disown(world.context, **words)  # type: ignore[arg-type]
    job.tag(Slack=ALICE, owner=ALICE)
    job.look()
    assert job.user().owner == ALICE
    with pytest.raises(AlreadyDone):
        disown.disown(world.context, **words)  # type: ignore[arg-type]
    assert job.user().owner == ALICE


def test_where_slack_does_not_answer_nothing_is_done(job: Owning) -> None:
    pressed = job.about(STALE)
    job.world.people.readable = False
    refused(Reason.PEOPLE_UNREADABLE, lambda: job.disown(pressed))
    assert job.user().owner == ALICE


def test_what_became_someone_elses_meanwhile_is_not_taken_from_them(
    job: Owning, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, pressed = job.claim(by=CAROL), job.about(STALE)
    monkeypatch.setattr(disown, "_must_be_another", lambda *_: job.decide(made))
    refused(Reason.SOMEBODY_WAS_FIRST, lambda: job.disown(pressed))
    assert job.user().owner == CAROL


def test_a_closed_finding_is_nothing_to_press(job: Owning) -> None:
    pressed = job.about(STALE)
    job.world.iam.users[MAIN.id, "job"].keys.clear()
    job.look()
    refused(Reason.NOT_FOUND, lambda: job.disown(pressed))


def test_a_key_that_latchkey_made_cannot_be_disowned(job: Owning) -> None:
    job.world.live(duration="30d")
    job.world.clock.advance(15 * DAY)
    job.world.look_over()
    with job.world.work.begin() as tx:
        (pressed,) = tx.findings.on_issued_keys(MAIN.name)
    assert refused(Reason.UNDER_A_GRANT, lambda: job.disown(pressed)).facts["owner"] == ALICE


# --- user groups ----------------------------------------------------------------------------------------------------


def test_a_groups_key_is_its_members_at_this_moment(job: Owning) -> None:
    job.tag(Slack="subteam-S0PLATFORM")
    job.look()
    pressed = job.about(STALE)
    assert pressed.owner == "subteam-S0PLATFORM"
    refused(Reason.NOT_OWNER, lambda: job.disown(pressed, by=CAROL))
    job.world.people.usergroups["S0PLATFORM"] = frozenset({CAROL})
    refused(Reason.NOT_OWNER, lambda: job.disown(pressed, by=BOB))
    job.disown(pressed, by=CAROL)
    assert job.user().owner is None


def test_a_group_that_no_one_is_in_owns_nothing(job: Owning) -> None:
    job.tag(Slack="subteam-S0EMPTY")
    job.look()
    assert job.user().owner == ALICE, "the ledger knows somebody"
    assert "subteam-S0EMPTY, who isn't a full member" in str(job.user().doubt)


def test_refused_is_said_before_the_window_opens(job: Owning) -> None:
    with pytest.raises(Refused):
        disown.may_disown(job.world.context, job.about(STALE).id, BOB)
