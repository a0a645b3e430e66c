"""Reminder messages: the owner's digest, the approvers' list, a dry run, and a key that Latchkey switched off."""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.credential import Credential
from bot.domain.events import Notice, Tag
from bot.domain.grant import Grant
from bot.domain.hygiene.finding import Exemption, Finding
from bot.domain.hygiene.inventory import FoundKey
from bot.domain.ids import AccessKeyId, AccountName
from bot.domain.lifecycle import CredentialState, GrantState
from bot.domain.requests.request import Answer
from bot.domain.subjects import AccountAt, OwnersDigest, row_id
from bot.domain.usage.last_used import LastUsed
from bot.flows.hygiene import dry_run
from bot.ports import OutboxItem
from bot.slack.ids import Action
from bot.slack.messages.context import Scene, last
from bot.slack.text import labels
from bot.slack.text.formatting import named
from bot.slack.text.hygiene import digest as reminding
from bot.slack.text.hygiene.findings import measured, subject
from bot.slack.ui import cards, replacement, usage
from bot.slack.ui import findings as finding_ui
from bot.slack.ui.blocks import Json, actions, button, context, header, section
from bot.slack.ui.message import Message
from bot.slack.ui.usage import Uses


def digest(scene: Scene, item: OutboxItem) -> Message | None:
    owner = OwnersDigest.parse(item.subject).owner
    told = scene.tx.findings.in_message(Notice.DIGEST, item.subject)
    uses = _uses(scene, told)
    blocks = [block for row in by_key(told) for block in _entry(scene, row[0], owner, uses, first=row[1])]
    due = [each for each in told if each.owner == owner and not _is_settled(scene, each)]
    keys = {each.access_key_id for each in due if each.access_key_id}
    users = {(each.account, each.iam_user) for each in due if not each.access_key_id}
    title = reminding.title(len(keys), len(users))
    return Message(title, (header(title), *blocks)) if blocks else None


def _uses(scene: Scene, findings: Iterable[Finding]) -> Uses:
    keys = ((AccountName(each.account), AccessKeyId(each.access_key_id)) for each in findings if each.access_key_id)
    return scene.tx.usages.of_keys(keys)


def by_key(told: Iterable[Finding]) -> Iterable[tuple[Finding, bool]]:
    """Those on one key together, each with whether it is the first on its key."""
    rows, shown = tuple(told), set[str | None]()
    keys = [each.access_key_id for each in rows]
    for each in sorted(rows, key=lambda row: keys.index(row.access_key_id)):
        yield each, each.access_key_id not in shown
        shown.add(each.access_key_id)


def _entry(scene: Scene, found: Finding, owner: str, uses: Uses, *, first: bool) -> list[Json]:
    """Where the key is used is said once."""
    if found.owner != owner:
        return [section(reminding.not_yours(found))]
    credential = scene.tx.credentials.get(found.credential) if found.credential else None
    grant = scene.tx.grants.get(credential.grant) if credential else None
    key = scene.tx.inventory.by_key(AccessKeyId(found.access_key_id)) if found.access_key_id else None
    if credential is not None and grant is not None:
        what = subject(found, named(scene.entitlement(grant), grant.entitlement))
        says = measured(found, credential.created_at, credential.used_at, scene.now)
        about, row = _own(scene, credential, grant), _own_row(scene, found, credential, grant, uses)
    else:
        what, says = subject(found), _measured(found, key, scene.now)
        stands, buttons = cards.found_key(scene.tx, scene.catalog, found.access_key_id, scene.now, uses)
        current = stands if found.closed_at is None else ""  # later changes are in the message about the key
        about = " · ".join(each for each in (_foreign(found, key, scene.now), current) if each)
        instead = replacement.of_found(key, found)
        row = [
            *buttons,
            *instead,
            finding_ui.keep(found, scene.now),
            button(labels.NOT_MINE, Action.FINDING_DISOWN, found.id),
        ]
    said = section(reminding.entry(found, what, says, scene.now, enforce=_enforces(scene, found)))
    about = " · ".join(each for each in (reminding.evidence(found), about) if each)
    used = usage.line(uses, found.access_key_id, scene.now) if first else ""
    below = context(*(each for each in (about, used) if each))
    return [said, below, *([actions(*row)] if row and found.closed_at is None else [])]


def _measured(found: Finding, key: FoundKey | None, now: datetime) -> str:
    return measured(found, key.created_at if key else None, key.used_at if key else None, now)


def _is_settled(scene: Scene, found: Finding) -> bool:
    return found.closed_at is not None or found.exemption(scene.now) is Exemption.STANDS


def _own(scene: Scene, credential: Credential, grant: Grant) -> str:
    """With who approved it and the justification."""
    used = LastUsed(credential.used_at, credential.used_service, credential.used_region)
    request = scene.tx.requests.get(grant.request)
    rows = scene.tx.decisions.of(grant.request)
    by = frozenset(each.approver for each in rows if each.answer is Answer.APPROVE)
    where = reminding.place(grant.account, grant.iam_user)
    about = reminding.details(
        where, credential.created_at, used if credential.used_read_at is not None else None, scene.now
    )
    return " · ".join(
        each for each in (about, reminding.approved(by, request.justification if request else "")) if each
    )


def _own_row(scene: Scene, found: Finding, credential: Credential, grant: Grant, uses: Uses) -> list[Json]:
    active = grant.state_at(scene.now) is GrantState.ACTIVE
    if credential.state is not CredentialState.LIVE or credential.pending_action or not active:
        return []
    rotate = button(labels.ROTATE, Action.CREDENTIAL_ROTATE, credential.id)
    used = usage.in_dialog(uses, credential.access_key_id, scene.now)
    instead = [each for each in [replacement.of_issued(credential)] if each]
    return [rotate, *instead, cards.give_back(grant, used=used), finding_ui.keep(found, scene.now)]


def _foreign(found: Finding, key: FoundKey | None, now: datetime) -> str:
    where = reminding.place(found.account, found.iam_user)
    about = reminding.details(where, key.created_at, key.used, now) if key else where
    return f"{about} · {reminding.NOT_OURS}"


def _enforces(scene: Scene, found: Finding) -> bool:
    """A found key also needs `adopt`."""
    account = scene.catalog.accounts.get(AccountName(found.account))
    return account is not None and account.enforce and (found.credential is not None or account.adopt)


def escalated(scene: Scene, item: OutboxItem) -> Message | None:
    rows = scene.tx.findings.in_message(Notice.ESCALATED, item.subject)
    uses = _uses(scene, rows)
    said = [
        reminding.line(
            each, scene.now, enforce=_enforces(scene, each), used=usage.line(uses, each.access_key_id, scene.now)
        )
        for each in rows
    ]
    title = reminding.escalated()
    keep = button(labels.KEEP_LONGER, Action.FINDING_KEEP, item.subject)
    row = [actions(keep)] if any(each.closed_at is None for each in rows) else []
    return Message(title, (header(title), *(section(each) for each in reminding.lines(said)), *row)) if said else None


def preview(scene: Scene, item: OutboxItem) -> Message | None:
    account = AccountAt.parse(item.subject).account
    rows = [reminding.would(each) for each in scene.tx.findings.in_message(Notice.PREVIEW, item.subject)]
    ends = [dry_run.until(scene.tx, account, found=each) for each in (False, True)]
    said = reminding.preview(account)
    then = context(reminding.preview_ends(max((each for each in ends if each), default=None)))
    return Message(said, (section(said), then, *(section(each) for each in reminding.lines(rows)))) if rows else None


def enforced(scene: Scene, item: OutboxItem) -> Message | None:
    """With Undo while the key is off and nobody has pressed it."""
    if (pair := scene.credential(row_id(item.subject))) is None:
        return None
    found, grant = pair
    event = last(scene.tx.audit.of(found.id), Tag.FINDING_ENFORCED)
    why = scene.tx.findings.get(event.facts["finding"]) if event else None
    what = named(scene.entitlement(grant), grant.entitlement)
    said = reminding.enforced(found, what, why.kind if why else None, grant)
    undo = (
        found.state is CredentialState.RETIRING
        and not found.pending_action
        and grant.state_at(scene.now) is GrantState.ACTIVE
    )
    return Message(said, (section(said), *([actions(cards.undo(found))] if undo else [])))
