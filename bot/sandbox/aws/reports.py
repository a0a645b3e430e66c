"""Account-wide reads as in AWS: the credential report with its four hours, and paged users."""

import base64
import csv
import io
from datetime import datetime, timedelta
from typing import Any

from moto.iam.models import AccessKey, AccessKeyLastUsed, User

from bot.sandbox.aws.principals import Directory, GeneratedReport
from bot.sandbox.aws.wire import Answer, Refusal, tags, xml_answer

LASTS = timedelta(hours=4)
KEY_COLUMNS = ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
HEAD = (
    *("user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed"),
    *("password_next_rotation", "mfa_active"),
    *(f"access_key_{slot}_{each}" for slot in (1, 2) for each in KEY_COLUMNS),
    *("cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated", "additional_credentials_info"),
)
NO_KEY = ("false", "N/A", "N/A", "N/A", "N/A")
SHOWN = 2  # keys for each user
MOST = 1000  # in one page


def generate(directory: Directory) -> Answer:
    """A recent report is kept; otherwise a new one is started that shows the current state."""
    now, report = directory.clock(), directory.report
    if report is not None and now - report.made_at < LASTS:
        return xml_answer("iam", "GenerateCredentialReport", tags(State="INPROGRESS" if report.polls else "COMPLETE"))
    directory.report = GeneratedReport(now.replace(microsecond=0), _written(directory), directory.report_polls)
    said = tags(State="STARTED", Description="No report exists. Starting a new report generation task")
    return xml_answer("iam", "GenerateCredentialReport", said)


def get(directory: Directory) -> Answer:
    report = directory.report
    if report is None:
        raise Refusal("ReportNotPresent", "No report exists; generate one first.", 410)
    if directory.clock() - report.made_at >= LASTS:
        raise Refusal("ReportExpired", "The report is older than four hours; generate a new one.", 410)
    if report.polls:
        report.polls -= 1
        raise Refusal("ReportInProgress", "The report is being made; ask again.", 404)
    content = base64.b64encode(report.content).decode()
    shown = tags(Content=content, ReportFormat="text/csv", GeneratedTime=f"{report.made_at:%Y-%m-%dT%H:%M:%SZ}")
    return xml_answer("iam", "GetCredentialReport", shown)


def _written(directory: Directory) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEAD)
    writer.writerow(_root(directory))
    writer.writerows(_line(each) for each in directory.backend.users.values())
    return text.getvalue().rstrip("\n").encode()


def _root(directory: Directory) -> list[str]:
    account = directory.account
    made = ("true", f"{directory.clock():%Y-%m-%dT%H:%M:%S+00:00}", "N/A", "N/A", "N/A")
    keys = [cell for slot in range(SHOWN) for cell in (made if slot < directory.root_keys else NO_KEY)]
    head = ["<root_account>", f"arn:aws:iam::{account}:root", "2015-02-02T20:02:02+00:00"]
    password = ["not_supported", "no_information", "not_supported", "not_supported"]
    return [*head, *password, "true", *keys, "false", "N/A", "false", "N/A", "N/A"]


def _line(user: User) -> list[str]:
    created, enabled = _moment(user.create_date), bool(user.password)
    used = user.password_last_used
    password = ["true", _moment(used) if used else "no_information", created, "N/A"]
    keys = [cell for key in _slots(user) for cell in (_key(key) if key else NO_KEY)]
    more = len(user.access_keys) - SHOWN
    return [
        *(user.name, user.arn, created),
        *(password if enabled else ["false", "N/A", "N/A", "N/A"]),
        str(bool(user.mfa_devices)).lower(),
        *keys,
        *("false", "N/A", "false", "N/A"),
        f"{more} more access keys; call ListAccessKeys" if more > 0 else "N/A",
    ]


def _slots(user: User) -> list[AccessKey | None]:
    """Two slots, as in AWS: a key keeps its slot when the other is deleted, and a new one takes the free slot."""
    places: dict[int, AccessKey] = vars(user).setdefault("report_slots", {})
    report = {id(key) for key in user.access_keys}
    for slot in [each for each, key in places.items() if id(key) not in report]:
        del places[slot]
    placed = {id(key) for key in places.values()}
    waiting = [key for key in user.access_keys if id(key) not in placed]
    for slot in (2, 1) if not places else (1, 2):  # so that slot order differs from creation order
        if slot not in places and waiting:
            places[slot] = waiting.pop(0)
    return [places.get(1), places.get(2)]


def _key(key: AccessKey) -> tuple[str, ...]:
    active, made, used = str(key.status == "Active").lower(), _moment(key.create_date), key.last_used
    if used is None:
        return (active, made, "N/A", "N/A", "N/A")
    return (active, made, _moment(_stamp(used)), getattr(used, "region", "N/A"), getattr(used, "service", "N/A"))


def _stamp(used: Any) -> datetime:
    """moto's own record of a use, or a plain datetime set by a test."""
    found: datetime = used.timestamp if isinstance(used, AccessKeyLastUsed) else used
    return found


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S+00:00}"
