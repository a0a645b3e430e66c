"""The demo sets up each role that the example catalog names, with what `latchkey iam` prints."""

import os
import shutil
import sys
from pathlib import Path

from bot.config import catalog_file
from bot.sandbox.example import catalog_path, read_example
from bot.sandbox.latchkey_process import clean_environment


def test_each_role_of_the_example_catalog_is_set_up(tmp_path: Path) -> None:
    path = Path(shutil.copy(catalog_path(), tmp_path))
    catalog = catalog_file.load(path)
    (account,) = catalog.accounts.values()
    acting = {account.reader_role_arn, account.issuer_role_arn, account.responder_role_arn}
    assert None not in acting
    given = {each.role_arn for each in catalog.entitlements.values() if each.role_arn}
    example = read_example({**clean_environment(os.environ), "PYTHONPATH": os.pathsep.join(sys.path)}, path)
    assert set(example.roles) == {str(arn).rpartition("/")[2] for arn in acting | given}
