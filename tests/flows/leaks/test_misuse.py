"""What somebody without rights, or with the leaked key, tries: to hinder others, to hide a leak, or to escape."""

import pytest

from bot.domain.errors import AwsRefused, Reason, Refused
from bot.domain.events import LATCHKEY
from bot.domain.leaks import sts_proof
from bot.domain.leaks.incident import Source, StepKind
from bot.domain.leaks.keys_in_text import Found as Leaked
from bot.domain.leaks.keys_in_text import Pair
from bot.domain.lifecycle import CredentialState, IncidentState
from bot.flows.leaks import channel
from bot.flows.leaks.decisions import close, dismiss
from bot.flows.leaks.report import OTHERS_MOST
from bot.secret import Secret
from tests.fakes import ALICE, BOB, CAROL, DAVE
from tests.fakes.iam_user import FakeUser
from tests.flows.catalog import MAIN
from tests.flows.leaks.contained import DONE, found, issued_of
from tests.flows.leaks.kit import SECRET, Leaking, key_in, keys
from tests.flows.world import World

DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"


# --- to hinder others ---------------------------------------------------------------------------------------------


def test_a_bare_id_in_a_channel_stops_neither_rotation_nor_undo_nor_deletion(leaking: Leaking) -> None:
    world = leaking.world
    grant, credential = world.live(duration="30d")
    leaking.report(world.key(credential), by=CAROL, source=Source.CHANNEL)
    world.rotated(grant)
    world.retire(credential)
    world.sweep()
    assert world.credential(credential).state is CredentialState.RETIRING
    world.reactivate(credential)
    assert leaking.incident(world.key(credential)).is_open


def test_pages_by_the_author_of_a_message_count_as_reports(leaking: Leaking) -> None:
    pasted = [key_in(MAIN.id, each) for each in range(4)]
    leaking.report(*pasted, by=CAROL, source=Source.CHANNEL)
    for each in pasted[:3]:
        assert leaking.contain(leaking.incident(each), CAROL).paged_at is not None
    with pytest.raises(Refused) as refusal:
        leaking.contain(leaking.incident(pasted[3]), CAROL)
    assert refusal.value.reason is Reason.TOO_MANY
    assert leaking.incident(pasted[3]).paged_at is None


def test_one_report_of_many_keys_pages_people_about_a_few(leaking: Leaking) -> None:
    many = tuple(key_in(MAIN.id, each) for each in range(OTHERS_MOST + 5))
    made = leaking.report(*many, by=CAROL)
    assert (len(made.incidents), made.left_out) == (OTHERS_MOST, many[OTHERS_MOST:])
    assert len(leaking.report(*many, by=DAVE).incidents) == len(many), "those who decide are not bound"


def test_a_made_up_pair_does_not_push_out_the_one_that_was_pasted_before(leaking: Leaking) -> None:
    key = keys(leaking, "issued")
    leaking.report(key, by=CAROL, secret=SECRET)
    right = sts_proof.read(leaking.incident(key).proof or "")
    leaking.report(key, by=CAROL, secret=SECRET.swapcase())
    leaking.report(key, by=CAROL)
    assert set(right) < set(sts_proof.read(leaking.incident(key).proof or ""))


# --- to hide a leak -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [(CAROL, Source.COMMAND), (LATCHKEY, Source.CHANNEL)])
def test_who_reports_it_before_github_leaves_it_to_the_admins_all_the_same(
    leaking: Leaking, first: tuple[str, Source]
) -> None:
    key = keys(leaking, "issued")
    leaking.report(key, by=first[0], source=first[1])
    leaking.report(key, by=LATCHKEY, source=Source.GITHUB)
    incident = leaking.incident(key)
    assert leaking.events(incident).count("incident:reported") == 2
    with pytest.raises(Refused) as refusal:
        close.close(leaking.context, incident=incident.id, by=DAVE, justification="a test key", delivery=None)
    assert refusal.value.reason is Reason.ONLY_ADMINS_CLOSE


def test_the_author_cannot_dismiss_a_pair_before_aws_has_answered(leaking: Leaking) -> None:
    key = keys(leaking, "issued")
    leaking.report(key, by=CAROL, source=Source.CHANNEL, secret=SECRET)
    incident = leaking.incident(key)
    with pytest.raises(Refused) as refusal:
        dismiss.dismiss(leaking.context, incident=incident.id, by=CAROL, delivery=None)
    assert refusal.value.reason is Reason.PAIR_ASKED
    leaking.look_up()
    dismiss.dismiss(leaking.context, incident=incident.id, by=CAROL, delivery=None)


@pytest.mark.parametrize("by", [ALICE, BOB])
def test_after_the_incident_is_closed_nobody_brings_a_contained_key_back_alone(world: World, by: str) -> None:
    grant, credential = world.live(duration="30d")
    leak = issued_of(world, grant, credential)
    leak.work()
    close.close(leak.context, incident=leak.id, by=BOB, justification="replaced", delivery=None)
    with pytest.raises(Refused) as refusal:
        world.reactivate(credential, by)
    assert (refusal.value.reason, refusal.value.facts["closed"]) == (Reason.LEAKED, True)
    assert leak.active is False


def test_bare_ids_before_it_hide_no_pair_in_a_channel(leaking: Leaking) -> None:
    bare, key = tuple(key_in(MAIN.id, each) for each in range(20)), keys(leaking, "issued")
    pasted = Leaked((*bare, key), (Pair(key, Secret(SECRET)),))
    made = channel.seen(leaking.context, pasted, message="C02/1", author=CAROL)
    assert [each.access_key_id for each in made] == [key, *bare[: channel.KEYS_MOST - 1]]
    assert leaking.incident(key).proof is not None


# --- to escape ----------------------------------------------------------------------------------------------------


def test_a_user_that_took_the_name_of_a_renamed_one_is_left_alone(world: World) -> None:
    leak, _ = found(world)
    user, name = leak.user, leak.user.name
    world.iam.rename(MAIN, name, "elsewhere")
    innocent = world.iam.users[MAIN.id, name] = FakeUser(name, None, path="/")
    assert leak.work() == 1
    assert (leak.active, user.attached, innocent.attached) == (False, {DENY_ALL}, set())
    assert leak.steps == {StepKind.KEY: (DONE, None), StepKind.SESSIONS: (DONE, None)}


def test_what_aws_does_not_find_is_not_gone_while_the_key_has_its_user(world: World) -> None:
    """A policy of AWS that this partition lacks, or IAM's two answers that differ."""
    leak, _ = found(world)
    world.iam.fail_at("deny", AwsRefused("AttachUserPolicy", "NoSuchEntity"))
    leak.work()
    assert leak.now.state is IncidentState.CONTAINING
    leak.until_contained()
    assert leak.user.attached == {DENY_ALL}
