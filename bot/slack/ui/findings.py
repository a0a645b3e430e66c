"""A finding in a window or a list: the name of its key, what was found, and whether somebody keeps it."""

from datetime import datetime

from bot.domain.catalog import Catalog
from bot.domain.hygiene.finding import Exemption, Finding
from bot.flows.hygiene.escalate import grant_of
from bot.ports import Transaction
from bot.slack.ids import Action
from bot.slack.text import labels
from bot.slack.text.formatting import named
from bot.slack.text.hygiene import digest, findings
from bot.slack.ui.blocks import Json, button, context, section


def name(tx: Transaction, catalog: Catalog, found: Finding) -> str:
    """By what its grant is for, or by its IAM user; with the key id."""
    grant = grant_of(tx, found)
    title = named(catalog.entitlements.get(grant.entitlement), grant.entitlement) if grant else ""
    return findings.subject(found, title)


def about(tx: Transaction, catalog: Catalog, found: Finding, now: datetime) -> list[Json]:
    """For the top of a window: which key, what was found on it, and who keeps it until when."""
    kept = digest.stands(found, now)
    said = section(findings.says(name(tx, catalog, found), found))
    return [said, *([context(kept)] if kept else [])]


def keep(found: Finding, now: datetime) -> Json:
    """Keep, or Change for one that is kept."""
    kept = found.exemption(now) is Exemption.STANDS
    return button(labels.CHANGE if kept else labels.KEEP, Action.FINDING_KEEP, found.id)


def release(found: Finding) -> Json:
    return button(labels.STOP_KEEPING, Action.FINDING_RELEASE, found.id)
