"""Messages about findings that can't wait: alarms, a key Latchkey didn't create, an account it couldn't read."""

from bot.domain.ids import AccountName, GrantId
from bot.domain.subjects import Daily, Undelivered
from bot.ports import OutboxItem
from bot.slack.messages.context import Scene, revoke_row
from bot.slack.text.formatting import named
from bot.slack.text.hygiene import findings
from bot.slack.ui.blocks import section
from bot.slack.ui.message import Message

USERS_MOST = 20  # users listed by name


def orphan(scene: Scene, item: OutboxItem) -> Message | None:
    found = scene.tx.findings.get(item.subject)
    grant_id, _, evidence = found.evidence.partition(" ") if found else ("", "", "")
    grant = scene.tx.grants.get(GrantId(grant_id))
    if found is None or grant is None:
        return None
    what = named(scene.entitlement(grant), grant.entitlement)
    said = findings.orphan(found, what, grant.owner, evidence)
    return Message(said, (section(said), *revoke_row(scene, grant)))


def alarm(scene: Scene, item: OutboxItem) -> Message | None:
    found = scene.tx.findings.get(item.subject)
    if found is None:
        return None
    said = findings.alarm(found)
    return Message(said, (section(said),))


def undelivered(scene: Scene, item: OutboxItem) -> Message | None:
    del scene
    asked = Undelivered.parse(item.subject)
    said = findings.undelivered(asked.notice, asked.code)
    return Message(said, (section(said),))


def unread(scene: Scene, item: OutboxItem) -> Message | None:
    account = AccountName(Daily.parse(item.subject).id)
    reading = scene.tx.inventory.reading(account)
    if reading is None:
        return None
    unclear = tuple(each.user for each in scene.tx.inventory.ambiguous_keys(account, USERS_MOST))
    said = findings.unread(account, reading, tuple(dict.fromkeys(unclear)))
    return Message(said, (section(said),))
