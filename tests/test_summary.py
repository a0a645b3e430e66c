"""The line that combines the two test runs of .ci/run."""

import pytest

from tests.summary import together

FIRST = "=========== 5100 passed, 3 skipped, 60 deselected in 290.10s (0:04:50) ==========="


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ("= 53 passed, 5110 deselected in 400.00s (0:06:40) =", "5153 passed, 3 skipped, 7 deselected in 690.10s"),
        (
            "= 1 failed, 52 passed, 5110 deselected, 1 warning in 9.90s =",
            "1 failed, 5152 passed, 3 skipped, 7 deselected, 1 warning in 300.00s",
        ),
        ("", "5100 passed, 3 skipped, 60 deselected in 290.10s"),
    ],
)
def test_what_neither_ran_stays_deselected(second: str, said: str) -> None:
    assert together(FIRST, second) == f"==== {said} ===="
