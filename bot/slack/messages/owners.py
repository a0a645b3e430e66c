"""Messages about who owns a found key: claims and offers, keys without an owner, and what leavers leave behind."""

from collections.abc import Collection, Mapping, Sequence

from bot.domain.grant import Grant
from bot.domain.hygiene.finding import Finding, FindingKind
from bot.domain.hygiene.inventory import FoundUser
from bot.domain.ids import AccountName
from bot.domain.ownership.claim import Claim, ClaimState
from bot.domain.subjects import Daily, LeaverStage
from bot.flows import refresh
from bot.flows.ownership import leavers, transfer
from bot.ports import OutboxItem
from bot.slack.ids import Action
from bot.slack.messages.context import Scene, revoke_row
from bot.slack.text import labels, ownership
from bot.slack.text.formatting import named
from bot.slack.ui import usage
from bot.slack.ui.blocks import Json, actions, button, context, section
from bot.slack.ui.message import Message

ROWS = 45  # a message takes 50 blocks
DOUBTS = 8
LEFT_ROWS = 22  # of two blocks each


def claim(scene: Scene, item: OutboxItem) -> Message | None:
    found = scene.tx.owners.get(item.subject)
    if found is None:
        return None
    said = ownership.offered(found) if found.is_offer else ownership.claimed(found)
    if found.state is not ClaimState.OPEN:
        return Message(said, (section(said), context(ownership.settled(found))))
    below = [] if found.is_offer else [context(ownership.claimed_details())]
    return Message(said, (section(said), *below, actions(*answers(found))))


def answers(found: Claim) -> tuple[Json, Json]:
    yes, no = (labels.MINE, labels.NOT_MINE) if found.is_offer else (labels.CONFIRM, labels.DECLINE)
    return (
        button(yes, Action.CLAIM_CONFIRM, found.id, style="primary"),
        button(no, Action.CLAIM_DECLINE, found.id, style="danger"),
    )


def outcome(scene: Scene, item: OutboxItem) -> Message | None:
    found = scene.tx.owners.get(item.subject)
    if found is None or found.state is ClaimState.OPEN:
        return None
    said = ownership.outcome(found)
    return Message(said, (section(said),))


# --- ownerless ------------------------------------------------------------------------------------------------------


def ownerless(scene: Scene, item: OutboxItem) -> Message | None:
    list_ = Daily.parse(item.subject)
    account = AccountName(list_.id)
    if list_ != refresh.ownerless_list_posted(scene.tx, account):
        return _only(ownership.newer(account))
    found = scene.tx.findings.of_kind(account, FindingKind.OWNERLESS, ROWS)
    doubted = scene.tx.inventory.with_unmatched_tags(account, DOUBTS)
    below = [context(ownership.doubts(doubted))] if doubted else []
    if not found:
        title = ownership.all_owned(account)
        return Message(title, (section(title), *below))
    number = scene.tx.findings.count_of(account, FindingKind.OWNERLESS)
    title = ownership.ownerless(account, number, scene.command)
    users = _rows(scene, account, {each.iam_user for each in found})
    rows = [section(users[each.iam_user], _claim(each)) for each in found if each.iam_user in users]
    more = [context(ownership.further(number - len(found), scene.command))] if number > len(found) else []
    return Message(title, (section(title), *rows, *more, *below))


def _only(said: str) -> Message:
    return Message(said, (section(said),))


def _claim(found: Finding) -> Json:
    return button(labels.CLAIM, Action.CLAIM_MAKE, found.id)


def _rows(scene: Scene, account: AccountName, names: Collection[str]) -> Mapping[str, str]:
    """What is known about these IAM users, in as many statements as for one of them."""
    wanted = sorted(names)
    keys, asked = scene.tx.inventory.keys(account, wanted), scene.tx.owners.open_on(account, wanted)
    others = [each for each in scene.tx.findings.open_on(account, wanted) if not _wants_an_owner(each)]
    uses = scene.tx.usages.of_keys((account, each.access_key_id) for each in keys if each.access_key_id)
    return {
        name: ownership.row(
            user,
            [(each, usage.hint(uses, each.access_key_id, scene.now)) for each in keys if each.user == name],
            [each for each in others if each.iam_user == name],
            [each for each in asked if each.iam_user == name],
        )
        for name, user in scene.tx.inventory.users(account, wanted).items()
    }


def _wants_an_owner(found: Finding) -> bool:
    return found.kind in transfer.WANTING_AN_OWNER


# --- leavers --------------------------------------------------------------------------------------------------------


def left(scene: Scene, item: OutboxItem) -> Message | None:
    asked = LeaverStage.parse(item.subject)
    account, leaver = asked.account, scene.tx.owners.leaver_by_id(asked.leaver)
    if leaver is None:
        return None
    if leaver.back_at is not None:
        return _only(ownership.back(leaver))
    held = leavers.left_by(scene.tx, leaver.owner, scene.now).get(account)
    if held is None:
        return _only(ownership.nothing_left(leaver, account))
    title = ownership.left(leaver, account, asked.stage)
    users = _rows(scene, account, {each.name for each in held.users})
    rows = [
        *(_left_user(scene, each, users) for each in held.users),
        *(_left_grant(scene, each) for each in held.grants),
    ]
    more = [context(ownership.further(len(rows) - LEFT_ROWS, scene.command))] if len(rows) > LEFT_ROWS else []
    below = context(ownership.left_details())
    return Message(title, (section(title), below, *(block for row in rows[:LEFT_ROWS] for block in row), *more))


def _left_user(scene: Scene, user: FoundUser, rows: Mapping[str, str]) -> Sequence[Json]:
    said = section(rows.get(user.name, user.name))
    open_ = scene.tx.findings.open_on(user.account, [user.name])
    found = next((each for each in open_ if each.kind is FindingKind.LEAVER), None)
    if found is None:
        return (said,)
    return (said, actions(_claim(found), button(labels.HAND_OVER, Action.CLAIM_OFFER, found.id)))


def _left_grant(scene: Scene, grant: Grant) -> Sequence[Json]:
    title = named(scene.entitlement(grant), grant.entitlement)
    return (section(ownership.granted(grant, title, scene.now)), *revoke_row(scene, grant))
