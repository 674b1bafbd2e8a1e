"""Garbage of every kind that a web server may be sent."""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

MIB = 1024**2
JSON = "application/json"
LINES = "application/x-ndjson"


@dataclass(frozen=True)
class Garbage:
    """A body and headers that nobody should send."""

    name: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": JSON})


def squeezed(name: str, body: bytes, encoding: str = "gzip") -> Garbage:
    """Say that a body is compressed, whether or not it is."""
    return Garbage(name, body, {"Content-Type": JSON, "Content-Encoding": encoding})


def said_to_be(name: str, content_type: str, body: bytes = b"{}") -> Garbage:
    """Declare a body as something."""
    return Garbage(name, body, {"Content-Type": content_type})


GOOD = (
    b'[{"type":"call.phone","customer":{"foreign_id":"C-1"},"occurred_at":"2026-03-02T09:30:00Z"}]'
)
BOMB = gzip.compress(bytes(200 * MIB))

BODIES = (
    Garbage("empty", b""),
    Garbage("blank", b" \r\n\t "),
    Garbage("null", b"null"),
    Garbage("a number", b"17"),
    Garbage("a text", b'"touchpoint"'),
    Garbage("an empty object", b"{}"),
    Garbage("an array of nothing useful", b'[null, 1, "a", [], {}, [[]], true]'),
    Garbage("arrays in arrays", b"[" * 200_000),
    Garbage("arrays in arrays, closed", b"[" * 100_000 + b"]" * 100_000),
    Garbage("objects in objects", b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    Garbage("a deep item in an array", b"[" + b'{"type":' * 50_000 + b"1" + b"}" * 50_000 + b"]"),
    Garbage("cut off", GOOD[:-20]),
    Garbage("two bodies", GOOD + GOOD),
    Garbage("zeros", bytes(1000)),
    Garbage("a NUL within", GOOD.replace(b"C-1", b"C\0-1")),
    Garbage("an escaped NUL", GOOD.replace(b"C-1", rb"C\u0000-1")),
    Garbage("bad UTF-8", GOOD.replace(b"C-1", b"C\xff\xfe\x80-1")),
    Garbage("overlong UTF-8", GOOD.replace(b"C-1", b"C\xc0\x80-1")),
    Garbage("a lone surrogate", GOOD.replace(b"C-1", rb"C\ud800-1")),
    Garbage("a lone surrogate as a name", b'[{"\\udc00": 1}]'),
    Garbage("a surrogate in UTF-8", GOOD.replace(b"C-1", b"C\xed\xa0\x80-1")),
    Garbage("UTF-16", GOOD.decode().encode("utf-16")),
    Garbage("a byte order mark", b"\xef\xbb\xbf" + GOOD),
    Garbage("not a number", b'[{"value": NaN, "sentiment": Infinity}]'),
    Garbage("a number beyond all", b'[{"value": 1e999999, "sentiment": -1e400}]'),
    Garbage("a number of 5,000 digits", b'[{"contact_id": ' + b"9" * 5_000 + b"}]"),
    Garbage("a million commas", b"[" + b"," * MIB + b"]"),
    Garbage("a million nothings", b"[" + b"0," * MIB + b"0]"),
    Garbage("one name a hundred times", b"{" + b'"type":1,' * 100 + b'"type":2}'),
    Garbage("100,000 names", json.dumps({f"n{n}": n for n in range(100_000)}).encode()),
    Garbage("a name of a mebibyte", b'[{"' + b"n" * MIB + b'": 1}]'),
    Garbage("a text of ten mebibytes", b'[{"text": "' + b"x" * 10 * MIB + b'"}]'),
    Garbage("17 MiB", b"[" + b" " * 17 * MIB + b"]"),
    Garbage(
        "markup", b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>"
    ),
    squeezed("gzip cut off", gzip.compress(GOOD * 1000)[:-30]),
    squeezed("gzip of nothing", gzip.compress(b"")),
    squeezed("a gzip header alone", gzip.compress(GOOD)[:10]),
    squeezed("gzip with a wrong sum", gzip.compress(GOOD)[:-8] + b"\1" * 8),
    squeezed("gzip with rubbish behind", gzip.compress(GOOD) + b"rubbish"),
    squeezed("gzip that is none", GOOD),
    squeezed("a bomb", BOMB),
    squeezed("a bomb in a bomb", gzip.compress(BOMB)),
    squeezed("a hundred thousand empty members", gzip.compress(b"") * 100_000),
    squeezed("deflate that is none", GOOD, "deflate"),
    squeezed("a deflated bomb", zlib.compress(bytes(100 * MIB)), "deflate"),
    squeezed("an unknown encoding", GOOD, "br"),
    squeezed("three encodings", GOOD, "gzip, gzip, gzip"),
    squeezed("an encoding of rubbish", GOOD, "\u00e9" * 1000),
    Garbage("no content type", GOOD, {}),
    said_to_be("plain text", "text/plain"),
    said_to_be("a form", "application/x-www-form-urlencoded", b"a=%ff&b=%00&%=%"),
    said_to_be("a form without boundary", "multipart/form-data"),
    said_to_be("a broken form", "multipart/form-data; boundary=x", b"--x\r\nContent-Disp"),
    said_to_be("a content type of rubbish", "////;;;=\u00ff;charset"),
    said_to_be("an unknown charset", f"{JSON}; charset=klingon", GOOD),
    said_to_be("a charset of NULs", f"{JSON}; charset=\u00b7", GOOD),
    said_to_be("a charset that is no text", f"{JSON}; charset=base64", GOOD),
    said_to_be("another charset than sent", f"{JSON}; charset=utf-16", GOOD),
    said_to_be("a content type of 8 kB", "a" * 7_900),
    said_to_be("lines of rubbish", LINES, b"\n\n{}\n[\n\xff\n" + b"{" * 10_000 + b"\n\0\n"),
    said_to_be("a line without end", LINES, b"[" * 100_000),
    said_to_be("a million empty lines", LINES, b"\n" * MIB),
    said_to_be("a million lines", LINES, b"{}\n" * MIB),
)

VALUES = (
    None, True, 0, -1, 1.5, 2**31, 2**63, 2**64, 10**30, -(2**63) - 1, 1e308, -1e308, "", " ", "x",
    "\0", "\ud800", "\u202e", "x" * 100_000, "é" * 300, "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999-23:59", "0001-01-01T00:00:00+23:59", "1925-01-01T00:00:00Z",
    "2126-01-01T00:00:00Z", "0000-00-00T00:00:00Z", "2026-02-30T00:00:00Z", "2026-03-02T24:00:00Z",
    "2016-12-31T23:59:60Z", "2026-03-02T09:30:00+99:99", "2026-03-02", "NaN", "-Infinity", "1e400",
    "1" * 400, [], [[]], [None], {}, {"id": 1, "email": "a@b.example"}, {"id": 2**63},
    {"id": -1}, {"id": None}, {"foreign_id": ""}, {"foreign_id": "\0"}, {"foreign_id": "x" * 9_999},
    {"foreign_id": "C-1", "namespace": "\0"}, {"email": "@"}, {"email": "\0@b.example"},
    {"phone": "+"}, {"phone": "9" * 9_999}, {"nothing": {"here": []}},
)  # fmt: skip
"""Values for any field; hardly any field takes any of them."""

ADDRESSES = (
    "/api/v1/touchpoints/%00/", "/api/v1/touchpoints/%ff%fe/", "/api/v1/customers/%ed%a0%80/",
    "/api/v1/customers/99999999999999999999/", "/api/v1/customers/-1/health/",
    "/api/v1/customers/1e3/health/", "/api/v1/" + "a" * 3_000, "/api/v1/../../etc/passwd",
    "/api/v1//touchpoints//", "/api/v1/customers/?cursor=%00", "/api/v1/customers/?limit=-1",
    "/api/v1/customers/?limit=1e9", "/api/v1/customers/?limit=" + "9" * 400,
    "/api/v1/customers/?search=%00", "/api/v1/customers/?search=%ff",
    "/api/v1/customers/?search=" + "a" * 3_000, "/api/v1/customers/?" + "band=near&" * 300,
    "/api/v1/customers/?team=99999999999999999999", "/api/v1/customers/?updated_since=0000",
    "/api/v1/customers/?%00=%00", "/api/v1/customers/?" + "&" * 3_000, "/%", "/%2e%2e/%2e%2e/",
)  # fmt: skip

HEADERS: tuple[dict[str, str], ...] = (
    {"Authorization": "Bearer " + "x" * 7_000},
    {"Authorization": "Bearer \u00e9\u00ff"},
    {"Authorization": "Bearer"},
    {"Authorization": "Basic ====="},
    {"Authorization": "Basic /////w=="},
    {"Authorization": "Basic " + "A" * 7_000},
    {"Authorization": "Digest \u00b7"},
    {"Idempotency-Key": ""},
    {"Idempotency-Key": "x" * 7_000},
    {"Idempotency-Key": "\u00e9\u00ff"},
    {"Accept": "\u00ff/;;q=nonsense"},
    {"Accept": "text/klingon"},
    {"Accept-Encoding": "\u00ff;q=x"},
    {"Accept-Language": "x-" * 3_000},
    {"Origin": "null"},
    {"Origin": "http://[::1"},
    {"If-None-Match": "\u00ff\""},
    {"If-Modified-Since": "yesterday"},
    {"Cookie": "sessionid=\u00ff\u00ff; csrftoken=" + "x" * 5_000},
    {"Host": "\u00ff"},
    {"Host": "elsewhere.example"},
    {"X-Forwarded-For": "\u00ff, ,,999.999.999.999"},
    {"Range": "bytes=-1,999999999999999999999-0"},
    {"X-HTTP-Method-Override": "\u00ff"},
    {"Expect": "nothing"},
)  # fmt: skip


def raw_requests(head: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield what is no proper HTTP, or ends too early; `head` names the address and the key."""
    chunked = head + b"Transfer-Encoding: chunked\r\n\r\n"
    yield "nothing at all", b""
    yield "noise", bytes(range(256)) * 40
    yield "TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500)
    yield "HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    yield "HTTP/0.9", b"GET /\r\n"
    yield "an unknown method", head.replace(b"POST", b"\xff\xfe", 1) + b"\r\n"
    yield "half a head", head
    yield "less than announced", head + b"Content-Length: 1000\r\n\r\n[" + GOOD[:50]
    yield "nothing of what was announced", head + b"Content-Length: 1000\r\n\r\n"
    yield "a length below zero", head + b"Content-Length: -1\r\n\r\n[]"
    yield "a length of words", head + b"Content-Length: many\r\n\r\n[]"
    yield "a length beyond all", head + b"Content-Length: 99999999999999999999\r\n\r\n[]"
    yield "two lengths", head + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n[] "
    yield (
        "a length and chunks",
        head + b"Content-Length: 2\r\n" + chunked[len(head) :] + b"0\r\n\r\n",
    )
    yield "a chunk cut off", chunked + b"ff\r\n" + GOOD[:50]
    yield "no last chunk", chunked + b"%x\r\n%b\r\n" % (len(GOOD), GOOD)
    yield "a chunk longer than said", chunked + b"5\r\n" + GOOD + b"\r\n0\r\n\r\n"
    yield "a chunk of a size of words", chunked + b"some\r\n" + GOOD + b"\r\n0\r\n\r\n"
    yield "a chunk of a size beyond all", chunked + b"f" * 40 + b"\r\n" + GOOD + b"\r\n0\r\n\r\n"
    yield "a chunk of less than nothing", chunked + b"-5\r\n" + GOOD + b"\r\n0\r\n\r\n"
    yield "a header without end", head + b"X: " + b"x" * 100_000
    yield "ten thousand headers", head + b"X: x\r\n" * 10_000 + b"\r\n"
    yield "a header without a name", head + b": x\r\nContent-Length: 0\r\n\r\n"
    yield "a NUL in a header", head + b"X: a\0b\r\nContent-Length: 0\r\n\r\n"
