"""Where a key is used, in words."""

from bot.slack.text.usage.summary import in_a_line

__all__ = ["in_a_line"]
