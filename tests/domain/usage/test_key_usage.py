"""A digest counts what the events say, and nothing that they don't."""

from datetime import UTC, datetime, timedelta

from bot.domain.ids import AccessKeyId, AccountName
from bot.domain.usage.key_usage import NETWORKS_MOST, Count, Event, Usage, digest
from bot.sandbox.aws.cloudtrail import agents
from tests.fakes import START
from tests.fakes.trail import an_event

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
NOON = datetime(2026, 10, 20, 12, tzinfo=UTC)


def of(*events: Event) -> Usage:
    return digest(
        AccountName("main"), AccessKeyId("AKIAONE"), events, read_at=START, since=START - 90 * DAY, complete=True
    )


def from_(*addresses: str, agent: str = agents.TERRAFORM) -> list[Event]:
    return [an_event(NOON + n * MINUTE, address=each, user_agent=agent) for n, each in enumerate(addresses)]


def by(*users: str) -> Usage:
    return of(*(an_event(NOON + n * MINUTE, user_agent=each) for n, each in enumerate(users)))


def test_nothing_seen_is_silence_and_neither_known_use_nor_an_error() -> None:
    assert (of().silent, of().known, of().last_seen, of().day_networks) == (True, True, None, 0)


def test_events_before_the_window_are_left_out_and_those_of_the_future_count_as_now() -> None:
    seen = of(an_event(START - 91 * DAY), an_event(START - DAY), an_event(START + DAY))
    assert (seen.calls, seen.first_seen, seen.last_seen) == (2, START - DAY, START)


def test_networks_are_counted_most_calls_first_and_at_most_five() -> None:
    seen = of(*from_(*(f"203.0.{n}.7" for n in range(9)), "203.0.3.9", "AWS Internal", "not an address", ""))
    assert len(seen.networks) == NETWORKS_MOST
    assert seen.networks[0] == Count("203.0.3.0/24", 2)
    assert seen.day_networks == 9


def test_one_host_with_both_addresses_is_in_one_network_and_two_days_arent_one() -> None:
    assert of(*from_("203.0.113.7", "2001:db8::7")).day_networks == 1
    later = [an_event(each.at + DAY, address="198.51.100.7") for each in from_("", "")]
    assert of(*from_("203.0.113.7"), *later).day_networks == 1


def test_the_jobs_of_a_ci_service_dont_count_as_places() -> None:
    """Each runs on another machine, with what the workflow calls there."""
    jobs = from_("20.1.1.1", "20.2.2.2", "20.3.3.3", agent=agents.GITHUB)
    steps = [an_event(each.at + MINUTE, address=each.address, user_agent=agents.TERRAFORM) for each in jobs]
    seen = of(*jobs, *steps, *from_("203.0.113.7"))
    assert (len(seen.networks), seen.day_networks) == (4, 1)


def test_a_service_that_calls_on_ones_behalf_is_neither_a_network_nor_the_tool_it_calls_with() -> None:
    seen = of(*from_("athena.amazonaws.com", "athena.amazonaws.com", "AWS Internal", agent="aws-internal/3"))
    assert seen.services_through == (Count("athena.amazonaws.com", 2), Count("AWS Internal", 1))
    assert (seen.networks, seen.tools) == ((), (Count("an AWS service", 3),))
    nowhere = of(*from_("<!channel>", "", "-"))
    assert (nowhere.services_through, nowhere.networks, nowhere.calls) == ((), (), 3)


def test_the_newest_evidence_says_where_in_aws_it_runs() -> None:
    older, newer = an_event(NOON, user_agent=agents.BOTO3_ON_EC2), an_event(NOON + DAY, vpc_endpoint="vpce-0abc1234")
    assert of(newer, older).in_aws == "vpce-0abc1234"
    assert of(older).in_aws == "exec-env/EC2"
    assert by(agents.GITHUB_CLI, agents.TERRAFORM).in_aws is None


def test_two_laptops_are_two_people_and_one_persons_tools_are_one() -> None:
    windows_cli = "aws-cli/2.15.30 Python/3.11 Windows/10"
    assert by(agents.CLI, windows_cli).day_people == 2
    assert by(agents.CLI, agents.CLI.replace("2.15.30", "2.17.1")).day_people == 2
    assert by(windows_cli, agents.BOTO3_ON_WINDOWS).day_people == 1
    assert by(agents.TERRAFORM, agents.GITHUB_CLI, agents.BOTO3_ON_EC2, agents.BOTO3_ON_LINUX).day_people == 0


def test_refused_calls_are_counted_apart() -> None:
    errors = ("AccessDenied", "Client.UnauthorizedOperation", "NoSuchBucket", None)
    seen = of(*(an_event(NOON, error=each) for each in errors))
    assert (seen.calls, seen.denied) == (4, 2)


def test_the_region_is_where_it_works_not_where_iam_and_sts_are_recorded() -> None:
    """A workflow takes a role twice for each push, and STS's calls stand in us-east-1."""
    taken = [an_event(NOON + n * MINUTE, source="sts.amazonaws.com", region="us-east-1") for n in range(3)]
    pushed = an_event(NOON, source="ecr.amazonaws.com", region="eu-west-1")
    assert of(*taken, pushed).region == "eu-west-1"
    assert of(*taken).region == "us-east-1"
    assert of().region is None
