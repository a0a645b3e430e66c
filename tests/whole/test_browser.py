"""From the press in Slack to a key that works on AWS, through a real browser on the real web process."""

from playwright.sync_api import Browser

from bot.sandbox.key_user import Holder
from tests.processes.running import until
from tests.web.conftest import new_context, open_tab
from tests.whole.people import Company

FIELDS = ("access-key-id", "secret-access-key")


def test_alice_collects_in_slack_and_opens_the_page(browser: Browser, company: Company) -> None:
    context = new_context(browser)
    [grant] = company.granted()
    company.collect(grant)
    [link] = company.links_of([grant])
    tab = open_tab(context, f"{link.page}#{link.seed}")
    tab.reveal()
    tab.press("show")
    holder = Holder(company.house.aws, {each.replace("-", "_"): tab.text(each) for each in FIELDS})
    company.holders.append(holder)
    company.works(holder)
    assert set(company.keys_in_aws(grant)) == {holder.key}
    assert link.seed not in tab.page.url
    until(lambda: company.credential(grant).state == "live", "the page said that it has the key")
    company.dm(company.alice, lambda each: "Chrome on Linux" in each.words, "Slack says where it was opened")
    assert tab.faults == []
    context.close()


def test_a_second_tab_shows_that_the_link_is_used(browser: Browser, company: Company) -> None:
    context = new_context(browser)
    [grant] = company.granted()
    company.collect(grant)
    [link] = company.links_of([grant])
    first, second = (open_tab(context, f"{link.page}#{link.seed}") for _ in range(2))
    first.reveal()
    second.press("reveal")
    assert "works only once" in second.problem()
    context.close()
