"""People never get Latchkey's own roles: with a session of the Issuer they could create keys."""

from pathlib import Path

import pytest

from tests.config.test_catalog_file import ACCOUNT, WHOLE, one

ROLES = "".join(
    f'{each}_role_arn = "arn:aws:iam::123456789012:role/latchkey-{each}"\n'
    for each in ("reader", "issuer", "responder", "deleter")
)
OWN = WHOLE.replace(ACCOUNT, ACCOUNT + ROLES)
ITSELF = "is a role that Latchkey itself uses; name a role that is made for people"


@pytest.mark.parametrize("role", ["reader", "issuer", "responder", "deleter"])
def test_no_one_gets_a_session_of_them(tmp_path: Path, role: str) -> None:
    arn = f"arn:aws:iam::123456789012:role/latchkey-{role}"
    said = one(OWN.replace("arn:aws:iam::123456789012:role/reports", arn), tmp_path)
    assert said.endswith(f"[[entitlements]] session: role_arn {arn} {ITSELF}")


@pytest.mark.parametrize("named", ["latchkey-issuer", "latchkey-i*", "*issuer"])
def test_no_key_may_assume_them(tmp_path: Path, named: str) -> None:
    arn, key = "arn:aws:iam::123456789012:role/latchkey-issuer", 'kind = "access_key"\n'
    said = one(OWN.replace(key, f'{key}may_assume = ["arn:aws:iam::123456789012:role/{named}"]\n'), tmp_path)
    assert said.endswith(f"[[entitlements]] read: may_assume {arn} {ITSELF}")
