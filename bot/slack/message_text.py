"""All words of a message, as Slack's events and shortcuts carry it: text, blocks, attachments, and files' previews.

Shapes: https://docs.slack.dev/reference/events/message and .../reference/objects/file-object. Of a snippet, Slack
sends the first lines.
"""

from collections.abc import Iterator
from typing import Any

DEPTH_MOST = 20
WORDS_MOST = 200_000  # characters; Slack cuts a message at 40,000
PARTS = ("text", "blocks", "attachments")
FILE = ("title", "name", "preview", "plain_text")


def words_of(message: Any) -> str:
    """One part to a line. The same words can come twice: people's clients send text and blocks."""
    if not isinstance(message, dict):
        return ""
    found = [each for name in PARTS for each in _strings(message.get(name), DEPTH_MOST)]
    files = message.get("files")
    for file in files if isinstance(files, list) else ():
        if isinstance(file, dict):
            found += [file[name] for name in FILE if isinstance(file.get(name), str)]
    return "\n".join(found)[:WORDS_MOST]


def _strings(part: Any, depth: int) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif depth and isinstance(part, dict | list):
        for each in part.values() if isinstance(part, dict) else part:
            yield from _strings(each, depth - 1)
