"""A pretend CloudTrail: every call through the stand-in is recorded, and LookupEvents answers from the record.

A history of the past is seeded by access key. The key's user must exist; otherwise name one with `user`:

    aws.trail.seed(
        key,
        Use("s3", "ListBuckets", ago=timedelta(hours=2), address="203.0.113.7", agent=TERRAFORM),
        Use("dynamodb", "DescribeTable", ago=timedelta(days=1), times=60, every=timedelta(hours=1)),
        Use("sts", "AssumeRole", ago=timedelta(days=2), role="arn:aws:iam::123456789012:role/deploy"),
        Use("s3", "GetBucketAcl", ago=timedelta(days=3), changes={"userAgent": ABSENT}),  # a damaged event
    )

`ago` counts back from the stand-in's clock. Seeding also moves the key's last use in IAM forward. `agents.py` has user
agents of common tools. Events of IAM, STS and Organizations are in us-east-1, all others in the region of the call.
Object reads and other data events are recorded for the last-accessed details, but LookupEvents never shows them.

With a clock that stands still, the third look-up in one region is throttled and stays so: move the clock on by half a
second for each, or set `aws.trail.rate` to a higher number. `aws.trail.regions_off.add("eu-west-1")` disables a region.
`aws.trail.delay = timedelta(minutes=15)` shows calls that late.
"""

from bot.sandbox.aws.cloudtrail.seed import ABSENT, Trail, Use

__all__ = ["ABSENT", "Trail", "Use"]
