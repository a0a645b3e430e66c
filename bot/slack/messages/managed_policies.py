"""The message about a managed policy whose text changed in AWS."""

from bot.domain.policies.managed_policy import read
from bot.domain.subjects import PolicyChange
from bot.flows.drift.managed_policies import entitlements_by_policy
from bot.slack.messages.context import Scene
from bot.slack.text import managed_policies
from bot.slack.ui.blocks import context, section
from bot.slack.ui.message import Message


def changed(scene: Scene, change: PolicyChange) -> Message | None:
    row, account = read(scene.tx.flag(change.row)), change.account
    if row is None:
        return None
    offered = scene.catalog.accounts.get(account)
    gives = entitlements_by_policy(scene.catalog, offered).get(row.arn, []) if offered else []
    if row.boundary and row.right:
        return _over(managed_policies.boundary_right(account, row))
    if row.digest != change.digest:
        return _over(managed_policies.changed_again(account, row))
    said = managed_policies.boundary(account, row) if row.boundary else managed_policies.policy(account, row, gives)
    who = () if managed_policies.by_aws(row) else (context(managed_policies.FIND_OUT),)
    return Message(said, (section(said), *who))


def _over(said: str) -> Message:
    return Message(said, (section(said),))
