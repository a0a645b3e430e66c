"""Chapters one and two of `latchkey demo --leak`: a key is pasted, somebody uses it at once, and AWS refuses them."""

from datetime import UTC, datetime

from bot.sandbox.attacker import LEAKED, OWN, OWN_USER, SECOND, SESSION, Attacker, Try
from bot.sandbox.aws import AwsStandIn
from bot.sandbox.aws.demo_keys import EXPORT
from bot.sandbox.key_user import WORKED
from bot.sandbox.people import People, expect, readable

GENERAL, SHORTCUT, OK = "C02GENERAL", "leak", 200
USER = EXPORT.user


def plant(aws: AwsStandIn) -> None:
    """Alice's key for an export at night, with the rights of an administrator."""
    aws.plant_old_keys(EXPORT)


def inventory(people: People) -> str:
    ((key, (_, secret)),) = people.environment.aws.secrets.items()
    people.kept["key"], people.kept["secret"] = key, secret
    said = people.until(
        f"a reminder about {USER}",
        lambda: [each for each in people.alice.dms() if USER in each.words],
        lambda: [each.words for each in people.alice.dms()],
    )
    return f"Latchkey found it in AWS. Alice reads: “{readable(said[-1].words)}”"


def paste(people: People) -> str:
    key, secret = people.kept["key"], people.kept["secret"]
    text = f"Does anybody know why the export fails? AWS_ACCESS_KEY_ID={key} AWS_SECRET_ACCESS_KEY={secret}"
    people.kept["message"] = people.alice.post(GENERAL, text)
    return f"{key} and its secret, for everybody in the workspace to read."


def attack(people: People) -> str:
    attacker = people.kept["attacker"] = Attacker(
        people.environment.aws, key=people.kept["key"], secret=people.kept["secret"], user=USER
    )
    people.ending.callback(attacker.close)
    attacker.race()
    people.eventually(
        "a second key and a user of their own",
        lambda: ", ".join(attacker.worked()),
        lambda _: {SESSION, SECOND, OWN} <= set(attacker.grips),
    )
    return f"A session for 12 hours, a second key for {USER}, and {OWN_USER} with AdministratorAccess."


def report(people: People) -> str:
    message, people.kept["reported"] = people.kept["message"], datetime.now(UTC)
    said = people.told(
        people.alice, lambda: people.alice.message_shortcut(SHORTCUT, message), "an answer that only Alice sees"
    )
    expect(people.kept["secret"] not in said, "an answer without the secret", "the secret")
    return f"She reads: “{readable(said)}”"


def refused(people: People) -> str:
    """In order, not by a stopwatch: whatever began after containment has to be refused."""
    attacker: Attacker = people.kept["attacker"]
    people.eventually(
        "the key deactivated and its user denied everything",
        lambda: str(contained_at(people) or people.environment.aws.calls[-1:]),
        lambda _: contained_at(people) is not None,
    )
    contained = contained_at(people)
    assert contained
    for grip in (LEAKED, SESSION):
        people.eventually(
            f"a call with {grip} after containment",
            lambda: str(attacker.tries[-1:]),
            lambda _, grip=grip: bool(_after(attacker, grip, contained)),  # type: ignore[misc]
        )
    waits = [_first_after(attacker, grip, contained) - contained for grip in (LEAKED, SESSION)]
    took, wait = (contained - people.kept["reported"]).total_seconds(), max(waits).total_seconds()
    return (
        f"Contained {took:.1f} s after she reported it. From then on AWS refuses both; the attacker tried each "
        f"within {wait:.1f} s."
    )


def contained_at(people: People) -> datetime | None:
    """When AWS had done the later of the two: the key Inactive, and everything denied to its user."""
    aws, key = people.environment.aws, people.kept["key"]
    by_others = [each for each in aws.calls if each.status == OK and each.access_key_id != key]
    off = [e.at for e in by_others if e.action == "UpdateAccessKey" and e.params.get("AccessKeyId") == key]
    deny = [e.at for e in by_others if e.action == "AttachUserPolicy" and e.params.get("UserName") == USER]
    return max(off[0], deny[0]) if off and deny else None


def _first_after(attacker: Attacker, grip: str, contained: datetime) -> datetime:
    """When the first call after containment began. None of them may work, however soon it came."""
    after = _after(attacker, grip, contained)
    worked = [each for each in after if each.answer == WORKED]
    expect(not worked, f"{grip} refused from containment on", worked)
    return after[0].began


def _after(attacker: Attacker, grip: str, contained: datetime) -> list[Try]:
    return [each for each in attacker.of(grip) if each.began > contained]
