"""What cfn-lint has against a template. Only imported for a test of it: that takes a second of each test process."""

from functools import cache
from typing import Any


def complaints(template: str) -> list[Any]:
    from cfnlint.decode import decode_str

    decoded, errors = decode_str(template)
    return list(errors or _runner().validate_template(decoded))


@cache
def _runner() -> Any:
    """With the rules, whose tables take another second to read."""
    from cfnlint.config import ConfigMixIn
    from cfnlint.runner import Runner

    return Runner(ConfigMixIn(regions=["us-east-1"]))
