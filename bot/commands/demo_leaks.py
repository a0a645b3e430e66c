"""Leaks in the demo's past: what somebody did with a key, its report, what the worker did about it, and its end."""

from datetime import UTC, datetime, timedelta

from bot.commands.demo_player import UNLIMITED, Player
from bot.domain.errors import LatchkeyError
from bot.domain.ids import AccessKeyId, CredentialId, SlackUserId
from bot.domain.leaks.incident import Source
from bot.flows.leaks import activity, contain, report, triage
from bot.flows.leaks.decisions import close
from bot.sandbox.aws import Use
from bot.sandbox.aws.cloudtrail import agents

SOMEWHERE = "192.0.2.66"
MINUTE = timedelta(minutes=1)


def misused(player: Player, credential: CredentialId, **ago: float) -> None:
    """Somebody who found it looks what it can do. All of it is refused: it may read reports alone."""
    last = timedelta(**ago)
    tries = (("s3", "ListBuckets"), ("ec2", "RunInstances"), ("iam", "CreateUser"), ("iam", "ListUsers"))
    uses = [
        Use(service, name, last + number * MINUTE, player.before.aws.region, SOMEWHERE, agents.CLI_LINUX,
            error="AccessDenied")
        for number, (service, name) in enumerate(tries)
    ]  # fmt: skip
    who = Use("sts", "GetCallerIdentity", last + 9 * MINUTE, address=SOMEWHERE, agent=agents.CLI_LINUX)
    player.before.aws.trail.seed(_key(player, credential), who, *uses, now=datetime.now(UTC))


def reported(player: Player, credential: CredentialId, by: SlackUserId, source: Source) -> str:
    """Contained at once, and CloudTrail read. Returns the incident."""
    found = report.read(_key(player, credential))
    made = report.report(player.context, found=found, by=by, source=source, delivery=None)
    triage.triage(player.context)
    contain.carry_out(player.context)
    trail = player.before.aws.trail
    allowed, trail.rate = trail.rate, UNLIMITED
    while activity.read_next(player.context):
        pass
    trail.rate = allowed
    return made.incidents[0].id


def closed(player: Player, incident: str, by: SlackUserId, why: str) -> None:
    close.close(player.context, incident=incident, by=by, justification=why, delivery=None)


def _key(player: Player, credential: CredentialId) -> AccessKeyId:
    with player.context.work.begin() as tx:
        found = tx.credentials.get(credential)
    if found is None or found.access_key_id is None:
        raise LatchkeyError("the demo's history can't go on: there is no such key")
    return found.access_key_id
