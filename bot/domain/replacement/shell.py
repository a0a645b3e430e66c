"""Lines for a shell that are safe to paste: every name is quoted, and JSON holds no character that a shell reads."""

import json
import shlex
from collections.abc import Mapping

LINE_MOST = 2700  # characters, so that a line fits a section of a Slack window with its code fence
RISKY = str.maketrans({each: f"\\u{ord(each):04x}" for each in "'`<>&\x7f"})

Document = Mapping[str, object]


class Ask(str):
    """A value that only the reader knows. The shell stops at an unset variable and says what to set."""

    __slots__ = ()

    def __new__(cls, name: str, means: str) -> "Ask":
        return super().__new__(cls, f'"${{{name}:?set {name} to {means}}}"')


class Raw(str):
    """Shell text of our own, which isn't quoted."""

    __slots__ = ()


def line(*words: str) -> str:
    return " ".join(word(each) for each in words)


def aws(*words: str) -> str:
    return line("aws", *words)


def word(text: str) -> str:
    """Quoted. What isn't printable is dropped: no name in IAM has it.

    An empty quote follows each backtick: three in a row would end Slack's code block.
    """
    if isinstance(text, (Ask, Raw)):
        return str(text)
    return shlex.quote("".join(each for each in text if each.isprintable())).replace("`", "`''")


def document(value: Document) -> str:
    """Compact JSON in ASCII. Quotes, backticks and what Slack reads as markup are written as escapes."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).translate(RISKY)
