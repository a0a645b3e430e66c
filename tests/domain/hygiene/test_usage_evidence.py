"""What a digest says to the rules: only what it shows, and nothing where it is silent or couldn't be read."""

from dataclasses import replace

import pytest

from bot.domain.catalog import Account, Hygiene
from bot.domain.hygiene.evidence import Seen
from bot.domain.hygiene.finding import FindingKind
from bot.domain.hygiene.finding_rules import RULES, About, Verdict, judge
from bot.domain.hygiene.usage_evidence import with_usage
from bot.domain.ids import AccessKeyId, AccountName
from bot.domain.usage.key_usage import WINDOW, Count, Unread, Usage
from bot.domain.usage.last_used import LastUsed
from tests.fakes import START

MAIN = Account(AccountName("main"), "123456789012")
OWN, OTHER = (f"arn:aws:iam::{each}:role/deploy" for each in (MAIN.id, "210987654321"))
QUIET = Usage(MAIN.name, AccessKeyId("AKIA1"), START, START - WINDOW, calls=9, day_networks=1, day_people=1)
MANY = replace(QUIET, day_networks=4, day_people=2, roles=(Count(OWN, 5), Count(OTHER, 1)))
KINDS = (FindingKind.SHARED, FindingKind.CROSS_ACCOUNT_USE)


def verdicts(usage: Usage | None, may_assume: tuple[str, ...] = ()) -> list[Verdict]:
    seen = Seen(START, active=True, created_at=START, used=LastUsed(START))
    found = judge(with_usage(seen, usage, MAIN, may_assume), Hygiene(), About.KEY)
    return [found[each] for each in KINDS]


@pytest.mark.parametrize(
    "usage",
    [
        None,
        replace(QUIET, calls=0),
        *(replace(MANY, unread=each) for each in Unread),
        replace(QUIET, complete=False),
    ],
)
def test_what_was_not_seen_is_unknown(usage: Usage | None) -> None:
    assert verdicts(usage) == [Verdict.UNKNOWN, Verdict.UNKNOWN]


def test_what_was_seen_counts_also_in_the_newest_pages_alone() -> None:
    assert verdicts(QUIET) == [Verdict.CLEAR, Verdict.CLEAR]
    assert verdicts(MANY) == verdicts(replace(MANY, complete=False)) == [Verdict.FOUND, Verdict.FOUND]


def test_a_role_that_the_entitlement_names_is_no_finding() -> None:
    assert verdicts(MANY, ("arn:aws:iam::210987654321:role/dep*",))[1] is Verdict.CLEAR


def test_the_evidence_names_counts_and_accounts_and_no_text_from_outside() -> None:
    seen = with_usage(Seen(START), MANY, MAIN)
    assert [RULES[each].evidence(seen) for each in KINDS] == [
        "used from 4 networks and with 2 people's tools within one day",
        "assumed roles of account 210987654321",
    ]
