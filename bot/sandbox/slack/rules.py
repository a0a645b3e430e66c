"""The kinds of rule in the table of limits, each yielding (json pointer, what is wrong)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Fault = tuple[str, str]


class Rule(Protocol):
    def check(self, value: Any, at: str) -> Iterator[Fault]: ...


def _length(size: int, shortest: int, longest: int) -> str:
    if size < shortest:
        return f"must be more than {shortest - 1} characters"
    return f"must be less than {longest + 1} characters" if size > longest else ""


@dataclass(frozen=True)
class Str:
    longest: int = 255
    shortest: int = 1
    one_of: tuple[str, ...] = ()

    def check(self, value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, str):
            yield at, "must provide a string"
        elif fault := _length(len(value), self.shortest, self.longest):
            yield at, fault
        elif self.one_of and value not in self.one_of:
            yield at, f"must be a valid enum value: {', '.join(self.one_of)}"


@dataclass(frozen=True)
class Written:
    """A string in a format that Slack itself parses."""

    pattern: str
    meaning: str

    def check(self, value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, str) or not re.fullmatch(self.pattern, value):
            yield at, f"must be {self.meaning}"


@dataclass(frozen=True)
class Flag:
    def check(self, value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, bool):
            yield at, "must be a boolean"


@dataclass(frozen=True)
class Whole:
    least: int = 0
    most: int = 3000

    def check(self, value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield at, "must provide an integer"
        elif not self.least <= value <= self.most:
            yield at, f"must be between {self.least} and {self.most}"


@dataclass(frozen=True)
class Anything:
    def check(self, value: Any, at: str) -> Iterator[Fault]:
        del value, at
        yield from ()


@dataclass(frozen=True)
class Text:
    """A text object: plain_text or mrkdwn, with a length."""

    longest: int
    plain_only: bool = False
    shortest: int = 1

    def check(self, value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, dict):
            yield at, "must provide an object"
            return
        kind = value.get("type")
        allowed = {"plain_text": {"type", "text", "emoji"}, "mrkdwn": {"type", "text", "verbatim"}}
        if kind not in allowed or (self.plain_only and kind != "plain_text"):
            yield f"{at}/type", f"unsupported type: {kind}"
            return
        for extra in sorted(set(value) - allowed[kind]):
            yield at, f"invalid additional property: {extra}"
        yield from Str(self.longest, self.shortest).check(value.get("text"), f"{at}/text")


@dataclass(frozen=True)
class Shape:
    """An object with exactly these properties."""

    required: Mapping[str, Rule] = field(default_factory=dict)
    optional: Mapping[str, Rule] = field(default_factory=dict)
    any_of: tuple[str, ...] = ()  # at least one of these optional properties is required

    def check(self, value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, dict):
            yield at, "must provide an object"
            return
        for name in sorted(set(self.required) - set(value)):
            yield at, f"missing required field: {name}"
        if self.any_of and not any(value.get(name) for name in self.any_of):
            yield at, f"must provide one of: {', '.join(self.any_of)}"
        for name, part in value.items():
            rule = self.required.get(name) or self.optional.get(name)
            if rule is None:
                if name != "type":
                    yield at, f"invalid additional property: {name}"
            elif part is not None or name in self.required:
                yield from rule.check(part, f"{at}/{name}")


@dataclass(frozen=True)
class Items:
    rule: Rule
    most: int
    least: int = 1

    def check(self, value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, list):
            yield at, "must provide an array"
            return
        if len(value) < self.least:
            yield at, f"no fewer than {self.least} items allowed"
        if len(value) > self.most:
            yield at, f"no more than {self.most} items allowed"
        for number, each in enumerate(value):
            yield from self.rule.check(each, f"{at}/{number}")


@dataclass(frozen=True)
class Typed:
    """An object whose `type` decides which shape it must have."""

    shapes: Mapping[str, Rule]

    def check(self, value: Any, at: str) -> Iterator[Fault]:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in self.shapes:
            yield f"{at}/type", f"unsupported type: {kind}"
            return
        yield from self.shapes[kind].check(value, at)
