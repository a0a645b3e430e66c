"""Chapter two: where a key is used."""

from bot.sandbox.aws import AwsStandIn
from bot.sandbox.aws.demo_keys import NIGHTLY
from bot.sandbox.people import People, done, expect
from bot.sandbox.slack import Message


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
