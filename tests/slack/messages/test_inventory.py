"""Inventory in Slack: alarms at once, the digest to a found key's owner, a sentence when it fails."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.errors import Unreadable
from bot.domain.events import Tag
from tests import credential_reports
from tests.audit_log import latest_events
from tests.fakes import CAROL
from tests.flows.catalog import MAIN
from tests.slack.kit import House
from tests.slack.press import button_in, buttons, top

DAY = timedelta(days=1)


def own(h: House, user: str = "reporting", **profile: object) -> None:
    h.reader.user(MAIN, user, tags={"Slack": CAROL}, **profile)


def test_a_root_key_is_an_alarm_to_the_admins_and_is_settled_in_place(h: House) -> None:
    h.reader.root = credential_reports.ROOT_WITH_A_KEY
    h.reader.key(MAIN, "reporting")
    h.read_account()
    (alarm,) = [each for each in h.bob.dms() if "root user" in each.words]
    assert "1 active access key" in alarm.words
    for words in ("sts:AssumeRoot", "IAMDeleteRootUserCredentials", "Elsewhere: sign in as root"):
        assert words in alarm.words
    h.reader.root = credential_reports.ROOT
    h.read_account()
    (settled,) = [each for each in h.bob.dms() if each.ts == alarm.ts]
    assert "resolved" in settled.words


def test_an_alarm_also_goes_to_the_accounts_channel_and_to_the_owner(h: House) -> None:
    h.catalog.accounts["main"] = replace(MAIN, channel="C01OPS")  # type: ignore[index]
    own(h, policies=("AWSCompromisedKeyQuarantineV3",))
    h.reader.key(MAIN, "reporting", active=False)
    h.read_account()
    for place in (h.bob.dms(), h.carol.dms(), h.bob.channel("C01OPS")):
        (alarm,) = [each for each in place if "quarantined by AWS" in each.words]
        assert "The IAM user `reporting` in main" in alarm.words


def test_a_found_key_is_in_its_owners_digest_once_and_can_be_kept(h: House) -> None:
    own(h)
    key = h.reader.key(MAIN, "reporting", age=100 * DAY, idle=DAY)
    h.read_account()
    message = button_in(h.carol.dms(), "finding:keep")
    assert key in message.words
    assert "days old. Rotate it." in message.words
    assert buttons(message).keys() == {"finding:keep", "finding:disown", "finding:replace"}, "acting on it needs adopt"
    h.carol.press(message, "finding:keep")
    until = (h.clock.now() + 30 * DAY).date().isoformat()
    assert h.carol.submit(top(h.carol), {"until": until, "justification": "the yearly job"}).ok
    h.send()
    assert any(f"Kept by <@{CAROL}> until" in each.words for each in h.carol.dms())
    with h.work.begin() as tx:
        (kept,) = [each for each in latest_events(tx, 100, actor=CAROL) if each.tag is Tag.FINDING_KEPT]
    assert kept.facts["why"] == "the yearly job"
    assert kept.facts["until"].startswith(until)
    before = len(h.carol.dms())
    h.advance(days=1)
    h.read_account()
    assert len(h.carol.dms()) == before


def test_an_ownerless_key_is_in_no_digest(h: House) -> None:
    h.reader.key(MAIN, "reporting", age=100 * DAY, idle=DAY)
    assert h.read_account().opened == 2
    assert not h.alice.dms() + h.bob.dms() + h.carol.dms()


def test_a_reading_that_fails_is_reported_to_the_admins_and_repaired_in_place(h: House) -> None:
    h.reader.key(MAIN, "reporting")
    h.reader.faults["report"] = Unreadable("GenerateCredentialReport", "AccessDenied")
    h.read_account()
    (told,) = h.bob.dms()
    assert "couldn't read the keys of main" in told.words
    assert "GenerateCredentialReport was refused or did not answer (AccessDenied)" in told.words
    assert "latchkey doctor" in told.words
    h.advance(minutes=30)
    h.read_account()
    (mended,) = h.bob.dms()
    assert "can read the keys" in mended.words


def test_ambiguous_keys_are_reported_with_their_user(h: House) -> None:
    own(h)
    for _ in range(2):
        h.reader.key(MAIN, "reporting", age=100 * DAY, idle=DAY)
    h.read_account()
    (told,) = h.bob.dms()
    assert "`reporting`" in told.words
    assert "Nothing was changed" in told.words
    h.iam.users[MAIN.id, "reporting"].keys.popitem()
    h.advance(hours=6)
    h.read_account()
    (mended,) = [each for each in h.bob.dms() if each.ts == told.ts]
    assert "can read the keys" in mended.words
