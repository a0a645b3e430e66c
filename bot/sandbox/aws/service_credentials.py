"""Service-specific credentials (for example CodeCommit passwords), which moto doesn't implement."""

import secrets

from moto.iam.models import User

from bot.sandbox.aws.principals import Directory
from bot.sandbox.aws.wire import Answer, Message, Refusal, tags, xml_answer

Found = dict[str, dict[str, str]]


def of(user: User) -> Found:
    """By id, stored on moto's user so that they are deleted with it."""
    kept: Found = vars(user).setdefault("service_specific_credentials", {})
    return kept


def create(message: Message, user: User, directory: Directory) -> Answer:
    number = "ACCA" + secrets.token_hex(8).upper()
    shown = {
        "CreateDate": f"{directory.clock():%Y-%m-%dT%H:%M:%SZ}",
        "ServiceName": message.params["ServiceName"],
        "ServiceUserName": f"{user.name}-at-{directory.account}",
        "ServiceSpecificCredentialId": number,
        "UserName": user.name,
        "Status": "Active",
    }
    of(user)[number] = shown
    password = tags(ServicePassword=secrets.token_urlsafe(24))
    inner = f"<ServiceSpecificCredential>{tags(**shown)}{password}</ServiceSpecificCredential>"
    return xml_answer("iam", "CreateServiceSpecificCredential", inner)


def listed(user: User) -> Answer:
    rows = "".join(f"<member>{tags(**each)}</member>" for each in of(user).values())
    inner = f"<ServiceSpecificCredentials>{rows}</ServiceSpecificCredentials>"
    return xml_answer("iam", "ListServiceSpecificCredentials", inner)


def delete(message: Message, user: User) -> Answer:
    number = message.params["ServiceSpecificCredentialId"]
    if of(user).pop(number, None) is None:
        raise Refusal("NoSuchEntity", f"Service specific credential {number} cannot be found.", 404)
    return xml_answer("iam", "DeleteServiceSpecificCredential")
