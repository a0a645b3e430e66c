"""What cfn-lint has against a template. Only imported for a test of it: that takes a second of each test process."""

from typing import Any


def complaints(template: str) -> list[Any]:
    from cfnlint.api import ManualArgs, lint

    return lint(template, config=ManualArgs(regions=["us-east-1"]))
