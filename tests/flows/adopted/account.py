"""An account whose found keys Latchkey may change: with carol's old key; bob and alice approve."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from bot.domain.adopted import Adopted
from bot.domain.catalog import Account
from bot.domain.hygiene.finding import Step
from bot.domain.ids import AccessKeyId, EntitlementId, GrantId, SlackUserId
from bot.domain.requests.request import Request
from bot.domain.usage.last_used import LastUsed
from bot.flows.adopted import deactivate, delete_due
from bot.flows.adopted import reactivate as adopt_on
from bot.flows.adopted import replace as adopt_rotate
from bot.flows.adopted import request as adopt
from bot.flows.context import AwsContext
from bot.store import tables
from tests.fakes import ALICE, BOB, CAROL
from tests.fakes.responder import FakeResponder
from tests.flows.catalog import MAIN
from tests.flows.hygiene.found_keys import DAY, Found

USER = "reporting"
DELETER = "arn:aws:iam::123456789012:role/latchkey-deleter"


@dataclass
class Adopting(Found):
    def __post_init__(self) -> None:
        super().__post_init__()
        group = self.world.catalog.approvers["platform"]
        approvers = {"platform": replace(group, users=(BOB, ALICE), usergroups=())}
        self.world.catalog = replace(self.world.catalog, approvers=approvers)
        self.account(adopt=True)
        self.hand = FakeResponder(self.world.iam)

    # --- set-up ---------------------------------------------------------------------------------------------------

    def account(self, **changes: Any) -> Account:
        """The one account, with these keys of its table changed."""
        made = replace(self.world.catalog.accounts[MAIN.name], **changes)
        self.with_accounts(made)
        return made

    def plant(
        self, *, idle: timedelta | None = 60 * DAY, owner: str | None = CAROL, user: str = USER, **profile: Any
    ) -> str:
        """An old key, found by the inventory; returns its row id."""
        tags = {"Slack": owner} if owner else {}
        self.reader.user(MAIN, user, tags=tags, **profile)
        self.key_id = self.reader.key(MAIN, user, age=200 * DAY, idle=idle)
        self.look(self.world.catalog.accounts[MAIN.name])
        return self.row_of(self.key_id)

    def row_of(self, key: AccessKeyId) -> str:
        with self.world.work.begin() as tx:
            found = tx.inventory.by_key(key)
        assert found is not None
        return found.id

    def used(self, ago: timedelta = timedelta(minutes=12)) -> None:
        """By s3 in eu-west-1."""
        self.world.iam.uses[self.key_id] = LastUsed(self.world.clock.now() - ago, "s3", "eu-west-1")

    # --- actions ----------------------------------------------------------------------------------------------------

    @property
    def context(self) -> AwsContext:
        return replace(super().context, responder=self.hand, reactivator=self.hand)

    def retire(self, key: str, by: SlackUserId = CAROL, *, anyway: bool = False) -> Adopted:
        world = self.world
        return adopt.retire(world.context, key=key, by=by, delivery=None, anyway=anyway)

    def wait(self, key: str, by: SlackUserId = CAROL) -> object:
        world = self.world
        return adopt.wait(world.context, key=key, by=by, delivery=None)

    def enforce(self) -> bool:
        """Hygiene's own deactivation of the last planted key, whose findings have reached their last step."""
        world = self.world
        with world.work._engine.begin() as connection:  # type: ignore[attr-defined]
            last = {"step": Step.OFF, "due_at": world.clock.now()}
            connection.execute(update(tables.finding).where(tables.finding.c.closed_at.is_(None)).values(last))
        return adopt.enforce(world.context, key=self.key_id)

    def reactivate(self, key: str, by: SlackUserId) -> int:
        world = self.world
        return adopt_on.reactivate(world.context, key=key, by=by, delivery=None)

    def rotate(self, key: str, what: str = "reports-read", by: SlackUserId = CAROL) -> Request:
        world = self.world
        return adopt_rotate.ask(
            world.context,
            key=key,
            entitlement=EntitlementId(what),
            duration=30 * DAY,
            justification="the nightly report",
            by=by,
            delivery=None,
        )

    def work(self) -> int:
        """Everything that the worker does to adopted keys, once. Returns the number of changes."""
        adopt_rotate.start_overlaps(self.context)
        acts = deactivate.carry_out(self.context) + adopt_on.carry_out(self.context)
        acts += deactivate.carry_out_enforced(self.context) + adopt_rotate.retire_due(self.context)
        adopt_rotate.check_switchovers(self.context)
        return acts + delete_due.delete_due(self.context)

    def off(self, by: SlackUserId = CAROL, **planted: Any) -> str:
        """A key that its owner gave back."""
        key = self.plant(**planted)
        self.retire(key, by)
        assert self.work() == 1
        return key

    # --- questions --------------------------------------------------------------------------------------------------

    def row(self, key: str) -> Adopted:
        with self.world.work.begin() as tx:
            found = tx.adopted.get(key)
        assert found is not None
        return found

    def acts(self) -> list[tuple[str, str]]:
        """What was done to found keys in AWS, and by whom."""
        mine = {"switch_off", "switch_on", "delete"}
        return [(name, by) for name, _, by in self.world.iam.acts if name in mine]

    def active(self) -> bool | None:
        """In AWS; None: gone."""
        found = self.world.iam.all_keys().get(self.key_id)
        return None if found is None else found.active

    def tags(self, key: str) -> list[str]:
        with self.world.work.begin() as tx:
            return [each.tag.value for each in tx.audit.of(key)]

    def items(self, notice: str) -> list[str]:
        return [to for what, to in self.world.items() if what == notice]


def collect(a: Adopting, request: Request, by: SlackUserId = CAROL) -> GrantId:
    """Approved, collected, and live."""
    world = a.world
    world.approve(request.id)
    with world.work.begin() as tx:
        grant = tx.grants.of_request(request.id)
    assert grant is not None
    world.mint(world.collect(grant.id, by).id)
    world.reveal()
    world.receipt()
    return grant.id


def replaced(a: Adopting) -> tuple[str, GrantId, AccessKeyId]:
    """A found key with its replacement: the row id, the new grant, and the new key's id."""
    key = a.plant()
    grant = collect(a, a.rotate(key))
    a.work()
    with a.world.work.begin() as tx:
        (new,) = tx.credentials.of(grant)
    assert new.access_key_id is not None
    return key, grant, new.access_key_id
