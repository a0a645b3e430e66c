"""Accounts outside the catalog are unknown, and said so: in an account's report and on admins' Home."""

from bot.domain.hygiene.organization import Member, Organization
from bot.flows.hygiene import organization
from tests.flows.catalog import MAIN
from tests.slack.home_tab import opened
from tests.slack.kit import House

SAID = (
    "4 accounts of the organization are not in the catalog: their keys are unknown (&lt;!channel&gt;, A, B and 1 more)"
)


def test_the_report_and_an_admins_home_count_them_as_unknown(h: House) -> None:
    h.read_account()
    h.bob.command("/key report main")
    h.send()
    (before,) = [each for each in h.bob.dms() if "Access keys in main" in each.words]
    assert "organization" not in before.words + opened(h.bob).words
    names = ["Main", "A", "B", "C", "<!channel>"]
    members = [Member(MAIN.id if each == "Main" else str(n) * 12, each) for n, each in enumerate(names)]
    h.reader.organized = Organization("o-exampleorg", "aws", MAIN.id, tuple(members))
    organization.read_accounts(h.context)
    h.bob.command("/key report main")
    h.send()
    report = [each for each in h.bob.dms() if "Access keys in main" in each.words][-1]
    assert SAID in report.words
    assert SAID in opened(h.bob).words
    assert "organization" not in opened(h.alice).words
