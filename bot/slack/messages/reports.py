"""An account's report: in words, as a chart, and as CSV and JSON for auditors."""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial

from bot.domain.hygiene.account_report import AGES, IDLE, Bar, Picture, Standing
from bot.domain.hygiene.organization import Outside
from bot.domain.ids import AccessKeyId, AccountName
from bot.domain.subjects import AccountAt
from bot.flows.hygiene import account_report, organization, services_unread
from bot.flows.keys import worker_user
from bot.ports import OutboxItem
from bot.slack.messages.chart import Half, can_draw, png
from bot.slack.messages.context import Scene
from bot.slack.text import labels
from bot.slack.text.formatting import named
from bot.slack.text.hygiene import reports
from bot.slack.ui.message import File, Message

HEAD = ("account", "iam_user", "key", "owner", "made_at", "last_used_known", "last_used_at", "service", "region")


def picture(scene: Scene, item: OutboxItem) -> Message:
    found = account_report.of(scene.tx, AccountAt.parse(item.subject))
    outside = organization.outside(scene.tx, scene.catalog)
    account = AccountName(found.account)
    keys = tuple(scene.tx.inventory.active_keys(account))
    rules, name = scene.catalog.hygiene, f"{found.account}-{found.until:%Y-%m-%d}"
    halves = (
        _half(labels.BY_AGE, found.ages, AGES, rules.stale),
        _half(labels.BY_LAST_USE, found.idle, IDLE, rules.unused),
    )
    title = reports.file_title(found)
    chart = File(f"{name}.png", title, partial(png, title, halves), reports.alternative(found))
    return Message(
        reports.words(
            found,
            worker_user.name(scene.tx, account),
            outside,
            services_unread.why(scene.tx, account),
            titles=_titles(scene, found.oldest),
        ),
        files=(
            *((chart,) if can_draw() else ()),
            File(f"{name}.csv", reports.as_format(title, "CSV"), partial(as_csv, found, keys)),
            File(f"{name}.json", reports.as_format(title, "JSON"), partial(as_json, found, keys, outside)),
        ),
    )


def _titles(scene: Scene, keys: Iterable[Standing]) -> dict[str, str]:
    """Of Latchkey's own keys: what they are for says more than the names of their IAM users."""
    titles = dict[str, str]()
    for each in keys:
        issued = scene.tx.credentials.by_key(AccessKeyId(each.name)) if each.known_id else None
        grant = scene.tx.grants.get(issued.grant) if issued else None
        if grant is not None:
            titles[each.name] = named(scene.entitlement(grant), grant.entitlement)
    return titles


def _half(title: str, bars: tuple[Bar, ...], edges: tuple[int, ...], due: timedelta) -> Half:
    late = sum(timedelta(days=edge) < due for edge in edges) + 1
    return Half(title, [each.label for each in bars], [each.keys for each in bars], late)


def as_csv(found: Picture, keys: tuple[Standing, ...]) -> bytes:
    """A cell that a spreadsheet would run as a formula is quoted."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(HEAD)
    rows.writerows([_plain(cell) for cell in (found.account, *_row(each))] for each in keys)
    return out.getvalue().encode()


def _row(each: Standing) -> tuple[object, ...]:
    used = each.used
    told = (used.at, used.service, used.region) if used else (None, None, None)
    return (each.user, each.name, each.owner, each.made_at, used is not None, *told)


def _plain(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.isoformat()
    text = "" if cell is None else str(cell)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@"} else text


def as_json(found: Picture, keys: tuple[Standing, ...], outside: Outside | None) -> bytes:
    told = {**asdict(found), "standing": [asdict(each) for each in keys]}
    if outside:
        told["accounts_outside_the_catalog"] = {"many": outside.many, "keys": None, "seen_at": outside.seen_at}
    return json.dumps(told, default=_written, indent=1, ensure_ascii=False).encode()


def _written(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value.total_seconds()  # type: ignore[attr-defined]
