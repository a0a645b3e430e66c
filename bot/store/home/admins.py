"""An admin's Home: findings by account, how each account was read, and messages that Slack doesn't take."""

from collections.abc import Mapping

from sqlalchemy import func, select

from bot.domain.hygiene.finding import FindingKind
from bot.domain.ids import AccountName
from bot.ports import Reading
from bot.store.home.pages import Section
from bot.store.outbox import UNDONE
from bot.store.rows import many
from bot.store.tables import finding, outbox, reading


class AdminsHome(Section):
    def counts(self) -> Mapping[AccountName, Mapping[FindingKind, int]]:
        open_ = select(finding.c.account, finding.c.kind, func.count().label("many"))
        rows = open_.where(finding.c.closed_at.is_(None)).group_by(finding.c.account, finding.c.kind)
        found: dict[AccountName, dict[FindingKind, int]] = {}
        for row in self._c.execute(rows):
            found.setdefault(AccountName(row.account), {})[row.kind] = row.many
        return found

    def readings(self) -> Mapping[AccountName, Reading]:
        return {each.account: each for each in many(self._c, Reading, select(reading))}

    def undelivered(self) -> int:
        late = select(func.count()).select_from(outbox).where(UNDONE, outbox.c.last_error.is_not(None))
        return int(self._c.execute(late).scalar_one())
