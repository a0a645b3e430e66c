"""An account whose keys leak, and people who report them."""

from base64 import b32encode
from dataclasses import dataclass

from bot.domain.events import Notice
from bot.domain.ids import AccessKeyId, DeliveryId, SlackUserId
from bot.domain.leaks.incident import Incident, Source
from bot.domain.leaks.keys_in_text import Found as Leaked
from bot.domain.leaks.keys_in_text import Pair
from bot.flows.keys import worker_user
from bot.flows.leaks import begin, page, report, triage
from bot.flows.leaks.report import Reported
from bot.ports import Person
from bot.secret import Secret
from tests.fakes import ALICE, CAROL, DAVE, TEAM
from tests.flows.catalog import MAIN
from tests.flows.hygiene.found_keys import DAY, Found

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKE"


def key_in(account: str, number: int = 1) -> AccessKeyId:
    """An id that says which account it belongs to."""
    body = ((1 << 47) | (int(account) << 7)).to_bytes(6, "big") + number.to_bytes(4, "big")
    return AccessKeyId(f"AKIA{b32encode(body).decode()}")


STRANGER, UNREAD = key_in("999999999999"), key_in(MAIN.id)


@dataclass
class Leaking(Found):
    def __post_init__(self) -> None:
        super().__post_init__()
        self.world.people.people[DAVE] = Person(DAVE, TEAM, full_member=True)

    def report(
        self,
        *keys: AccessKeyId,
        by: str = CAROL,
        source: Source = Source.COMMAND,
        secret: str | None = None,
        delivery: str | None = None,
    ) -> Reported:
        pairs = tuple(Pair(each, Secret(secret)) for each in keys) if secret else ()
        sent = DeliveryId(delivery) if delivery else None
        return report.report(self.context, found=Leaked(keys, pairs), by=by, source=source, delivery=sent)

    def contain(self, incident: Incident, by: SlackUserId) -> Incident:
        return begin.contain(self.context, incident=incident.id, by=by, delivery=None)

    def look_up(self) -> int:
        return triage.triage(self.context)

    def page(self) -> int:
        return page.page_due(self.context) + page.escalate_due(self.context)

    def pass_time(self, **span: int) -> None:
        self.world.clock.advance(**span)
        self.look_up()
        self.page()

    # --- questions --------------------------------------------------------------------------------------------------

    def incident(self, key: AccessKeyId) -> Incident:
        with self.world.work.begin() as tx:
            found = tx.incidents.last_of(key)
        assert found is not None
        return found

    def count(self) -> int:
        with self.world.work.begin() as tx:
            return len(tx.incidents.recent(self.world.clock.now(), 1000))

    def told(self, notice: Notice = Notice.INCIDENT) -> set[str]:
        return {to for name, to in self.world.items() if name == notice.value}

    def events(self, incident: Incident) -> list[str]:
        with self.world.work.begin() as tx:
            return [each.tag.value for each in tx.audit.of(incident.id)]


def keys(leaking: Leaking, whose: str) -> AccessKeyId:
    """A key of each sort; alice owns those that people own."""
    world = leaking.world
    if whose == "issued":
        return world.key(world.live()[1])
    if whose == "session":
        return world.key(world.live("reports-session", "8h")[1])
    if whose in {"found", "itself"}:
        leaking.reader.user(MAIN, whose, tags={"Slack": ALICE})
        key = leaking.reader.key(MAIN, whose, age=100 * DAY)
        leaking.look()
        if whose == "itself":
            with world.work.begin() as tx:
                user = tx.inventory.users(MAIN.name, [whose])[whose]
                worker_user.note(tx, MAIN.name, user.arn)
        return key
    return {"unread": UNREAD, "other": STRANGER, "foreign session": AccessKeyId("ASIA" + UNREAD[4:])}[whose]
