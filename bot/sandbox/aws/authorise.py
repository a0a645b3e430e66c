"""Which permissions a request needs: from HTTP to (action, resource, context), for IAM, STS and S3."""

import re
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qs
from xml.sax.saxutils import unescape

from bot.sandbox.aws.conditions import Context
from bot.sandbox.aws.evaluate import Request
from bot.sandbox.aws.principals import Directory, Principal
from bot.sandbox.aws.signature import Signed
from bot.sandbox.aws.wire import Message

# AWS allows these under any policy, even under Deny *.
ALWAYS = frozenset({"sts:GetCallerIdentity", "sts:GetSessionToken"})
# These name a user, but are authorized on the group.
ON_GROUP = frozenset({"AddUserToGroup", "RemoveUserFromGroup"})
# These name their resource in a parameter.
NAMED_BY = {"DeleteVirtualMFADevice": "SerialNumber", "GenerateServiceLastAccessedDetails": "Arn"}
# S3 subresources, with what they add to Get… and Put…
SUBRESOURCES = {
    "acl": "Acl",
    "tagging": "Tagging",
    "policy": "Policy",
    "versioning": "Versioning",
    "location": "Location",
    "lifecycle": "LifecycleConfiguration",
    "encryption": "EncryptionConfiguration",
    "publicAccessBlock": "PublicAccessBlock",
}


@dataclass(frozen=True, slots=True)
class Ask:
    """One API call: its name, and every permission it needs."""

    action: str  # "CreateUser"
    requests: tuple[Request, ...]


@dataclass(frozen=True, slots=True)
class Network:
    """Where callers appear to come from; through a VPC endpoint there is no source address."""

    source_ip: str = "127.0.0.1"
    source_vpce: str = ""


def ask(message: Message, claim: Signed, who: Principal, directory: Directory, network: Network) -> Ask:
    context = _context(message, claim, who, directory, network)
    if claim.service == "s3":
        name, needs = _s3(message)
    else:
        target = message.headers.get("x-amz-target", "")
        name = message.params.get("Action") or message.query.get("Action") or target.rpartition(".")[2] or "Unknown"
        needs = _query(claim.service, name, message, who, directory)
    return Ask(name, tuple(Request(action, resource, context) for action, resource in needs))


def _context(message: Message, claim: Signed, who: Principal, directory: Directory, network: Network) -> Context:
    now = directory.clock() + directory.later.get(claim.access_key_id, timedelta(0))
    context: dict[str, str | list[str]] = {
        **who.context,
        "aws:CurrentTime": now.isoformat(),
        "aws:EpochTime": str(int(now.timestamp())),
        "aws:SecureTransport": "true",  # pretends to be HTTPS
        "aws:ViaAWSService": "false",
    }
    if network.source_vpce:
        context["aws:SourceVpce"] = network.source_vpce
    else:
        context["aws:SourceIp"] = network.source_ip
    return context | _iam_keys(message, directory) | _tag_keys(message)


def _iam_keys(message: Message, directory: Directory) -> dict[str, str | list[str]]:
    params = message.params
    named = {
        "iam:PolicyARN": params.get("PolicyArn"),
        "sts:ExternalId": params.get("ExternalId"),
        "sts:SourceIdentity": params.get("SourceIdentity"),
        "sts:RoleSessionName": params.get("RoleSessionName"),
        "iam:PermissionsBoundary": params.get("PermissionsBoundary"),
    }
    entity = directory.backend.users.get(params.get("UserName", "")) or next(
        (r for r in directory.backend.roles.values() if r.name == params.get("RoleName")), None
    )
    if entity is not None and named["iam:PermissionsBoundary"] is None:
        named["iam:PermissionsBoundary"] = directory.boundary_arn(entity)
    return {key: value for key, value in named.items() if value is not None}


def _tag_keys(message: Message) -> dict[str, str | list[str]]:
    params = message.params
    keys = {m[1]: v for k, v in params.items() if (m := re.fullmatch(r"Tags\.member\.(\d+)\.Key", k))}
    if not keys:
        return {}
    found: dict[str, str | list[str]] = {"aws:TagKeys": list(keys.values())}
    return found | {f"aws:RequestTag/{key}": params.get(f"Tags.member.{n}.Value", "") for n, key in keys.items()}


def _query(
    service: str, name: str, message: Message, who: Principal, directory: Directory
) -> tuple[tuple[str, str], ...]:
    action = f"{service}:{name}"
    if action in ALWAYS:
        return ()
    if service == "sts":
        return _sts(action, message)
    if service != "iam":
        return ((action, "*"),)
    resource = _iam_resource(name, message, who, directory)
    if name.startswith("Create") and "Tags.member.1.Key" in message.params:
        kind = name.removeprefix("Create")
        return ((action, resource), (f"iam:Tag{kind}", resource))
    return ((action, resource),)


def _sts(action: str, message: Message) -> tuple[tuple[str, str], ...]:
    role = message.params.get("RoleArn", "*")
    needs = [(action, role)]
    if action == "sts:AssumeRole" and "SourceIdentity" in message.params:
        needs.append(("sts:SetSourceIdentity", role))
    if action == "sts:AssumeRole" and "Tags.member.1.Key" in message.params:
        needs.append(("sts:TagSession", role))
    return tuple(needs)


def _iam_resource(name: str, message: Message, who: Principal, directory: Directory) -> str:
    backend, params, prefix = directory.backend, message.params, f"arn:aws:iam::{directory.account}:"
    path = params.get("Path", "/")
    if name in ("ListUsers", "ListRoles", "ListGroups"):
        return f"{prefix}{name[4:-1].lower()}{params.get('PathPrefix', '/')}"
    if name == "GetAccessKeyLastUsed":
        user = backend.get_user_from_access_key_id(params.get("AccessKeyId", ""))
        return user.arn if user else "*"
    if name in NAMED_BY:
        return params[NAMED_BY[name]]
    if name == "CreateVirtualMFADevice":
        return f"{prefix}mfa{path}{params['VirtualMFADeviceName']}"
    if "RoleName" in params:
        role = next((r for r in backend.roles.values() if r.name == params["RoleName"]), None)
        return role.arn if role else f"{prefix}role{path}{params['RoleName']}"
    if "GroupName" in params and (name in ON_GROUP or "UserName" not in params):
        group = backend.groups.get(params["GroupName"])
        return group.arn if group else f"{prefix}group{path}{params['GroupName']}"
    if "UserName" in params:
        named = backend.users.get(params["UserName"])
        return named.arn if named else f"{prefix}user{path}{params['UserName']}"
    if "PolicyArn" in params:
        return params["PolicyArn"]
    if name == "CreatePolicy":
        return f"{prefix}policy{path}{params.get('PolicyName', '')}"
    about_self = re.search(r"User$|AccessKey|LoginProfile|MFADevice|SSHPublicKey|SigningCertificate", name)
    return who.arn if about_self and who.user else "*"


def _s3(message: Message) -> tuple[str, tuple[tuple[str, str], ...]]:
    bucket, _, key = message.path.lstrip("/").partition("/")
    if not bucket:
        return "ListBuckets", (("s3:ListAllMyBuckets", "*"),)
    arn = f"arn:aws:s3:::{bucket}" + (f"/{key}" if key else "")
    query = parse_qs(message.raw_query, keep_blank_values=True)
    if "delete" in query and message.method == "POST":
        keys = [unescape(k) for k in re.findall(r"<Key>([^<]*)</Key>", message.body.decode(errors="replace"))]
        return "DeleteObjects", tuple(("s3:DeleteObject", f"{arn}/{k}") for k in keys)
    name = _s3_name(message.method, bool(key), query)
    needs = [(f"s3:{name}", arn)]
    if source := message.headers.get("x-amz-copy-source"):
        needs.append(("s3:GetObject", f"arn:aws:s3:::{Message('GET', source, '', {}, b'').path.lstrip('/')}"))
    return name, tuple(needs)


def _s3_name(method: str, has_key: bool, query: dict[str, list[str]]) -> str:
    kind = "Object" if has_key else "Bucket"
    verb = {"GET": "Get", "HEAD": "Get", "PUT": "Put", "POST": "Put", "DELETE": "Delete"}.get(method, method.title())
    for name, suffix in SUBRESOURCES.items():
        if name in query:
            return f"{verb}{kind}{suffix}"
    if "uploads" in query or "uploadId" in query:
        listing = "ListBucketMultipartUploads" if not has_key else "ListMultipartUploadParts"
        return {"Get": listing, "Delete": "AbortMultipartUpload"}.get(verb, "PutObject")
    if "versions" in query:
        return "ListBucketVersions"
    if has_key:
        return f"{verb}Object"
    return {"Get": "ListBucket", "Put": "CreateBucket"}.get(verb, f"{verb}Bucket")
