"""IAM Roles Anywhere in the place of the key of a server outside AWS."""

from bot.domain.replacement.shell import Raw, aws, word
from bot.domain.replacement.steps import (
    Step,
    StepName,
    Target,
    assumed,
    permissions,
    policy,
    remove,
    role,
    trust,
)


def steps(target: Target) -> tuple[Step, ...]:
    """The certificate's common name is the IAM user's name."""
    source = Raw('"sourceType=CERTIFICATE_BUNDLE,sourceData={x509CertificateData=$(cat ca.pem)}"')
    name, region = ("--name", _plain(target.role)), target.in_region
    anchor = aws("rolesanywhere", "create-trust-anchor", *name, "--source", source, "--enabled", *region)
    anchors = target.arn("trust-anchor/*", "rolesanywhere", region[1] if region else "*")
    condition = {
        "StringEquals": {"aws:PrincipalTag/x509Subject/CN": target.user, "aws:SourceAccount": target.account_id},
        "ArnLike": {"aws:SourceArn": anchors},
    }
    principal = {"Service": "rolesanywhere.amazonaws.com"}
    acts = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
    arn = target.arn(f"role/{target.role}")
    profile = aws("rolesanywhere", "create-profile", *name, "--role-arns", arn, "--enabled", *region)
    return (
        Step(StepName.ANCHOR, (_into("TRUST_ANCHOR_ARN", anchor, "trustAnchor.trustAnchorArn"),)),
        trust(policy(assumed(principal, *acts, condition=condition))),
        role(target),
        permissions(target),
        Step(StepName.PROFILE, (_into("PROFILE_ARN", profile, "profile.profileArn"),)),
        Step(StepName.HELPER, _helper(arn)),
        remove(),
    )


def _plain(name: str) -> str:
    """Roles Anywhere takes letters, digits, spaces, - and _ in a name."""
    return "".join(each if each.isascii() and (each.isalnum() or each in "-_") else "-" for each in name)


def _into(variable: str, command: str, query: str) -> str:
    return f"{variable}=$({command} --query {query} --output text)"


def _helper(arn: str) -> tuple[str, str]:
    """The server is another machine, whose shell doesn't have what the first steps set: it stops and says so."""
    anchor = "${TRUST_ANCHOR_ARN:?set TRUST_ANCHOR_ARN here too}"
    profile = "${PROFILE_ARN:?set PROFILE_ARN here too}"
    files = "--certificate /etc/aws/certificate.pem --private-key /etc/aws/key.pem"
    arns = f"--trust-anchor-arn {anchor} --profile-arn {profile} --role-arn $ROLE_ARN"
    process = Raw(f'"aws_signing_helper credential-process {files} {arns}"')
    return f"ROLE_ARN={word(arn)}", aws("configure", "set", "credential_process", process)
