"""A sign-in or a session in the place of the key of a person."""

from bot.domain.replacement.shell import Ask, aws, line
from bot.domain.replacement.steps import (
    Step,
    StepName,
    Target,
    remove,
)

SIGN_IN = "policy/SignInLocalDevelopmentAccess"  # AWS's own, for `aws login`


def login(target: Target) -> tuple[Step, ...]:
    arn = f"arn:{target.partition}:iam::aws:{SIGN_IN}"
    attach = aws("iam", "attach-user-policy", "--user-name", target.user, "--policy-arn", arn)
    return (
        Step(StepName.SIGN_IN_POLICY, (attach,)),
        Step(StepName.LOGIN, (aws("--version"), aws("login", *target.in_region))),
        remove(*_forget_profile()),
    )


def sso(target: Target) -> tuple[Step, ...]:
    url, region = target.sso or (
        Ask("SSO_START_URL", "the start URL of Identity Center, like https://d-1234567890.awsapps.com/start"),
        Ask("SSO_REGION", "the region of Identity Center"),
    )
    profile = ("--profile", target.user)
    set_to = {
        "sso_start_url": url,
        "sso_region": region,
        "sso_account_id": target.account_id,
        "sso_role_name": Ask("PERMISSION_SET", "the permission set that you were assigned"),
    }
    lines = tuple(aws("configure", "set", name, value, *profile) for name, value in set_to.items())
    return (
        Step(StepName.SSO_PROFILE, lines),
        Step(StepName.SSO_LOGIN, (aws("sso", "login", *profile), aws("sts", "get-caller-identity", *profile))),
        remove(*_forget_profile()),
    )


def _forget_profile() -> tuple[str, ...]:
    """Lines of the shared file are taken out by hand: its profiles have names of their own."""
    return (line("unset", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), aws("configure", "list-profiles"))


def session(target: Target) -> tuple[Step, ...]:
    if target.entitlements:
        asked = tuple(f"{target.command} request {each}" for each in target.entitlements)
        return Step(StepName.REQUEST, asked), remove(*_forget_profile())
    offer = (
        "[[entitlements]]",
        f'id = "{target.user[:40].lower()}"',
        'kind = "session"',
        f'role_arn = "{target.arn(f"role/{target.role}")}"',
        'max_duration = "8h"',
    )
    return Step(StepName.OFFER, offer), remove(*_forget_profile())
