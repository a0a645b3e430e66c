"""Where a leaked key is shown: the audit log, the list, Home and the weekly report."""

from dataclasses import replace

from bot.domain.ids import AccessKeyId
from tests.slack.found_key import digested, given_back, key_of
from tests.slack.kit import House
from tests.slack.leaked import contained, leaked
from tests.slack.listeners.leaks.test_presses import WHY, close
from tests.slack.press import buttons, told


def test_the_audit_of_the_key_has_the_incident_in_words(h: House) -> None:
    found = contained(h)
    close(h, h.bob)
    h.bob.command(f"/key audit {found.access_key_id}")
    said = told(h.bob)
    assert f"<@{h.alice.id}> reported that *reports read* (`{found.access_key_id}`) leaked" in said
    assert "closed the incident of" in said
    assert WHY["justification"] in said


def test_the_incidents_are_listed_to_those_whom_they_concern(h: House) -> None:
    found = contained(h)
    for actor, sees in ((h.alice, True), (h.bob, True), (h.dave, True), (h.carol, False)):
        actor.command("/key incidents")
        assert (found.access_key_id in told(actor)) is sees, actor.id
        if sees:
            mine = actor is h.alice
            assert ("leak:replace" in buttons(actor.ephemerals()[-1])) is mine
            assert ("leak:close" in buttons(actor.ephemerals()[-1])) is not mine


def test_the_menu_leads_to_open_incidents_while_there_are_any(h: House) -> None:
    assert "leaks:later" not in buttons(h.bob.command("/key"))
    leaked(h)
    assert "leaks:later" not in buttons(h.carol.command("/key"))
    menu = h.bob.command("/key")
    h.bob.press(menu.ephemeral, "leaks:later")
    assert h.key() in told(h.bob)


def test_many_incidents_have_pages(h: House) -> None:
    found = contained(h)
    with h.work.begin() as tx:
        for number in range(20):
            key = AccessKeyId(f"AKIAQQQQQQQQQQQQQ{number:03}")
            tx.incidents.add(replace(found, id=f"many{number}", access_key_id=key))
    h.bob.command("/key incidents")
    assert "1 to 8 of 21" in told(h.bob)
    h.bob.press(h.bob.ephemerals()[-1], "leaks:later")
    assert "9 to 16 of 21" in told(h.bob)


def test_home_shows_it_to_owner_and_deciders_and_says_leaked_at_the_key(h: House) -> None:
    leaked(h)
    for actor in (h.alice, h.bob, h.dave):
        home = actor.open_home()
        assert "leak:contain" in buttons(home), actor.id
    assert "*leaked*" in h.alice.open_home().words
    assert "leak:contain" not in buttons(h.carol.open_home())


def test_its_owner_gets_no_button_that_an_open_incident_refuses(h: House) -> None:
    contained(h)
    h.alice.command("/key list")
    grant = next(each for each in h.alice.dms() if "yours until" in each.words)
    for shown in (h.alice.open_home(), h.alice.ephemerals()[-1], grant):
        assert not {"grant:collect", "credential:reactivate", "credential:rotate"} & buttons(shown).keys()
        assert "*leaked*" in shown.words
    close(h, h.bob)
    grant = next(each for each in h.alice.dms() if "yours until" in each.words)
    assert "credential:reactivate" in buttons(grant)
    assert "*leaked*" not in grant.words


def test_home_asks_nothing_else_about_a_found_key_that_leaked(h: House) -> None:
    digested(h)
    assert "credential:rotate" in buttons(h.alice.open_home())
    h.carol.command(f"/key leaked {key_of(h)}")
    home = buttons(h.alice.open_home())
    assert "leak:contain" in home
    assert not {"credential:rotate", "grant:return", "finding:keep"} & home.keys()


def test_home_shows_a_found_key_that_is_off(h: House) -> None:
    given_back(h)
    assert "credential:reactivate" in buttons(h.alice.open_home())
    assert "*off*" in h.alice.open_home().words
    h.alice.command(f"/key leaked {key_of(h)}")
    h.alice.command("/key list")
    for shown in (h.alice.open_home(), h.alice.ephemerals()[-1]):
        assert "credential:reactivate" not in buttons(shown)
        assert "*leaked*" in shown.words


def test_the_weekly_report_counts_it(h: House) -> None:
    contained(h)
    h.read_account()
    h.advance(days=1)
    h.bob.command("/key report")
    h.send()
    said = str([each.text for each in h.bob.dms()])
    assert "Leaked keys this week*: 1 reported, 0 closed, 1 open now; contained in 4 seconds (median)" in said
