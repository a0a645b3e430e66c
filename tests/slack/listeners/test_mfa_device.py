"""Keys with MFA in Slack: requester, approvers and owner are told that the key needs a code; no seed is ever shown."""

from dataclasses import replace

from bot.domain.errors import AwsRefused
from tests.slack.kit import House
from tests.slack.press import button_in, told, top

NEEDS = "works only with a six-digit code"


def described(h: House, value: str) -> str:
    (found,) = [each for each in top(h.alice).blocks if each.get("block_id") == "entitlement"]
    (option,) = [each for each in found["element"]["options"] if each["value"] == value]
    return str(option["description"]["text"])


def test_the_request_window_says_it_at_the_option_and_once_it_is_chosen(h: House) -> None:
    h.alice.command("/key request")
    assert "with MFA, needs a code" in described(h, "reports-coded")
    assert "MFA" not in described(h, "reports-read")
    assert NEEDS not in top(h.alice).words
    h.alice.select(top(h.alice), "entitlement", "value", "reports-coded")
    assert NEEDS in top(h.alice).words
    h.alice.select(top(h.alice), "entitlement", "value", "reports-read")
    assert NEEDS not in top(h.alice).words


def test_the_approvers_see_it_and_the_requesters_copy_says_it(h: House) -> None:
    assert "access key with MFA" in h.requested("reports-coded").words
    assert NEEDS in button_in(h.alice.dms(), "request:cancel").words
    assert "MFA" not in h.requested("reports-read").words
    assert NEEDS not in h.alice.dms()[-1].words


def test_the_owner_is_notified_before_collecting_and_reads_it_while_it_is_held(h: House) -> None:
    assert NEEDS in h.granted("reports-coded").words
    held = h.live("reports-coded")
    assert "needs a code (MFA)" in held.words
    assert "MFA" not in h.live("reports-read").words


def test_a_renewal_does_not_ask_its_requester_to_collect(h: House) -> None:
    h.alice.press(h.live("reports-coded"), "grant:renew")
    h.alice.submit(top(h.alice), {"duration": "30d", "justification": "go on"})
    h.send()
    waiting = button_in(h.alice.dms(), "request:cancel").words
    assert "to renew" in waiting
    assert NEEDS not in waiting


def test_what_is_held_is_said_by_the_key_and_not_by_todays_catalog(h: House) -> None:
    h.live("reports-coded")
    name = next(each for each in h.catalog.entitlements if each == "reports-coded")
    h.catalog.entitlements[name] = replace(h.catalog.entitlements[name], mfa=False)  # type: ignore[index]
    h.alice.command("/key list")
    assert "needs a code (MFA)" in told(h.alice)


def test_help_explains_it(h: House) -> None:
    said = h.alice.command("/key help").words
    assert "A key *with MFA*" in said
    assert "authenticator app" in said


def test_codes_that_aws_did_not_take_are_a_sentence_for_the_owner(h: House) -> None:
    h.iam.fail_at("enable_device", AwsRefused("EnableMFADevice", "InvalidAuthenticationCode"))
    h.collect(h.granted("reports-coded"))
    assert "worker's clock" in top(h.alice).words
    assert "worker's clock" in h.alice.dms()[-1].words


def test_the_seed_is_in_nothing_that_went_to_slack(h: House) -> None:
    h.live("reports-coded")
    (serial,) = h.iam.devices
    seed, sent = h.iam.seed_of(serial).reveal(), [f"{each.plain} {each.arguments}" for each in h.slack.traffic]
    assert sent
    assert not [each for each in sent if seed in each or "otpauth" in each]


def test_the_sweep_that_removes_devices_runs_in_the_worker(h: House) -> None:
    h.iam.fail_at("create_key", AwsRefused("CreateAccessKey", "AccessDenied"))
    h.collect(h.granted("reports-coded"))
    assert h.iam.devices
    h.advance(seconds=31)
    h.sweep()
    assert h.iam.devices == {}
