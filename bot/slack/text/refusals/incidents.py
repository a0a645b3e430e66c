"""Refusals of what is done about the incident of a leaked key."""

from collections.abc import Mapping

from bot.domain.errors import Reason
from bot.slack.text.formatting import people
from bot.slack.text.refusals.sentence import Sentence

SENTENCES: Mapping[Reason, Sentence] = {
    Reason.KEY_NOT_DELETED: (
        "You can close this once the old key is deleted. Replace it first; if it's no leak, ask an approver or an "
        "admin to close it."
    ),
    Reason.ONLY_ADMINS_CLOSE: (
        "AWS or GitHub saw this key in public, so only Latchkey's admins can close this while the key exists."
    ),
    Reason.NOT_CONTAINED: (
        "This works once the key is contained. The message about the leak shows how far that is, and who can press "
        "*Contain*."
    ),
    Reason.OWN_LEAK: (
        "This is your own key, so your agreement doesn't count. Two approvers or admins who don't own it have to agree."
    ),
    Reason.NO_TWO_DECIDERS: lambda facts: (
        "Reactivating a leaked key takes two approvers or admins who don't own it. That leaves "
        f"{people(facts.get('able', ()))}. Replace the key instead."
    ),
    Reason.NOT_ITS_AUTHOR: (
        "Only the author of the message can say that it isn't a key, and only while nobody else has reported it. An "
        "approver or an admin can close it."
    ),
    Reason.PAIR_ASKED: (
        "Your message also has what may be the key's secret, and Latchkey is asking AWS about it. Press again in a "
        "minute."
    ),
    Reason.NOTHING_TO_REPLACE: "Latchkey can't replace this key: it isn't a key of an account in its catalog.",
}
