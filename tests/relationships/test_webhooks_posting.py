"""One message over HTTP: whatever the receiver does, it is over in time, and nothing is raised."""

import datetime as dt
import itertools
import socket
import ssl
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from relationships.services.webhooks import posting
from relationships.services.webhooks.posting import post
from tests.relationships.webhook_receiver import TAKEN, answer, receiving

BODY = b'{"type":"ping"}'


@pytest.fixture(autouse=True)
def _own_network_is_allowed(settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = True


def send(url: str, seconds: float = 5):
    return post(url, BODY, {"webhook-id": "1", "content-type": "application/json"}, seconds=seconds)


def test_the_message_arrives_as_it_was_given():
    with receiving() as receiver:
        got = send(receiver.url)

    (message,) = receiver.messages
    assert (got.is_taken, got.code, got.problem) == (True, 204, "")
    assert (message.path, message.body) == ("/hooks?from=hearth", BODY)
    assert message.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert message.headers["content-type"] == "application/json"
    assert message.headers["connection"] == "close"


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "299 Fine"])
def test_any_2xx_says_that_it_was_taken(status):
    with receiving(answer(status, b"thanks")) as receiver:
        got = send(receiver.url)

    assert (got.is_taken, got.body) == (True, "thanks")


@pytest.mark.parametrize("status", ["400 Bad", "404 Not Found", "500 Broken", "199 Odd"])
def test_anything_else_does_not(status):
    with receiving(answer(status, b"no")) as receiver:
        got = send(receiver.url)

    assert not got.is_taken
    assert f"It answered {status[:3]}" in got.problem
    assert got.code == int(status[:3])


def test_a_redirect_is_not_followed():
    with receiving() as elsewhere:
        moved = answer("307 Temporary Redirect", b"", f"Location: {elsewhere.url}")
        with receiving(moved) as receiver:
            got = send(receiver.url)

    assert (got.is_taken, got.code) == (False, 307)
    assert "not followed" in got.problem
    assert not elsewhere.messages


def test_of_a_huge_answer_only_the_beginning_is_read():
    sent = []

    def flood(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        for _ in range(10_000):
            sent.append(connection.send(b"x" * 100_000))

    with receiving(flood) as receiver:
        got = send(receiver.url)

    assert got.is_taken
    assert got.body == "x" * posting.LONGEST_ANSWER
    assert sum(sent) < 100_000_000


def test_a_body_in_chunks_is_read():
    chunks = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    with receiving(chunks) as receiver:
        got = send(receiver.url)

    assert (got.is_taken, got.body) == (True, "abcde")


def test_bytes_that_are_no_text_are_kept_as_far_as_they_are():
    with receiving(answer("200 OK", b"a\x00b\xff")) as receiver:
        got = send(receiver.url)

    assert got.body == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}"


def test_silence_ends_at_the_deadline():
    with receiving(lambda connection: time.sleep(10)) as receiver:
        started = time.monotonic()
        got = send(receiver.url, seconds=0.6)

    assert time.monotonic() - started < 1.5
    assert (got.code, got.problem) == (None, "No answer within 0.6 seconds.")


def drip(head: bytes):
    """Return a behaviour that sends `head` and then a byte now and then, without end."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in itertools.repeat(None, 200):
            time.sleep(0.05)
            connection.sendall(b"x")

    return behave


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 O", b"HTTP/1.1 200 OK\r\nX-Slow: "])
def test_an_answer_that_drips_ends_at_the_deadline(head):
    with receiving(drip(head)) as receiver:
        started = time.monotonic()
        got = send(receiver.url, seconds=0.6)

    assert time.monotonic() - started < 1.5
    assert not got.is_taken
    assert got.problem == "No answer within 0.6 seconds."


def test_a_body_that_drips_after_a_2xx_was_taken_all_the_same(monkeypatch):
    monkeypatch.setattr(posting, "ANSWER_SECONDS", 0.4)
    with receiving(drip(b"HTTP/1.1 200 OK\r\n\r\n")) as receiver:
        started = time.monotonic()
        got = send(receiver.url)

    assert time.monotonic() - started < 1.5
    assert got.is_taken
    assert set(got.body) == {"x"}


def test_endless_continues_end_at_the_deadline():
    def behave(connection: socket.socket) -> None:
        for _ in itertools.repeat(None, 200):
            time.sleep(0.02)
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")

    with receiving(behave) as receiver:
        got = send(receiver.url, seconds=0.5)

    assert (got.is_taken, got.problem) == (False, "No answer within 0.5 seconds.")


@pytest.mark.parametrize(
    "nonsense",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\x16\x03\x01\x02\x00" * 50,
        b"HTTP/1.1 999999999999 Much\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"",
    ],
)
def test_what_is_no_http_is_a_problem_and_nothing_more(nonsense):
    with receiving(nonsense) as receiver:
        got = send(receiver.url, seconds=2)

    assert not got.is_taken
    assert got.problem


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc",
    ],
)
def test_a_2xx_with_a_broken_body_was_taken(head):
    with receiving(head) as receiver:
        got = send(receiver.url, seconds=2)

    assert got.is_taken


def test_nobody_listening_is_said_so():
    with receiving() as receiver:
        url = receiver.url

    assert send(url).problem == "It refused the connection: nothing listens there."


def test_proxies_of_the_environment_are_not_used(monkeypatch):
    with receiving() as proxy, receiving() as receiver:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        assert send(receiver.url).is_taken

    assert not proxy.messages


def test_the_address_that_was_checked_is_the_one_that_is_used(monkeypatch):
    """A name that stands for something else by the time we connect changes nothing."""
    asked = []
    resolve = socket.getaddrinfo

    def rebinding(host, port, *args, **kwargs):
        if host != "hooks.example.com":
            return resolve(host, port, *args, **kwargs)
        asked.append(host)
        number = "127.0.0.1" if len(asked) == 1 else "127.0.0.99"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with receiving() as receiver:
        got = send(f"http://hooks.example.com:{receiver.port}/")

    assert got.is_taken
    assert asked == ["hooks.example.com"]
    assert receiver.messages[0].headers["host"] == f"hooks.example.com:{receiver.port}"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    """Return a file with the key and the certificate of hooks.example.com, signed by itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hooks.example.com")])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("hooks.example.com")]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    encoding = serialization.Encoding.PEM
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(key.private_bytes(encoding, *plain) + signed.public_bytes(encoding))
    return file


@pytest.fixture
def tls(certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def _named(monkeypatch):
    def resolve(host, port, *args, **kwargs):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


@pytest.mark.usefixtures("_named")
def test_a_certificate_is_checked_against_the_name(tls, certificate, monkeypatch):
    trusting = ssl.create_default_context(cafile=certificate)
    monkeypatch.setattr(posting, "_tls", lambda: trusting)
    with receiving(TAKEN, tls) as receiver:
        right = send(f"https://hooks.example.com:{receiver.port}/")
        wrong = send(f"https://elsewhere.example.com:{receiver.port}/")

    assert right.is_taken, right
    assert not wrong.is_taken
    assert "elsewhere.example.com" in wrong.problem
    assert receiver.messages[0].headers["host"] == f"hooks.example.com:{receiver.port}"


@pytest.mark.usefixtures("_named")
def test_a_certificate_that_nobody_vouches_for_is_refused(tls):
    with receiving(TAKEN, tls) as receiver:
        got = send(f"https://hooks.example.com:{receiver.port}/")

    assert not got.is_taken
    assert got.problem.startswith("Its certificate cannot be trusted")
    assert not receiver.messages


@pytest.mark.usefixtures("_named")
def test_a_handshake_that_drips_ends_at_the_deadline():
    listener = socket.create_server(("127.0.0.1", 0))

    def behave() -> None:
        connection, _ = listener.accept()
        with suppress(OSError), connection:
            # The head of a record of 16 KiB, which then comes byte by byte.
            connection.sendall(b"\x16\x03\x03\x40\x00")
            for _ in range(200):
                time.sleep(0.05)
                connection.sendall(b"\x02")

    threading.Thread(target=behave, daemon=True).start()
    started = time.monotonic()
    got = send(f"https://hooks.example.com:{listener.getsockname()[1]}/", seconds=0.6)
    listener.close()

    assert time.monotonic() - started < 1.5
    assert got.problem == "No answer within 0.6 seconds."
