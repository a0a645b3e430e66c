"""Replace it: from a found key's buttons to the steps, by evidence, by choice and for a repository."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.errors import Refused
from bot.domain.ids import AccountName
from bot.domain.replacement.allowed import Allowed
from bot.domain.replacement.means import Means
from bot.domain.usage.key_usage import Count, Unread, Usage
from bot.flows.replacement.begin import begin
from bot.sandbox.slack import View
from tests.fakes import ALICE, CAROL
from tests.flows.catalog import MAIN
from tests.slack.found_key import DAY, USER, digested, key_of
from tests.slack.kit import House
from tests.slack.press import Hand, button_in, buttons, told, top

POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:*", "sqs:*"], "Resource": "*"}]}
ALLOWED = Allowed(("arn:aws:iam::aws:policy/ReadOnlyAccess",), (("reports", POLICY),)).stored()
GITHUB = {"tools": (Count("GitHub Actions", 3),), "services": (Count("s3", 3),), "regions": (Count("eu-west-1", 3),)}
INSTANCE = {"in_aws": "exec-env/EC2", "tools": (Count("boto3 1.34", 3),), "services": (Count("s3", 3),)}


def found(h: House, owner: str | None = ALICE, **known: Any) -> str:
    """A found key with this usage, in the owner's digest; returns its row."""
    h.reader.user(MAIN, USER, tags={"Slack": owner} if owner else {}, allowed=ALLOWED)
    digested(h, owner) if owner else None
    h.reader.profiles[USER].allowed = ALLOWED
    h.read_account()
    use(h, **known)
    with h.work.begin() as tx:
        row = tx.inventory.by_key(h.found)  # type: ignore[attr-defined]
    assert row is not None
    return row.id


def use(h: House, **known: Any) -> None:
    now = h.clock.now()
    usage = Usage(AccountName("main"), h.found, now, now - 90 * DAY, last_seen=now - 2 * DAY, calls=9)  # type: ignore[attr-defined]
    with h.work.begin() as tx:
        tx.usages.store(replace(usage, **known))


def opened(h: House, by: Hand | None = None, **known: Any) -> View:
    found(h, **known)
    actor = by or h.alice
    message = button_in(h.alice.dms(), "finding:replace")
    assert actor.press(message, "finding:replace").ok
    return top(actor)


def code(view: View) -> str:
    return "\n".join(each["text"]["text"] for each in view.blocks if "```" in each.get("text", {}).get("text", ""))


def test_the_reminder_the_list_and_home_have_it(h: House) -> None:
    row = found(h, **INSTANCE)
    assert buttons(button_in(h.alice.dms(), "finding:replace"))["finding:replace"] == row
    h.alice.command("/key list")
    assert buttons(h.alice.ephemerals()[-1])["finding:replace"] == row
    h.alice.open_home()
    assert buttons(h.alice.home())["finding:replace"] == row


def test_an_instance_gets_five_steps_with_the_users_own_policies(h: House) -> None:
    view = opened(h, **INSTANCE)
    assert view.callback_id == "finding:replace"
    assert "exec-env/EC2" in view.words
    for number in range(1, 6):
        assert f"*{number}.*" in view.words
    lines = code(view)
    assert f"aws iam create-role --role-name {USER}-role" in lines
    assert "arn:aws:iam::aws:policy/ReadOnlyAccess" in lines
    assert '"Action":["s3:*","sqs:*"]' in lines
    assert "  s3\n- sqs" in lines
    assert "iam update-access-key" not in lines


def test_a_workflow_is_asked_for_its_repository(h: House) -> None:
    view = opened(h, **GITHUB)
    assert "create-role" not in view.words
    refused = h.alice.submit(view, {"place": "github", "repository": "octo-org/*"})
    assert "Wildcards" in refused.errors["repository"]
    assert h.alice.submit(view, {"place": "github", "repository": "octo-org/octo-repo"}).ok
    again = top(h.alice)
    assert "repo:octo-org/octo-repo:*" in code(again)
    assert "aws-region: eu-west-1" in code(again)
    assert h.alice.submit(again, {"place": "github", "repository": "https://gitlab.com/group/project"}).ok
    assert "project_path:group/project:ref_type:*" in code(top(h.alice))


def test_a_typed_repository_is_read_when_the_place_is_chosen(h: House) -> None:
    view = opened(h, **GITHUB)
    assert h.alice.submit(view, {"place": "github", "repository": "https://git.acme.example/a/b"}).errors["repository"]
    assert h.alice.submit(view, {"place": "gitlab", "repository": "https://git.acme.example/a/b"}).ok
    view = top(h.alice)
    assert "git.acme.example:sub" in code(view)
    assert h.alice.select(view, "repository", "value", "octo-org/octo-repo").ok
    assert h.alice.select(view, "place", "value", "github").ok
    assert "repo:octo-org/octo-repo:*" in code(top(h.alice))


def test_a_person_gets_no_policies_to_compare(h: House) -> None:
    view = opened(h, **INSTANCE)
    assert "- sqs" in code(view)
    h.alice.select(view, "place", "value", "login")
    assert "- sqs" not in top(h.alice).words


def test_home_says_that_it_is_watched(h: House) -> None:
    found(h, **INSTANCE)
    h.alice.press(button_in(h.alice.dms(), "finding:replace"), "finding:replace")
    h.alice.press(top(h.alice), "finding:replaced")
    h.alice.open_home()
    assert "was replaced" in h.alice.home().words


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("role", "create-instance-profile"),
        ("login", "SignInLocalDevelopmentAccess"),
        ("anywhere", "create-trust-anchor"),
        ("session", "/key request reports-session"),
        ("unknown", "Which program has it?"),
    ],
)
def test_where_it_runs_can_be_chosen(h: House, place: str, line: str) -> None:
    view = opened(h, **GITHUB)
    assert h.alice.select(view, "place", "value", place).ok
    assert line in top(h.alice).words


@pytest.mark.parametrize(
    "known", [{"unread": Unread.DENIED, "calls": 0, "last_seen": None}, {"calls": 0, "last_seen": None}]
)
def test_unknown_asks(h: House, known: dict[str, Any]) -> None:
    view = opened(h, **known)
    assert "unknown" in view.words
    assert "Which program has it?" in view.words
    assert h.alice.press(view, "credential:rotate").ok
    assert top(h.alice).callback_id == "credential:rotate"


def test_who_may_open_it(h: House) -> None:
    found(h, **INSTANCE)
    message = button_in(h.alice.dms(), "finding:replace")
    for actor in (h.bob, h.dave):
        actor.press(message, "finding:replace")
        assert top(actor).callback_id == "finding:replace"
    h.carol.press(message, "finding:replace")
    assert "isn't for you" in told(h.carol)


def test_a_key_that_is_gone_is_said_so(h: House) -> None:
    found(h, **INSTANCE)
    message = button_in(h.alice.dms(), "finding:replace")
    h.alice.press(message, "finding:replace")
    view = top(h.alice)
    h.iam.all_keys()[h.found].active = False  # type: ignore[attr-defined]
    h.read_account()
    assert "already switched off" in h.alice.submit(view, {"place": "role"}).errors["repository"]
    h.alice.press(message, "finding:replace")
    assert "already switched off" in h.alice.ephemerals()[-1].words


def test_replaced_is_watched_once(h: House) -> None:
    row = found(h, **INSTANCE)
    message = button_in(h.alice.dms(), "finding:replace")
    for actor in (h.alice, h.bob):
        actor.press(message, "finding:replace")
    assert h.alice.press(top(h.alice), "finding:replaced").ok
    assert "two days" in told(h.alice)
    h.alice.press(message, "finding:replace")
    assert "was replaced" in top(h.alice).words
    assert "finding:replaced" not in buttons(top(h.alice))
    h.bob.press(top(h.bob), "finding:replaced")
    assert "already said" in told(h.bob)
    with pytest.raises(Refused, match="not-owner"):
        begin(h.deps, key=row, means=Means.ROLE, by=CAROL, delivery=None)
    with h.work.begin() as tx:
        (watch,) = tx.replacements.due(h.clock.now() + timedelta(hours=6), 9)
    assert (watch.means, watch.access_key_id, watch.began_by) == ("role", key_of(h), ALICE)


def test_a_window_of_the_largest_user_fits(h: House) -> None:
    """Ten managed policies, ten groups, and inline policies of 2,048 characters with what Slack escapes."""
    found(h, **INSTANCE)
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": ["<&>" * 20 for _ in range(20)]}
    inline = tuple((f"p{each}" + "x" * 120, {"Version": "2012-10-17", "Statement": [statement]}) for each in range(2))
    arns = tuple(f"arn:aws:iam::123456789012:policy/{'y' * 400}{each}" for each in range(10))
    h.reader.profiles[USER].allowed = Allowed(arns, inline, tuple("g" * 127 + str(each) for each in range(10))).stored()
    h.read_account()
    h.alice.press(button_in(h.alice.dms(), "finding:replace"), "finding:replace")
    view = top(h.alice)
    assert len(view.blocks) <= 100
    assert "put-role-policy" in view.words
