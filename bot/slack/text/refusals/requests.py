"""Refusals of requests and decisions."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.domain.catalog import Entitlement, Kind
from bot.domain.errors import Reason
from bot.slack.text.formatting import day, escape, listed, moment, span
from bot.slack.text.refusals.general import able
from bot.slack.text.refusals.sentence import Sentence


def _longest(facts: Mapping[str, Any]) -> str:
    longest: timedelta = facts["longest"]
    return f"You can have this for {span(longest)} at most. Choose a shorter time."


def _asked(facts: Mapping[str, Any]) -> str:
    asked = f"for {span(facts['asked'])}" if "asked" in facts else "for less"
    return f"They asked {asked}, and you can only approve that or less. Choose a shorter time."


def _near(facts: Mapping[str, Any]) -> str:
    """Near misses: what somebody may have meant."""
    found: tuple[Entitlement, ...] = facts.get("near") or ()
    names = listed([f"`{escape(each.id)}` ({escape(each.title)})" for each in found], last="or")
    return f"Did you mean {names}? " if found else ""


def _pattern(facts: Mapping[str, Any]) -> str:
    return f"It has to match {escape(str(facts.get('pattern', 'its pattern')))} as a whole."


def _kind(facts: Mapping[str, Any]) -> str:
    return "a session" if facts.get("now") is Kind.SESSION else "an access key"


SENTENCES: Mapping[Reason, Sentence] = {
    Reason.NOT_APPROVER: lambda facts: (
        f"You aren't an approver for this, so nothing was changed. Ask {able(facts, 'one of its approvers')}."
    ),
    Reason.JOINED_LATER: lambda facts: (
        "You became an approver after this request was made, so you can't decide it. Ask "
        f"{able(facts, 'someone who was an approver then')}."
    ),
    Reason.ASKED_BEFORE_UPDATE: (
        "The approvers' user group was changed after this request was made, and Latchkey was updated since, so it "
        "doesn't know who was in the group then. Nobody can decide this request. Its requester can cancel it and ask "
        "again."
    ),
    Reason.GROUP_UNREADABLE: (
        "Slack didn't say when the approvers' user group was last changed, so nothing was decided. Try again in a "
        "minute."
    ),
    Reason.OWN_REQUEST: lambda facts: (
        f"You can't decide your own request. Ask {able(facts, 'another approver')}, or cancel it."
    ),
    Reason.ALREADY_VOTED: "You've already answered this. It's waiting for another approver.",
    Reason.ALREADY_ANSWERED: "You already answered this question. The approvers see your answer with the request.",
    Reason.TOO_SOON: lambda facts: (
        f"Latchkey reminded the approvers a short while ago. You can remind them again {moment(facts.get('until'))}."
    ),
    Reason.NOTHING_WRITTEN: "Write something first.",
    Reason.NOT_REQUESTABLE: lambda facts: (
        "This can't be granted now: it doesn't have enough approvers besides you. Tell Latchkey's admins."
        if facts.get("why")
        else f"The catalog doesn't offer this to you. {_near(facts)}`{{command}} request` shows what it does offer."
    ),
    Reason.ENTITLEMENT_GONE: lambda facts: (
        f"The catalog no longer offers `{escape(str(facts.get('entitlement', 'this')))}`. "
        "`{command} request` shows what it does offer."
    ),
    Reason.KIND_CHANGED: lambda facts: (
        f"The catalog now gives {_kind(facts)} for this, which isn't what was approved. What you have works until it "
        "ends. Ask for the new one with `{command} request`."
    ),
    Reason.NOT_PREAPPROVABLE: (
        "This can't be pre-approved: somebody decides on each request for dangerous access, and on each renewal."
    ),
    Reason.PREAPPROVED_TOO_LONG: lambda facts: f"Choose a day up to {day(facts.get('latest'))}.",
    Reason.EMERGENCY_RUNS: lambda facts: (
        f"An emergency for this is already issued, until {moment(facts.get('until'))}. `{{command}} list` shows it to "
        "its owner. Clear the box to ask its approvers for more time."
    ),
    Reason.OWN_REVIEW: lambda facts: (
        "You can't close the review of your own emergency. Ask "
        f"{able(facts, 'another approver or an admin of Latchkey')}."
    ),
    Reason.RULE_CHANGED: (
        "The catalog has changed since it approved this by a rule, and the rule no longer covers it. Nothing was "
        "created. Ask again with `{command} request`."
    ),
    Reason.ACCOUNT_FULL: lambda facts: (
        f"The AWS account {escape(str(facts.get('account', '')))} has as many IAM users as AWS allows, so Latchkey "
        "can't create a key. Ask for a session, which needs no user, or tell Latchkey's admins."
    ),
    Reason.TOO_LONG: _longest,
    Reason.LONGER_THAN_ASKED: _asked,
    Reason.OWNER_NOT_A_MEMBER: (
        "Only a full member of this workspace can hold a credential: no guest, bot or deactivated account. Choose "
        "someone else, or leave it empty to hold it yourself."
    ),
    Reason.NO_TICKET: lambda facts: f"Write the ticket that this is for. {_pattern(facts)}",
    Reason.OTHER_TICKET: lambda facts: f"This isn't the kind of ticket that the catalog asks for. {_pattern(facts)}",
    Reason.NO_BREAK_GLASS: (
        "This can't be issued as an emergency: the catalog doesn't allow it. Clear the box, and its approvers decide."
    ),
    Reason.NO_JUSTIFICATION: "Write why. It's recorded in the audit log.",
}
