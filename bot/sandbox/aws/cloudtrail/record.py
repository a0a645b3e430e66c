"""Write down one call as CloudTrail would see it."""

import re
from collections.abc import Mapping
from typing import Any

from moto.iam.models import User

from bot.sandbox.aws.authorise import Network
from bot.sandbox.aws.history import GLOBAL, HOME, Recorded
from bot.sandbox.aws.principals import Directory, Principal, Session
from bot.sandbox.aws.signature import Signed
from bot.sandbox.aws.wire import Answer, Message

CODE = re.compile(r'<Code>([^<]+)</Code>|"__type"\s*:\s*"(?:[^"#]*#)?([^"]+)"')
SENTENCE = re.compile(r'<Message>([^<]+)</Message>|"[mM]essage"\s*:\s*"([^"]+)"')
AGENT_MOST = 1024  # characters of userAgent; CloudTrail cuts the rest ("record contents")
FIRST = 400  # the HTTP status of the first error
SHOWN = frozenset({"AssumeRole", "CreateAccessKey"})  # calls whose responseElements are written


def record(
    message: Message, claim: Signed, who: Principal, name: str, network: Network, directory: Directory, answer: Answer
) -> None:
    """`answer` is what the caller gets, also when it is a refusal."""
    failed = answer.code >= FIRST
    said = answer.body.decode(errors="replace") if failed or name in SHOWN else ""
    request, response, resources = _elements(name, message, said, failed=failed)
    history = directory.history
    history.add(
        Recorded(
            history.next_number(),
            directory.clock().replace(microsecond=0),
            claim.service,
            name,
            HOME if claim.service in GLOBAL else claim.region,
            network.source_ip,
            message.headers.get("user-agent", "")[:AGENT_MOST],
            identity(who, claim.access_key_id, directory),
            error=_found(CODE, said) if failed else "",
            message=_found(SENTENCE, said) if failed else "",
            request=request,
            response=response,
            endpoint=network.source_vpce,
            resources=resources,
        )
    )


def identity(who: Principal, key: str, directory: Directory) -> dict[str, Any]:
    """CloudTrail's userIdentity of a user, of a user's session, or of an assumed role."""
    session = who.session
    if who.user is not None:
        shown = of_user(who.user, key, directory.account)
        return shown | {"sessionContext": {"attributes": _attributes(session)}} if session else shown
    if session is None or session.role is None:
        raise AssertionError("A caller is a user or has a session of a role.")
    role = session.role
    issuer = {"type": "Role", "principalId": role.id, "arn": role.arn, "accountId": directory.account}
    context: dict[str, Any] = {
        "sessionIssuer": issuer | {"userName": role.name},
        "attributes": _attributes(session),
    }
    if session.source_identity:
        context["sourceIdentity"] = session.source_identity
    named = {"type": "AssumedRole", "principalId": who.user_id, "arn": who.arn, "accountId": directory.account}
    return named | {"accessKeyId": key, "sessionContext": context}


def of_user(user: User, key: str, account: str) -> dict[str, Any]:
    return {
        "type": "IAMUser",
        "principalId": user.id,
        "arn": user.arn,
        "accountId": account,
        "accessKeyId": key,
        "userName": user.name,
    }


def assumption(
    role: str, session: str, *, seconds: int = 3600, role_id: str = "AROAEXAMPLE", issued: Mapping[str, str] | None
) -> tuple[dict[str, Any], dict[str, Any] | None, tuple[tuple[str, str], ...]]:
    """The request, the response and the resources of an AssumeRole; `issued` is None if it was refused."""
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
    more = (("AWS::IAM::AccessKey", key), ("AWS::STS::AssumedRole", assumed))
    return request, response, (*resources, *more)


def _elements(
    name: str, message: Message, said: str, *, failed: bool
) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None, tuple[tuple[str, str], ...]]:
    """AWS omits secrets; a session's token is in there. Nested parameters are left out."""
    params = message.loggable()
    if name == "AssumeRole" and "RoleArn" in params:
        issued = None if failed else {_lower(tag): _text(tag, said) for tag in ("AccessKeyId", "SessionToken")}
        shown = assumption(
            params["RoleArn"],
            params.get("RoleSessionName", ""),
            seconds=int(params.get("DurationSeconds", 3600)),
            role_id=_text("AssumedRoleId", said).partition(":")[0],
            issued=None if issued is None else issued | {"expiration": _text("Expiration", said)},
        )
        return (shown[0] | _source(params), *shown[1:])
    request = {_lower(k): v for k, v in params.items() if k not in ("Action", "Version") and "." not in k}
    made = None
    if name == "CreateAccessKey" and not failed:
        keys = ("UserName", "AccessKeyId", "Status", "CreateDate")
        made = {"accessKey": {_lower(each): _text(each, said) for each in keys}}
    resources = (("AWS::IAM::User", params["UserName"]),) if "UserName" in params else ()
    return request or None, made, resources


def _source(params: Mapping[str, str]) -> dict[str, str]:
    return {"sourceIdentity": params["SourceIdentity"]} if "SourceIdentity" in params else {}


def _attributes(session: Session) -> dict[str, str]:
    return {"creationDate": f"{session.issued_at:%Y-%m-%dT%H:%M:%SZ}", "mfaAuthenticated": str(session.mfa).lower()}


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


def _text(tag: str, said: str) -> str:
    return said.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]


def _found(pattern: re.Pattern[str], said: str) -> str:
    found = pattern.search(said)
    return next((each for each in found.groups() if each), "") if found else ""
