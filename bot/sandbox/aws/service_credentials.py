"""Service-specific credentials, which moto doesn't implement: Git passwords and long-term API keys of a service.

Source: IAM's API reference, and its "API keys for AWS services".
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from moto.iam.models import User

from bot.sandbox.aws.principals import Directory
from bot.sandbox.aws.wire import Answer, Message, Refusal, tags, xml_answer

BEDROCK, CODECOMMIT = "bedrock.amazonaws.com", "codecommit.amazonaws.com"
WITH_API_KEYS = frozenset({BEDROCK, "logs.amazonaws.com"})  # only these expire, and have an alias in place of a name
SERVICES = WITH_API_KEYS | {CODECOMMIT, "cassandra.amazonaws.com"}
EACH_MOST = 2  # for each user and service
AGE_MOST = 36600  # days
PAGE_MOST = 1000


@dataclass
class ServiceCredential:
    id: str
    user: str
    service: str
    made_at: datetime
    ends_at: datetime | None
    name: str  # user name or alias
    inactive: bool = False

    def status(self, now: datetime) -> str:
        if self.ends_at is not None and now >= self.ends_at:
            return "Expired"
        return "Inactive" if self.inactive else "Active"

    def shown(self, now: datetime) -> str:
        name = "ServiceCredentialAlias" if self.service in WITH_API_KEYS else "ServiceUserName"
        ends = {} if self.ends_at is None else {"ExpirationDate": f"{self.ends_at:%Y-%m-%dT%H:%M:%SZ}"}
        return tags(
            UserName=self.user,
            Status=self.status(now),
            CreateDate=f"{self.made_at:%Y-%m-%dT%H:%M:%SZ}",
            ServiceSpecificCredentialId=self.id,
            ServiceName=self.service,
            **{name: self.name},
            **ends,
        )


Found = dict[str, ServiceCredential]


def of(user: User) -> Found:
    """By id, stored on moto's user so that they are deleted with it."""
    kept: Found = vars(user).setdefault("service_specific_credentials", {})
    return kept


def add(
    directory: Directory, user: User, service: str, *, age: timedelta = timedelta(0), lasts: timedelta | None = None
) -> ServiceCredential:
    """Raises Refusal for a service without such credentials, and for a third one."""
    if service not in SERVICES:
        raise Refusal("NotSupportedService", f"The service {service} is not supported.", 404)
    if sum(each.service == service for each in of(user).values()) >= EACH_MOST:
        raise Refusal("LimitExceeded", f"Cannot exceed quota for ServiceSpecificCredentialsPerUser: {EACH_MOST}", 409)
    made_at, number = directory.clock().replace(microsecond=0) - age, "ACCA" + secrets.token_hex(8).upper()
    suffix = f"+1-at-{directory.account}" if service in WITH_API_KEYS else f"-at-{directory.account}"
    ends_at = None if lasts is None else made_at + lasts
    made = ServiceCredential(number, user.name, service, made_at, ends_at, user.name + suffix)
    of(user)[number] = made
    return made


def create(message: Message, user: User, directory: Directory) -> Answer:
    service, days = message.params["ServiceName"], message.params.get("CredentialAgeDays")
    if days is not None and service in SERVICES and service not in WITH_API_KEYS:
        raise Refusal("ValidationError", f"CredentialAgeDays is not valid for {service}.", 400)
    if days is not None and not 1 <= int(days) <= AGE_MOST:
        raise Refusal("ValidationError", f"CredentialAgeDays must be between 1 and {AGE_MOST}.", 400)
    made = add(directory, user, service, lasts=None if days is None else timedelta(days=int(days)))
    secret = "ServiceCredentialSecret" if service in WITH_API_KEYS else "ServicePassword"
    shown = made.shown(directory.clock()) + tags(**{secret: secrets.token_urlsafe(24)})
    inner = f"<ServiceSpecificCredential>{shown}</ServiceSpecificCredential>"
    return xml_answer("iam", "CreateServiceSpecificCredential", inner)


def listed(message: Message, directory: Directory, find: Callable[[Message, Directory], User]) -> Answer:
    """Those of one user, or with AllUsers those of the account; of one service, if one is named."""
    params, everyone = message.params, message.params.get("AllUsers") == "true"
    if everyone and "UserName" in params:
        raise Refusal("ValidationError", "AllUsers cannot be specified together with UserName.", 400)
    if not everyone and "UserName" not in params:
        raise Refusal("NotImplemented", "This stand-in needs UserName or AllUsers.", 501)
    service = params.get("ServiceName")
    if service is not None and service not in SERVICES:
        raise Refusal("NotSupportedService", f"The service {service} is not supported.", 404)
    users: Iterable[User] = directory.backend.users.values() if everyone else (find(message, directory),)
    rows = [each for user in users for each in of(user).values() if service in (None, each.service)]
    start, most = int(params.get("Marker", 0)), int(params.get("MaxItems", directory.page))
    if not 1 <= most <= PAGE_MOST:
        raise Refusal("ValidationError", f"maxItems must be between 1 and {PAGE_MOST}", 400)
    more, now = len(rows) > start + most, directory.clock()
    members = "".join(f"<member>{each.shown(now)}</member>" for each in rows[start : start + most])
    marker = tags(Marker=str(start + most)) if more else ""
    inner = f"<ServiceSpecificCredentials>{members}</ServiceSpecificCredentials>{tags(IsTruncated=str(more).lower())}"
    return xml_answer("iam", "ListServiceSpecificCredentials", inner + marker)


def update(message: Message, user: User) -> Answer:
    status = message.params["Status"]
    if status not in ("Active", "Inactive"):
        raise Refusal("ValidationError", "Status must be Active or Inactive.", 400)
    _known(message, user).inactive = status == "Inactive"
    return xml_answer("iam", "UpdateServiceSpecificCredential")


def delete(message: Message, user: User) -> Answer:
    del of(user)[_known(message, user).id]
    return xml_answer("iam", "DeleteServiceSpecificCredential")


def _known(message: Message, user: User) -> ServiceCredential:
    number = message.params["ServiceSpecificCredentialId"]
    found = of(user).get(number)
    if found is None:
        raise Refusal("NoSuchEntity", f"Service specific credential {number} cannot be found.", 404)
    return found
