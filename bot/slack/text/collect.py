"""Sentences about collecting: the window, the one-time link, a link opened too late, and why a collect failed."""

from datetime import datetime

from bot.domain.catalog import Entitlement
from bot.domain.credential import Credential, Outcome
from bot.domain.grant import Grant
from bot.slack.text.formatting import clock, escape, key_of, named, place
from bot.slack.text.labels import COLLECT

# --- the owner's window -------------------------------------------------------------------------------------------


def preparing_title() -> str:
    return "Your credential"


def old_window() -> str:
    return "Latchkey was updated after this window was opened. Close it and press Rotate again."


def preparing() -> str:
    return (
        ":hourglass_flowing_sand: Preparing… This takes a few seconds. Keep this window open: your link appears here."
    )


def link_title() -> str:
    return "Your credential is ready"


def link(url: str, until: datetime) -> str:
    return (
        f":key: *<{url}|Open one-time page>*\n\nWorks once, until {clock(until)}. "
        "Anyone with this link can open it: don't forward it."
    )


def failure_title() -> str:
    return "Nothing was handed out"


def opened_title() -> str:
    return "Opened ✓"


def link_opened(credential: Credential) -> str:
    where = "".join(f", {escape(each)}" for each in (credential.revealed_browser, credential.revealed_ip) if each)
    return (
        f"*Opened ✓ {clock(credential.revealed_at)}*{where}\nThe link no longer works, so you can close this window. "
        "Not you? Press *This wasn't me* in your direct messages with Latchkey."
    )


def newer_window(pressed: str = COLLECT) -> str:
    return f"You pressed {pressed} again, so the link is in your newest window. You can close this one."


# --- a link opened too late ---------------------------------------------------------------------------------------

GOT_NOTHING = {
    Outcome.REVEALED: "it had already been used",
    Outcome.EXPIRED: "it had expired",
    Outcome.REPLACED: "a newer link had replaced it",
    Outcome.REVOKED: "its grant had been revoked",
    Outcome.GIVEN_BACK: "you had given it back",
    Outcome.ENDED: "its lease was over",
    Outcome.DISCARDED: "Latchkey had withdrawn it",
}


def reuse_attempt(credential: Credential, what: str, facts: dict[str, str], at: datetime, *, over: bool) -> str:
    outcome = Outcome(facts.get("outcome", Outcome.DISCARDED))
    revoke = "" if over else " Not you? Then someone else has your link: revoke it now."
    return (
        f":eyes: Someone tried your link for {key_of(what, credential.access_key_id)} "
        f"{place(at, facts.get('browser'), facts.get('ip'))}, and got nothing because {GOT_NOTHING[outcome]}.{revoke}"
    )


# --- a collect that failed ----------------------------------------------------------------------------------------

WHY = {
    "doubtful": (
        "AWS didn't answer clearly. If it did create a key, Latchkey finds and deletes it. Press Collect again."
    ),
    "window-closed": "You closed the window before the link appeared, so nothing was handed out. Press Collect again.",
    "unclaimed": "No worker picked this up within 30 seconds, so nothing was created. Press Collect again.",
    "not-opened": "You didn't open the link within ten minutes, so nothing was handed out. Press Collect again.",
    "envelope-lost": (
        "The database restarted before you opened the link, and the sealed credential is gone with it. Nothing was "
        "handed out. Press Collect again."
    ),
    "worker-gone": "The worker stopped before it was done, so nothing was handed out. Press Collect again.",
    "paused": "An admin paused issuing, so nothing was created. Press Collect again when it's resumed.",
    "not-approver": "The person who approved this is no longer an approver. Ask again.",
    "rule-changed": (
        "A rule of the catalog approved this, and the rule no longer covers it. Nothing was created. Ask again."
    ),
    "no-break-glass": "The catalog no longer allows this as an emergency. Nothing was created. Ask again.",
    "grant-over": "The grant has ended, so nothing was handed out. Ask again for a new one.",
    "not-a-member": "Slack says you aren't a full member of this workspace, so nothing was made.",
    "people-unreadable": "Latchkey couldn't reach Slack to check who you are. Press Collect again in a minute.",
    "entitlement-gone": "The catalog no longer offers this, so nothing was made.",
    "kind-changed": "The catalog now gives something else than what was approved, so nothing was created. Ask again.",
    "both-slots": "AWS still has two keys of this grant; one is being deleted. Press again in a minute.",
    "too-long": "The lease is longer than the catalog allows, so nothing was created. Ask again.",
    "aws:Differs": (
        "The account's permissions boundary doesn't match the catalog. Nothing was created; tell the admins."
    ),
    "aws:LimitExceeded": "AWS says the account or the user is full. Nothing was created; tell the admins.",
    "aws:InvalidAuthenticationCode": (
        "AWS rejected the codes of the new authenticator, so nothing was handed out. Press Collect again. If it keeps "
        "happening, ask the admins to check the worker's clock."
    ),
    "aws:AccessDenied": "AWS denied Latchkey access. Nothing was created; ask the admins to run `latchkey doctor`.",
}
OTHERWISE = (
    "AWS didn't let Latchkey create it, so nothing was handed out. Press Collect again. If it keeps happening, tell "
    "the admins."
)


def why(word: str | None, pressed: str = COLLECT) -> str:
    """`pressed` is the button that brings the next link: Collect, or Rotate while a key is held."""
    return WHY.get(word or "", OTHERWISE).replace(f"Press {COLLECT}", f"Press {pressed}")


def collect_again(entitlement: Entitlement | None, grant: Grant, word: str | None, pressed: str = COLLECT) -> str:
    which = "" if pressed == COLLECT else "The new key of "
    return f":information_source: {which}{named(entitlement, grant.entitlement)} wasn't collected. {why(word, pressed)}"
