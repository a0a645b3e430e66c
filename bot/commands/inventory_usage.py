"""`latchkey inventory --usage`: where each key with a finding is used, under the same rate limit as the worker."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.domain.hygiene.finding import Finding
from bot.domain.ids import AccessKeyId
from bot.domain.usage.key_usage import Usage
from bot.flows.context import AwsContext
from bot.flows.hygiene import usage
from bot.flows.hygiene.scan import Outcome
from bot.flows.keys import trail
from bot.slack.text.formatting import plainly
from bot.slack.text.usage import in_a_line


def read(context: AwsContext, outcome: Outcome, own: Sequence[Finding]) -> tuple[Usage, ...]:
    """Of each key with a finding, and of each key of a user with one, if its id is known. About a second for each."""
    account, found = outcome.account, (*outcome.findings, *own)
    users = {each.iam_user for each in found if not each.access_key_id}
    keys = {each.access_key_id for each in found if each.access_key_id}
    keys |= {each.access_key_id for each in outcome.keys if each.access_key_id and each.active and each.user in users}
    ids = [AccessKeyId(each) for each in sorted(keys)]
    return tuple(usage.read_key(context, account, each, trail.region_of(context, account, each)) for each in ids)


def lines(found: Sequence[Usage], outcome: Outcome) -> Iterator[str]:
    """Each key after its IAM user."""
    users = {each.access_key_id: each.user for each in outcome.keys}
    for each in found:
        user, said = users.get(each.access_key_id), plainly(in_a_line(each, outcome.seen_at))
        name = f"{user} ({each.access_key_id})" if user else each.access_key_id
        yield f"  {name}: {said[:1].lower()}{said[1:]}."


def as_json(found: Usage) -> dict[str, Any]:
    """Counts are objects with a name and a number of calls. `unread` says why the rest is unknown."""
    return {name: each.isoformat() if isinstance(each, datetime) else each for name, each in asdict(found).items()}
