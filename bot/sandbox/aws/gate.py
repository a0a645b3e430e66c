"""The layer between a client and moto: authenticate, authorize, apply planned faults, correct moto, record the call."""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.iam.models import mark_account_as_visited
from werkzeug.test import run_wsgi_app

from bot.sandbox.aws import moto_fixes, organizations, signature, sts
from bot.sandbox.aws.authorise import Ask, Network, ask
from bot.sandbox.aws.cloudtrail import lookup
from bot.sandbox.aws.cloudtrail.record import record
from bot.sandbox.aws.evaluate import BadPolicy, Decision, Request, UnknownOperator, evaluate
from bot.sandbox.aws.faults import Faults
from bot.sandbox.aws.principals import INVALID, Directory, Principal
from bot.sandbox.aws.signature import Signed
from bot.sandbox.aws.wire import Answer, Environ, Message, Refusal, read, refuse

log = logging.getLogger(__name__)
Application = Callable[[Environ, Any], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Call:
    """One authenticated call, without secrets."""

    at: datetime
    service: str
    action: str
    access_key_id: str
    params: dict[str, str] = field(default_factory=dict)
    status: int = 0


class Gate:
    """A WSGI application in front of moto's."""

    def __init__(self, moto: Application, directory: Directory, faults: Faults) -> None:
        self._moto, self.directory, self.faults = moto, directory, faults
        self.network = Network()
        self._calls: list[Call] = []
        self._calls_lock = threading.Lock()
        self._moto_lock = threading.RLock()  # moto's dictionaries aren't thread-safe

    @property
    def calls(self) -> tuple[Call, ...]:
        with self._calls_lock:
            return tuple(self._calls)

    def forget_calls(self) -> None:
        with self._calls_lock:
            self._calls.clear()

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        message = read(environ)
        service = "iam"
        try:
            claim = signature.read_claim(message)
            service = claim.service
            answer = self._authenticated(message, claim, environ)
        except Refusal as refusal:
            answer = refuse(service, message, refusal)
        except ConnectionResetError:
            raise  # a planned fault: the server drops the connection without a response
        except Exception as error:  # the process edge: a client gets an AWS error, never a traceback
            log.exception("The AWS stand-in failed.")
            answer = refuse(service, message, Refusal("InternalFailure", f"The stand-in failed: {error!r}", 500))
        start_response(answer.status, answer.headers)
        return [answer.body]

    def _authenticated(self, message: Message, claim: Signed, environ: Environ) -> Answer:
        with self._moto_lock:
            who = self.directory.find(claim.access_key_id, message.headers.get("x-amz-security-token"))
            signature.check(message, claim, who.secret)
            if claim.region in self.directory.history.regions_off:
                raise INVALID  # AWS's answer in a Region that the account hasn't enabled
            mark_account_as_visited(self.directory.account, claim.access_key_id, claim.service, claim.region)
            asked = ask(message, claim, who, self.directory, self.network)
        try:
            answer = self._with_faults(message, claim, who, asked, environ)
        except Refusal as refusal:
            answer = refuse(claim.service, message, refusal)
        except ConnectionResetError:
            self._write_down(message, claim, asked, 0)
            raise
        self._write_down(message, claim, asked, answer.code)
        return answer

    def _with_faults(self, message: Message, claim: Signed, who: Principal, asked: Ask, environ: Environ) -> Answer:
        fault = self.faults.take(asked.action)
        if fault is not None and fault.before is not None:
            fault.before()
        answer = None
        if fault is None or fault.perform:
            answer = self._recorded(message, claim, who, asked, environ)
        if fault is not None and fault.lost:
            raise ConnectionResetError
        if fault is not None and fault.refusal is not None:
            raise fault.refusal
        if answer is None:
            raise AssertionError("A fault that doesn't perform the call must have a response.")
        return answer if fault is None or fault.change is None else answer.saying(fault.change(answer.body))

    def _recorded(self, message: Message, claim: Signed, who: Principal, asked: Ask, environ: Environ) -> Answer:
        """Carried out or refused, CloudTrail sees it."""
        refused = None
        try:
            answer = self._perform(message, claim, who, asked, environ)
        except Refusal as refusal:
            answer, refused = refuse(claim.service, message, refusal), refusal
        with self._moto_lock:
            record(message, claim, who, asked.action, self.network, self.directory, answer)
        if refused is not None:
            raise refused
        return answer

    def _perform(self, message: Message, claim: Signed, who: Principal, asked: Ask, environ: Environ) -> Answer:
        with self._moto_lock:
            for request in asked.requests:
                self._authorise(request, who)
            own = None
            if claim.service == "sts":
                own = sts.answer(asked.action, message, who, self.directory)
            elif claim.service == "iam":
                own = moto_fixes.before(asked.action, message, who, self.directory)
            elif claim.service == "cloudtrail":
                own = lookup.answer(asked.action, message, claim, self.directory)
            elif claim.service == "organizations":
                own = organizations.answer(asked.action, message, self.directory)
            if own is not None:
                return own
            answer = self._ask_moto(environ)
            return moto_fixes.after(asked.action, message, self.directory, answer) if claim.service == "iam" else answer

    def _authorise(self, request: Request, who: Principal) -> None:
        """Raises Refusal AccessDenied, in AWS's words."""
        try:
            decision = self._decide(request, who)
        except (UnknownOperator, BadPolicy) as error:
            raise Refusal("MalformedPolicyDocument", str(error), 400) from None
        if not decision.allowed:
            sentence = f"User: {who.arn} is not authorized to perform: {request.action} on resource: {request.resource}"
            raise Refusal("AccessDenied", f"{sentence} {decision.reason}")

    def _decide(self, request: Request, who: Principal) -> Decision:
        if who.trusted and who.session is None:
            decision = Decision(True, "the bootstrap administrator")
        elif self._barred(request, who):
            return Decision(False, "because a GetSessionToken session without MFA cannot call IAM", explicit=True)
        else:
            decision = evaluate(request, who.identity, who.boundary, who.session_policy)
        if not request.action.startswith("sts:") or (role := sts.find_role(self.directory, request.resource)) is None:
            return decision
        let_in, named = sts.trusts(role, request, who, self.directory.account)
        if not let_in:
            return Decision(False, "because the role's trust policy does not let it in", explicit=True)
        return Decision(True, "named by the trust policy") if named and not decision.explicit else decision

    @staticmethod
    def _barred(request: Request, who: Principal) -> bool:
        session = who.session
        by_key_alone = session is not None and session.role is None and not session.mfa
        return by_key_alone and request.action.startswith("iam:")

    def _ask_moto(self, environ: Environ) -> Answer:
        try:
            body, status, headers = run_wsgi_app(self._moto, environ)
        except NotImplementedError as error:
            raise Refusal("NotImplemented", f"moto doesn't implement this call: {error}", 501) from None
        return Answer(status, list(headers), b"".join(body))

    def _write_down(self, message: Message, claim: Signed, asked: Ask, status: int) -> None:
        params = message.loggable() if claim.service != "s3" else {"path": message.path}
        call = Call(self.directory.clock(), claim.service, asked.action, claim.access_key_id, params, status)
        with self._calls_lock:
            self._calls.append(call)
