"""The button and the window of what should take the place of a key."""

from datetime import datetime

from bot.domain.catalog import Kind
from bot.domain.credential import Credential
from bot.domain.hygiene.finding import Finding
from bot.domain.hygiene.inventory import FoundKey
from bot.domain.replacement.means import CI, Means
from bot.domain.replacement.steps import StepName
from bot.flows.replacement.choice import Choice
from bot.flows.replacement.key import WORKS
from bot.slack.ids import Action, Block, Callback
from bot.slack.text import guide, labels
from bot.slack.text.replacement import choice, steps
from bot.slack.ui import blocks
from bot.slack.ui.blocks import Json, section

REPOSITORY_MOST = 255
BLOCKS_MOST = 100  # of a window
FORM = 6  # blocks below the steps


def button(key: str) -> Json:
    """For a found key's row, or a credential's."""
    return blocks.button(labels.REPLACE, Action.FINDING_REPLACE, key)


def of_issued(issued: Credential) -> Json | None:
    """At an access key of Latchkey's own that works."""
    works = issued.kind is Kind.ACCESS_KEY and issued.state in WORKS
    return button(issued.id) if works else None


def of_found(key: FoundKey | None, *findings: Finding) -> tuple[Json, ...]:
    """At a found key that still works, while something is found on it."""
    open_ = any(each.closed_at is None for each in findings)
    return (button(key.id),) if open_ and key and key.active and key.access_key_id and key.credential is None else ()


def view(found: Choice, now: datetime, guide_at: str, typed: str = "") -> Json:
    rows = [section(choice.head(found, now)), section(choice.instead(found))]
    rows += [*_compared(found), *_steps(found)]
    rows = rows[: BLOCKS_MOST - FORM]
    rows += (
        [blocks.context(choice.watched(found.watch))]
        if found.watch
        else [blocks.actions(_rotate(found), _replaced(found))]
    )
    rows += [_place(found), *_repository(found, typed), blocks.context(guide.more(guide_at, "replace"))]
    return blocks.modal(
        labels.REPLACE_KEY,
        rows,
        callback=Callback.FINDING_REPLACE,
        submit=labels.SHOW_STEPS,
        about=found.key.id,
    )


def _compared(found: Choice) -> list[Json]:
    """Where the steps make a role: a person who signs in keeps the policies of the IAM user."""
    makes_role = found.means in CI or any(each.name is StepName.PERMISSIONS for each in found.steps)
    return [section(choice.difference(found.difference, found.unread))] if found.difference and makes_role else []


def _steps(found: Choice) -> list[Json]:
    if found.means in CI and found.repository is None:
        return [section(choice.NEEDS_REPOSITORY)]
    rows: list[Json] = []
    for number, each in enumerate(found.steps, 1):
        rows += [section(steps.head(number, each)), *(section(part) for part in steps.code(each))]
    tip = steps.TIPS.get(found.means)
    return [*rows, blocks.context(tip)] if tip else rows


def _rotate(found: Choice) -> Json | None:
    """Meanwhile, where nothing shows what uses it: the new key shows who still has the old one."""
    if found.means is not Means.UNKNOWN or not found.may_act:
        return None
    return blocks.button(labels.ROTATE, Action.CREDENTIAL_ROTATE, found.key.id)


def _replaced(found: Choice) -> Json:
    return blocks.button(labels.REPLACED, Action.FINDING_REPLACED, found.key.id, style="primary" if found.steps else "")


def _place(found: Choice) -> Json:
    options = [blocks.option(name, each.value) for each, name in choice.NAMES.items()]
    return blocks.select(Block.PLACE, labels.WHERE_IT_RUNS, options, chosen=found.means.value, notifies=True)


def _repository(found: Choice, typed: str) -> list[Json]:
    """Asked for where a workflow uses it, or may: what was chosen by hand and is no workflow asks for nothing."""
    wanted = found.means in CI
    if not wanted and found.means is not found.seen[0] and found.means is not Means.UNKNOWN:
        return []
    hint = choice.REPOSITORY_HINT if wanted else choice.OTHER_HINT
    return [
        blocks.line(Block.REPOSITORY, labels.REPOSITORY, REPOSITORY_MOST, hint=hint, initial=typed, optional=not wanted)
    ]
