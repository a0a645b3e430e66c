"""Who opened their Home tab lately, and at which page each section of it stands."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, update

from bot.domain.home import Section as HomeSection
from bot.domain.ids import SlackUserId
from bot.store.dialect import insert_or_update
from bot.store.home.pages import Section
from bot.store.tables import home as table


class OpenedTabs(Section):
    def opened(self, person: SlackUserId, at: datetime) -> None:
        insert_or_update(self._c, table, [{"person": person, "opened_at": at, "offsets": {}}])

    def turn_page(self, person: SlackUserId, section: HomeSection, offset: int, at: datetime) -> None:
        pages = {**self.page_offsets(person), section.value: offset}
        mine = update(table).where(table.c.person == person)
        self._c.execute(mine.values(offsets=pages, opened_at=at))

    def page_offsets(self, person: SlackUserId) -> Mapping[str, int]:
        found = self._c.execute(select(table.c.offsets).where(table.c.person == person)).scalar()
        return dict(found or {})

    def opened_since(self, moment: datetime) -> frozenset[SlackUserId]:
        lately = select(table.c.person).where(table.c.opened_at >= moment)
        return frozenset(SlackUserId(each) for each in self._c.execute(lately).scalars())
