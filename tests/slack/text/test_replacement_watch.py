"""What took the place of a key keeps its own spelling in a sentence."""

import pytest

from bot.domain.ids import AccessKeyId, AccountName, SlackUserId
from bot.domain.replacement.means import Means
from bot.domain.replacement.watch import Watch
from bot.slack.text.replacement import watch as text
from tests.fakes import ALICE, START

KEY = AccessKeyId("AKIAIOSFODNN7EXAMPLE")


@pytest.mark.parametrize(
    ("means", "words"),
    [
        (Means.ROLE, "A role took"),
        (Means.GITHUB, "GitHub OIDC took"),
        (Means.LOGIN, "`aws login` took"),
        (Means.SSO, "Identity Center took"),
        (Means.ANYWHERE, "IAM Roles Anywhere took"),
    ],
)
def test_a_name_keeps_its_capitals(means: Means, words: str) -> None:
    seen = Watch("row", AccountName("main"), "reporting", KEY, means, SlackUserId(ALICE), START, START, START)
    assert words in text.quiet(seen)
    assert words in text.ended(seen)
