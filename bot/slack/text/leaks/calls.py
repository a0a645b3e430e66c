"""One change by a leaked key as a sentence: "created the IAM user `backup`"."""

import re
from typing import Final

from bot.domain.leaks.trail_changes import Change
from bot.slack.text.formatting import cut, escape

OF_IAM = re.compile(r"arn:aws[a-z-]{0,10}:iam::(\d{12})?[a-z]{0,3}:(?:user|role|group|policy)/")
NAME_MOST = 90  # characters of a name as shown
SAID: Final = {
    "iam:CreateUser": "created the IAM user {target}",
    "iam:DeleteUser": "deleted the IAM user {target}",
    "iam:CreateAccessKey": "created the access key {key} for the user {target}",
    "iam:UpdateAccessKey": "set the access key {key} to {detail}",
    "iam:DeleteAccessKey": "deleted the access key {key}",
    "iam:CreateLoginProfile": "gave the user {target} a console password",
    "iam:UpdateLoginProfile": "changed the console password of the user {target}",
    "iam:DeleteLoginProfile": "deleted the console password of the user {target}",
    "iam:CreateServiceSpecificCredential": "created a service-specific credential for {target} ({detail})",
    "iam:AddUserToGroup": "added the user {target} to the group {detail}",
    "iam:RemoveUserFromGroup": "removed the user {target} from the group {detail}",
    "iam:AttachUserPolicy": "attached {detail} to the user {target}",
    "iam:DetachUserPolicy": "detached {detail} from the user {target}",
    "iam:PutUserPolicy": "put the inline policy {detail} on the user {target}",
    "iam:DeleteUserPolicy": "deleted the inline policy {detail} of the user {target}",
    "iam:DeleteUserPermissionsBoundary": "removed the permissions boundary of the user {target}",
    "iam:CreateRole": "created the role {target}",
    "iam:DeleteRole": "deleted the role {target}",
    "iam:UpdateAssumeRolePolicy": "changed who can assume the role {target}",
    "iam:AttachRolePolicy": "attached {detail} to the role {target}",
    "iam:DetachRolePolicy": "detached {detail} from the role {target}",
    "iam:PutRolePolicy": "put the inline policy {detail} on the role {target}",
    "iam:DeleteRolePolicy": "deleted the inline policy {detail} of the role {target}",
    "iam:CreateGroup": "created the group {target}",
    "iam:AttachGroupPolicy": "attached {detail} to the group {target}",
    "iam:PutGroupPolicy": "put the inline policy {detail} on the group {target}",
    "iam:CreatePolicy": "created the policy {target}",
    "iam:CreatePolicyVersion": "added a version to the policy {target}",
    "iam:SetDefaultPolicyVersion": "changed the default version of the policy {target}",
    "iam:DeactivateMFADevice": "deactivated an MFA device of the user {target}",
    "iam:EnableMFADevice": "gave the user {target} an MFA device",
    "s3:PutBucketPolicy": "replaced the policy of the bucket {target}",
    "s3:DeleteBucketPolicy": "deleted the policy of the bucket {target}",
    "s3:PutBucketAcl": "changed the ACL of the bucket {target}",
    "s3:PutBucketPublicAccessBlock": "changed Block Public Access of the bucket {target}",
    "s3:DeleteBucketPublicAccessBlock": "switched off Block Public Access of the bucket {target}",
    "s3:PutBucketReplication": "changed the replication of the bucket {target}",
    "s3:PutBucketLifecycle": "changed when objects in the bucket {target} are deleted",
    "s3:CreateBucket": "created the bucket {target}",
    "s3:DeleteBucket": "deleted the bucket {target}",
    "ec2:RunInstances": "launched EC2 instances: {target} ({detail})",
    "ec2:TerminateInstances": "terminated EC2 instances: {target}",
    "ec2:StartInstances": "started EC2 instances: {target}",
    "ec2:StopInstances": "stopped EC2 instances: {target}",
    "ec2:CreateKeyPair": "created the EC2 key pair {target}",
    "ec2:ImportKeyPair": "imported the EC2 key pair {target}",
    "ec2:AuthorizeSecurityGroupIngress": "opened the security group {target}",
    "ec2:ModifySnapshotAttribute": "changed who can use the snapshot {target}",
    "ec2:ModifyImageAttribute": "changed who can use the image {target}",
    "lambda:CreateFunction": "created the Lambda function {target}",
    "lambda:UpdateFunctionCode": "replaced the code of the Lambda function {target}",
    "lambda:AddPermission": "changed who can call the Lambda function {target}",
    "lambda:CreateFunctionUrlConfig": "gave the Lambda function {target} a URL",
    "kms:ScheduleKeyDeletion": "scheduled the deletion of the KMS key {target}",
    "kms:DisableKey": "disabled the KMS key {target}",
    "kms:PutKeyPolicy": "replaced the policy of the KMS key {target}",
    "kms:CreateGrant": "gave someone a grant on the KMS key {target}",
    "cloudtrail:StopLogging": "stopped the trail {target}",
    "cloudtrail:DeleteTrail": "deleted the trail {target}",
    "cloudtrail:UpdateTrail": "changed the trail {target}",
    "cloudtrail:PutEventSelectors": "changed what the trail {target} records",
    "guardduty:DeleteDetector": "switched off GuardDuty",
    "organizations:LeaveOrganization": "took the account out of its organization",
    "organizations:CreateAccount": "created the AWS account {target}",
    "secretsmanager:PutResourcePolicy": "changed who can read the secret {target}",
    "ssm:SendCommand": "ran {detail} on {target}",
    "ssm:StartSession": "opened a session on {target}",
    "rds:ModifyDBSnapshotAttribute": "changed who can restore the database snapshot {target}",
}


def what(change: Change) -> str:
    """A call that isn't in the table, or whose event lacks a name, goes by the name of the call."""
    names = {"target": change.target, "detail": change.detail, "key": change.key}
    form = SAID.get(change.call)
    if form is not None and all(names[each] for each in names if f"{{{each}}}" in form):
        return form.format(**{each: code(said or "") for each, said in names.items()})
    about = code(change.target) if change.target else ""
    return f"called {code(change.call)}" + (f" on {about}" if about else "")


def code(name: str) -> str:
    """Between backticks, where Slack reads neither style nor links. What IAM's ARNs name goes by its name alone."""
    short = name.rpartition("/")[2] if OF_IAM.match(name) else name
    return f"`{cut(escape(short.replace('`', chr(39))), NAME_MOST)}`"


def role(arn: str) -> str:
    """With its account, because sessions of another account's role are for that account to end."""
    found = OF_IAM.match(arn)
    return f"{code(arn)} of account {found[1]}" if found and found[1] else code(arn)
