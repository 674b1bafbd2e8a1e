"""A receiver of webhooks in the test's own process, over real sockets, as good or bad as asked."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from standardwebhooks import Webhook

TAKEN = b"HTTP/1.1 204 No Content\r\n\r\n"


def answer(status: str, body: bytes = b"", *headers: str) -> bytes:
    """Write a whole answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@dataclass(frozen=True)
class Message:
    """What came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    def verified(self, secret: str) -> dict:
        """Return what it says, if its signature is right."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """Listens on an address of its own; `behave` gets the connection once a message is read."""

    behave: Callable[[socket.socket], None] | bytes = TAKEN
    tls: ssl.SSLContext | None = None
    messages: list[Message] = field(default_factory=list)
    most_at_once: int = 0
    _at_once: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        scheme = "https" if self.tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self.port}/hooks?from=hearth"
        threading.Thread(target=self._accept, daemon=True).start()

    def ids(self) -> list[str]:
        """Return the ids of the messages, in the order in which they came."""
        return [message.headers["webhook-id"] for message in self.messages]

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError, ValueError):
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection:
                self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            self.messages.append(_read(connection))
            if isinstance(self.behave, bytes):
                connection.sendall(self.behave)
            else:
                self.behave(connection)
        finally:
            with self._lock:
                self._at_once -= 1


def _read(connection: socket.socket) -> Message:
    stream = connection.makefile("rb")
    method, path, _ = stream.readline().decode().split()
    assert method == "POST"
    headers = {}
    while line := stream.readline().decode().strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return Message(path, headers, stream.read(int(headers["content-length"])))


@contextmanager
def receiving(
    behave: Callable[[socket.socket], None] | bytes = TAKEN, tls: ssl.SSLContext | None = None
) -> Iterator[Receiver]:
    """Run a receiver for a while."""
    receiver = Receiver(behave, tls)
    try:
        yield receiver
    finally:
        # Closing alone would let the thread accept one more.
        receiver.listener.shutdown(socket.SHUT_RDWR)
        receiver.listener.close()
