"""Someone who found a leaked key: what they do with it in real calls, and what AWS answered, with times.

They hold the key and what they make from it: sessions, a second key on the same user, a user of their own. Each is a
`Grip`. `Attacker.race` does it all as fast as it can; a test lets them act at a chosen moment instead, for example from
`AwsStandIn.faults.call_back`, between two steps of containment.
"""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from bot.sandbox.aws import AwsStandIn
from bot.sandbox.key_user import BUCKET, OBJECT, WORKED, client

LEAKED, SESSION, SECOND, OWN = "the leaked key", "a session of it", "a second key", "a user of their own"
OWN_USER, OWN_ROLE, PASSWORD = "backup-service", "support-access", "Correct-horse-battery-9"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"
ELSEWHERE = "arn:aws:iam::999988887777:root"  # the attacker's own account
IMAGE = "ami-12c6146b"
BREATH_SECONDS = 0.02  # between two calls of a race, so that it doesn't starve what it races with
LOST_SECONDS = 1.0  # between two looks once nothing works any more


@dataclass(frozen=True, slots=True)
class Try:
    began: datetime
    at: datetime  # when the answer was there
    grip: str
    what: str  # "iam:CreateAccessKey"
    answer: str  # WORKED, or AWS's error code


@dataclass
class Grip:
    """One credential in the attacker's hands."""

    name: str
    aws: AwsStandIn
    key: str
    secret: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    clients: dict[str, Any] = field(default_factory=dict, repr=False)

    def client(self, service: str) -> Any:
        if service not in self.clients:
            self.clients[service] = client(self.aws, service, self.key, self.secret, self.token)
        return self.clients[service]


def _document(**statement: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


TRUST = _document(Principal={"AWS": ELSEWHERE}, Action="sts:AssumeRole")
PUBLIC = _document(Principal="*", Action="s3:GetObject", Resource=f"arn:aws:s3:::{BUCKET}/*")
Act = tuple[str, Callable[[Any, str], Any]]
ACTS: Mapping[str, Act] = {  # the action in IAM's words: the service, and the call by its client as the leaked user
    "iam:ListUsers": ("iam", lambda iam, _user: iam.list_users()),
    "s3:ListAllMyBuckets": ("s3", lambda s3, _user: s3.list_buckets()),
    "s3:GetObject": ("s3", lambda s3, _user: s3.get_object(Bucket=BUCKET, Key=OBJECT)["Body"].close()),
    "iam:CreateLoginProfile": (
        "iam",
        lambda iam, user: iam.create_login_profile(UserName=user, Password=PASSWORD),
    ),
    "iam:CreateUser": ("iam", lambda iam, _user: iam.create_user(UserName=OWN_USER)),
    "iam:AttachUserPolicy": (
        "iam",
        lambda iam, _user: iam.attach_user_policy(UserName=OWN_USER, PolicyArn=ADMINISTRATOR),
    ),
    "iam:CreateRole": (
        "iam",
        lambda iam, _user: iam.create_role(RoleName=OWN_ROLE, AssumeRolePolicyDocument=TRUST),
    ),
    "s3:PutBucketPolicy": ("s3", lambda s3, _user: s3.put_bucket_policy(Bucket=BUCKET, Policy=PUBLIC)),
    "ec2:RunInstances": (
        "ec2",
        lambda ec2, _user: ec2.run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1, InstanceType="t3.large"),
    ),
}
OF_OWN_USER = ("iam:CreateUser", "iam:AttachUserPolicy")
PROBE = (
    "s3:GetObject"  # which a session may call too, other than IAM, and which CloudTrail's event history doesn't list
)


class Attacker:
    """`user` is the IAM user of the leaked key. Safe to use from several threads."""

    def __init__(
        self,
        aws: AwsStandIn,
        *,
        key: str,
        secret: str,
        user: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._aws, self._user, self._clock = aws, user, clock
        self.grips = {LEAKED: Grip(LEAKED, aws, key, secret)}
        self.tries: list[Try] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._race, name="attacker", daemon=True)

    # --- one step each; the answer is WORKED or AWS's error code ------------------------------------------------------

    def do(self, what: str, grip: str = LEAKED) -> str:
        """One of ACTS."""
        service, call = ACTS[what]
        return self._try(grip, what, lambda hand: call(hand.client(service), self._user))

    def session(self) -> str:
        """A session of the leaked key that lasts for up to 36 hours: GetSessionToken."""
        return self._try(LEAKED, "sts:GetSessionToken", lambda hand: self._keep(
            SESSION, hand.client("sts").get_session_token()["Credentials"]
        ))  # fmt: skip

    def assume(self, role: str, grip: str = LEAKED) -> str:
        """A session of a role, kept under the role's name."""
        name = role.rpartition("/")[2]
        return self._try(grip, "sts:AssumeRole", lambda hand: self._keep(
            name, hand.client("sts").assume_role(RoleArn=role, RoleSessionName="aws-sdk")["Credentials"]
        ))  # fmt: skip

    def second_key(self, grip: str = LEAKED) -> str:
        return self._new_key(grip, self._user, SECOND)

    def own_user(self, grip: str = LEAKED) -> str:
        """A user with AdministratorAccess and a key. The first refusal, or WORKED."""
        steps: list[Callable[[], str]] = [
            *(partial(self.do, each, grip) for each in OF_OWN_USER),
            partial(self._new_key, grip, OWN_USER, OWN),
        ]
        return next((answer for step in steps if (answer := step()) != WORKED), WORKED)

    def come_back(self) -> str:
        """As their own user: nothing denied any more, and the leaked key Active. The first refusal, or WORKED."""
        key = self.grips[LEAKED].key
        answer = self._try(OWN, "iam:DetachUserPolicy", lambda hand: hand.client("iam").detach_user_policy(
            UserName=self._user, PolicyArn=DENY_ALL
        ))  # fmt: skip
        if answer != WORKED:
            return answer
        return self._try(OWN, "iam:UpdateAccessKey", lambda hand: hand.client("iam").update_access_key(
            UserName=self._user, AccessKeyId=key, Status="Active"
        ))  # fmt: skip

    def _new_key(self, grip: str, user: str, name: str) -> str:
        return self._try(grip, "iam:CreateAccessKey", lambda hand: self._keep(
            name, hand.client("iam").create_access_key(UserName=user)["AccessKey"]
        ))  # fmt: skip

    # --- a race ---------------------------------------------------------------------------------------------------

    def race(self) -> None:
        """Begin, in a thread of its own; `stop` ends it."""
        self._thread.start()

    def stop(self) -> None:
        """Does nothing if it isn't running."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def close(self) -> None:
        self.stop()
        for grip in self.grips.values():
            for each in grip.clients.values():
                each.close()

    def _race(self) -> None:
        """Everything once, then look whether the leaked key and the session still work, for as long as it lasts."""
        self.session()
        others = [partial(self.do, each) for each in ACTS if each not in OF_OWN_USER]
        steps: list[Callable[[], str]] = [self.second_key, self.own_user, *others]
        for step in steps:
            if self._over.wait(BREATH_SECONDS):
                return
            step()
        answers = {WORKED}
        while not self._over.wait(BREATH_SECONDS if WORKED in answers else LOST_SECONDS):
            answers = {self.do(PROBE, name) for name in (LEAKED, SESSION) if name in self.grips}

    # --- what happened ------------------------------------------------------------------------------------------------

    def of(self, grip: str) -> list[Try]:
        return [each for each in self.tries if each.grip == grip]

    def last(self, grip: str) -> Try:
        return self.of(grip)[-1]

    def worked(self) -> list[str]:
        """Each call that AWS carried out, once, in order."""
        return list(dict.fromkeys(each.what for each in self.tries if each.answer == WORKED))

    def _try(self, grip: str, what: str, act: Callable[[Grip], object]) -> str:
        answer, began = WORKED, self._clock()
        try:
            act(self.grips[grip])
        except ClientError as error:
            answer = str(error.response["Error"]["Code"])
        self.tries.append(Try(began, self._clock(), grip, what, answer))
        return answer

    def _keep(self, name: str, made: Mapping[str, str]) -> None:
        keys = made["AccessKeyId"], made["SecretAccessKey"], made.get("SessionToken")
        self.grips[name] = Grip(name, self._aws, *keys)
