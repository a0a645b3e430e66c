"""Slack's limits of a message, checked on what is drawn."""

from typing import Any

from bot.slack.ui.message import Message

TEXT_MOST, BLOCKS_MOST = 3000, 50


def within(made: Message) -> None:
    assert 0 < len(made.blocks) <= BLOCKS_MOST, len(made.blocks)
    for block in made.blocks:
        for text in _texts(block):
            assert 0 < len(text) <= TEXT_MOST, (block["type"], len(text))
        assert block["type"] != "actions" or 0 < len(block["elements"]) <= 25


def _texts(part: Any) -> list[str]:
    if isinstance(part, list):
        return [each for one in part for each in _texts(one)]
    if not isinstance(part, dict):
        return []
    mine = [part["text"]] if isinstance(part.get("text"), str) else []
    return mine + [each for one in part.values() for each in _texts(one)]
