"""The wire format: a signed AWS request read from WSGI, and AWS's responses and errors."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote
from xml.sax.saxutils import escape

from moto.core.request import PRESERVED_HEADER_NAMES_ENVIRON_KEY

Environ = dict[str, Any]
NAMESPACES = {"iam": "https://iam.amazonaws.com/doc/2010-05-08/", "sts": "https://sts.amazonaws.com/doc/2011-06-15/"}
REQUEST_ID = "00000000-0000-0000-0000-000000000000"
SECRET_PARAMS = ("Password", "AuthenticationCode", "TokenCode", "SAMLAssertion", "WebIdentityToken", "PrivateKey")

# The same refusal under S3's own name and status.
S3_NAMES = {
    "InvalidClientTokenId": ("InvalidAccessKeyId", 403),
    "MissingAuthenticationToken": ("AccessDenied", 403),
    "ExpiredToken": ("ExpiredToken", 400),
    "Throttling": ("SlowDown", 503),
    "ServiceFailure": ("InternalError", 500),
}


# And of the services that speak JSON.
JSON_NAMES = {
    "AccessDenied": ("AccessDeniedException", 400),
    "ExpiredToken": ("ExpiredTokenException", 400),
    "InvalidClientTokenId": ("UnrecognizedClientException", 400),
    "MissingAuthenticationToken": ("MissingAuthenticationTokenException", 400),
    "ServiceFailure": ("InternalServerException", 500),
    "SignatureDoesNotMatch": ("InvalidSignatureException", 400),
    "Throttling": ("ThrottlingException", 400),
}


class Refusal(Exception):
    """An AWS error: code, sentence and HTTP status of the query services."""

    def __init__(self, code: str, sentence: str, status: int = 403) -> None:
        super().__init__(sentence)
        self.code, self.sentence, self.status = code, sentence, status


@dataclass(frozen=True, slots=True)
class Answer:
    status: str  # "200 OK"
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def code(self) -> int:
        return int(self.status.split()[0])

    def saying(self, body: bytes) -> "Answer":
        """The same response with another body."""
        kept = [(name, value) for name, value in self.headers if name.lower() != "content-length"]
        return Answer(self.status, [*kept, ("Content-Length", str(len(body)))], body)


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """One HTTP request. Without a repr, because the headers hold a session token."""

    method: str
    raw_path: str
    raw_query: str
    headers: Mapping[str, str]  # lower-case names
    body: bytes
    params: Mapping[str, str] = field(default_factory=dict)  # for the query protocol

    @property
    def path(self) -> str:
        return unquote(self.raw_path)

    @property
    def query(self) -> dict[str, str]:
        return {key: values[0] for key, values in parse_qs(self.raw_query, keep_blank_values=True).items()}

    def loggable(self) -> dict[str, str]:
        return {k: v for k, v in self.params.items() if not k.startswith(SECRET_PARAMS)}


def read(environ: Environ) -> Message:
    """Read the request, and leave the body readable again for the application behind."""
    stream = environ["wsgi.input"]
    length = environ.get("CONTENT_LENGTH")
    body: bytes = stream.read() if environ.get("wsgi.input_terminated") else stream.read(int(length or 0))
    spelt = environ.get(PRESERVED_HEADER_NAMES_ENVIRON_KEY, {})  # S3 metadata may contain underscores
    found = {k: str(v) for k, v in environ.items() if k.startswith("HTTP_")}
    headers = {spelt.get(k, k[5:].replace("_", "-")).lower(): v for k, v in found.items()}
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = environ[name]
    environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)), "wsgi.input_terminated": False}
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    raw_path, _, raw_query = str(environ.get("REQUEST_URI") or environ["PATH_INFO"]).partition("?")
    params = {}
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        params = {k: v[0] for k, v in parse_qs(body.decode(), keep_blank_values=True).items()}
    return Message(environ["REQUEST_METHOD"], raw_path, raw_query, headers, body, params)


def xml_answer(service: str, action: str, result: str | None = None) -> Answer:
    """A successful response of IAM or STS; `result` is the XML inside the result element."""
    inner = "" if result is None else f"<{action}Result>{result}</{action}Result>"
    body = (
        f'<{action}Response xmlns="{NAMESPACES[service]}">{inner}'
        f"<ResponseMetadata><RequestId>{REQUEST_ID}</RequestId></ResponseMetadata></{action}Response>"
    )
    return _plain(200, "text/xml", body)


def json_answer(result: Mapping[str, Any], status: int = 200) -> Answer:
    return _plain(status, "application/x-amz-json-1.1", json.dumps(result))


def tags(**elements: str) -> str:
    """Flat XML elements, in order."""
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in elements.items())


def refuse(service: str, message: Message, refusal: Refusal) -> Answer:
    """The error in the service's format."""
    if service == "s3":
        code, status = S3_NAMES.get(refusal.code, (refusal.code, refusal.status))
        error = tags(Code=code, Message=refusal.sentence, RequestId=REQUEST_ID)
        return _plain(status, "application/xml", f"<Error>{error}</Error>" if message.method != "HEAD" else "")
    if "x-amz-target" in message.headers:
        code, status = JSON_NAMES.get(refusal.code, (refusal.code, refusal.status))
        return json_answer({"__type": code, "message": refusal.sentence}, status)
    kind = "Sender" if refusal.status < 500 else "Receiver"
    error = tags(Type=kind, Code=refusal.code, Message=refusal.sentence)
    body = f"<ErrorResponse><Error>{error}</Error><RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
    return _plain(refusal.status, "text/xml", body)


def _plain(status: int, content_type: str, body: str) -> Answer:
    raw = body.encode()
    return Answer(f"{status} Answer", [("Content-Type", content_type), ("Content-Length", str(len(raw)))], raw)
