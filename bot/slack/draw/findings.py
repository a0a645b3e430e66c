"""Messages about what hygiene found: the digest, and a key that Latchkey did not make."""

from datetime import UTC, datetime, timedelta

from bot.domain.ids import GrantId, SlackUserId
from bot.ports import Errand
from bot.slack import cards
from bot.slack.blocks import header, section
from bot.slack.draw.scene import Scene, revoke_row
from bot.slack.message import Message
from bot.slack.text import holding


def orphan(scene: Scene, errand: Errand) -> Message | None:
    found = scene.tx.findings.get(errand.subject)
    grant_id, _, evidence = found.evidence.partition(" ") if found else ("", "", "")
    grant = scene.tx.grants.get(GrantId(grant_id))
    if found is None or grant is None:
        return None
    said = holding.orphan(found, grant.owner, evidence)
    return Message(said, (section(said), *revoke_row(scene, grant)))


def digest(scene: Scene, errand: Errand) -> Message | None:
    owner, _, day = errand.subject.partition("/")
    since = datetime.fromisoformat(day).replace(tzinfo=UTC)
    told = scene.tx.findings.told_on(SlackUserId(owner), since, since + timedelta(days=1))
    blocks = [block for each in told for block in cards.finding(scene.tx, each)]
    title = holding.digest_title(f"{since:%d %B %Y}")
    return Message(title, (header(title), *blocks[:48])) if blocks else None
