"""A key that Latchkey didn't issue, on its owner's Home: what is found on it, and what can be done about it."""

from collections.abc import Collection, Iterable

from bot.domain.adopted import protection
from bot.domain.home import FoundRow
from bot.domain.hygiene.finding import Exemption, Finding
from bot.domain.hygiene.finding_rules import RULES, Remedy
from bot.domain.lifecycle import AdoptedState
from bot.flows.home.owner import OwnersHome
from bot.slack.ids import Action
from bot.slack.messages import adopted as adopted_messages
from bot.slack.messages.context import Scene
from bot.slack.text import adopted, grants, labels
from bot.slack.text.home import owner as home
from bot.slack.text.replacement import choice
from bot.slack.ui import cards, replacement, usage
from bot.slack.ui.blocks import Json, actions, button, section


def key(scene: Scene, mine: OwnersHome, row: FoundRow, leaked: Collection[str] = ()) -> list[Json]:
    """`leaked` are the ids of keys with an open incident."""
    findings = mine.findings_of(row)
    if row.key.access_key_id in leaked:  # its incident has the buttons; the others are refused until it is over
        said = [home.found(row, scene.now), grants.LEAKED, usage.line(mine.usages, row.key.access_key_id, scene.now)]
        return [section("\n".join(each for each in said if each))]
    said = [
        home.found(row, scene.now),
        usage.line(mine.usages, row.key.access_key_id, scene.now),
        _stands(scene, mine, row),
        home.found_on(row, findings, scene.now),
    ]
    open_ = [each for each in findings if each.exemption(scene.now) is Exemption.NONE]
    instead = replacement.of_found(row.key, *findings)
    buttons = [*_acts(scene, mine, row), *instead, *(_answers(open_[0]) if open_ else ())]
    return [section("\n".join(each for each in said if each)), *([actions(*buttons)] if buttons else [])]


def _may_act(scene: Scene, row: FoundRow) -> bool:
    return protection(scene.catalog.accounts.get(row.key.account), row.user, row.key) is None


def _stands(scene: Scene, mine: OwnersHome, row: FoundRow) -> str:
    """What Latchkey was asked to do with it, or how far its replacement is."""
    watched = choice.watched(mine.watched[row.key.id]) if row.key.id in mine.watched else ""
    if not _may_act(scene, row):
        return watched
    if row.adopted is not None and (row.adopted.state is not AdoptedState.ON or row.adopted.pending_action):
        account = scene.catalog.accounts[row.key.account]
        return adopted.stands(row.adopted, scene.now, deleter=account.deleter_role_arn is not None)
    if row.key.id in mine.replacements:
        return adopted.in_its_place(mine.replacements[row.key.id])
    return watched


def _acts(scene: Scene, mine: OwnersHome, row: FoundRow) -> tuple[Json, ...]:
    if not _may_act(scene, row):
        return ()
    replaced = row.key.id in mine.replacements or row.key.id in mine.watched
    used = usage.in_dialog(mine.usages, row.key.access_key_id, scene.now)
    if row.adopted is not None and (row.adopted.state is not AdoptedState.ON or row.adopted.pending_action):
        return adopted_messages.presses(row.adopted, replaced=replaced, used=used)
    if not row.key.active:
        return ()
    off = cards.switch_off_found(row.key.id, used)
    return (off,) if replaced else (button(labels.ROTATE, Action.CREDENTIAL_ROTATE, row.key.id), off)


def _answers(found: Finding) -> tuple[Json, ...]:
    return (
        button(labels.KEEP, Action.FINDING_KEEP, found.id),
        button(labels.NOT_MINE, Action.FINDING_DISOWN, found.id),
    )


def settles(scene: Scene, mine: OwnersHome, asked: Finding, row: FoundRow | None) -> Json | None:
    """The button of the finding's remedy. Rotate and Give back are there where Latchkey may act on the key."""
    if row is None or not row.key.active or not _may_act(scene, row):
        return None
    if row.adopted is not None and (row.adopted.state is not AdoptedState.ON or row.adopted.pending_action):
        return None
    match RULES[asked.kind].remedy:
        case Remedy.ROTATE:
            return button(labels.ROTATE, Action.CREDENTIAL_ROTATE, row.key.id)
        case Remedy.GIVE_BACK:
            used = usage.in_dialog(mine.usages, row.key.access_key_id, scene.now)
            return cards.switch_off_found(row.key.id, used)
        case Remedy.ONE_EACH | Remedy.LESS_POWER | Remedy.TRUST_A_ROLE:
            return replacement.button(row.key.id)
    return None


def asked_anyway(scene: Scene, mine: OwnersHome) -> Iterable[list[Json]]:
    """Keys that are in use, so that Latchkey asks once more before it switches them off."""
    for each in mine.found_on:
        row = each.adopted
        if row is not None and row.state is AdoptedState.ASKING:
            account = scene.catalog.accounts.get(row.account)
            deleter = account is not None and account.deleter_role_arn is not None
            said = adopted.stands(row, scene.now, deleter=deleter)
            yield [section(said), actions(*adopted_messages.presses(row, replaced=False))]
