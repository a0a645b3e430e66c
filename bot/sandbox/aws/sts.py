"""STS, implemented by the stand-in: moto returns one constant session key and ignores a role's trust policy."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from moto.iam.models import Role

from bot.sandbox.aws import mfa
from bot.sandbox.aws.conditions import many
from bot.sandbox.aws.evaluate import Request, evaluate, statements
from bot.sandbox.aws.principals import Directory, Principal, Session
from bot.sandbox.aws.wire import Answer, Message, Refusal, tags, xml_answer

CHAINED_MOST = 3600  # seconds: role chaining limits a session to one hour
SESSION_POLICY_MOST = 2048  # characters


def answer(action: str, message: Message, who: Principal, directory: Directory) -> Answer | None:
    """None if moto's implementation is good enough."""
    if action == "GetCallerIdentity":
        return xml_answer("sts", action, tags(UserId=who.user_id, Account=directory.account, Arn=who.arn))
    if action == "GetSessionToken":
        return _get_session_token(message, who, directory)
    if action == "AssumeRole":
        return _assume_role(message, who, directory)
    return None


def trusts(role: Role, request: Request, who: Principal, account: str) -> tuple[bool, bool]:
    """Whether the role's trust policy allows this principal, and whether it names the principal directly.

    A principal named directly needs no Allow of its own; one trusted through its account does.
    """
    ours = [s for s in statements(json.loads(role.assume_role_policy_document)) if _named(s, who, account)]
    as_identity = [{k: v for k, v in s.items() if k != "Principal"} | {"Resource": "*"} for s in ours]
    let_in = evaluate(request, [{"Statement": as_identity}], None, None).allowed
    named = any(s["Effect"] == "Allow" and _named(s, who, account) == "itself" for s in ours)
    return let_in, named


def find_role(directory: Directory, arn: str) -> Role | None:
    return next((role for role in directory.backend.roles.values() if role.arn == arn), None)


def _named(statement: Mapping[str, Any], who: Principal, account: str) -> str:
    principal = statement.get("Principal", {})
    names = many(principal.get("AWS", [])) if isinstance(principal, dict) else many(principal)
    if {who.arn, who.context["aws:PrincipalArn"], "*"} & set(names):
        return "itself"
    return "account" if {account, f"arn:aws:iam::{account}:root"} & set(names) else ""


def _get_session_token(message: Message, who: Principal, directory: Directory) -> Answer:
    if who.session is not None:
        raise Refusal("AccessDenied", "Cannot call GetSessionToken with session credentials")
    lasts = _seconds(message, default=43200, least=900, most=129600)
    by_code = mfa.by_code(message, who, directory)
    return xml_answer("sts", "GetSessionToken", _credentials(directory.open_session(lasts, user=who.user, mfa=by_code)))


def _assume_role(message: Message, who: Principal, directory: Directory) -> Answer:
    params = message.params
    role = find_role(directory, params["RoleArn"])
    if role is None:
        raise Refusal("AccessDenied", f"User: {who.arn} is not authorized to perform: sts:AssumeRole on this role.")
    most = int(role.max_session_duration or 3600)
    if who.session is not None and int(params.get("DurationSeconds", 3600)) > CHAINED_MOST:
        raise Refusal(
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
            400,
        )
    before = who.session.source_identity if who.session else ""
    asked = params.get("SourceIdentity", before)
    if before and asked != before:
        raise Refusal("AccessDenied", "The source identity cannot change along a chain of roles.")
    session = directory.open_session(
        _seconds(message, default=3600, least=900, most=most),
        role=role,
        name=params["RoleSessionName"],
        policy=_session_policy(params),
        source_identity=asked,
    )
    arn = f"arn:aws:sts::{directory.account}:assumed-role/{role.name}/{session.name}"
    assumed = tags(AssumedRoleId=f"{role.id}:{session.name}", Arn=arn)
    result = f"<AssumedRoleUser>{assumed}</AssumedRoleUser>" + _credentials(session)
    return xml_answer("sts", "AssumeRole", result + (tags(SourceIdentity=asked) if asked else ""))


def _session_policy(params: Mapping[str, str]) -> Mapping[str, Any] | None:
    text = params.get("Policy")
    if text is None:
        return None
    if len(text) > SESSION_POLICY_MOST:
        raise Refusal("ValidationError", f"The session policy is longer than {SESSION_POLICY_MOST} characters.", 400)
    try:
        policy = json.loads(text)
    except ValueError:
        raise Refusal("MalformedPolicyDocument", "The session policy is not valid JSON.", 400) from None
    if not isinstance(policy, dict):
        raise Refusal("MalformedPolicyDocument", "The session policy is not a policy document.", 400)
    return policy


def _seconds(message: Message, *, default: int, least: int, most: int) -> timedelta:
    asked = int(message.params.get("DurationSeconds", default))
    if asked < least:
        raise Refusal("ValidationError", f"The requested DurationSeconds is below the minimum of {least}.", 400)
    if asked > most:
        raise Refusal(
            "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.", 400
        )
    return timedelta(seconds=asked)


def _credentials(session: Session) -> str:
    inner = tags(
        AccessKeyId=session.access_key_id,
        SecretAccessKey=session.secret,
        SessionToken=session.token,
        Expiration=f"{session.ends_at:%Y-%m-%dT%H:%M:%SZ}",
    )
    return f"<Credentials>{inner}</Credentials>"
