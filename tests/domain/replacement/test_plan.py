"""Every line of every plan, run by a real shell: arguments arrive as they were meant, and every document is JSON."""

import html
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.catalog import Entitlement, Kind
from bot.domain.ids import AccountName, EntitlementId
from bot.domain.replacement.allowed import Allowed, compare, reaches
from bot.domain.replacement.means import Means
from bot.domain.replacement.plan import plan
from bot.domain.replacement.repository import parse
from bot.domain.replacement.shell import document
from bot.domain.replacement.steps import Step, StepName, Target
from bot.domain.usage.key_usage import Count
from bot.sandbox.aws.conditions import holds
from bot.slack.text.replacement.steps import code
from tests.aws_shell import Shell, shell
from tests.domain.replacement.test_means import usage

HOSTILE = 'it\'s $(touch pwned) `touch pwned`; "x" & | > pwned !'
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["s3:GetObject", "sqs:*"], "Resource": "*", "Condition": {"X": {"y": HOSTILE}}},
        {"Effect": "Deny", "Action": "ec2:*", "Resource": "*"},
    ],
}
ALLOWED = Allowed(
    ("arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess",),
    (("reports", POLICY),),
    ("team",),
    "arn:aws:iam::123456789012:policy/edge",
)
TARGET = Target(
    "123456789012", "aws", "reporting", "AKIA" + "A" * 16, ALLOWED, "eu-west-1", sso=("https://x/start", "eu-west-1")
)
SET = {
    "INSTANCE_ID": "i-0123456789abcdef0", "TASK_DEFINITION": "web", "CLUSTER": "c", "SERVICE": "s",
    "FUNCTION_NAME": "f", "PERMISSION_SET": "Developer", "SSO_START_URL": "https://x/start", "SSO_REGION": "eu-west-1",
}  # fmt: skip
RUNS = ("exec-env/EC2", "exec-env/AWS_ECS_FARGATE", "exec-env/AWS_Lambda_python3.12", "vpce-0a1b2c3d")
NOT_SHELL = {StepName.WORKFLOW, StepName.PIPELINE, StepName.OFFER, StepName.REQUEST}


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Shell]:
    with shell(tmp_path, lambda *_: "p1\n") as made:
        (tmp_path / "ca.pem").write_text("certificate")
        yield made


def every_plan(target: Target) -> Iterator[tuple[Means, tuple[Step, ...]]]:
    for means in Means:
        for runs_on in RUNS if means is Means.ROLE else ("",):
            wanted = parse("group/project" if means is Means.GITLAB else "octo-org/octo-repo", means)
            yield means, plan(means, replace(target, runs_on=runs_on, repository=wanted))


def test_hostile_names_arrive_as_one_argument(terminal: Shell) -> None:
    """IAM refuses such names; the shell would not."""
    hostile = replace(ALLOWED, managed=(HOSTILE,), inline=((HOSTILE, POLICY),), groups=(HOSTILE,), boundary=HOSTILE)
    target = replace(TARGET, user=HOSTILE, allowed=hostile, region=HOSTILE, may_act=False)
    for _, steps in every_plan(target):
        lines = [line for each in steps if each.name not in NOT_SHELL for line in each.lines]
        ran = terminal.run(*lines, **SET)
        assert ran.returncode == 0, ran.stderr
    assert not (terminal.folder / "pwned").exists()
    given = [words[words.index("--user-name") + 1] for words in terminal.calls if "--user-name" in words]
    assert given
    assert set(given) == {HOSTILE}
    assert {words[words.index("--policy-name") + 1] for words in terminal.calls if "put-role-policy" in words} == {
        HOSTILE, "p1",
    }  # fmt: skip


def test_documents_are_the_ones_that_were_meant(terminal: Shell) -> None:
    trusts = {}
    for means, steps in every_plan(TARGET):
        assert terminal.run(*(line for each in steps if each.name not in NOT_SHELL for line in each.lines), **SET)
        for words in terminal.calls:
            if "create-role" in words:
                trusts[means] = json.loads(words[words.index("--assume-role-policy-document") + 1])
            if "put-role-policy" in words and "reports" in words:
                assert json.loads(words[-1]) == POLICY
        terminal.calls.clear()
    assert trusts.keys() == {Means.ROLE, Means.GITHUB, Means.GITLAB, Means.ANYWHERE}
    github = trusts[Means.GITHUB]["Statement"][0]
    assert github["Principal"] == {
        "Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
    }
    assert github["Condition"]["StringEquals"] == {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}
    assert github["Condition"]["StringLike"]["token.actions.githubusercontent.com:sub"] == [
        "repo:octo-org/octo-repo:*",
        "repo:octo-org@*/octo-repo@*:*",
    ]
    assert trusted(github, "repo:octo-org/octo-repo:ref:refs/heads/main", "octo-org/octo-repo")
    assert trusted(github, "repo:octo-org@1/octo-repo@2:pull_request", "octo-org/octo-repo")
    assert not trusted(github, "repo:octo-org@1/other@2:environment:x/octo-repo@2:workflow:y", "octo-org/other")
    assert not trusted(github, "repo:octo-org/octo-repo-2:ref:refs/heads/main", "octo-org/octo-repo-2")
    assert not trusted(github, "repo:evil@1/octo-repo@2:pull_request", "evil/octo-repo")
    gitlab = trusts[Means.GITLAB]["Statement"][0]["Condition"]
    assert gitlab["StringLike"] == {"gitlab.com:sub": ["project_path:group/project:ref_type:*"]}
    anywhere = trusts[Means.ANYWHERE]["Statement"][0]
    assert anywhere["Condition"]["StringEquals"]["aws:PrincipalTag/x509Subject/CN"] == "reporting"


def trusted(statement: dict[str, Any], subject: str, repository: str) -> bool:
    issuer = "token.actions.githubusercontent.com"
    claims = {"aud": "sts.amazonaws.com", "sub": subject, "repository": repository}
    return holds(statement["Condition"], {f"{issuer}:{name}": said for name, said in claims.items()})


@pytest.mark.parametrize("name", ["a```;touch pwned;```b", "```", "'```;touch pwned;'```", "`" * 6])
def test_a_line_stays_whole_in_a_code_block(terminal: Shell, name: str) -> None:
    """Slack ends a code block at three backticks, and the quotes in their place would end an argument."""
    allowed = replace(ALLOWED, managed=(name,), groups=(name,), boundary=name)
    for _, steps in every_plan(replace(TARGET, user=name, allowed=allowed, sso=(name, name), may_act=False)):
        parts = [part[3:-3] for each in steps if each.name not in NOT_SHELL for part in code(each)]
        assert not [part for part in parts if "```" in part]
        ran = terminal.run(*(html.unescape(part) for part in parts), **SET)
        assert ran.returncode == 0, ran.stderr
    assert not (terminal.folder / "pwned").exists()
    assert {words[words.index("--user-name") + 1] for words in terminal.calls if "--user-name" in words} == {name}


def test_a_line_stops_without_what_only_the_reader_knows(terminal: Shell) -> None:
    steps = plan(Means.ROLE, TARGET)
    ran = terminal.run(*steps[3].lines)
    assert ran.returncode != 0
    assert "set INSTANCE_ID to the id of the instance" in ran.stderr
    assert not [each for each in terminal.calls if "associate-iam-instance-profile" in each]


def test_identity_center_and_another_machine_stop_a_line_too(terminal: Shell) -> None:
    """No start URL in the catalog; and the ARNs that were set in the admin's shell aren't set on the server."""
    for lines, says in (
        (plan(Means.SSO, replace(TARGET, sso=None))[0].lines, "set SSO_START_URL to"),
        (plan(Means.ANYWHERE, TARGET)[5].lines, "set TRUST_ANCHOR_ARN here too"),
    ):
        ran = terminal.run(*lines)
        assert ran.returncode != 0
        assert says in ran.stderr
        assert not terminal.calls


def test_a_role_takes_five_steps() -> None:
    for _, steps in every_plan(replace(TARGET, may_act=True)):
        assert len(steps) <= 7
    for runs_on, service in zip(RUNS, ("ec2", "ecs-tasks", "lambda", "ec2"), strict=True):
        steps = plan(Means.ROLE, replace(TARGET, runs_on=runs_on))
        assert len(steps) == 5
        assert f'"Service":"{service}.amazonaws.com"' in steps[0].lines[0]


def test_a_policy_too_long_for_a_window_is_copied_in_aws(terminal: Shell) -> None:
    long = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "é" * 2000}]}
    steps = plan(Means.ROLE, replace(TARGET, allowed=Allowed(inline=(("long", long),))))
    assert all(len(line) <= 2700 for each in steps for line in each.lines)
    assert terminal.run(*steps[2].lines).returncode == 0
    assert [each[2] for each in terminal.calls] == ["get-user-policy", "put-role-policy"]


def test_json_has_nothing_that_a_shell_or_slack_reads() -> None:
    text = document({"x": HOSTILE + "<>&é\x7f\u2028"})
    assert not set(text) & set("'`<>&\x7f\n")
    assert text.isascii()
    assert json.loads(text) == {"x": HOSTILE + "<>&é\x7f\u2028"}


def test_services_are_compared_with_what_was_used() -> None:
    used = usage(services=(Count("s3", 4), Count("monitoring", 2)))
    found = compare(ALLOWED, used)
    assert found is not None
    assert (found.used, found.unused, found.elsewhere) == (("s3",), ("sqs",), ("cloudwatch",))
    assert compare(ALLOWED, usage(calls=0)) is None
    assert compare(ALLOWED, None) is None
    admin = compare(Allowed(("arn:aws:iam::aws:policy/AdministratorAccess",)), used)
    assert admin is not None
    assert admin.everything


def test_a_session_that_lacks_what_the_key_uses_does_not_replace_it() -> None:
    used = usage(services=(Count("s3", 4), Count("athena", 9), Count("sts", 1)))
    reads = session('{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}')
    assert not reaches(reads, used)
    assert reaches(reads, usage(services=(Count("s3", 4), Count("sts", 1))))
    assert reaches(session('{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'), used)
    assert reaches(session(None), used)  # what the role itself may do isn't in the catalog
    assert reaches(reads, None)


def session(policy: str | None) -> Entitlement:
    day = timedelta(days=1)
    return Entitlement(EntitlementId("x"), "X", AccountName("main"), Kind.SESSION, day, "platform", policy=policy)
