"""A bounded load generator: requests made beforehand, raw sockets, next to no processor time."""

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

RECEIVE_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one request, and when, on the clock of `time.perf_counter()`."""

    number: int
    due_at: float
    sent_at: float
    done_at: float
    status: int
    body: bytes


def post(path: str, key: str, body: bytes) -> bytes:
    """Return a whole request, ready to be sent."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def all_at_once(port: int, requests: Sequence[bytes], *, in_flight: int) -> list[Answer]:
    """Send requests as fast as they are answered, never more than `in_flight` at a time."""
    return _Run(port, requests, in_flight, lambda number: 0.0).answers()


def on_schedule(
    port: int,
    requests: Sequence[bytes],
    *,
    a_second: float,
    connections: int,
) -> list[Answer]:
    """Send each request when it is due, whether or not earlier ones are answered.

    A request whose turn comes late because all connections wait was still due when it was due:
    time from `due_at` leaves out none of what a client would wait.
    """
    return _Run(port, requests, connections, lambda number: number / a_second).answers()


class _Run:
    """Connections that take requests from one list, each when it is due."""

    def __init__(
        self,
        port: int,
        requests: Sequence[bytes],
        connections: int,
        due_after: Callable[[int], float],
    ) -> None:
        self._port = port
        self._requests = requests
        self._due_after = due_after
        self._numbers = itertools.count()
        self._began = 0.0
        self._is_ready = threading.Barrier(connections + 1, action=self._begin)
        self._answers: list[Answer] = []
        self._failures: list[BaseException] = []
        self._threads = [threading.Thread(target=self._work) for _ in range(connections)]

    def answers(self) -> list[Answer]:
        """Send everything; raise what stopped a connection."""
        for thread in self._threads:
            thread.start()
        with contextlib.suppress(threading.BrokenBarrierError):
            self._is_ready.wait()
        for thread in self._threads:
            thread.join()
        if self._failures:
            raise self._failures[0]
        return self._answers

    def _begin(self) -> None:
        self._began = time.perf_counter()

    def _work(self) -> None:
        try:
            with socket.create_connection(("127.0.0.1", self._port)) as connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._is_ready.wait()
                while not self._failures and (number := next(self._numbers)) < len(self._requests):
                    self._answers.append(self._exchange(connection, number))
        except BaseException as failure:
            self._failures.append(failure)
            self._is_ready.abort()

    def _exchange(self, connection: socket.socket, number: int) -> Answer:
        due_at = self._began + self._due_after(number)
        if (early := due_at - time.perf_counter()) > 0:
            time.sleep(early)
        sent_at = time.perf_counter()
        connection.sendall(self._requests[number])
        status, body = _receive(connection)
        return Answer(number, due_at, sent_at, time.perf_counter(), status, body)


def _receive(connection: socket.socket) -> tuple[int, bytes]:
    """Read one answer; Hearth always says how long it is."""
    data = bytearray()
    while (end := data.find(b"\r\n\r\n")) < 0:
        data += _some(connection)
    head = bytes(data[:end]).lower()
    _, _, length = head.partition(b"content-length:")
    missing = int(length.split(b"\r\n")[0]) - (len(data) - end - 4)
    while missing > 0:
        more = _some(connection)
        data += more
        missing -= len(more)
    return int(head[9:12]), bytes(data[end + 4 :])


def _some(connection: socket.socket) -> bytes:
    received = connection.recv(RECEIVE_BYTES)
    if not received:
        raise ConnectionError("The web server closed the connection without an answer.")
    return received
