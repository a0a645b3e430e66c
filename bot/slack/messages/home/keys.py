"""A grant on Home: its keys or sessions with their last use, two buttons, and a menu of what is rare."""

from collections.abc import Collection, Sequence

from bot.domain.credential import Credential
from bot.domain.grant import Grant
from bot.domain.lifecycle import CredentialState
from bot.flows.keys import leaked as leaks
from bot.slack.ids import Action
from bot.slack.messages.context import Scene
from bot.slack.text import grants, labels, sessions
from bot.slack.text.home import owner as home
from bot.slack.ui import cards, usage
from bot.slack.ui.blocks import Json, actions, confirm, menu_option, overflow, section
from bot.slack.ui.usage import Uses

LINES_MOST = 5  # of one grant: sessions can be many


def grant(
    scene: Scene, found: Grant, credentials: Sequence[Credential], uses: Uses, leaked: Collection[str] = ()
) -> list[Json]:
    """`leaked` are the ids of keys with an open incident."""
    shown = cards.shown(credentials, scene.now)
    lines = [home.grant(found, scene.entitlement(found), scene.now), *_lines(scene, found, shown, uses, leaked)]
    ends_now = sessions.ends_now(credentials, scene.now, revokes=scene.revokes(found))
    live = next((each for each in reversed(shown) if each.state is CredentialState.LIVE), None)
    used = usage.of_keys_in_dialog(uses, shown, scene.now)
    row = [cards.next_step(found, shown, live), *_old(scene, found, shown), cards.give_back(found, ends_now, used)]
    if leaks.holds_back(credentials, leaked):
        row = row[-1:]
    return [section("\n".join(lines)), actions(*row, _menu(found, shown, ends_now))]


def _lines(scene: Scene, found: Grant, shown: Sequence[Credential], uses: Uses, leaked: Collection[str]) -> list[str]:
    pairs = (
        (_line(scene, found, each, leaked), usage.line(uses, each.access_key_id, scene.now))
        for each in shown[-LINES_MOST:]
    )
    lines = [line for pair in pairs for line in pair if line]
    return [*lines, *([grants.older(len(shown) - LINES_MOST)] if len(shown) > LINES_MOST else [])]


def _line(scene: Scene, found: Grant, each: Credential, leaked: Collection[str]) -> str:
    said = home.key_line(each, found.lease_until, scene.now)
    return f"{said} · {grants.LEAKED}" if each.access_key_id in leaked else said


def _old(scene: Scene, found: Grant, shown: Sequence[Credential]) -> tuple[Json, ...]:
    """For the older of two keys: Switch off, or once it's off Undo and Delete now. A grant has at most one such key."""
    for each in shown:
        buttons = (cards.switch(found, each, shown), cards.delete_now(each, shown, scene.now))
        if any(buttons):
            return tuple(button for button in buttons if button)
    return ()


def _menu(found: Grant, shown: Sequence[Credential], ends_now: str) -> Json:
    renew = menu_option(labels.RENEW, Action.GRANT_RENEW, found.id)
    doubtful = next((each for each in reversed(shown) if each.revealed_at is not None), None)
    if doubtful is None:
        return overflow(renew)
    not_me = menu_option(labels.NOT_ME, Action.CREDENTIAL_DISOWN, doubtful.id)
    return overflow(renew, not_me, confirm=confirm(labels.rare(ends_now)))
