"""requestParameters and responseElements of a call, as CloudTrail writes them: without a secret, whatever was sent.

Sources: "Logging IAM and AWS STS API calls with CloudTrail", and the same page of S3, EC2 and CloudTrail.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from bot.sandbox.aws.wire import Message

Elements = tuple[Mapping[str, Any] | None, Mapping[str, Any] | None, tuple[tuple[str, str], ...]]

SECRET = re.compile(
    r"password$|passwd|secretstring|secretbinary|plaintext|token|privatekey|authenticationcode", re.IGNORECASE
)
ENTITY = ("Path", "Arn", "CreateDate")
RESPONSES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "CreateAccessKey": ("accessKey", ("UserName", "AccessKeyId", "Status", "CreateDate")),
    "CreateUser": ("user", ("UserName", "UserId", *ENTITY)),
    "CreateRole": ("role", ("RoleName", "RoleId", *ENTITY)),
    "CreateGroup": ("group", ("GroupName", "GroupId", *ENTITY)),
    "CreatePolicy": ("policy", ("PolicyName", "PolicyId", *ENTITY)),
    "CreateLoginProfile": ("loginProfile", ("UserName", "CreateDate", "PasswordResetRequired")),
    "CreateServiceSpecificCredential": (
        "serviceSpecificCredential",
        ("UserName", "ServiceName", "ServiceSpecificCredentialId", "Status", "CreateDate"),
    ),
    "GetSessionToken": ("credentials", ("AccessKeyId", "SessionToken", "Expiration")),
}
"""What is written of a response: the name of its element, and the tags in it."""
INSTANCE = ("instanceId", "imageId", "instanceType")
READ = frozenset({*RESPONSES, "AssumeRole", "RunInstances"})  # calls whose response is looked at


def elements(service: str, name: str, message: Message, said: str, *, failed: bool) -> Elements:
    """`said` is the response's text. Nested parameters of IAM, like tags, are left out."""
    params = message.loggable()
    if name == "AssumeRole" and "RoleArn" in params:
        return _assume_role(params, said, failed=failed)
    if service == "s3":
        return _of_bucket(name, message), None, ()
    if "x-amz-target" in message.headers:
        return _of_json(message), None, ()
    request: dict[str, Any] = {
        lower(k): v for k, v in params.items() if k not in ("Action", "Version") and "." not in k and not secret(k)
    }
    if name == "RunInstances":
        asked = {each: int(request.pop(each)) for each in ("minCount", "maxCount") if each in request}
        request["instancesSet"] = {"items": [{"imageId": request.pop("imageId", ""), **asked}]}
    if name == "CreateLoginProfile":
        request["passwordResetRequired"] = message.params.get("PasswordResetRequired") == "true"
    resources = (("AWS::IAM::User", params["UserName"]),) if "UserName" in params else ()
    return request or None, None if failed else _response(name, said), resources


def assumption(role: str, session: str, *, seconds: int = 3600, role_id: str = "AROAEXAMPLE", issued: Any) -> Elements:
    """Of an AssumeRole; `issued` is None if it was refused."""
    request = {"roleArn": role, "roleSessionName": session, "durationSeconds": seconds}
    resources: tuple[tuple[str, str], ...] = (("AWS::IAM::Role", role),)
    if issued is None:
        return request, None, resources
    account, name = role.split(":")[4], role.rpartition("/")[2]
    assumed = f"arn:aws:sts::{account}:assumed-role/{name}/{session}"
    response = {
        "credentials": dict(issued),
        "assumedRoleUser": {"assumedRoleId": f"{role_id}:{session}", "arn": assumed},
    }
    key = issued.get("accessKeyId", "")
    return request, response, (*resources, ("AWS::IAM::AccessKey", key), ("AWS::STS::AssumedRole", assumed))


def lower(name: str) -> str:
    return name[:1].lower() + name[1:]


def secret(name: str) -> bool:
    return SECRET.search(name) is not None


def _assume_role(params: Mapping[str, str], said: str, *, failed: bool) -> Elements:
    shown = assumption(
        params["RoleArn"],
        params.get("RoleSessionName", ""),
        seconds=int(params.get("DurationSeconds", 3600)),
        role_id=_text("AssumedRoleId", said).partition(":")[0],
        issued=None if failed else _tags(("AccessKeyId", "SessionToken", "Expiration"), said),
    )
    source = {"sourceIdentity": params["SourceIdentity"]} if "SourceIdentity" in params else {}
    return {**(shown[0] or {}), **source}, shown[1], shown[2]


def _response(name: str, said: str) -> dict[str, Any] | None:
    if name == "RunInstances":
        rows = [_tags(INSTANCE, each) for each in said.split("<instanceId>")[1:]]
        ids = re.findall(r"<instanceId>([^<]+)</instanceId>", said)
        return {"instancesSet": {"items": [row | {"instanceId": one} for row, one in zip(rows, ids, strict=True)]}}
    if name not in RESPONSES:
        return None
    element, tags = RESPONSES[name]
    return {element: _tags(tags, said)}


def _of_bucket(name: str, message: Message) -> dict[str, Any] | None:
    bucket = message.path.lstrip("/").partition("/")[0]
    if not bucket:
        return None
    request: dict[str, Any] = {"bucketName": bucket, "Host": message.headers.get("host", "")}
    if name == "PutBucketPolicy":
        request |= {"policy": "", "bucketPolicy": _json(message.body)}
    return request


def _of_json(message: Message) -> dict[str, Any] | None:
    body = _json(message.body)
    return {lower(name): value for name, value in body.items() if not secret(name)} or None


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _tags(names: tuple[str, ...], said: str) -> dict[str, Any]:
    return {lower(each): text for each in names if (text := _text(each, said))}


def _text(tag: str, said: str) -> str:
    return said.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
