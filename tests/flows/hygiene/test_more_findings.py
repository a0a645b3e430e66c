"""Findings about what a user may do, how a key is used, and service-specific credentials, through the inventory."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import Unreadable
from bot.domain.hygiene.finding import FindingKind
from bot.domain.hygiene.service_credential import BEDROCK, ServiceCredential, ServiceStatus
from bot.domain.ids import AccessKeyId
from bot.domain.usage.key_usage import WINDOW, Unread, Usage, unread
from bot.flows.hygiene import services_unread
from tests.fakes import CAROL
from tests.flows.catalog import MAIN
from tests.flows.hygiene.found_keys import DAY, HOUR, Found
from tests.flows.world import World

K = FindingKind
ADMIN = ("AdministratorAccess allows every change in IAM",)
NAME = "ACCAEXAMPLE"


@pytest.fixture
def found(both: World) -> Found:
    """An IAM user of Carol's, on both databases."""
    made = Found(both)
    made.reader.user(MAIN, "carol", tags={"Slack": CAROL})
    return made


def again(found: Found) -> set[FindingKind]:
    found.world.clock.advance(6 * HOUR)
    found.look()
    return {kind for kind, _, _ in found.findings("carol")}


def service(found: Found, name: str = NAME, age: timedelta = DAY) -> ServiceCredential:
    made_at = found.world.clock.now() - age
    row = ServiceCredential(name, "carol", BEDROCK, ServiceStatus.ACTIVE, made_at)
    found.reader.services.append(row)
    return row


def test_the_key_of_a_user_with_admin_rights_is_named_and_unknown_rights_change_nothing(found: Found) -> None:
    key = found.reader.key(MAIN, "carol", age=DAY, idle=HOUR)
    assert again(found) == set(), "unknown opens nothing"
    found.reader.profiles["carol"].power = ADMIN
    assert again(found) == {K.ADMIN_POWER}
    (opened,) = found.open("carol")
    assert (opened.access_key_id, opened.evidence) == (key, ADMIN[0])
    found.reader.profiles["carol"].power = None
    assert again(found) == {K.ADMIN_POWER}, "unknown closes nothing"
    found.reader.profiles["carol"].power = ()
    assert again(found) == set()


def test_the_user_that_latchkey_runs_on_is_not_judged_by_its_rights(found: Found) -> None:
    found.reader.key(MAIN, "carol", age=DAY, idle=HOUR)
    found.reader.profiles["carol"].power, found.reader.worker = ADMIN, "carol"
    assert again(found) == set()


def test_a_shared_key_is_found_by_its_cached_digest_and_by_nothing_else(found: Found) -> None:
    key = found.reader.key(MAIN, "carol", age=100 * DAY, idle=HOUR)
    assert again(found) == {K.STALE}
    now = found.world.clock.now()
    usage = Usage(MAIN.name, AccessKeyId(key), now, now - WINDOW, calls=9, day_networks=3, day_people=1)
    reads = [
        (unread(MAIN.name, AccessKeyId(key), Unread.THROTTLED, now), {K.STALE}),
        (usage, {K.STALE, K.SHARED}),
        (replace(usage, calls=0, day_networks=0), {K.STALE, K.SHARED}),
        (replace(usage, complete=False, day_networks=0), {K.STALE, K.SHARED}),
        (replace(usage, day_networks=2), {K.STALE}),
    ]
    for read, kinds in reads:
        with found.world.work.begin() as tx:
            tx.usages.store(read)
        assert again(found) == kinds


def test_usage_counts_as_soon_as_the_key_is_named(found: Found) -> None:
    """Somebody had asked for it before the first inventory."""
    key, now = found.reader.key(MAIN, "carol", age=100 * DAY, idle=HOUR), found.world.clock.now()
    with found.world.work.begin() as tx:
        tx.usages.store(Usage(MAIN.name, key, now, now - WINDOW, calls=9, day_people=2))
    found.look()
    assert found.findings("carol") == {(K.STALE, "carol", key), (K.SHARED, "carol", key)}


def test_cloudtrail_is_not_asked_about_service_credentials(found: Found) -> None:
    key = found.reader.key(MAIN, "carol", age=100 * DAY, idle=HOUR)
    service(found)
    found.look()
    with found.world.work.begin() as tx:
        due = tx.usages.due([MAIN.name], found.world.clock.now(), 10)
    assert [each.access_key_id for each in due] == [key]


def test_each_service_credential_has_its_own_finding_until_it_is_gone_or_ends(found: Found) -> None:
    found.reader.key(MAIN, "carol", age=DAY, idle=HOUR)
    first, second = service(found), service(found, "ACCASECOND")
    found.look()
    assert found.findings("carol") == {(K.BEDROCK_KEY, "carol", first.id), (K.BEDROCK_KEY, "carol", second.id)}
    assert {each.evidence for each in found.open("carol")} == {
        f"for Bedrock, made {first.created_at:%d %B %Y}, never expires; AWS doesn't say when it was used"
    }
    found.reader.services.remove(second)
    found.reader.faults["service_credentials"] = Unreadable("ListServiceSpecificCredentials", "AccessDenied")
    assert len(found.open("carol")) == 2
    again(found)
    assert len(found.open("carol")) == 2, "unknown closes nothing"
    again(found)
    assert found.findings("carol") == {(K.BEDROCK_KEY, "carol", first.id)}
    found.reader.services[:] = [replace(first, status=ServiceStatus.EXPIRED)]
    assert again(found) == set()


def test_without_the_right_to_list_them_everything_else_is_read(found: Found) -> None:
    found.reader.key(MAIN, "carol", age=100 * DAY, idle=HOUR)
    found.reader.faults["service_credentials"] = Unreadable("ListServiceSpecificCredentials", "AccessDenied")
    seen = found.look()
    assert (seen.problem, seen.services, seen.services_unread) == (None, None, "AccessDenied")
    assert {kind for kind, _, _ in found.findings("carol")} == {K.STALE}
    with found.world.work.begin() as tx:
        assert services_unread.why(tx, MAIN.name) == "AccessDenied"
    again(found)
    with found.world.work.begin() as tx:
        assert services_unread.why(tx, MAIN.name) is None


@pytest.mark.parametrize(("password", "kinds"), [(True, {K.CONSOLE_AND_KEY}), (False, set())])
def test_a_console_user_with_a_key_is_reported_once(found: Found, *, password: bool, kinds: set[FindingKind]) -> None:
    found.reader.key(MAIN, "carol", age=DAY, idle=HOUR)
    profile = found.reader.profiles["carol"]
    profile.password, profile.mfa = password, True
    assert again(found) == kinds
