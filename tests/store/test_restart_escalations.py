"""Findings that were reported before an account enforced, on both databases."""

from bot.domain.hygiene.finding import FindingKind, Step
from bot.store.work import SqlUnitOfWork
from tests.fakes import START
from tests.store.rows import DAY
from tests.store.test_findings import MAIN, OTHER, due, escalate, row_in


def test_what_was_reported_before_enforcement_is_announced_anew(work: SqlUnitOfWork) -> None:
    rows = [
        due("f1"),
        due("f2", account=OTHER),
        due("f3", kind=FindingKind.REPLACEABLE),
        due("f4", closed_at=START),
        due("f5"),
    ]
    with work.begin() as tx:
        assert all(tx.findings.open(each) for each in rows)
    for each in rows[:4]:
        escalate(work, each)
    with work.begin() as tx:
        tx.findings.restart_escalations(MAIN, START + DAY, found=False)
        assert row_in(tx).round == 0
        tx.findings.restart_escalations(MAIN, START + DAY, found=True)
        assert {each: tx.findings.get(each).round for each in ("f1", "f2", "f3", "f4", "f5")} == {  # type: ignore[union-attr]
            "f1": 1, "f2": 0, "f3": 0, "f4": 0, "f5": 0
        }  # fmt: skip
        again = row_in(tx)
        assert (again.stage, again.step, again.due_at) == (0, Step.OWNER, START + DAY)
