"""Commands on found keys: rotate, revoke, reactivate and renew, for their owner and for everybody else."""

import pytest
from sqlalchemy import update

from bot.domain.lifecycle import AdoptedState
from bot.store import tables
from tests.fakes import ALICE
from tests.flows.catalog import MAIN
from tests.slack.found_key import DAY, USER, about, active, adopts, digested, given_back, key_of
from tests.slack.kit import House
from tests.slack.press import button_in, buttons, told, top


def cut(h: House) -> str:
    return f"AKIA…{key_of(h)[-4:]}"


# --- rotate -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", [key_of, cut, lambda _h: ""])
def test_rotate_asks_for_what_replaces_it(h: House, written: object) -> None:
    digested(h)
    h.alice.command(f"/key rotate {written(h)}")  # type: ignore[operator]
    view = top(h.alice)
    assert view.callback_id == "credential:rotate"
    assert key_of(h) in view.words
    sent = {"entitlement": "reports-read", "duration": "7d", "justification": "the nightly report"}
    assert h.alice.submit(view, sent).ok
    h.send()
    assert "Replaces" in h.bob.channel("C01OPS")[-1].words


def test_the_picker_offers_issued_and_found_keys_that_can_be_rotated(h: House) -> None:
    digested(h)
    h.live()
    h.alice.command("/key rotate")
    (options,) = [each["element"]["options"] for each in top(h.alice).blocks if each["block_id"] == "key"]
    found = next(each for each in options if each["text"]["text"] == USER)
    assert len(options) == 2
    h.alice.submit(top(h.alice), {"key": found["value"]})
    assert top(h.alice).callback_id == "credential:rotate"
    assert "entitlement" in [each["block_id"] for each in top(h.alice).blocks]


# --- revoke -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", [key_of, cut, lambda _h: ""])
def test_revoke_asks_in_a_window_and_switches_it_off(h: House, written: object) -> None:
    digested(h)
    h.alice.command(f"/key revoke {written(h)}")  # type: ignore[operator]
    view = top(h.alice)
    assert view.callback_id == "credential:retire"
    assert key_of(h) in view.words
    assert h.alice.submit(view, {"justification": "nobody needs it"}).ok
    h.sweep()
    assert active(h) is False
    with h.work.begin() as tx:
        row = tx.inventory.by_key(h.found)  # type: ignore[attr-defined]
        (event,) = [each for each in tx.audit.of(row.id) if each.tag == "adopted:wished"]
    assert event.facts["justification"] == "nobody needs it"


def test_revoke_needs_no_reason(h: House) -> None:
    digested(h)
    h.alice.command(f"/key revoke {key_of(h)}")
    assert h.alice.submit(top(h.alice), {}).ok
    h.sweep()
    assert active(h) is False


def test_a_found_key_chosen_in_the_picker_of_revoke_is_switched_off(h: House) -> None:
    digested(h)
    h.live()
    h.alice.command("/key revoke")
    (options,) = [each["element"]["options"] for each in top(h.alice).blocks if each["block_id"] == "key"]
    found = next(each["value"] for each in options if each["text"]["text"] == USER)
    assert "only switched off" in top(h.alice).words
    assert h.alice.submit(top(h.alice), {"key": found, "justification": "over"}).ok
    h.sweep()
    assert active(h) is False
    assert h.grant_state() == "active"


# --- reactivate and renew ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", [key_of, lambda _h: ""])
def test_reactivate_goes_the_way_of_undo(h: House, written: object) -> None:
    given_back(h)
    assert "2 approvers have to agree" in h.alice.command(f"/key reactivate {written(h)}").words  # type: ignore[operator]
    h.send()
    assert buttons(h.bob.channel("C01OPS")[-1]).keys() == {"credential:reactivate"}
    h.bob.command(f"/key reactivate {key_of(h)}")
    h.dave.command(f"/key reactivate {key_of(h)}")
    h.sweep()
    assert active(h) is True


def test_a_key_that_somebody_switched_off_in_aws_is_said_to_be(h: House) -> None:
    digested(h)
    h.iam.all_keys()[h.found].active = False  # type: ignore[attr-defined]
    h.advance(days=1)
    h.read_account()
    h.alice.command(f"/key reactivate {key_of(h)}")
    assert "outside Latchkey" in told(h.alice)
    assert "--status Active" in told(h.alice)


def test_renew_says_what_to_do_instead(h: House) -> None:
    digested(h)
    h.alice.command(f"/key renew {key_of(h)}")
    assert "no lease" in told(h.alice)
    assert "Rotate" in told(h.alice)
    assert "Keep" in told(h.alice)


# --- who else, and where not ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["rotate", "revoke", "renew"])
@pytest.mark.parametrize("who", ["bob", "carol"])
def test_somebody_elses_key_is_refused_in_words(h: House, verb: str, who: str) -> None:
    digested(h)
    actor = getattr(h, who)
    actor.command(f"/key {verb} {key_of(h)}")
    assert "isn't for you" in told(actor)
    assert f"<@{ALICE}>" in told(actor)
    assert actor.modal() is None


def test_an_outsider_reactivates_nothing(h: House) -> None:
    given_back(h)
    h.carol.command(f"/key reactivate {key_of(h)}")
    assert "aren't an approver" in told(h.carol)


def test_a_guest_is_refused(h: House) -> None:
    digested(h)
    h.slack.people[ALICE].is_restricted = True
    h.tick.seconds += 1000
    for verb in ("rotate", "revoke", "reactivate", "renew"):
        h.alice.command(f"/key {verb} {key_of(h)}")
        assert "full members" in told(h.alice)
        assert h.alice.modal() is None


@pytest.mark.parametrize(
    ("verb", "line"),
    [
        ("rotate", "aws iam create-access-key --user-name reporting"),
        ("revoke", "--status Inactive"),
        ("reactivate", "--status Active"),
    ],
)
def test_where_latchkey_may_not_act_it_says_how_to_do_it_in_aws(h: House, verb: str, line: str) -> None:
    digested(h)
    h.catalog.accounts["main"] = MAIN  # type: ignore[index]
    h.alice.command(f"/key {verb} {key_of(h)}")
    assert "may not act" in told(h.alice)
    assert line in told(h.alice)
    h.carol.command(f"/key {verb} {key_of(h)}")
    assert "isn't for you" in told(h.carol)


def test_a_cut_id_that_fits_several_of_ones_own_names_them(h: House) -> None:
    adopts(h)
    h.reader.user(MAIN, USER, tags={"Slack": ALICE})
    for age in (200, 300):
        h.reader.key(MAIN, USER, age=age * DAY, idle=DAY)
    h.read_account()
    alike = {key: f"{key[:-2]}K7" if number else f"{key[:-3]}9K7" for number, key in enumerate(h.iam.all_keys())}
    with h.work._engine.begin() as connection:
        for key, other in alike.items():
            mine = update(tables.found_key).where(tables.found_key.c.access_key_id == key)
            connection.execute(mine.values(access_key_id=other))
    h.alice.command("/key rotate AKIA…K7")
    assert "fits several keys" in told(h.alice)
    assert all(each in told(h.alice) for each in alike.values())
    h.bob.command("/key rotate AKIA...K7")
    assert "fits several keys" in told(h.bob)
    assert not any(each in told(h.bob) for each in alike.values()), "somebody else's ids aren't read out"


def test_a_cut_id_that_fits_no_key_is_said(h: House) -> None:
    digested(h)
    h.alice.command("/key revoke AKIA…ZZZZ")
    assert "doesn't know the key" in told(h.alice)


def test_a_replaced_one_is_not_offered_again(h: House) -> None:
    digested(h)
    h.alice.command(f"/key rotate {key_of(h)}")
    sent = {"entitlement": "reports-read", "duration": "7d", "justification": "the nightly report"}
    assert h.alice.submit(top(h.alice), sent).ok
    h.send()
    h.alice.command("/key rotate")
    assert "already requested" in told(h.alice)


def test_the_owners_of_a_deactivated_key_read_its_state_in_their_list(h: House) -> None:
    message = given_back(h)
    assert button_in([message], "credential:reactivate")
    with h.work.begin() as tx:
        row = tx.inventory.by_key(h.found)  # type: ignore[attr-defined]
        assert row is not None
        adopted = tx.adopted.get(row.id)
    assert adopted is not None
    assert adopted.state is AdoptedState.OFF
    assert about(h.alice, "press Undo")
