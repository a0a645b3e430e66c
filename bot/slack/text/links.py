"""Sentences about one-time links that somebody opened too late."""

from datetime import datetime

from bot.domain.credential import Credential, Outcome
from bot.slack.text.formatting import key, place

KNOCKED = {
    Outcome.REVEALED: "it had been used already",
    Outcome.EXPIRED: "it had expired",
    Outcome.REPLACED: "a newer link had replaced it",
    Outcome.REVOKED: "its grant had been revoked",
    Outcome.GIVEN_BACK: "you had given it back",
    Outcome.ENDED: "its lease was over",
    Outcome.DISCARDED: "Latchkey had withdrawn it",
}


def knocked(credential: Credential, facts: dict[str, str], at: datetime, *, over: bool) -> str:
    outcome = Outcome(facts.get("outcome", Outcome.DISCARDED))
    revoke = "" if over else " Not you? Then someone else has your link: revoke it."
    return (
        f":eyes: Someone opened a link of {key(credential.access_key_id)} "
        f"({place(at, facts.get('browser'), facts.get('ip'))}) and got nothing, because {KNOCKED[outcome]}.{revoke}"
    )
