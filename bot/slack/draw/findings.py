"""Messages about what hygiene found: the digest, alarms, a key that Latchkey did not make, an account unread."""

from datetime import UTC, datetime, timedelta

from bot.domain.ids import AccountName, GrantId, SlackUserId
from bot.ports import Errand
from bot.slack import cards
from bot.slack.blocks import header, section
from bot.slack.draw.scene import Scene, revoke_row
from bot.slack.message import Message
from bot.slack.text import findings

MOST = 20  # users that are named


def orphan(scene: Scene, errand: Errand) -> Message | None:
    found = scene.tx.findings.get(errand.subject)
    grant_id, _, evidence = found.evidence.partition(" ") if found else ("", "", "")
    grant = scene.tx.grants.get(GrantId(grant_id))
    if found is None or grant is None:
        return None
    said = findings.orphan(found, grant.owner, evidence)
    return Message(said, (section(said), *revoke_row(scene, grant)))


def digest(scene: Scene, errand: Errand) -> Message | None:
    owner, _, day = errand.subject.partition("/")
    since = datetime.fromisoformat(day).replace(tzinfo=UTC)
    told = scene.tx.findings.told_on(SlackUserId(owner), since, since + timedelta(days=1))
    blocks = [block for each in told for block in cards.finding(scene.tx, scene.catalog, each, scene.now)]
    title = findings.digest_title(f"{since:%d %B %Y}")
    return Message(title, (header(title), *blocks[:48])) if blocks else None


def alarm(scene: Scene, errand: Errand) -> Message | None:
    found = scene.tx.findings.get(errand.subject)
    if found is None:
        return None
    said = findings.alarm(found)
    return Message(said, (section(said),))


def unread(scene: Scene, errand: Errand) -> Message | None:
    account = AccountName(errand.subject.rpartition("/")[0])
    reading = scene.tx.inventory.reading(account)
    if reading is None:
        return None
    unclear = tuple(each.user for each in scene.tx.inventory.unclear(account, MOST))
    said = findings.unread(account, reading, tuple(dict.fromkeys(unclear)))
    return Message(said, (section(said),))
