"""CreateAccessKey is performed, its response lost: it was sent once, no key is left over, the owner soon has one."""

import re
import time

import pytest

from tests.processes.running import until
from tests.whole.kill_story import MADE, WITHIN
from tests.whole.people import USER, Company, says

pytestmark = pytest.mark.long
TRAIL = "SELECT facts FROM audit WHERE tag = 'orphan:deleted' AND subject = :id"
FREED = "SELECT 1 FROM credential WHERE \"grant\" = :id AND state = 'failed' AND gone_at IS NOT NULL"
MEMBER = re.compile(rb"<member>.*?</member>", re.DOTALL)
TOLD = "AWS didn't answer clearly"


def lost(company: Company, grant: str) -> None:
    """AWS creates the key without answering."""
    company.house.aws.faults.lose_answer(MADE)
    before = told(company)
    company.collect(grant)
    until(lambda: company.credential(grant) and company.credential(grant).state == "failed", "it is in doubt")
    until(lambda: told(company) > before, "the owner is told")
    assert company.house.aws_door.count(MADE, USER + grant) == 1


def told(company: Company) -> int:
    return sum(says(each, TOLD) for each in company.alice.dms())


def test_the_owner_presses_again_and_has_a_key_that_works(company: Company) -> None:
    began = time.monotonic()
    [grant] = company.granted()
    lost(company, grant)
    until(lambda: (view := company.window_of(grant)) and TOLD in view.words, "the window says so too")
    company.collect(grant)
    holder = company.open(company.links_of([grant])[0])
    assert time.monotonic() - began < WITHIN
    company.works(holder)
    until(lambda: company.agrees(grant), "AWS holds the ledger's key alone")
    assert set(company.keys_in_aws(grant)) == {holder.key}
    assert company.house.aws_door.count(MADE, USER + grant) == 2
    company.close(grant)


def test_the_key_that_no_one_holds_is_deleted_also_where_iam_lists_it_late(company: Company) -> None:
    """The pass after ten seconds finds what the first one didn't see."""
    grants, door = company.granted(2), company.house.aws_door
    door.spoil("ListAccessKeys", lambda answer: MEMBER.sub(b"", answer), USER + grants[1])
    for grant in grants:
        lost(company, grant)
    until(lambda: not door.spoils("ListAccessKeys", USER + grants[1]), "the first pass has looked in vain")
    for grant in grants:
        until(lambda grant=grant: company.keys_in_aws(grant) == {}, "the orphan is gone")  # type: ignore[misc]
        until(lambda grant=grant: company.house.rows(TRAIL, id=grant), "the audit trail has it")  # type: ignore[misc]
        until(lambda grant=grant: company.house.rows(FREED, id=grant), "its slot is free")  # type: ignore[misc]


def test_a_rotation_in_doubt_leaves_the_key_in_use_alone(company: Company) -> None:
    [[grant, holder]] = company.held().items()
    company.house.aws.faults.lose_answer(MADE)
    company.rotate(holder.key)
    until(lambda: company.credential(grant).state == "failed", "it is in doubt")
    until(lambda: set(company.keys_in_aws(grant)) == {holder.key}, "the orphan is gone")
    company.works(holder)
    assert company.house.aws_door.count(MADE, USER + grant) == 2
