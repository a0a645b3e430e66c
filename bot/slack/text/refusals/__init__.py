"""Refusals: what, why and what to do next. One sentence for each Reason."""

from collections.abc import Mapping

from bot.domain.errors import Reason, Refused
from bot.slack.text.formatting import plainly
from bot.slack.text.refusals import general, incidents, keys, leaks, limits, ownership, requests
from bot.slack.text.refusals.sentence import Sentence

SENTENCES: Mapping[Reason, Sentence] = {
    **general.SENTENCES,
    **requests.SENTENCES,
    **keys.SENTENCES,
    **ownership.SENTENCES,
    **limits.SENTENCES,
    **leaks.SENTENCES,
    **incidents.SENTENCES,
    **leaks.SENTENCES,
}


def sentence(refusal: Refused, command: str) -> str:
    row = SENTENCES[refusal.reason]
    said = row if isinstance(row, str) else row(refusal.facts)
    return said.replace("{command}", command)


def plain_sentence(refusal: Refused, command: str) -> str:
    """For a window's field, which shows plain text: no times as tokens, and nobody by id."""
    nobody = {name: fact for name, fact in refusal.facts.items() if name not in {"owner", "by", "able"}}
    return plainly(sentence(Refused(refusal.reason, **nobody), command))
