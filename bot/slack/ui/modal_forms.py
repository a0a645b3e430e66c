"""A filled window: the text of its fields, and its submission, validated before the ack."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from functools import partial

from slack_bolt import Ack

from bot.domain.catalog import Entitlement
from bot.domain.errors import AlreadyDone, BadDuration, Reason, Refused
from bot.domain.hygiene import escalation
from bot.domain.ids import DeliveryId, SlackUserId
from bot.domain.schedule import offered_durations, parse_duration, write_duration
from bot.slack.context import Deps
from bot.slack.ids import Action, Block
from bot.slack.text import refusals
from bot.slack.text.formatting import span
from bot.slack.ui import blocks, respond
from bot.slack.ui.blocks import Json
from bot.slack.ui.respond import Body

INPUT = Action.VALUE.value
BLOCKS = {each.value: each for each in Block}
JUSTIFICATION = dict.fromkeys((Reason.NO_JUSTIFICATION, Reason.JUSTIFICATION_TOO_LONG), Block.JUSTIFICATION)
"""Errors of a justification are shown at its field, in every window."""


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody submitted in a window with one text."""

    about: str  # the id that the window was opened with
    text: str
    by: SlackUserId
    delivery: DeliveryId | None


def read(view: Body) -> dict[Block, str]:
    """Without unknown and empty fields."""
    found: dict[Block, str] = {}
    values = (view.get("state") or {}).get("values") or {}
    for block, filled in values.items():
        entry = (filled or {}).get(INPUT) or {}
        ticked = entry.get("selected_options") or [None]
        chosen = (entry.get("selected_option") or ticked[0] or {}).get("value")
        value = chosen or entry.get("value") or entry.get("selected_date") or entry.get("selected_user")
        if isinstance(value, str) and block in BLOCKS:
            found[BLOCKS[block]] = value
    return found


def zone(deps: Deps, person: SlackUserId) -> tzinfo:
    """Raises Refused."""
    return escalation.zone_of(deps.people.find(person).time_zone)


def until(deps: Deps, body: Body, by: SlackUserId) -> datetime | None:
    """The end of the day that was chosen, in the presser's time zone. None if it is no day. Raises Refused."""
    try:
        day = date.fromisoformat(read(body["view"]).get(Block.UNTIL, ""))
        return datetime.combine(day, time.max, zone(deps, by)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def durations(offered: Iterable[Entitlement]) -> list[Json]:
    """The options of a duration field, up to the longest lease among these."""
    longest = tuple(each.longest_as_written or write_duration(each.max_duration) for each in offered)
    return up_to(longest)


def up_to(longest: tuple[str, ...]) -> list[Json]:
    """The usual durations up to the longest of these, and these as they are written."""
    return [blocks.option(span(parse_duration(each)), each) for each in offered_durations(longest)]


def submit(
    deps: Deps,
    ack: Ack,
    body: Body,
    act: Callable[[], object],
    *,
    at: Block,
    elsewhere: Mapping[Reason, Block] | None = None,
    then: Json | None = None,
) -> None:
    """Show an error at its field (`at`, unless `elsewhere` has the reason), so that nothing typed is lost.

    `then` is what the window shows afterwards; without it the window closes.
    """
    try:
        act()
    except Refused as refusal:
        if not respond.repeated(deps, body):
            field = {**JUSTIFICATION, **(elsewhere or {})}.get(refusal.reason, at)
            refuse(ack, field, refusals.plain_sentence(refusal, deps.command))
            respond.refused(deps, body, refusal.reason.value)
            return
    except BadDuration as wrong:
        refuse(ack, Block.DURATION, str(wrong))
        return
    except AlreadyDone:
        pass  # the same submission once more
    if then is None:
        ack()
    else:
        ack(response_action="update", view=then)
    deps.wake()


def submit_text(deps: Deps, ack: Ack, body: Body, act: Callable[[Written], object]) -> None:
    """A window about one thing, with one field: a text."""
    view = body["view"]
    about, text = str(view.get("private_metadata", "")), read(view).get(Block.JUSTIFICATION, "")
    written = Written(about, text, SlackUserId(respond.who(body)), respond.delivery(body))
    submit(deps, ack, body, partial(act, written), at=Block.JUSTIFICATION)


def refuse(ack: Ack, field: Block, sentence: str) -> None:
    """Show an error at its field. It has to be plain text: Slack shows mrkdwn as it is written."""
    ack(response_action="errors", errors={field.value: sentence})
