"""Inventory of users, the root user and Latchkey's own: owners, leavers, and findings without a key id."""

from datetime import timedelta

import pytest

from bot.domain.hygiene.credential_report import ROOT
from bot.domain.hygiene.finding import FindingKind
from bot.domain.usage.last_used import LastUsed
from bot.flows.hygiene.scan import SMALL
from bot.flows.keys.last_used import note_use
from tests import credential_reports
from tests.fakes import ALICE, BOB, CAROL
from tests.flows.catalog import MAIN
from tests.flows.hygiene.found_keys import DAY, HOUR, Found

OWNED = {"Slack": CAROL}


def test_a_root_key_is_an_alarm_at_once_and_said_once(found: Found) -> None:
    found.reader.root = credential_reports.ROOT_WITH_A_KEY
    found.look()
    found.look()
    assert found.findings(ROOT) == {(FindingKind.ROOT_KEY, ROOT, "")}
    assert [(notice, to) for notice, to in found.world.items() if notice == "finding:alarm"] == [("finding:alarm", BOB)]


def test_a_report_without_the_root_user_says_nothing_about_it(found: Found) -> None:
    found.reader.key(MAIN, "carol", age=DAY)
    found.reader.root = credential_reports.ROOT_WITH_A_KEY
    found.look()
    found.reader.root = None
    found.world.clock.advance(6 * HOUR)
    seen = found.look()
    assert not seen.root_known
    assert found.findings(ROOT) == {(FindingKind.ROOT_KEY, ROOT, "")}
    found.reader.root = credential_reports.ROOT
    found.look()
    assert found.findings(ROOT) == set()


# --- users ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("others", "asked"), [(SMALL - 1, True), (SMALL, False)])
def test_what_is_found_on_a_user_needs_no_list_of_keys_but_in_a_small_account(
    found: Found, others: int, asked: bool
) -> None:
    for number in range(others):
        found.reader.user(MAIN, f"user-{number}", tags=OWNED)
        found.reader.key(MAIN, f"user-{number}", age=DAY, idle=HOUR)
    found.reader.user(MAIN, "dave", password=True, policies=("AWSCompromisedKeyQuarantineExempt", "ReadOnly"))
    found.reader.key(MAIN, "dave", age=12 * DAY, idle=9 * DAY)
    found.reader.key(MAIN, "dave", age=8 * DAY, idle=HOUR)
    found.look()
    kinds = {FindingKind.NO_MFA, FindingKind.CONSOLE_AND_KEY, FindingKind.OWNERLESS, FindingKind.TWO_ACTIVE}
    assert {(kind, key) for kind, _, key in found.findings("dave")} == {(kind, "") for kind in kinds}
    assert found.calls() == ["report", "users", "service_credentials", *["keys_of"] * asked]
    assert all(each.access_key_id for each in found.keys("dave")) is asked


@pytest.mark.parametrize(
    ("tags", "owner"),
    [
        ({"Slack": "U03CAROL"}, CAROL),
        ({"slack": " U03CAROL "}, CAROL),
        ({"Slack": "U04DAVE"}, None),
        ({"Slack": "subteam-S0PLATFORM"}, "subteam-S0PLATFORM"),
        ({"Slack": "carol@example.com"}, None),
    ],
)
def test_the_tag_slack_names_the_owner(found: Found, tags: dict[str, str], owner: str | None) -> None:
    found.reader.user(MAIN, "dave", tags=tags)
    found.reader.key(MAIN, "dave", age=DAY)
    assert found.look().owners.get("dave") == owner
    kinds = {kind for kind, _, _ in found.findings("dave")}
    assert kinds == (set() if owner else {FindingKind.OWNERLESS})


def test_no_one_has_left_while_slack_does_not_answer(found: Found) -> None:
    found.reader.user(MAIN, "dave", tags={"Slack": "U04DAVE"})
    found.reader.key(MAIN, "dave", age=DAY)
    found.world.people.readable = False
    found.look()
    assert found.findings("dave") == set()


@pytest.mark.parametrize(("readable", "places"), [(True, [BOB, CAROL]), (False, [BOB])])
def test_an_alarm_goes_to_each_member_of_the_owning_group(found: Found, readable: bool, places: list[str]) -> None:
    found.world.people.usergroups["S0DATA"] = frozenset({CAROL})
    found.reader.user(MAIN, "job", tags={"Slack": "subteam-S0DATA"}, made_at=found.world.clock.now() - DAY)
    found.reader.key(MAIN, "job", age=HOUR, idle=HOUR, active=False)
    found.look()
    found.world.people.readable = readable
    found.reader.profiles["job"].policies = ("AWSCompromisedKeyQuarantineV3",)
    found.look()
    assert sorted(to for notice, to in found.world.items() if notice == "finding:alarm") == places


# --- Latchkey's own -------------------------------------------------------------------------------------------------


def test_latchkeys_own_keys_are_named_by_the_ledger_and_left_to_its_clocks(found: Found) -> None:
    grant, credential = found.world.live()
    user = found.world.grant(grant).iam_user
    found.forget_calls()
    found.world.clock.advance(days=6, hours=1)
    seen = found.look()
    (key,) = found.keys(user)
    assert (key.access_key_id, key.credential) == (found.world.key(credential), credential)
    assert seen.owners[user] == ALICE
    assert seen.findings == []
    assert found.calls() == ["report", "users", "service_credentials"]


def test_the_report_tells_the_use_of_latchkeys_own_keys_and_no_one_asks_for_each(found: Found) -> None:
    world = found.world
    _, credential = world.live()
    world.clock.advance(days=3)
    used = LastUsed(world.clock.now() - HOUR, "s3", "eu-central-1")
    world.iam.uses[world.key(credential)] = used
    found.look()
    row = world.credential(credential)
    assert (row.used_at, row.used_service, row.used_read_at) == (used.at, "s3", world.clock.now())
    assert row.first_used_at == used.at
    found.forget_calls()
    assert world.look_over() == 1
    assert found.calls() == []
    world.clock.advance(days=1)
    assert world.look_over() == 1
    assert found.calls() == ["last_used"], "an inventory that fails for a day is stood in for"


def test_an_older_report_does_not_replace_what_aws_said_since(found: Found) -> None:
    world = found.world
    _, credential = world.live()
    world.clock.advance(days=3)
    young = LastUsed(world.clock.now(), "s3", "eu-central-1")
    with world.work.begin() as tx:
        note_use(tx, credential, young, world.clock.now())
    found.reader.age = HOUR
    found.look()
    row = world.credential(credential)
    assert (row.used_at, row.used_read_at) == (young.at, world.clock.now())


def test_what_was_read_under_a_wrong_date_is_replaced(found: Found) -> None:
    world = found.world
    _, credential = world.live()
    with world.work.begin() as tx:
        note_use(tx, credential, LastUsed(None), world.clock.now() + timedelta(days=400))
        note_use(tx, credential, LastUsed(world.clock.now(), "s3", "eu-central-1"), world.clock.now())
    assert world.credential(credential).used_read_at == world.clock.now()


def test_use_that_the_report_does_not_tell_is_noted_as_nothing(found: Found) -> None:
    world = found.world
    _, credential = world.live()
    world.clock.advance(days=3)
    world.iam.uses[world.key(credential)] = None
    found.look()
    assert world.credential(credential).used_read_at is None


def test_a_key_made_by_hand_on_a_grants_user_is_judged_like_any_other(found: Found) -> None:
    grant, _ = found.world.live()
    user = found.world.grant(grant).iam_user
    stranger = found.reader.key(MAIN, user, age=300 * DAY, idle=DAY)
    found.look()
    assert (FindingKind.STALE, user, stranger) in found.findings(user)
