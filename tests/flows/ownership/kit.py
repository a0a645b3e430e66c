"""An account whose keys people claim, disown and leave behind: the ownership flows, called directly."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from bot.domain.errors import Reason, Refused
from bot.domain.hygiene.finding import Finding, FindingKind
from bot.domain.hygiene.inventory import FoundUser
from bot.domain.ids import AccessKeyId, SlackUserId
from bot.domain.ownership.claim import Claim
from bot.flows.ownership import claim, disown, email_lookup, ownerless
from bot.flows.ownership import leavers as leave
from tests.fakes import ALICE, BOB
from tests.flows.catalog import MAIN
from tests.flows.hygiene.found_keys import DAY, Found


def refused(reason: Reason, act: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as refusal:
        act()
    assert refusal.value.reason is reason
    return refusal.value


@dataclass
class Owning(Found):
    def job(self, name: str = "job", *, age: timedelta = 300 * DAY, **tags: str) -> AccessKeyId:
        """An IAM user with an old key that has a finding."""
        self.reader.user(MAIN, name, tags=tags, made_at=self.world.clock.now() - 400 * DAY)
        return self.reader.key(MAIN, name, age=age, idle=DAY)

    def tag(self, name: str = "job", **tags: str) -> None:
        self.reader.profiles[name].tags = tags

    def user(self, name: str = "job") -> FoundUser:
        with self.world.work.begin() as tx:
            return tx.inventory.users(MAIN.name, [name])[name]

    def about(self, kind: FindingKind, name: str = "job") -> Finding:
        return next(each for each in self.open(name) if each.kind is kind)

    def kinds(self, name: str = "job") -> set[FindingKind]:
        return {each.kind for each in self.open(name)}

    # --- actions -------------------------------------------------------------------------------------------------

    def claim(self, what: str = "job", by: SlackUserId = ALICE) -> Claim:
        world = self.world
        return claim.ask(world.context, what=what, by=by, delivery=None)

    def decide(self, of: Claim, by: SlackUserId = BOB, *, yes: bool = True) -> Claim:
        world = self.world
        return claim.decide(world.context, claim=of.id, by=by, yes=yes, delivery=None)

    def disown(
        self, finding: Finding, by: SlackUserId = ALICE, to: SlackUserId | None = None, why: str = "never saw it"
    ) -> Claim | None:
        world = self.world
        return disown.disown(world.context, finding=finding.id, by=by, to=to, justification=why, delivery=None)

    def hand_over(self, finding: Finding, by: SlackUserId, to: SlackUserId | None) -> Claim:
        world = self.world
        return disown.hand_over(
            world.context, finding=finding.id, by=by, to=to, justification="they run it", delivery=None
        )

    def leavers(self) -> int:
        world = self.world
        leave.check_owners(world.context)
        return leave.announce(world.context)

    def post(self) -> int:
        return ownerless.post(self.world.context)

    def match(self) -> int:
        return email_lookup.match(self.world.context)

    def leaves(self, person: SlackUserId) -> None:
        self.world.people.people[person] = replace(self.world.people.find(person), full_member=False)

    def returns(self, person: SlackUserId) -> None:
        self.world.people.people[person] = replace(self.world.people.find(person), full_member=True)

    # --- questions -----------------------------------------------------------------------------------------------

    def told(self, notice: str) -> list[str]:
        """Where a message of this kind is queued."""
        return [to for name, to in self.world.items() if name == notice]

    def settle_outbox(self) -> None:
        """Everything was sent."""
        with self.world.work.begin() as tx:
            for each in tx.outbox.due(self.world.clock.now(), 1000):
                tx.outbox.mark_delivered(each.id, tx.outbox.wanted_revision(each.id), self.world.clock.now())

    def audit(self, subject: str) -> list[str]:
        with self.world.work.begin() as tx:
            return [each.tag.value for each in tx.audit.of(subject)]
