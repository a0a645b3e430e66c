"""A CloudFormation stack on the AWS stand-in."""

import json
from typing import Any

import boto3
from moto.iam.models import iam_backends

from bot.sandbox.aws import AwsStandIn

STACK = "latchkey"


def client(aws: AwsStandIn, service: str) -> Any:
    key, secret = aws.admin
    return boto3.client(
        service, endpoint_url=aws.url, aws_access_key_id=key, aws_secret_access_key=secret, region_name="us-east-1"
    )


def create(aws: AwsStandIn, template: str, **parameters: str) -> dict[str, str]:
    """The stack's outputs."""
    given = [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]
    client(aws, "cloudformation").create_stack(
        StackName=STACK, TemplateBody=template, Parameters=given, Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    (stack,) = client(aws, "cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    _as_json(aws)
    return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}


def _as_json(aws: AwsStandIn) -> None:
    """moto stores the inline policies of a stack's roles as Python dictionaries, and would return their repr."""
    for role in iam_backends[aws.account]["aws"].roles.values():
        role.policies = {
            name: text if isinstance(text, str) else json.dumps(text) for name, text in role.policies.items()
        }
