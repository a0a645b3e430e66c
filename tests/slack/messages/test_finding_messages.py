"""From what AWS and CloudTrail show to the owner's digest: what was found, the evidence, and what to do instead."""

from datetime import timedelta

from bot.domain.hygiene.finding import Finding, FindingKind, Step
from bot.domain.hygiene.service_credential import BEDROCK, ServiceCredential, ServiceStatus
from bot.domain.policies.admin_power import Held, effect_by_name, effect_of, power
from bot.sandbox.slack import Message
from bot.slack.messages.digest import by_key
from tests.fakes import CAROL, START
from tests.fakes.trail import an_event
from tests.flows.catalog import MAIN
from tests.slack.kit import House
from tests.slack.owned_key import finding, job
from tests.slack.press import button_in, buttons, top
from tests.slack.usage_kit import used

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
K = FindingKind
LAPTOPS = (
    "aws-cli/2.32.1 md/awscrt#0.28 ua/2.1 os/macos#24.6 md/arch#arm64 lang/python#3.13",
    "aws-cli/2.15.0 Python/3.11.6 Windows/10 exe/AMD64 prompt/off",
)


def next_day(h: House) -> Message:
    """What Carol's digest of the next day is."""
    h.advance(DAY)
    h.read_account()
    return button_in(h.carol.dms(), "finding:keep")


def test_a_key_on_two_laptops_is_shown_as_shared_and_is_never_switched_off(h: House) -> None:
    key = job(h, Slack=CAROL)
    used(h, key, *(an_event(h.clock.now() - HOUR, user_agent=each) for each in LAPTOPS))
    said = next_day(h)
    for words in (
        f"`job` (`{key}`) seems to be shared",
        "Give each person and each place a key or session of its own, then rotate this one.",
        "used with 2 people's tools within one day",
    ):
        assert words in said.words
    assert buttons(said).keys() >= {"finding:keep", "finding:disown"}
    assert Step.OFF not in _steps(h, K.SHARED)


def test_the_key_of_an_administrator_names_the_policies_without_their_markup(h: House) -> None:
    key = job(h, Slack=CAROL)
    everything = effect_of({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
    held = [Held("AdministratorAccess", effect_by_name("AdministratorAccess"), "ops")]
    held += [Held(f"<!channel>\n{number}" + "x" * 300, everything) for number in range(20)]
    h.reader.profiles["job"].power = power(held)
    said = next_day(h)
    assert f"`job` (`{key}`) can grant anyone permissions in its account" in said.words
    assert "Use a session or a role instead, or take the policies that allow it off the user." in said.words
    assert "AdministratorAccess through the group ops allows every change in IAM" in said.words
    assert "and 18 more" in said.words
    assert "<!channel>" not in said.words
    assert Step.OFF not in _steps(h, K.ADMIN_POWER)


def test_a_service_credential_is_shown_by_its_own_id_and_can_only_be_kept(h: House) -> None:
    h.reader.user(MAIN, "chatbot", tags={"Slack": CAROL})
    h.reader.key(MAIN, "chatbot", age=DAY, idle=HOUR)
    made = ServiceCredential("ACCAEXAMPLE", "chatbot", BEDROCK, ServiceStatus.ACTIVE, h.clock.now() - 9 * DAY)
    h.reader.services.append(made)
    h.read_account()
    said = button_in(h.carol.dms(), "finding:keep")
    for words in (
        "`chatbot` (`ACCAEXAMPLE`) is a long-term Bedrock API key. Use short-term Bedrock keys or a role instead",
        "for Bedrock, made 24 October 2026, never expires; AWS doesn't say when it was used",
    ):
        assert words in said.words
    assert buttons(said).keys() == {"finding:keep", "finding:disown"}
    assert h.carol.press(said, "finding:keep").ok
    until = (h.clock.now() + 20 * DAY).date().isoformat()
    assert h.carol.submit(top(h.carol), {"until": until, "justification": "until the pilot ends"}).ok
    assert finding(h, K.BEDROCK_KEY, "chatbot").kept_why == "until the pilot ends"


def _steps(h: House, kind: FindingKind) -> set[Step | None]:
    """Every step of its escalation, over two months. No key was switched off meanwhile."""
    steps = set[Step | None]()
    for _ in range(9):
        h.advance(7 * DAY)
        h.look_over()
        steps.add(finding(h, kind).step)
        assert all(each.active for each in h.iam.all_keys().values())
    return steps


def test_what_was_found_on_one_key_stands_together() -> None:
    one, other = "AKIAONE", "AKIAOTHER"
    told = [Finding(f"f{at}", K.STALE, None, CAROL, key, START, "") for at, key in enumerate([one, other, one])]  # type: ignore[arg-type]
    assert [(found.access_key_id, first) for found, first in by_key(told)] == [
        (one, True),
        (one, False),
        (other, True),
    ]
