"""Credential reports in AWS's own format, written from the IAM User Guide's list of columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

ID = "123456789012"
HEAD = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,"
    "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,"
    "access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,"
    "access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,"
    "cert_1_last_rotated,cert_2_active,cert_2_last_rotated,additional_credentials_info"
)
ROOT = (
    f"<root_account>,arn:aws:iam::{ID}:root,2015-03-01T10:00:00+00:00,not_supported,2026-01-05T08:00:00+00:00,"
    "not_supported,not_supported,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A,N/A"
)
ROOT_WITH_A_KEY = ROOT.replace(",true,false,N/A,N/A", ",true,true,2016-01-01T00:00:00+00:00,no_information", 1)


@dataclass(frozen=True, slots=True)
class Key:
    made_at: datetime
    active: bool = True
    used_at: datetime | str | None = None
    region: str = "N/A"
    service: str = "N/A"

    def cells(self) -> list[str]:
        used = self.used_at if isinstance(self.used_at, str) else stamp(self.used_at) if self.used_at else "N/A"
        return [word(self.active), stamp(self.made_at), used, self.region, self.service]


def stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S+00:00}"


def word(truth: bool) -> str:
    return "true" if truth else "false"


def line(
    user: str,
    made_at: datetime,
    *keys: Key | None,
    password: bool = False,
    mfa: bool = False,
    more: str = "N/A",
    path: str = "/",
) -> str:
    """The keys are in slot 1 and 2 in this order; None leaves a slot empty."""
    secret = [word(password), *(["no_information", stamp(made_at), "N/A"] if password else ["N/A"] * 3)]
    slots: Sequence[Key | None] = (*keys, None, None)[:2]
    cells = [cell for key in slots for cell in (key.cells() if key else ["false", *["N/A"] * 4])]
    head = [user, f"arn:aws:iam::{ID}:user{path}{user}", stamp(made_at)]
    return ",".join((*head, *secret, word(mfa), *cells, "false", "N/A", "false", "N/A", more))


def written(*lines: str, root: str | None = ROOT) -> bytes:
    return "\n".join((HEAD, *([root] if root else []), *lines)).encode()
