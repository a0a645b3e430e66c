"""Ended grants: no message keeps a button, a refused tear-down is reported, and a full account refuses early."""

import pytest

from bot.domain.errors import AwsRefused, StillStands, Throttled
from bot.domain.incomplete_teardown import Works
from bot.flows.lifecycle import teardown
from bot.flows.requests import iam_quota
from tests.slack.kit import House
from tests.slack.press import button_in, buttons, told, top


def test_a_rotation_that_was_open_loses_its_buttons(h: House) -> None:
    h.alice.press(h.live(), "credential:rotate")
    h.mint()
    h.reveal()
    h.alice.close(top(h.alice))
    open_ = button_in(h.alice.dms(), "credential:wait")
    h.alice.press(button_in(h.alice.dms(), "grant:return"), "grant:return")
    h.sweep()
    assert not {action for each in h.alice.dms() for action in buttons(each)} - {"request:again"}
    assert [each for each in h.alice.dms() if each.ts == open_.ts]


def test_a_reuse_attempt_loses_its_revoke_and_an_unanswered_question_its_buttons(h: House) -> None:
    h.collect(h.granted())
    link = h.link()
    h.reveal(link, receipt=False)
    h.advance(minutes=11)
    h.sweep()
    h.reveal(link, receipt=False)
    h.alice.press(button_in(h.alice.dms(), "grant:return"), "grant:return")
    h.sweep()
    assert not {action for each in h.alice.dms() for action in buttons(each)} - {"request:again"}


def test_giving_back_reads_as_the_owners_own_act(h: House) -> None:
    h.alice.press(h.live(), "grant:return")
    h.sweep()
    assert any("You gave back" in each.words for each in h.alice.dms())


def refuse(h: House, times: int) -> None:
    for _ in range(times):
        h.iam.fail_at("tear_down", AwsRefused("RemoveUserFromGroup", "AccessDenied"))
        h.advance(minutes=6)
        h.sweep()


def test_a_tear_down_that_aws_refuses_is_reported_once_and_again_when_it_is_done(h: House) -> None:
    h.alice.press(h.live(), "grant:return")
    refuse(h, 3)
    (stuck,) = [each for each in h.bob.dms() if "RemoveUserFromGroup" in each.words]
    h.advance(minutes=6)
    h.sweep()
    (done,) = [each for each in h.bob.dms() if each.ts == stuck.ts]
    assert "is deleted" in done.words


@pytest.mark.parametrize(
    ("works", "admins", "owner"),
    [
        (Works.NOTHING, "no longer work", "no longer work"),
        (Works.DENIED, "is still active", "denies them everything"),
        (Works.KEYS, "may still work", "may still work"),
        (Works.UNKNOWN, "may still work", "may still work"),
    ],
)
def test_what_still_works_after_a_refused_step_is_said(h: House, works: Works, admins: str, owner: str) -> None:
    h.alice.press(h.live(), "grant:return")
    h.iam.fail_at("tear_down", StillStands([AwsRefused("UpdateAccessKey", "AccessDenied")], works))
    h.sweep()
    (said,) = [each.words for each in h.bob.dms() if "UpdateAccessKey: AccessDenied" in each.words]
    assert admins in said
    assert "keys are off" not in said
    assert sum(owner in each.words for each in h.alice.dms()) == 2, "both of the owner's messages say so"
    h.advance(minutes=6)
    h.sweep()
    assert not any("may still work" in each.words for each in (*h.alice.dms(), *h.bob.dms()))
    assert any("IAM user and keys are deleted" in each.words for each in h.alice.dms())


def test_a_lapse_after_a_key_was_made_does_not_say_that_nothing_was(h: House) -> None:
    h.collect(h.granted())
    h.advance(minutes=11)
    h.sweep()
    h.advance(hours=73)
    h.sweep()
    (said,) = [each.words for each in h.alice.dms() if "so it lapsed" in each.words]
    assert "Nothing" not in said
    assert "Its IAM user and keys are deleted" in said


def test_keys_that_are_on_their_way_out_are_not_called_deleted(h: House) -> None:
    h.alice.press(h.live(), "grant:return")
    h.send()
    said = [each.words for each in h.alice.dms()]
    assert any("Latchkey is deactivating and deleting its keys" in each for each in said)
    assert not any("are deleted in AWS" in each for each in said)


def test_an_end_after_a_mint_that_failed_half_way_does_not_say_that_nothing_was_made(h: House) -> None:
    """The IAM user exists by then."""
    message = h.granted()
    h.alice.press(message, "grant:collect")
    h.iam.fail_at("create_key", AwsRefused("CreateAccessKey", "AccessDenied"))
    h.mint()
    h.alice.press(button_in(h.alice.dms(), "grant:return"), "grant:return")
    h.sweep()
    assert not any("Nothing had been created" in each.words for each in h.alice.dms())
    assert any("Its IAM user and keys are deleted" in each.words for each in h.alice.dms())


def test_a_throttle_notifies_no_one(h: House) -> None:
    h.alice.press(h.live(), "grant:return")
    h.iam.fail_at("tear_down", Throttled("DeleteUser", "Throttling"))
    h.sweep()
    assert not [each for each in h.bob.dms() if "latchkey-" in each.words]


def test_an_account_taken_from_the_catalog_is_reported_and_nothing_is_forgotten(h: House) -> None:
    h.alice.press(h.live(), "grant:return")
    account = h.catalog.accounts.pop("main")  # type: ignore[attr-defined, call-overload]
    teardown.tear_down(h.context)
    h.send()
    assert any("no longer names its account" in each.words for each in h.bob.dms())
    h.catalog.accounts["main"] = account  # type: ignore[index]
    h.advance(minutes=6)
    h.sweep()
    assert not h.iam.users


def test_a_user_that_iam_listed_late_is_torn_down_once_more(h: House) -> None:
    h.live()
    late = dict(h.iam.users)
    h.alice.press(button_in(h.alice.dms(), "grant:return"), "grant:return")
    h.sweep()
    h.iam.users.update(late)
    assert teardown.strays(h.context) == 1
    h.sweep()
    assert not h.iam.users


def test_users_of_grants_that_stand_are_no_strays(h: House) -> None:
    h.live()
    assert teardown.strays(h.context) == 0


@pytest.mark.parametrize(("others", "told_so"), [(3999, False), (4000, True)])
def test_the_admins_are_notified_of_a_crowded_account_at_four_fifths_once_a_week(
    h: House, others: int, told_so: bool
) -> None:
    h.iam.others = others
    for _ in range(2):
        iam_quota.read_quotas(h.context)
        h.send()
    crowded = [each for each in h.bob.dms() if "IAM users" in each.words]
    assert len(crowded) == told_so


def test_a_full_account_refuses_the_approval_with_a_sentence(h: House) -> None:
    message = h.requested()
    h.iam.others = 5000
    iam_quota.read_quotas(h.context)
    h.bob.press(message, "request:approve")
    assert "as many IAM users" in told(h.bob)
    assert buttons(message)


def test_a_full_account_still_approves_a_session(h: House) -> None:
    h.iam.others = 5000
    iam_quota.read_quotas(h.context)
    h.approve(h.requested("reports-session", "8h"))
    assert button_in(h.alice.dms(), "grant:collect")


def test_an_account_that_was_never_read_refuses_nothing(h: House) -> None:
    h.iam.fail_at("user_quota", Throttled("GetAccountSummary", "Throttling"))
    assert iam_quota.read_quotas(h.context) == 0
    assert h.ask().ok


def test_an_aws_that_does_not_answer_for_long_is_reported_too(h: House) -> None:
    h.alice.press(h.live(), "grant:return")
    for _ in range(4):
        h.iam.fail_at("tear_down", Throttled("ListUserPolicies", "ServiceUnavailable"))
        h.advance(minutes=6)
        h.sweep()
    assert len([each for each in h.bob.dms() if "ServiceUnavailable" in each.words]) == 1


def test_what_was_never_collected_is_not_called_deleted(h: House) -> None:
    h.alice.press(h.granted(), "grant:return")
    h.sweep()
    assert any("Nothing had been created in AWS" in each.words for each in h.alice.dms())
    assert not any("deleted" in each.words for each in h.alice.dms())
