"""The window in which something is requested, empty or filled in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from bot.domain.catalog import Catalog, Entitlement, Kind
from bot.domain.ids import AccountName
from bot.domain.requests.request import TICKET_MOST
from bot.domain.schedule import parse_duration
from bot.slack.ids import Block, Callback
from bot.slack.text import labels, request_form
from bot.slack.text.formatting import span
from bot.slack.ui import blocks, modal_forms
from bot.slack.ui.blocks import Json


@dataclass(frozen=True, slots=True)
class Filled:
    """What the fields hold when the window is drawn. What isn't offered is left out."""

    entitlement: str = ""
    duration: str = ""  # like 8h
    justification: str = ""
    owner: str = ""
    ticket: str = ""
    emergency: bool = False
    about: str = ""  # the incident of the leaked key that it replaces; its duration is offered as it is


def filled(fields: Mapping[Block, str], about: str = "") -> Filled:
    """What somebody has typed so far, so that it stays when the window is drawn again."""
    return Filled(
        entitlement=fields.get(Block.ENTITLEMENT, ""),
        duration=fields.get(Block.DURATION, ""),
        justification=fields.get(Block.JUSTIFICATION, ""),
        owner=fields.get(Block.OWNER, ""),
        ticket=fields.get(Block.TICKET, ""),
        emergency=Block.EMERGENCY in fields,
        about=about,
    )


def window(offered: tuple[Entitlement, ...], held: Filled) -> Json:
    """`offered` to its owner, sessions first. Blocks and actions keep their ids, so what someone has typed stays."""
    chosen = next((each for each in offered if each.id == held.entitlement), None)
    rows = [
        *_sessions_first(offered, chosen),
        _what_for(offered, chosen),
        *(_about(offered, chosen) if chosen else []),
        *how_long_and_why(offered, held),
        *(ticket([chosen], held.ticket) if chosen else []),
        blocks.person_select(
            Block.OWNER, labels.FOR_WHOM, hint=labels.FOR_WHOM_HINT, optional=True, chosen=held.owner, notifies=True
        ),
        *(_emergency(chosen, held) if chosen else []),
    ]
    return blocks.modal(
        labels.REQUEST_ACCESS,
        rows,
        callback=Callback.REQUEST,
        submit=labels.REQUEST,
        close=labels.CANCEL,
        about=held.about,
    )


def _sessions_first(offered: tuple[Entitlement, ...], chosen: Entitlement | None) -> list[Json]:
    """While there is a choice. Once it's made, `_about` names the session that covers the same, if there is one."""
    if chosen is not None or {each.kind for each in offered} != set(Kind):
        return []
    return [blocks.context(request_form.sessions_first())]


def _what_for(offered: tuple[Entitlement, ...], chosen: Entitlement | None) -> Json:
    """A list, or a search where the list would be too long for Slack."""
    if len(offered) <= blocks.OPTIONS_MOST:
        return what_for(offered, chosen.id if chosen else None, notifies=True)
    asked, option = request_form.search_among(len(offered)), _option(chosen) if chosen else None
    return blocks.search(Block.ENTITLEMENT, labels.WHAT_FOR, placeholder=asked, chosen=option)


def groups(catalog: Catalog, found: Iterable[Entitlement]) -> list[Json]:
    """Options of the search, under their accounts: as many in all as Slack takes in one list."""
    rows: dict[AccountName, list[Json]] = {}
    for each in islice(found, blocks.OPTIONS_MOST):
        rows.setdefault(each.account, []).append(_option(each))
    return [
        {"label": blocks.plain(request_form.account(catalog.accounts[name])), "options": options}
        for name, options in rows.items()
    ]


def _option(each: Entitlement) -> Json:
    return blocks.option(each.title, each.id, request_form.offer(each))


def what_for(offered: tuple[Entitlement, ...], chosen: str | None, *, notifies: bool = False) -> Json:
    options = [_option(each) for each in offered]
    return blocks.select(Block.ENTITLEMENT, labels.WHAT_FOR, options, chosen=chosen, notifies=notifies)


def how_long_and_why(offered: tuple[Entitlement, ...], held: Filled = Filled()) -> list[Json]:
    options = modal_forms.durations(offered)
    if held.about and held.duration and not any(_same(each["value"], held.duration) for each in options):
        options.insert(0, blocks.option(span(parse_duration(held.duration)), held.duration))
    chosen = next((each["value"] for each in options if _same(each["value"], held.duration)), None)
    return [
        blocks.select(Block.DURATION, labels.HOW_LONG, options, hint=labels.HOW_LONG_HINT, chosen=chosen),
        blocks.area(Block.JUSTIFICATION, labels.WHY, hint=labels.WHY_HINT, initial=held.justification),
    ]


def _same(duration: str, wanted: str) -> bool:
    """480m is 8h."""
    return bool(wanted) and parse_duration(duration) == parse_duration(wanted)


def _about(offered: tuple[Entitlement, ...], chosen: Entitlement) -> list[Json]:
    sessions = (each for each in offered if each.kind is Kind.SESSION and chosen.id in each.instead_of)
    session = next(sessions, None) if chosen.kind is Kind.ACCESS_KEY else None
    said = [request_form.safer(session)] if session else []
    code = [request_form.needs_code()] if chosen.mfa else []
    danger = [request_form.dangerous()] if chosen.dangerous else []
    return [blocks.context(each) for each in (*said, *code, *danger)]


def ticket(offered: Iterable[Entitlement], typed: str = "") -> list[Json]:
    """Its field, if one of these needs it; it may stay empty if another doesn't."""
    rows = [each.ticket for each in offered]
    patterns = [each for each in dict.fromkeys(rows) if each is not None]
    hint = request_form.which_ticket(patterns, needed=None not in rows)
    block = blocks.line(Block.TICKET, labels.TICKET, TICKET_MOST, hint=hint, initial=typed, optional=None in rows)
    return [block] if patterns else []


def _emergency(chosen: Entitlement, held: Filled) -> list[Json]:
    if chosen.break_glass is None:
        return []
    box = blocks.option(labels.EMERGENCY_BOX, "yes", request_form.emergency(chosen.break_glass))
    return [blocks.tick(Block.EMERGENCY, labels.EMERGENCY, box, ticked=held.emergency)]
