"""IAM's condition operators, as far as Latchkey uses them; any other operator is an error.

Source of the truth tables: AWS's "IAM JSON policy elements: Condition operators".
"""

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

Context = Mapping[str, str | Sequence[str]]  # keys that the request doesn't carry are absent, not empty
Test = Callable[[str, str], bool]  # (value in the request, value in the policy)

VARIABLE = re.compile(r"\$\{([^}]*)\}")
LITERALS = ("*", "?", "$")


class UnknownOperator(ValueError):
    """A policy uses a condition operator that the stand-in doesn't implement."""

    def __init__(self, operator: str) -> None:
        super().__init__(
            f"The AWS stand-in doesn't implement the condition operator {operator!r}: add it to conditions.py."
        )


def holds(block: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    """Whether a whole Condition block matches: every operator, every key."""
    seen = {key.lower(): value for key, value in context.items()}
    return all(
        _operator_holds(operator, key, many(wanted), seen)
        for operator, keys in block.items()
        for key, wanted in keys.items()
    )


def many(value: Any) -> list[str]:
    """A policy's single value or list of values, as strings (JSON true and numbers are allowed there)."""
    values = value if isinstance(value, list) else [value]
    return [str(v).lower() if isinstance(v, bool) else str(v) for v in values]


def expand(text: str, context: Context) -> str | None:
    """Substitute policy variables; None if the request doesn't carry one, because then nothing matches."""
    seen = {key.lower(): value for key, value in context.items()}
    found = [name for name in VARIABLE.findall(text) if name not in LITERALS]
    if any(not isinstance(seen.get(name.lower()), str) for name in found):
        return None
    return VARIABLE.sub(lambda m: m[1] if m[1] in LITERALS else str(seen[m[1].lower()]), text)


def like(value: str, pattern: str) -> bool:
    """`*` matches any characters, `?` matches one; everything else is literal."""
    first, *runs = ("".join("." if c == "?" else re.escape(c) for c in part) for part in pattern.split("*"))
    regex = first + "".join(f"(?>.*?{run})" for run in runs[:-1]) + "".join(f".*{run}" for run in runs[-1:])
    return re.fullmatch(regex, value, re.DOTALL) is not None


def _operator_holds(operator: str, key: str, wanted: list[str], context: Context) -> bool:
    if operator == "Null":
        return (key.lower() not in context) == (wanted[0].lower() == "true")
    prefix, _, bare = operator.rpartition(":")
    if_exists = bare.endswith("IfExists")
    bare = bare.removesuffix("IfExists")
    negated = bare in NEGATED
    test = OPERATORS.get(NEGATED.get(bare, bare))
    if test is None or prefix not in ("", "ForAllValues", "ForAnyValue"):
        raise UnknownOperator(operator)
    if key.lower() not in context:
        return if_exists or prefix == "ForAllValues" or (negated and not prefix)
    policy = [text for text in (expand(w, context) for w in wanted) if text is not None]
    carried = context[key.lower()]
    answers = [_matches(test, v, policy) != negated for v in ([carried] if isinstance(carried, str) else carried)]
    wants_all = prefix == "ForAllValues" or (negated and not prefix)
    return all(answers) if wants_all else any(answers)


def _matches(test: Test, value: str, policy: list[str]) -> bool:
    return any(test(value, wanted) for wanted in policy)


def _moment(text: str) -> datetime:
    if re.fullmatch(r"\d{9,}(\.\d+)?", text):
        return datetime.fromtimestamp(float(text), UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _compared(read: Callable[[str], Any], compare: Callable[[Any, Any], bool]) -> Test:
    def test(value: str, wanted: str) -> bool:
        try:
            return compare(read(value), read(wanted))
        except ValueError:  # an unreadable value doesn't match
            return False

    return test


def _in_network(value: str, wanted: str) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False


def _arn_like(value: str, wanted: str) -> bool:
    ours, theirs = value.split(":", 5), wanted.split(":", 5)
    return len(ours) == len(theirs) == 6 and all(like(o, t) for o, t in zip(ours, theirs, strict=True))


OPERATORS: dict[str, Test] = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringEqualsIgnoreCase": lambda value, wanted: value.lower() == wanted.lower(),
    "StringLike": like,
    "Bool": lambda value, wanted: value.lower() == wanted.lower(),
    "IpAddress": _in_network,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
}
for _name, _read in (("Date", _moment), ("Numeric", float)):
    OPERATORS |= {
        f"{_name}Equals": _compared(_read, lambda a, b: a == b),
        f"{_name}LessThan": _compared(_read, lambda a, b: a < b),
        f"{_name}LessThanEquals": _compared(_read, lambda a, b: a <= b),
        f"{_name}GreaterThan": _compared(_read, lambda a, b: a > b),
        f"{_name}GreaterThanEquals": _compared(_read, lambda a, b: a >= b),
    }

NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "NotIpAddress": "IpAddress",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "DateNotEquals": "DateEquals",
    "NumericNotEquals": "NumericEquals",
}
