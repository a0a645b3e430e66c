"""The caller: the user or session of an access key id, with every policy that applies to it.

moto's IAM backend has users, roles and policies; sessions are kept here, because moto doesn't expire them.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from moto.iam.models import Group, IAMBackend, Role, User, iam_backends

from bot.sandbox.aws.history import History
from bot.sandbox.aws.wire import Refusal

Policy = Mapping[str, Any]
NOTHING: Policy = {"Statement": []}
PAGE = 100  # AWS's page size without MaxItems
INVALID = Refusal("InvalidClientTokenId", "The security token included in the request is invalid.")
EXPIRED = Refusal("ExpiredToken", "The security token included in the request is expired")


@dataclass(frozen=True, slots=True)
class Session:
    """Temporary credentials of a role or, through GetSessionToken, of a user."""

    access_key_id: str
    secret: str = field(repr=False)
    token: str = field(repr=False)
    issued_at: datetime
    ends_at: datetime
    user: User | None
    role: Role | None
    name: str = ""
    policy: Policy | None = None
    source_identity: str = ""
    mfa: bool = False  # obtained with an MFA code


@dataclass(frozen=True, slots=True)
class Principal:
    arn: str
    user_id: str
    secret: str = field(repr=False)
    trusted: bool  # the bootstrap administrator, to whom no policy applies
    user: User | None
    session: Session | None
    identity: tuple[Policy, ...]
    boundary: Policy | None
    context: Mapping[str, str]

    @property
    def session_policy(self) -> Policy | None:
        return self.session.policy if self.session else None


@dataclass
class GeneratedReport:
    """The account's report: when it was requested, and its content once it is ready."""

    made_at: datetime
    content: bytes
    polls: int  # how many times GetCredentialReport still answers that it is in progress


class Directory:
    """The principals of one account."""

    def __init__(self, account: str, region: str, clock: Callable[[], datetime]) -> None:
        self.account, self.region, self.clock = account, region, clock
        self.trusted_user = ""
        # by access key id: how far ahead the clock is for the policies of its calls
        self.later: dict[str, timedelta] = {}
        self.sessions: dict[str, Session] = {}
        self.history = History()
        # reports of service last accessed details, by job id, and how often a new one is in progress
        self.jobs: dict[str, object] = {}
        self.job_polls = 1
        self.page = PAGE
        self.report: GeneratedReport | None = None
        self.report_polls = 1  # a new report is in progress for this many polls
        self.root_keys = 0

    @property
    def backend(self) -> IAMBackend:
        return iam_backends[self.account]["aws"]

    def find(self, access_key_id: str, token: str | None) -> Principal:
        """Raises Refusal for keys that are unknown, deleted, inactive or expired."""
        session = self.sessions.get(access_key_id)
        if session is not None:
            return self._of_session(session, token)
        user = self.backend.get_user_from_access_key_id(access_key_id)
        if user is None or token is not None:
            raise INVALID
        key = user.get_access_key_by_id(access_key_id)
        if key.status != "Active":
            raise INVALID
        return self._of_user(user, key.secret_access_key, None)

    def open_session(
        self,
        lasts: timedelta,
        *,
        user: User | None = None,
        role: Role | None = None,
        name: str = "",
        policy: Policy | None = None,
        source_identity: str = "",
        mfa: bool = False,
    ) -> Session:
        """Fresh temporary credentials; moto gets the key id too, so that it finds the account."""
        key = self.backend.create_temp_access_key()
        key.role_arn = role.arn if role else None
        now = self.clock().replace(microsecond=0)
        token = secrets.token_urlsafe(96)
        session = Session(
            key.access_key_id,
            key.secret_access_key,
            token,
            now,
            now + lasts,
            user,
            role,
            name,
            policy,
            source_identity,
            mfa,
        )
        self.sessions[key.access_key_id] = session
        return session

    def document(self, policy_arn: str) -> Policy | None:
        """The default version of a managed policy; None if there is no such policy."""
        managed = self.backend.managed_policies.get(policy_arn)
        if managed is None:
            return None
        return _parsed(next(v.document for v in managed.versions if v.version_id == managed.default_version_id))

    def boundary_arn(self, entity: User | Role) -> str | None:
        boundary = getattr(entity, "permissions_boundary", None)
        return boundary["PermissionsBoundaryArn"] if boundary else None

    def policies_of(self, user: User) -> tuple[Policy, ...]:
        """Inline and managed policies, its own and its groups'."""
        holders: list[User | Group] = [user, *self.backend.get_groups_for_user(user.name)]
        inline = [_parsed(text) for holder in holders for text in holder.policies.values()]
        attached = [self.document(arn) or NOTHING for holder in holders for arn in holder.managed_policies]
        return (*inline, *attached)

    def _of_session(self, session: Session, token: str | None) -> Principal:
        if token is None or not secrets.compare_digest(token, session.token):
            raise INVALID
        if self.clock() >= session.ends_at:
            raise EXPIRED
        if session.role is not None:
            return self._of_role(session, session.role)
        if session.user is None or self.backend.users.get(session.user.name) is not session.user:
            raise INVALID  # the user was deleted, and its sessions with it
        return self._of_user(session.user, session.secret, session)

    def _of_user(self, user: User, secret: str, session: Session | None) -> Principal:
        context = {"aws:username": user.name, "aws:PrincipalArn": user.arn} | _principal_tags(user.tags)
        return Principal(
            user.arn,
            user.id,
            secret,
            user.name == self.trusted_user,
            user,
            session,
            self.policies_of(user),
            self._boundary(user),
            self._context(user.id, context, session),
        )

    def _of_role(self, session: Session, role: Role) -> Principal:
        if self.backend.roles.get(role.id) is not role:
            raise INVALID
        inline = [_parsed(text) for text in role.policies.values()]
        attached = [self.document(arn) or NOTHING for arn in role.managed_policies]
        user_id = f"{role.id}:{session.name}"
        return Principal(
            f"arn:aws:sts::{self.account}:assumed-role/{role.name}/{session.name}",
            user_id,
            session.secret,
            False,
            None,
            session,
            (*inline, *attached),
            self._boundary(role),
            self._context(user_id, {"aws:PrincipalArn": role.arn} | _principal_tags(role.tags), session),
        )

    def _boundary(self, entity: User | Role) -> Policy | None:
        arn = self.boundary_arn(entity)
        return None if arn is None else self.document(arn) or NOTHING

    def _context(self, user_id: str, extra: Mapping[str, str], session: Session | None) -> dict[str, str]:
        context = {"aws:userid": user_id, "aws:PrincipalAccount": self.account, **extra}
        if session is not None:  # long-term keys have neither of these condition keys
            context["aws:TokenIssueTime"] = session.issued_at.isoformat()
            context["aws:MultiFactorAuthPresent"] = str(session.mfa).lower()
            if session.source_identity:
                context["aws:SourceIdentity"] = session.source_identity
        return context


def _parsed(document: Any) -> Policy:
    found: Policy = json.loads(document) if isinstance(document, str) else document
    return found


def _principal_tags(tags: Any) -> dict[str, str]:
    pairs = tags.values() if isinstance(tags, dict) else tags or []
    return {f"aws:PrincipalTag/{tag['Key']}": tag["Value"] for tag in pairs}
