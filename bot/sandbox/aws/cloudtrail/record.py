"""Write down one call as CloudTrail would see it."""

import re
from typing import Any

from moto.iam.models import User

from bot.sandbox.aws.authorise import Network
from bot.sandbox.aws.cloudtrail.elements import READ, elements
from bot.sandbox.aws.history import GLOBAL, HOME, Recorded
from bot.sandbox.aws.principals import Directory, Principal, Session
from bot.sandbox.aws.signature import Signed
from bot.sandbox.aws.wire import Answer, Message

CODE = re.compile(r'<Code>([^<]+)</Code>|"__type"\s*:\s*"(?:[^"#]*#)?([^"]+)"')
SENTENCE = re.compile(r'<Message>([^<]+)</Message>|"[mM]essage"\s*:\s*"([^"]+)"')
AGENT_MOST = 1024  # characters of userAgent; CloudTrail cuts the rest ("record contents")
FIRST = 400  # the HTTP status of the first error


def record(
    message: Message, claim: Signed, who: Principal, name: str, network: Network, directory: Directory, answer: Answer
) -> None:
    """`answer` is what the caller gets, also when it is a refusal."""
    failed = answer.code >= FIRST
    said = answer.body.decode(errors="replace") if failed or name in READ else ""
    request, response, resources = elements(claim.service, name, message, said, failed=failed)
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


def _attributes(session: Session) -> dict[str, str]:
    return {"creationDate": f"{session.issued_at:%Y-%m-%dT%H:%M:%SZ}", "mfaAuthenticated": str(session.mfa).lower()}


def _found(pattern: re.Pattern[str], said: str) -> str:
    found = pattern.search(said)
    return next((each for each in found.groups() if each), "") if found else ""
