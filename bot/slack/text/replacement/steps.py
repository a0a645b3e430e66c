"""What each step of a replacement is for, above its lines."""

from collections.abc import Mapping

from bot.domain.replacement.means import Means
from bot.domain.replacement.steps import Step, StepName
from bot.slack.text.formatting import escape

PART_MOST = 2900  # characters as sent, of a section's 3,000
HEADS: Mapping[StepName, str] = {
    StepName.TRUST: "Trust policy: who may take the role",
    StepName.ROLE: "Create the role",
    StepName.PERMISSIONS: "Permissions: the policies of the IAM user, as they are",
    StepName.ATTACH_INSTANCE: "Attach: the role becomes the instance's profile, without a restart",
    StepName.ATTACH_TASK: "Attach: a new revision of the task definition has the role",
    StepName.ATTACH_FUNCTION: "Attach: the function runs with the role",
    StepName.PROVIDER: "OIDC provider, once for each account. `EntityAlreadyExists` is fine",
    StepName.WORKFLOW: "In the workflow, instead of the two secrets",
    StepName.PIPELINE: "In the job of `.gitlab-ci.yml`, instead of the two variables",
    StepName.FORGET_SECRETS: "Remove the key: delete the secrets, once the workflow ran without them",
    StepName.SIGN_IN_POLICY: "Allow it. An admin runs this",
    StepName.LOGIN: "Sign in. It takes version 2.32 or later, opens a browser and lasts up to 12 hours",
    StepName.SSO_PROFILE: "Set up a profile, once",
    StepName.SSO_LOGIN: "Sign in, each morning",
    StepName.REQUEST: "Ask for one of these in Slack. It expires on its own",
    StepName.OFFER: "The catalog offers no session here yet. Send Latchkey's admins these lines for the catalog",
    StepName.ANCHOR: "Trust anchor: `ca.pem` is the certificate of your own CA",
    StepName.PROFILE: "Profile: the role that its certificates can take",
    StepName.HELPER: "On the server, with AWS's `aws_signing_helper` and its own certificate. Take both ARNs "
    "along: `echo $TRUST_ANCHOR_ARN $PROFILE_ARN`",
    StepName.REMOVE: "Remove the key where it's read, restart, and check that the caller isn't the IAM user any more",
    StepName.SWITCH_OFF: "Switch the key off when nothing uses it. Latchkey may not act on it in this account",
}
SHARED = "If it's also in `~/.aws/credentials`, delete its lines there."
TIPS: Mapping[Means, str] = {
    Means.GITHUB: (
        "The trust policy allows every branch and tag of this repository. To allow one, write "
        "`ref:refs/heads/main` instead of the last `*`."
    ),
    Means.GITLAB: "The trust policy allows every branch and tag of this project alone.",
    Means.ANYWHERE: (
        "The certificate's common name has to be the name of the IAM user: the trust policy checks it. If the account "
        "has another CA's trust anchor, write the ARN of yours instead of `trust-anchor/*`."
    ),
    Means.ROLE: "Code that uses the SDK's defaults needs no change. The shell asks you to set what only you know.",
}


def head(number: int, step: Step) -> str:
    said = f"*{number}.* {HEADS[step.name]}."
    return f"{said} {SHARED}" if step.name is StepName.REMOVE else said


def code(step: Step) -> list[str]:
    """Its lines in code blocks, each of which fits a section. A line is never cut: one that is too long is left out."""
    parts: list[list[str]] = [[]]
    for line in (shown(each) for each in step.lines):
        if sum(len(each) + 1 for each in parts[-1]) + len(line) > PART_MOST:
            parts.append([])
        parts[-1].append(line)
    return [f"```{chr(10).join(each)}```" for each in parts if each]


def shown(line: str) -> str:
    """Slack ends a code block at three backticks, and shows what is escaped as it was."""
    return escape(line).replace("```", "'''")
