"""The Deleter's role in the catalog: optional, separate from the other three, and in the same account."""

from pathlib import Path

import pytest

from bot.domain.errors import CatalogError
from tests.config.test_catalog_file import ACCOUNT, WHOLE, read

DELETER = 'deleter_role_arn = "arn:aws:iam::123456789012:role/latchkey-deleter"\n'


def test_it_stands_alone_beside_latchkeys_own_credentials(tmp_path: Path) -> None:
    (account,) = read(WHOLE.replace(ACCOUNT, ACCOUNT + DELETER), tmp_path).accounts.values()
    assert account.deleter_role_arn == "arn:aws:iam::123456789012:role/latchkey-deleter"
    assert account.responder_role_arn is None
    (without,) = read(WHOLE, tmp_path).accounts.values()
    assert without.deleter_role_arn is None


@pytest.mark.parametrize(
    ("row", "said"),
    [(DELETER.replace("12:", "13:"), "is in account"), (DELETER.replace("arn:", ""), "ARN of a role")],
)
def test_another_account_or_no_arn_is_a_mistake(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(CatalogError, match=said) as wrong:
        read(WHOLE.replace(ACCOUNT, ACCOUNT + row), tmp_path)
    assert "[accounts.main]: deleter_role_arn" in str(wrong.value)
