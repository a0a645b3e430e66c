"""Corrections of moto's IAM: boundaries, deletions, quotas, paging, reports, AWS's own policies."""

import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, User

from bot.sandbox.aws import account_details, last_accessed, mfa, reports, service_credentials
from bot.sandbox.aws.principals import Directory, Principal
from bot.sandbox.aws.wire import Answer, Message, Refusal, tags, xml_answer

INLINE_MOST = 2048  # non-blank characters in all inline policies of one user together
ATTACHED_MOST = 10  # managed policies of one user
LOGIN_PROFILE = ("CreateLoginProfile", "GetLoginProfile")
LISTS = {"ListUsers": "Users", "ListAccessKeys": "AccessKeyMetadata"}  # split into pages
DATE = re.compile(rb"<CreateDate>[^<]*</CreateDate>")
AWS_POLICY = "arn:aws:iam::aws:policy/"
ABOUT_SELF = frozenset({"GetUser", "CreateAccessKey", "ListAccessKeys", "DeleteUser"})

Instead = Callable[[Message, Directory], Answer]


def before(action: str, message: Message, who: Principal, directory: Directory) -> Answer | None:
    """Refuse what AWS refuses, and answer what moto can't; None passes the call to moto. Raises Refusal."""
    for name in ("PolicyArn", "PermissionsBoundary"):
        _know_aws_policy(message.params.get(name, ""), directory)
    if action in ABOUT_SELF and "UserName" not in message.params and who.user is None:
        raise Refusal("ValidationError", "Must specify userName when calling with non-User credentials", 400)
    guard = GUARDS.get(action)
    if guard is not None:
        guard(message, directory)
    if (by_caller := BY_CALLER.get(action)) is not None:
        return by_caller(message, who, directory)
    instead = INSTEAD.get(action)
    return instead(message, directory) if instead is not None else None


def after(action: str, message: Message, directory: Directory, answer: Answer) -> Answer:
    """Add what AWS would do and show to moto's success."""
    if answer.code != 200:
        return answer
    if action == "CreateUser" and (boundary := message.params.get("PermissionsBoundary")):
        _set_boundary(_user(message, directory), boundary)
        shown = tags(PermissionsBoundaryType="Policy", PermissionsBoundaryArn=boundary)
        return _edited(answer, "</User>", f"<PermissionsBoundary>{shown}</PermissionsBoundary></User>")
    if action in LOGIN_PROFILE:
        return _dated(action, _user(message, directory), directory, answer)
    if action in LISTS:
        return _page(action, message, directory, answer)
    return answer


# --- refusals that moto lacks -------------------------------------------------------------------------------------


def _delete_user(message: Message, directory: Directory) -> None:
    user = _user(message, directory)
    left = {
        "access keys": user.access_keys,
        "a login profile": user.password,
        "MFA devices": user.mfa_devices,
        "SSH public keys": user.ssh_public_keys,
        "signing certificates": user.signing_certificates,
        "memberships in groups": directory.backend.get_groups_for_user(user.name),
        "service-specific credentials": service_credentials.of(user),
    }
    for name, present in left.items():
        if present:
            raise Refusal("DeleteConflict", f"Cannot delete entity, must remove {name} first.", 409)


def _create_user(message: Message, directory: Directory) -> None:
    if boundary := message.params.get("PermissionsBoundary"):
        _must_exist(boundary, directory)


def _put_user_policy(message: Message, directory: Directory) -> None:
    user = _user(message, directory)
    policies = user.policies | {message.params["PolicyName"]: message.params["PolicyDocument"]}
    if sum(len("".join(text.split())) for text in policies.values()) > INLINE_MOST:
        raise Refusal("LimitExceeded", f"Maximum policy size of {INLINE_MOST} bytes exceeded for user {user.name}", 409)


def _attach_user_policy(message: Message, directory: Directory) -> None:
    attached = _user(message, directory).managed_policies
    if message.params["PolicyArn"] not in attached and len(attached) >= ATTACHED_MOST:
        raise Refusal("LimitExceeded", f"Cannot exceed quota for PoliciesPerUser: {ATTACHED_MOST}", 409)


def _update_user(message: Message, directory: Directory) -> None:
    """moto keys tags by ARN, so a new path would lose them. It also leaves the old user name on the keys."""
    user, tagger = _user(message, directory), directory.backend.tagger
    path, name = message.params.get("NewPath", user.path), message.params.get("NewUserName", user.name)
    there = f"{user.arn.partition(':user/')[0]}:user{path}{name}"
    tagger.tag_resource(there, tagger.list_tags_for_resource(user.arn)["Tags"])
    for key in user.access_keys:
        key.user_name = name


# --- responses that moto can't give -------------------------------------------------------------------------------


def _put_boundary(message: Message, directory: Directory) -> Answer:
    user, boundary = _user(message, directory), message.params["PermissionsBoundary"]
    _must_exist(boundary, directory)
    _set_boundary(user, boundary)
    return xml_answer("iam", "PutUserPermissionsBoundary")


def _delete_boundary(message: Message, directory: Directory) -> Answer:
    vars(_user(message, directory)).pop("permissions_boundary", None)
    return xml_answer("iam", "DeleteUserPermissionsBoundary")


GUARDS: dict[str, Callable[[Message, Directory], None]] = {
    "DeleteUser": _delete_user,
    "CreateUser": _create_user,
    "UpdateUser": _update_user,
    "PutUserPolicy": _put_user_policy,
    "AttachUserPolicy": _attach_user_policy,
    **mfa.GUARDS,
}
INSTEAD: dict[str, Instead] = {
    "PutUserPermissionsBoundary": _put_boundary,
    "DeleteUserPermissionsBoundary": _delete_boundary,
    "GenerateCredentialReport": lambda _, d: reports.generate(d),
    "GetCredentialReport": lambda _, d: reports.get(d),
    "GetAccountAuthorizationDetails": account_details.details,
    "CreateServiceSpecificCredential": lambda m, d: service_credentials.create(m, _user(m, d), d),
    "ListServiceSpecificCredentials": lambda m, d: service_credentials.listed(m, d, _user),
    "UpdateServiceSpecificCredential": lambda m, d: service_credentials.update(m, _user(m, d)),
    "DeleteServiceSpecificCredential": lambda m, d: service_credentials.delete(m, _user(m, d)),
}

BY_CALLER: dict[str, Callable[[Message, Principal, Directory], Answer]] = {
    "GenerateServiceLastAccessedDetails": last_accessed.generate,
    "GetServiceLastAccessedDetails": last_accessed.get,
}


def _user(message: Message, directory: Directory) -> User:
    name = message.params.get("UserName", "")
    user = directory.backend.users.get(name)
    if user is None:
        raise Refusal("NoSuchEntity", f"The user with name {name} cannot be found.", 404)
    return user


def _set_boundary(user: User, arn: str) -> None:
    """moto shows this attribute in GetUser and GetAccountAuthorizationDetails once it is set."""
    shown = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}
    vars(user)["permissions_boundary"] = shown


def _must_exist(policy_arn: str, directory: Directory) -> None:
    if policy_arn not in directory.backend.managed_policies:
        raise Refusal("NoSuchEntity", f"Scope ARN: {policy_arn} does not exist or is not attachable.", 404)


def _know_aws_policy(arn: str, directory: Directory) -> None:
    """AWS managed policies exist in every account; moto has their texts but doesn't load them."""
    if not arn.startswith(AWS_POLICY) or arn in directory.backend.managed_policies:
        return
    data = _aws_policies().get(arn.rpartition("/")[2])
    if data is None:
        return
    policy = AWSManagedPolicy.from_data(arn.rpartition("/")[2], directory.account, directory.region, data)
    if policy.arn == arn:
        directory.backend.managed_policies[arn] = policy


@cache
def _aws_policies() -> dict[str, Any]:
    return dict(json.loads(aws_managed_policies_data))


def _dated(action: str, user: User, directory: Directory, answer: Answer) -> Answer:
    """moto shows the user's age as the login profile's."""
    if action == "CreateLoginProfile":
        vars(user)["password_at"] = f"{directory.clock():%Y-%m-%dT%H:%M:%SZ}"
    made = vars(user).get("password_at")
    if made is None:
        return answer
    shown = DATE.sub(f"<CreateDate>{made}</CreateDate>".encode(), answer.body)
    return answer.saying(shown)


def _page(action: str, message: Message, directory: Directory, answer: Answer) -> Answer:
    """Split moto's list into pages; the marker is the number of rows already shown. AWS lists no boundary here."""
    before, *rest = answer.body.decode().split("<PermissionsBoundary>")
    body = before + "".join(each.partition("</PermissionsBoundary>")[2] for each in rest)
    members = [f"<member>{each.partition('</member>')[0]}</member>" for each in body.split("<member>")[1:]]
    start, most = int(message.params.get("Marker", 0)), int(message.params.get("MaxItems", directory.page))
    more = len(members) > start + most
    rows = f"<{LISTS[action]}>{''.join(members[start : start + most])}</{LISTS[action]}>"
    marker = tags(Marker=str(start + most)) if more else ""
    return xml_answer("iam", action, rows + tags(IsTruncated=str(more).lower()) + marker)


def _edited(answer: Answer, old: str, new: str) -> Answer:
    body = answer.body.replace(old.encode(), new.encode(), 1)
    headers = [(name, value) for name, value in answer.headers if name.lower() != "content-length"]
    return Answer(answer.status, [*headers, ("Content-Length", str(len(body)))], body)
