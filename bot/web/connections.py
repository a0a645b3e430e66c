"""Read each request completely before a thread takes it, so that slow clients only cost memory for a limited time.

gunicorn's threads read from the socket without a time limit, and its main thread lingers on each close. Here the main
thread's poller does both: it collects bytes, passes on complete requests, and drops slow ones. A client that opens
too many connections loses its own oldest one.
"""

import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

READ_SECONDS = 10.0  # from the first byte to the last, head and body together
IDLE_SECONDS = 5.0  # between two requests, and before the first
LINGER_SECONDS = 2.0  # after the last response, for a client that hasn't read it yet (RFC 9112, section 9.6)
WRITE_SECONDS = 10.0
HEAD_MOST = 32 * 1024  # bytes
BODY_MOST = 256 * 1024  # more than Slack or the page ever sends; each handler has its own, lower limit
CONNECTIONS_MOST = 256  # open at once; together with BODY_MOST this limits the memory
ADDRESS_MOST = 64  # for each address, if clients connect directly
DISCARD_MOST = 64 * 1024
ANSWER_BYTES = 100 * 1024  # the kernel buffers any of our responses at once, whether it is read or not

_END = b"\r\n\r\n"
_FRAMING = re.compile(rb"\r\n(?:content-length|transfer-encoding)[^\r\n]*", re.IGNORECASE)
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]{0,8}([0-9]{1,12})[ \t]{0,8}", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[ \t]{0,8}chunked[ \t]{0,8}", re.IGNORECASE)
_EXPECT = re.compile(rb"\r\nexpect:[ \t]{0,8}100-continue[ \t]{0,8}(?=\r\n)", re.IGNORECASE)
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
SIZE_MOST = 1024  # bytes of a chunk's size line
_SIZE = re.compile(rb"([0-9a-f]{1,8})(?:[ \t]{0,8};[^\r\n]*)?", re.IGNORECASE)


@dataclass(eq=False)
class Incoming:
    """The bytes of one request so far. `feed` returns True when it is complete or can't become valid."""

    raw: bytearray = field(default_factory=bytearray)
    whole: bool = False  # complete: the connection may be used again
    expects: bool = False  # the client waits for 100 Continue before it sends the body
    _at: int | None = None  # end of the body, or start of the next chunk while more are expected
    _unclear: bool = False  # the end is ambiguous: gunicorn decides, and the connection is closed after it
    _chunked: bool = False
    _length: int = 0

    def feed(self, data: bytes) -> bool:
        seen = len(self.raw)
        self.raw += data
        if self._at is None and not self._head(max(0, seen - len(_END))):
            return len(self.raw) > HEAD_MOST
        if self._unclear:
            return True
        if len(self.raw) > HEAD_MOST + BODY_MOST or self._length > BODY_MOST:
            return True  # too large: the handler refuses it
        complete = self._chunks(self._at or 0) if self._chunked else len(self.raw) >= (self._at or 0)
        self.whole = complete and not self._unclear
        return complete

    def rest(self) -> bytes:
        """Bytes received after this complete request."""
        return bytes(self.raw[self._at :])

    def _head(self, start: int) -> bool:
        end = self.raw.find(_END, start)
        if end < 0:
            return False
        head = bytes(self.raw[: end + len(_END)])
        self.expects = _EXPECT.search(head) is not None
        head = _EXPECT.sub(b"", head)  # answered here, and only once
        self.raw[: end + len(_END)] = head
        framing = [each[0] for each in _FRAMING.finditer(head)]
        found = _LENGTH.fullmatch(framing[0]) if framing else None
        self._length = int(found[1]) if found else 0
        self._chunked = bool(framing and _CHUNKED.fullmatch(framing[0]))
        self._unclear = len(framing) > 1 or len(framing) != bool(found) + self._chunked
        self._at = len(head) + (0 if self._chunked else self._length)
        return True

    def _chunks(self, at: int) -> bool:
        """Also True for an invalid chunk: gunicorn refuses it."""
        while True:
            self._at = at
            line = self.raw.find(b"\r\n", at, at + SIZE_MOST)
            if line < 0:
                self._unclear = len(self.raw) - at >= SIZE_MOST
                return self._unclear
            found = _SIZE.fullmatch(self.raw[at:line])
            size = int(found[1], 16) if found else 0
            if not size:
                break
            at = line + size + len(_END)
            if len(self.raw) < at:
                return False
            self._unclear = self._unclear or self.raw[at - 2 : at] != b"\r\n"
        end = self.raw.find(_END, line)  # after the trailers
        if end >= 0:
            self._at = end + len(_END)
        self._unclear = self._unclear or found is None
        return self._unclear or end >= 0


def quietly_send(sock: socket.socket, data: bytes) -> None:
    """Send what fits now, and ignore a client that doesn't read."""
    try:
        sock.send(data)
    except OSError:
        return


def received(sock: socket.socket) -> Iterator[bytes]:
    """The bytes available now, in pieces; b"" is the end. The socket doesn't block."""
    while True:
        try:
            data = sock.recv(64 * 1024)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        yield data
        if not data:
            return
