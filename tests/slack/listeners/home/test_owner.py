"""The Home tab of an owner: what waits for them, their keys, found keys, and what they keep."""

from datetime import timedelta

from bot.domain.hygiene.finding import FindingKind
from tests.fakes import ALICE, CAROL
from tests.slack.found_key import digested
from tests.slack.home_tab import opened, values
from tests.slack.kit import House
from tests.slack.owned_key import finding, job
from tests.slack.press import buttons, menu, top

DAY = timedelta(days=1)


def test_an_empty_home_says_what_to_press_first(h: House) -> None:
    home = opened(h.carol)
    assert "Press *Request access*" in home.words
    assert set(buttons(home)) == {"request:open"}


def test_the_owners_move_comes_first(h: House) -> None:
    h.live()
    h.granted("reports-coded")
    words = opened(h.alice).words
    assert words.index("Your move") < words.index("Your keys and sessions")
    assert "Collect it by" in words
    assert values(opened(h.alice), "grant:collect") == [h.grant().id]


def test_a_key_has_its_name_account_expiry_last_use_and_state(h: House) -> None:
    h.live(duration="7d")
    home = opened(h.alice)
    row = next(each["text"]["text"] for each in home.blocks if "expires in" in str(each))
    assert row.startswith("*reports read* · main · active · expires in 7 days")
    assert f"`{h.key()}`" in row
    assert "last use unknown" in row
    assert {"credential:rotate", "grant:return"} <= set(buttons(home))
    assert menu(home) == [f"grant:renew {h.grant().id}", f"credential:disown {h.credentials()[-1].id}"]


def test_an_open_request_is_shown_to_the_one_who_asked(h: House) -> None:
    h.requested()
    home = opened(h.alice)
    assert "Waiting for approval" in home.words
    assert "request:cancel" in buttons(home)


def test_a_lease_that_ends_soon_is_the_owners_move(h: House) -> None:
    h.live(duration="30d")
    h.advance(days=24)
    h.sweep()
    home = opened(h.alice)
    assert "Renew it if you still need it" in home.words
    assert values(home, "grant:renew") == [h.grant().id]


def test_an_old_key_beside_a_newer_one_is_the_owners_move(h: House) -> None:
    h.live()
    old = h.key()
    h.alice.press(opened(h.alice), "credential:rotate")
    h.mint()
    h.reveal()
    home = opened(h.alice)
    assert f"(`{old}`) has a newer key beside it" in home.words
    assert {"credential:retire", "credential:wait"} <= set(buttons(home))


def test_a_key_opened_without_a_receipt_asks_whether_it_arrived(h: House) -> None:
    h.collect(h.granted())
    h.reveal(receipt=False)
    h.advance(minutes=11)
    h.sweep()
    assert {"credential:confirm", "credential:replace"} <= set(buttons(opened(h.alice)))


def test_a_found_key_has_what_is_found_on_it_and_its_buttons(h: House) -> None:
    digested(h)
    home = opened(h.alice)
    assert "Keys that Latchkey didn't create" in home.words
    assert "hasn't been used for 60 days" in home.words
    assert {"credential:rotate", "grant:return", "finding:keep", "finding:disown"} <= set(buttons(home))


def test_a_found_key_that_latchkey_may_not_touch_can_only_be_kept_or_disowned(h: House) -> None:
    job(h, Slack=ALICE)
    assert {"finding:keep", "finding:disown"} < set(buttons(opened(h.alice)))
    assert "grant:return" not in buttons(opened(h.alice))
    assert "credential:rotate" not in buttons(opened(h.alice))


def test_a_kept_key_has_its_date_and_change(h: House) -> None:
    job(h, Slack=ALICE)
    found = finding(h, FindingKind.STALE)
    h.alice.press(opened(h.alice), "finding:keep")
    until = (h.clock.now() + 20 * DAY).date().isoformat()
    assert h.alice.submit(top(h.alice), {"until": until, "justification": "the old batch host"}).ok
    home = opened(h.alice)
    assert "Kept until" in home.words
    assert "the old batch host" in home.words
    assert "Rotate it" not in home.words
    assert found.id in values(home, "finding:keep")
    h.alice.press(home, "finding:keep", found.id)
    assert top(h.alice).callback_id == "finding:keep"


def test_a_transfer_asks_the_person_whom_it_names(h: House) -> None:
    job(h, Slack=ALICE)
    h.alice.press(opened(h.alice), "finding:disown")
    assert h.alice.submit(top(h.alice), {"owner": CAROL, "justification": "carol runs it"}).ok
    h.send()
    home = opened(h.carol)
    assert "is yours" in home.words
    h.carol.press(home, "claim:confirm")
    assert "an owner now" in top(h.carol).words
    assert "Keys that Latchkey didn't create" in opened(h.carol).words


def test_a_question_about_a_request_is_the_requesters_move(h: House) -> None:
    message = h.requested()
    h.bob.press(message, "request:ask")
    assert h.bob.submit(top(h.bob), {"justification": "Which months?"}).ok
    h.send()
    home = opened(h.alice)
    assert home.words.index("Your move") < home.words.index("Which months?")
    h.alice.press(home, "request:answer")
    assert h.alice.submit(top(h.alice), {"justification": "October"}).ok
    assert "request:answer" not in buttons(opened(h.alice))
