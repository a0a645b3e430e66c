"""Find the owners of one account's IAM users. Each owner and each email address is looked up once for each reading."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.domain.ids import SlackUserId
from bot.domain.ownership.owner import Presence
from bot.domain.ownership.owner_tags import addresses
from bot.flows.ownership import slack_presence
from bot.ports import People


@dataclass(slots=True)
class Asking:
    """Implements domain/ownership/owner.Asked."""

    people: People
    match_email: bool
    answers: dict[str, SlackUserId | None] = field(default_factory=dict)
    wanted: set[str] = field(default_factory=set)  # addresses that it met
    _seen: dict[str, Presence] = field(default_factory=dict)

    def prefetch(self, owners: Iterable[str]) -> None:
        slack_presence.prefetch(self.people, [each for each in owners if each not in self._seen])

    def presence(self, owner: str) -> Presence:
        if owner not in self._seen:
            self._seen[owner] = slack_presence.of(self.people, owner)
        return self._seen[owner]

    @property
    def unanswered(self) -> bool:
        """Slack hasn't answered yet for at least one owner."""
        return Presence.UNKNOWN in self._seen.values()

    def match(self, name: str, tags: Mapping[str, str]) -> tuple[SlackUserId | None, bool]:
        """From the addresses in the ledger; ownership/email_lookup.py asks Slack for the rest."""
        found = self.addresses([(name, tags)])
        people = (self.answers.get(each) for each in found)
        return next((each for each in people if each), None), all(each in self.answers for each in found)

    def addresses(self, users: Iterable[tuple[str, Mapping[str, str]]]) -> list[str]:
        if not self.match_email:
            return []
        return [each for name, tags in users for each in addresses(name, tags)]
