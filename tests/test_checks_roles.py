"""`latchkey doctor` of an account that names no roles: it works, and what it gives up is said."""

import re
from pathlib import Path

from bot.sandbox.aws import AwsStandIn
from tests.test_catalog_file import EXAMPLE
from tests.test_checks import WORKER, Doctor, aws, doctor, logs_as_before, no_account, slack, with_catalog

__all__ = ["aws", "doctor", "logs_as_before", "no_account", "slack"]


def test_an_account_without_roles_works_and_is_warned_of_what_it_gives_up(
    doctor: Doctor, aws: AwsStandIn, tmp_path: Path
) -> None:
    roles = [line for line in EXAMPLE.read_text().splitlines() if re.match(r"(reader|issuer|responder)_role_arn", line)]
    code, lines = doctor.ask(**with_catalog(tmp_path, *((f"{line}\n", "") for line in roles)))
    assert code == 0
    assert lines[-3:] == [
        f"ok     AWS account main: {WORKER}, boundary and 1 of 5000 IAM users",
        (
            "warn   AWS account main: [accounts.main] names no roles, so the worker acts with its own credentials: no "
            "act is limited to one IAM user, and CloudTrail shows the worker instead of the person who asked (no "
            "SourceIdentity); create the roles Reader, Issuer and Responder of `latchkey iam --account main` and name "
            "them there"
        ),
        "No faults. Warnings: 1.",
    ]
