"""Bodies of every form: compressed, in lines, too large, cut short, or not what they say."""

import gzip
import io
import json
import tracemalloc
import zlib
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from interactions.models import Touchpoint
from relationships.services import create_key
from tests.factories import IdentityFactory

ONE, MANY = "/api/v1/touchpoints/", "/api/v1/touchpoints/batch/"
JSON, LINES = "application/json", "application/x-ndjson"

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Client:
    IdentityFactory(namespace="shop", value="C-1001")
    key = create_key(name="shop", scopes=["touchpoints:write"])
    return Client(headers={"Authorization": f"Bearer {key.secret}"})


def call(**fields: Any) -> dict[str, Any]:
    an_hour_ago = (timezone.now() - timedelta(hours=1)).isoformat()
    known = {"type": "call.phone", "customer": {"foreign_id": "C-1001"}, "occurred_at": an_hour_ago}
    return known | fields


def encoded(**fields: Any) -> bytes:
    return json.dumps(call(**fields)).encode()


def raw_deflate(body: bytes) -> bytes:
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflate.compress(body) + deflate.flush()


def post(client: Client, url: str, body: bytes, kind: str = JSON, encoding: str = "", **extra: Any):
    headers = {"Content-Encoding": encoding} if encoding else {}
    # Unlike post(), generic() never encodes the body anew.
    return client.generic("POST", url, body, content_type=kind, headers=headers, **extra)


def statuses(response: Any) -> list[str]:
    return [result["status"] for result in response.json()["results"]]


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [
        ("gzip", gzip.compress),
        ("GZip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", raw_deflate),
        ("identity", bytes),
    ],
)
def test_compressed_body_is_inflated(shop, encoding, compress):
    single = post(shop, ONE, compress(encoded()), JSON, encoding)
    batch = post(shop, MANY, compress(b"[" + encoded() + b"]"), JSON, encoding)

    assert single.status_code == 201
    assert statuses(batch) == ["recorded"]


def test_gzip_may_come_in_parts_and_be_padded(shop):
    body = b"[" + encoded() + b"," + encoded() + b"]"
    parts = gzip.compress(body[:50]) + gzip.compress(body[50:]) + bytes(100)

    assert statuses(post(shop, MANY, parts, JSON, "gzip")) == ["recorded", "recorded"]


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(encoded())[:-1], "gzip"),
        (gzip.compress(encoded())[:40], "gzip"),
        (gzip.compress(encoded())[:1], "gzip"),
        (gzip.compress(encoded())[:-8] + bytes(8), "gzip"),
        (gzip.compress(encoded()) + b"more", "gzip"),
        (encoded(), "gzip"),
        (encoded(), "deflate"),
        (zlib.compress(encoded())[:-1], "deflate"),
        (gzip.compress(b"") * 1_001, "gzip"),
        (gzip.compress(b""), "gzip"),
    ],
    ids=range(10),
)
def test_damaged_compression_is_400_and_keeps_nothing(shop, body, encoding):
    response = post(shop, ONE, body, JSON, encoding)

    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert not Touchpoint.objects.exists()


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "\x00"])
def test_unknown_compression_is_415_and_says_which_are_known(shop, encoding):
    response = post(shop, ONE, encoded(), JSON, encoding)

    assert response.status_code == 415
    assert "gzip or deflate" in response.json()["detail"]
    assert response.headers["Accept-Encoding"] == "gzip, deflate"


def test_bomb_is_refused_without_being_inflated(shop):
    bomb = gzip.compress(bytes(100 * 2**20), 6)
    assert len(bomb) < 2**20

    tracemalloc.start()
    response = post(shop, MANY, bomb, JSON, "gzip")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert response.status_code == 413
    assert "16 MiB" in response.json()["detail"]
    assert peak < 64 * 2**20


def test_inflated_size_counts_to_the_byte(shop, settings):
    body = b"[" + encoded(text="x" * 1_000) + b"]"
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = len(body)

    fits = post(shop, MANY, gzip.compress(body), JSON, "gzip")
    one_more = post(shop, MANY, gzip.compress(body + b" "), JSON, "gzip")

    assert (fits.status_code, one_more.status_code) == (200, 413)


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b"1," * 2_000_000 + b"1]",
        b"[" + b"[]," * 2_000_000 + b"[]]",
        b"[" + b"NaN," * 2_000_000 + b"1]",
        b"1\n" * 2_000_000,
        b" \n" * 2_000_000 + b"1\n" * 5_001,
    ],
)
def test_many_tiny_items_fill_no_memory(shop, body):
    kind = JSON if body.startswith(b"[") else LINES

    tracemalloc.start()
    response = post(shop, MANY, body, kind)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert response.status_code in {400, 413}
    assert peak < 32 * 2**20


def test_large_batch_with_many_commas_is_taken(shop):
    items = [call(external_id=str(number), text="," * 500) for number in range(1_000)]

    response = post(shop, MANY, json.dumps(items).encode())

    assert response.json()["recorded"] == 1_000


@pytest.mark.parametrize(
    "kind",
    [LINES, "application/ndjson", "application/jsonl", "application/x-ndjson; charset=utf-8"],
)
def test_lines_are_answered_each_and_in_order(shop, kind):
    body = b"\n".join(
        [
            encoded(external_id="a"),
            b"",
            b'{"type": }',
            b"  " + encoded(external_id="b") + b"\r",
            encoded(external_id="c", type="call.fone"),
            b"[]",
            b"\xff",
            encoded(external_id="a"),
            b"  ",
        ]
    )

    response = post(shop, MANY, body, kind)

    assert statuses(response) == [
        "recorded", "refused", "recorded", "refused", "refused", "refused", "known",
    ]  # fmt: skip
    assert response.json()["results"][3]["errors"][0]["field"] == "type"


@pytest.mark.parametrize("beside", [b"", encoded(type="call.fone")])
def test_item_over_several_lines_is_read_neither_alone_nor_beside_a_bad_one(shop, beside):
    pretty = json.dumps(call(), indent=1).encode()

    response = post(shop, MANY, b"\n".join([encoded(), pretty, beside]), LINES)

    assert statuses(response)[0] == "recorded"
    assert set(statuses(response)[1:]) == {"refused"}


def test_lines_may_be_compressed(shop):
    body = gzip.compress(encoded() + b"\n" + encoded() + b"\n")

    assert statuses(post(shop, MANY, body, LINES, "gzip")) == ["recorded", "recorded"]


def test_lines_are_as_many_as_items_may_be(shop):
    assert post(shop, MANY, b"{}\n" * 5_000, LINES).json()["refused"] == 5_000

    too_many = post(shop, MANY, b"{}\n" * 5_001, LINES)

    assert too_many.status_code == 413
    assert "more than 5,000" in too_many.json()["detail"]


def test_body_that_is_not_declared_is_read_as_what_it_looks_like(shop):
    assert post(shop, ONE, encoded(), "").status_code == 201
    assert statuses(post(shop, MANY, b" [" + encoded() + b"]", "")) == ["recorded"]
    assert statuses(post(shop, MANY, encoded() + b"\n" + encoded(), "")) == ["recorded"] * 2


@pytest.mark.parametrize("url", [ONE, MANY])
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"type=call.phone", ""),
        (b"{}", "text/plain"),
        (b"{}", "application/x-www-form-urlencoded"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"{}", "nonsense"),
        (b"{}", "application/json; charset=klingon"),
        (b"{}", "application/json; charset=rot13"),
        (b"{}", "application/json; charset=punycode"),
    ],
)
def test_other_content_types_are_415_and_told_what_is_spoken(shop, url, body, kind):
    response = post(shop, url, body, kind)

    assert response.status_code == 415
    assert response.headers["Content-Type"] == "application/problem+json"
    detail = response.json()["detail"]
    assert "UTF-8" in detail if "charset" in kind else "application/json" in detail


def test_lines_sent_to_the_address_for_one_are_told_where_to_go(shop):
    response = post(shop, ONE, encoded(), LINES)

    assert response.status_code == 415


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        ("utf-8", "utf-8"),
        ("UTF8", "utf-8-sig"),
        ('"utf-8"', "utf-8"),
        ("us-ascii", "utf-8"),
        ("iso-8859-1", "latin-1"),
        ("windows-1252", "cp1252"),
        ("utf-16", "utf-16"),
    ],
)
def test_charset_is_heeded(shop, charset, codec):
    body = json.dumps(call(text="Zoë über"), ensure_ascii=False).encode(codec)

    response = post(shop, ONE, body, f"application/json; charset={charset}")

    assert response.status_code == 201
    assert Touchpoint.objects.get().text == "Zoë über"


def test_body_that_is_not_in_its_charset_is_400(shop):
    response = post(shop, ONE, b"\xff\xfe\x00\xd8", "application/json; charset=utf-16")

    assert response.status_code == 400
    assert "utf-16" in response.json()["detail"]


@pytest.mark.parametrize("length", ["-1", "1e3", "x", "٣", "9" * 30])
def test_length_that_is_no_number_is_400(shop, length):
    assert post(shop, ONE, encoded(), CONTENT_LENGTH=length).status_code == 400


def test_body_shorter_than_its_length_keeps_nothing(shop):
    body = encoded() + b"\n" + encoded()
    stream = {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body) + 1)}

    response = post(shop, MANY, body, LINES, **stream)

    assert response.status_code == 400
    assert "ended early" in response.json()["detail"]
    assert not Touchpoint.objects.exists()


def test_chunked_body_is_read_where_the_server_marks_its_end(shop):
    body = b"[" + encoded() + b"]"
    stream = {"wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}

    response = post(shop, MANY, b"", HTTP_TRANSFER_ENCODING="chunked", **stream)

    assert statuses(response) == ["recorded"]


def test_chunked_body_has_the_same_limit(shop, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    stream = io.BytesIO(b"x" * 10_000)
    server = {"wsgi.input": stream, "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}

    response = post(shop, MANY, b"", HTTP_TRANSFER_ENCODING="chunked", **server)

    assert response.status_code == 413
    assert stream.tell() == 1_001
