"""Sends one message over HTTP, to the very address that was checked, within a deadline."""

import functools
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse

from relationships.services.webhooks.addresses import (
    RefusedUrlError,
    Target,
    addresses_of,
    target_of,
)

SECONDS = 15.0
"""For everything: to connect, to shake hands, to send, and to be answered, however it drips."""

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 2.0
"""How long we read on once the status is known: it has decided already."""

LONGEST_ANSWER = 2048
"""Bytes of the answer's body that are kept; no more are read."""

MOST_ADDRESSES = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of sending a message; `problem` is empty when it was taken."""

    took_ms: int
    code: int | None = None
    problem: str = ""
    body: str = ""
    retry_after: str = ""

    @property
    def is_taken(self) -> bool:
        """Whether the receiver said that it has the message."""
        return self.code is not None and 200 <= self.code < 300


def post(url: str, body: bytes, headers: Mapping[str, str], *, seconds: float = SECONDS) -> Answer:
    """Send a message and say what came of it; nothing is raised, and no redirect followed."""
    started = time.monotonic()
    try:
        target = target_of(url)
        connection = _Pinned(target, addresses_of(target), seconds)
    except RefusedUrlError as error:
        return Answer(_since(started), problem=str(error)[:300])
    try:
        code, text, retry_after = connection.exchange(body, headers)
    except (OSError, HTTPException, ValueError) as error:
        problem = _said(error) if not connection.is_expired else _no_answer(seconds)
        return Answer(_since(started), problem=problem)
    finally:
        connection.close()
    return Answer(_since(started), code, _meaning(code), text, retry_after)


class _Pinned(HTTPConnection):
    """A connection to one of these numbers, by the name that was asked for, until a deadline."""

    def __init__(self, target: Target, numbers: list[str], seconds: float) -> None:
        super().__init__(target.host, target.port)
        self.default_port = 443 if target.is_tls else 80
        self.is_expired = False
        self._target = target
        self._numbers = numbers[:MOST_ADDRESSES]
        self._ends = time.monotonic() + seconds
        self._plain: socket.socket | None = None

    def exchange(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, str, str]:
        """Send the message; return the status, the beginning of the body, and Retry-After."""
        # A timeout is for each read, and starts anew with each byte that drips in.
        watch = threading.Timer(self._left(), self._expire)
        watch.daemon = True
        watch.start()
        try:
            self.request("POST", self._target.path, body, {**headers, "Connection": "close"})
            live = self.sock
            with self.getresponse() as response:
                if self.is_expired:  # What we cut off ourselves looks like the end of the head.
                    raise TimeoutError
                live.settimeout(ANSWER_SECONDS)
                return (
                    response.status,
                    _beginning(response),
                    response.headers.get("Retry-After", ""),
                )
        finally:
            watch.cancel()
            if self._plain:
                self._plain.close()

    def connect(self) -> None:
        """Connect to the number, not to the name, which may stand for another by now."""
        self.sock = self._connected()
        # Wrapping takes the socket away, and a handshake may drip too.
        self._plain = self.sock.dup()
        if self.is_expired:
            raise TimeoutError
        # The watch shall be first, so that all of its time is over for one reason.
        self.sock.settimeout(self._left() + 1)
        if self._target.is_tls:
            self.sock = _tls().wrap_socket(self.sock, server_hostname=self._target.host)

    def _connected(self) -> socket.socket:
        failed = OSError("it has no address")
        for number in self._numbers:
            try:
                seconds = max(min(CONNECT_SECONDS, self._left()), 0.01)
                return socket.create_connection((number, self._target.port), seconds)
            except OSError as error:
                failed = error
        raise failed

    def _expire(self) -> None:
        self.is_expired = True
        if self._plain:
            with suppress(OSError):
                self._plain.shutdown(socket.SHUT_RDWR)

    def _left(self) -> float:
        return self._ends - time.monotonic()


def _beginning(response: HTTPResponse) -> str:
    """Read as much of the body as is kept, as far as it comes soon."""
    read, ends = b"", time.monotonic() + ANSWER_SECONDS
    with suppress(OSError, HTTPException, ValueError):
        while len(read) < LONGEST_ANSWER and time.monotonic() < ends:
            piece = response.read1(LONGEST_ANSWER - len(read))
            if not piece:
                break
            read += piece
    return read.decode("utf-8", errors="replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")


@functools.cache
def _tls() -> ssl.SSLContext:
    """Return what certificates are checked with: those the system trusts, or SSL_CERT_FILE."""
    return ssl.create_default_context()


def _meaning(code: int) -> str:
    if 200 <= code < 300:
        return ""
    if 300 <= code < 400:
        return f"It answered {code}, a redirect, which is not followed. Enter the address it means."
    return f"It answered {code}; only 200 to 299 says that the message was taken."


def _no_answer(seconds: float) -> str:
    return f"No answer within {seconds:g} seconds."


def _said(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"Its certificate cannot be trusted: {error.verify_message}."
    if isinstance(error, TimeoutError):
        return f"It did not accept the connection within {CONNECT_SECONDS:g} seconds."
    if isinstance(error, ConnectionRefusedError):
        return "It refused the connection: nothing listens there."
    if isinstance(error, OSError) and error.strerror:
        return f"The connection failed: {error.strerror}."[:300]
    return f"What it answered is no HTTP: {type(error).__name__}."


def _since(started: float) -> int:
    return round(1000 * (time.monotonic() - started))
