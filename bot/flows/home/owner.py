"""What an owner's Home shows. One query for each section, however many keys there are."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.credential import Credential
from bot.domain.grant import Grant
from bot.domain.home import Asking, FoundRow, Page, Viewer
from bot.domain.hygiene.finding import Finding
from bot.domain.ids import AccessKeyId, AccountName, GrantId
from bot.domain.lifecycle import GrantState
from bot.domain.ownership.claim import Claim
from bot.domain.replacement.watch import Watch
from bot.domain.requests.request import Request
from bot.domain.usage.key_usage import Usage
from bot.ports import Transaction


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many rows each section shows at once; together they fit a view."""

    moves: int
    asked: int
    keys: int
    found: int
    kept: int


@dataclass(frozen=True, slots=True)
class OwnersHome:
    viewer: Viewer
    to_act_on: tuple[Grant, ...]
    doubtful: tuple[Credential, ...]  # opened without a receipt, or an old key beside a newer one
    questions: Page[Finding]
    offers: tuple[Claim, ...]
    unanswered: tuple[Asking, ...]
    asked: Page[Request]
    keys: Page[Grant]
    found: Page[FoundRow]
    kept: Page[Finding]
    grants: Mapping[GrantId, Grant]  # every grant that one of these rows belongs to
    credentials: tuple[Credential, ...]  # of these grants
    found_on: tuple[FoundRow, ...]  # the found keys of `questions`, and those that may be switched off anyway
    findings: tuple[Finding, ...]  # on the IAM users of `found`
    replacements: Mapping[str, GrantState | None]
    usages: Mapping[AccessKeyId, Usage]  # of every key that is shown
    watched: Mapping[str, Watch]  # those of `found` whose owner said that something else took their place

    def of(self, grant: GrantId) -> tuple[Credential, ...]:
        return tuple(each for each in self.credentials if each.grant == grant)

    def credential_of(self, finding: Finding) -> Credential | None:
        return next((each for each in self.credentials if each.id == finding.credential), None)

    def key_of(self, finding: Finding) -> FoundRow | None:
        """The found key that a finding names."""
        named = (each for each in self.found_on if each.key.access_key_id == finding.access_key_id)
        return next(named, None)

    def findings_of(self, row: FoundRow) -> tuple[Finding, ...]:
        """About this key, or its IAM user as a whole."""
        here = (row.key.account, row.key.user)
        theirs = (each for each in self.findings if (each.account, each.iam_user) == here)
        return tuple(each for each in theirs if each.access_key_id in {"", row.key.access_key_id})


def read(tx: Transaction, viewer: Viewer, now: datetime, sizes: Sizes) -> OwnersHome:
    person, home = viewer.person, tx.home
    to_act_on = home.grants_to_act_on(person, now, sizes.moves)
    doubtful = home.credentials_to_act_on(person, sizes.moves)
    questions = home.findings(viewer.owners, now, sizes.moves)
    keys, found = home.keys(viewer, now, sizes.keys), home.found(viewer, sizes.found)
    asked_about = {each.access_key_id for each in questions.rows if each.access_key_id and each.credential is None}
    shown = {each.id for each in (*to_act_on, *keys.rows)} | {each.grant for each in doubtful}
    named = {each.credential for each in questions.rows if each.credential}
    credentials = home.credentials(shown, named)
    grants = tx.grants.by_ids({each.grant for each in credentials} | shown)
    found_on = home.found_to_act_on(viewer.owners, asked_about, sizes.moves)
    return OwnersHome(
        viewer,
        to_act_on,
        doubtful,
        questions,
        home.offers(person, sizes.moves),
        home.unanswered(person, now, sizes.moves),
        home.asked(person, now, sizes.asked),
        keys,
        found,
        home.kept(viewer, now, sizes.kept),
        grants,
        credentials,
        found_on,
        home.findings_on({each.key.user for each in found.rows}, viewer.owners),
        home.replacements({each.key.id for each in found.rows}),
        tx.usages.of_keys(_keys(grants, credentials, (*found.rows, *found_on))),
        tx.replacements.watched({each.key.id for each in found.rows}),
    )


def _keys(
    grants: Mapping[GrantId, Grant], credentials: Iterable[Credential], found: Iterable[FoundRow]
) -> Iterator[tuple[AccountName, AccessKeyId]]:
    for each in credentials:
        if each.access_key_id and each.ends_at is None and each.grant in grants:
            yield grants[each.grant].account, each.access_key_id
    for row in found:
        if row.key.access_key_id:
            yield row.key.account, row.key.access_key_id
