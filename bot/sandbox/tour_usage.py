"""Chapters two and five: where a key is used, and what should take the place of one."""

from bot.sandbox.aws import AwsStandIn
from bot.sandbox.aws.demo_keys import NIGHTLY
from bot.sandbox.people import People, done, expect, value_of
from bot.sandbox.slack import Message

REPLACE = "finding:replace"
STEPS = (  # lines of the five steps that only a key on an instance gets
    '"Service":"ec2.amazonaws.com"',
    "aws iam create-role",
    "kms:Decrypt",
    "aws ec2 associate-iam-instance-profile",
)


def plant(aws: AwsStandIn) -> None:
    """Alice's key of two years, on an instance."""
    aws.plant_old_keys(NIGHTLY)


def dossier(people: People) -> str:
    """The calls of the step before: reading the report isn't in CloudTrail, listing buckets and users is."""
    key = people.kept["first"].key
    done(people.alice.command(f"{people.environment.example.command} usage {key}"))

    def answered() -> Message | None:
        told = [*people.alice.dms(), *people.alice.ephemerals()]
        return next((each for each in told if key in each.words and "Tools" in each.words), None)

    found = people.until("where the key is used", answered, lambda: [each.words for each in people.alice.dms()][-1:])
    assert found
    people.kept["dossier"] = found.ts
    for wanted in ("boto3", "127.0.0.0/24", "AccessDenied"):
        expect(wanted in found.words, f"{wanted} in the answer", found.words)
    lines = dict(each.split(": ", 1) for each in found.words.replace("*", "").splitlines() if ": " in each)
    return f"From CloudTrail's record of what it just did: {lines['Tools']} from {lines['Networks']}."


def replace(people: People) -> str:
    """Latchkey found Alice's old key in AWS meanwhile, and reminds her of it."""

    def reminded() -> Message | None:
        there = people.alice.dms()
        return next((each for each in there if NIGHTLY.user in each.words and value_of(each, REPLACE)), None)

    message = people.until(f"a reminder about {NIGHTLY.user}", reminded, lambda: people.alice.dms()[-1].words)
    assert message
    value = value_of(message, REPLACE)
    view = people.window(
        people.alice, lambda: people.alice.press(message, REPLACE, value), "the window with the steps", REPLACE
    )
    for wanted in STEPS:
        expect(wanted in view.words, f"{wanted} in the steps", view.words)
    return f"CloudTrail shows an EC2 instance: five steps to a role with the policies of {NIGHTLY.user}, to copy."
