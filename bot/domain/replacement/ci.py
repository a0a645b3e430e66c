"""An OIDC provider and a role for one repository, in the place of the key of its workflow."""

from bot.domain.replacement.means import Means
from bot.domain.replacement.repository import GITHUB, Repository
from bot.domain.replacement.shell import aws, line
from bot.domain.replacement.steps import (
    Step,
    StepName,
    Target,
    assumed,
    permissions,
    policy,
    role,
    trust,
)

ISSUER = {GITHUB: "token.actions.githubusercontent.com"}  # of the tokens; elsewhere the host itself
AUDIENCE = "sts.amazonaws.com"
ACTION = "aws-actions/configure-aws-credentials@v6"


def steps(target: Target) -> tuple[Step, ...]:
    repository = target.repository
    if repository is None:
        return ()
    issuer = ISSUER.get(repository.host, repository.host)
    audience = AUDIENCE if repository.host == GITHUB else f"https://{issuer}"
    words = ("--url", f"https://{issuer}", "--client-id-list", audience)
    provider = Step(StepName.PROVIDER, (aws("iam", "create-open-id-connect-provider", *words),))
    condition = {
        "StringEquals": {f"{issuer}:aud": audience},
        "StringLike": {f"{issuer}:sub": _subjects(repository)},
        **_by_claim(issuer, repository),
    }
    federated = {"Federated": target.arn(f"oidc-provider/{issuer}")}
    trusted = policy(assumed(federated, "sts:AssumeRoleWithWebIdentity", condition=condition))
    uses = _workflow(target) if repository.host == GITHUB else _pipeline(target, audience)
    return (provider, trust(trusted), role(target), permissions(target), uses, _forget(repository))


def _subjects(repository: Repository) -> list[str]:
    """Any branch, tag or environment of this repository alone.

    Repositories made on GitHub since July 15, 2026 have ids in their tokens: owner@1/name@2.
    """
    if repository.means is Means.GITLAB:
        return [f"project_path:{repository.path}:ref_type:*"]
    if "@" in repository.path:
        return [f"repo:{repository.path}:*"]
    owner, _, name = repository.path.partition("/")
    return [f"repo:{repository.path}:*", f"repo:{owner}@*/{name}@*:*"]


def _by_claim(issuer: str, repository: Repository) -> dict[str, dict[str, str]]:
    """A subject that an organization composes itself could fit the pattern with ids from another of its repositories.

    The claim names this one alone (IAM User Guide, "Available keys for AWS OIDC federation").
    """
    if repository.host != GITHUB or "@" in repository.path:
        return {}
    return {"StringEqualsIfExists": {f"{issuer}:repository": repository.path}}


def _workflow(target: Target) -> Step:
    region = target.region if target.in_region else "us-east-1"
    return Step(
        StepName.WORKFLOW,
        (
            "permissions:",
            "  id-token: write",
            "  contents: read",
            "steps:",
            f"  - uses: {ACTION}",
            "    with:",
            f"      role-to-assume: {target.arn(f'role/{target.role}')}",
            f"      aws-region: {region}",
        ),
    )


def _pipeline(target: Target, audience: str) -> Step:
    """The CLI and every SDK read the two variables."""
    return Step(
        StepName.PIPELINE,
        (
            "id_tokens:",
            "  AWS_ID_TOKEN:",
            f"    aud: {audience}",
            "variables:",
            f"  AWS_ROLE_ARN: {target.arn(f'role/{target.role}')}",
            "  AWS_WEB_IDENTITY_TOKEN_FILE: /tmp/aws-id-token",
            "before_script:",
            '  - printf "%s" "$AWS_ID_TOKEN" > "$AWS_WEB_IDENTITY_TOKEN_FILE"',
        ),
    )


def _forget(repository: Repository) -> Step:
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    if repository.host == GITHUB:
        lines = (line("gh", "secret", "delete", each, "--repo", repository.plain) for each in names)
    else:
        lines = (line("glab", "variable", "delete", each, "--repo", repository.path) for each in names)
    return Step(StepName.FORGET_SECRETS, tuple(lines))
