"""The door itself: addresses, keys, bodies, times, and garbage."""

import gzip
import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interactions.models import ReceivedEvent, Touchpoint
from interactions.services.segment import settle as settling
from interactions.services.segment.depth import CUT_BELOW, cut
from interactions.tasks import settle_events
from tests.interactions.segment.conftest import NOW, fates

pytestmark = pytest.mark.django_db

ORDER = {"type": "track", "userId": "u1", "event": "Order Completed"}


@pytest.mark.parametrize("end", ["", "/"])
@pytest.mark.parametrize("prefix", ["/v1", "/segment/v1", "/segment"])
def test_every_address_is_understood(call, prefix, end):
    calls = {
        "track": {"userId": "u1", "event": "Order Completed"}, "page": {"userId": "u1"},
        "screen": {"userId": "u1"}, "identify": {"userId": "u1"},
        "group": {"userId": "u1", "groupId": "g1"}, "batch": {"batch": [ORDER]},
        "alias": {"userId": "u1", "previousId": "u0"}, "t": {"userId": "u1", "event": "Signed In"},
    }  # fmt: skip
    for name, body in calls.items():
        response = call(f"{prefix}/{name}{end}", body)
        assert (response.status_code, response.json()) == (200, {"success": True})
    assert {fate for _, fate in fates()} == {"Recorded", "Applied"}


def test_the_key_may_be_in_any_of_three_places(call, key):
    bearer = {"authorization": f"Bearer {key.secret}"}
    assert call("/v1/batch", {"batch": [ORDER]}).status_code == 200
    assert call("/v1/batch", {"batch": [ORDER]}, secret="", **bearer).status_code == 200
    assert call("/v1/track", {**ORDER, "writeKey": key.secret}, secret="").status_code == 200


@pytest.mark.parametrize("body", [{"batch": []}, {"writeKey": "hearth_no"}, {"writeKey": 5}, []])
def test_a_wrong_key_is_refused_as_sdks_and_others_read_it(call, body):
    response = call("/v1/batch", body, secret="")
    assert (response.status_code, response["Content-Type"]) == (401, "application/problem+json")
    assert response.json()["code"] == "unauthorized"
    assert response.json()["message"] == response.json()["detail"]


def test_any_content_type_and_gzip_without_saying_so(client, key):
    body = {"batch": [ORDER], "writeKey": key.secret}
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x"):
        for data in (json.dumps(body).encode(), gzip.compress(json.dumps(body).encode())):
            response = client.post("/v1/batch", data, content_type=kind)
            assert response.status_code == 200, (kind, response.content)
    assert Touchpoint.objects.count() == 1


def test_a_bomb_is_too_large(call):
    response = call("/v1/batch", gzip.compress(b" " * 50_000_000))
    assert response.status_code == 413


def test_more_messages_than_a_batch_may_have_are_too_many(call):
    assert call("/v1/batch", {"batch": [{}] * 5_001}).status_code == 413


@pytest.mark.parametrize("body", [b"", b"{", b"\x1f\x8b\x08nonsense", b"42", b'"track"', b"\xff"])
def test_what_is_no_json_is_malformed(call, body):
    assert call("/v1/batch", body).status_code == 400


def test_other_methods_are_not_allowed(client, key):
    assert client.get("/v1/batch").status_code == 401
    authorization = f"Bearer {key.secret}"
    assert client.get("/v1/batch", headers={"authorization": authorization}).status_code == 405


def test_bad_messages_are_kept_aside_and_good_ones_recorded(send):
    send(
        ORDER, 7, None, [], "track", {"type": "track"}, {"type": "tracking", "userId": "u"},
        {"type": "track", "event": "Order Completed"}, {"type": "group", "userId": "u1"},
        {"type": "track", "event": "Order Completed", "userId": {"id": 1}},
        {"type": "track", "event": "Order Completed", "userId": "u" * 300},
        {**ORDER, "event": "Signed In", "properties": {"much": "x" * 600_000}},
    )  # fmt: skip

    assert Touchpoint.objects.count() == 1
    refused = ReceivedEvent.objects.filter(status=ReceivedEvent.Status.REFUSED)
    assert refused.count() == 11
    assert all(refused.values_list("reason", flat=True))


DEEP_PLACES = {
    "list": '{{"properties": {deep}, "userId": "u1", "event": "Order Completed", "type": "track"}}',
    "object": '{{"type": "track", "userId": "u1", "event": "Order Completed", "x": {deep}}}',
    "no object": "{deep}",
    "not even JSON elsewhere": '{{"type": "track", "userId": NaN, "event": "X", "x": {deep}}}',
}


@pytest.mark.parametrize("around", ['{{"batch": {}}}', "{}", '{{"sentAt": null, "batch": {}}}'])
@pytest.mark.parametrize("depth", [101, 500, 985, 5_000, 1_000_000])
@pytest.mark.parametrize("place", DEEP_PLACES)
def test_a_message_nested_too_deep_is_refused_and_its_neighbours_are_kept(
    call, place, depth, around
):
    lists = "[" * depth + "]" * depth
    objects = '{"a":' * depth + "1" + "}" * depth
    deep = DEEP_PLACES[place].format(deep=objects if place == "object" else lists)
    before, after = (json.dumps({**ORDER, "messageId": f"m{n}"}) for n in range(2))

    response = call("/v1/batch", around.format(f"[{before}, {deep}, {after}]").encode())

    assert (response.status_code, response.json()) == (200, {"success": True})
    ids = Touchpoint.objects.order_by("external_id").values_list("external_id", flat=True)
    assert list(ids) == ["m0", "m1"]
    refused = ReceivedEvent.objects.get(status=ReceivedEvent.Status.REFUSED)
    assert "nested too deep" in refused.reason or "KiB" in refused.reason


@pytest.mark.parametrize("depth", [101, 985, 200_000])
def test_a_single_call_nested_too_deep_is_kept_aside(call, depth):
    deep = "[" * depth + "]" * depth
    body = f'{{"userId": "u1", "event": "Order Completed", "context": {deep}}}'

    assert call("/v1/track", body.encode()).status_code == 200

    refused = ReceivedEvent.objects.get()
    assert refused.status == ReceivedEvent.Status.REFUSED
    assert refused.reason == "This is nested too deep."


@pytest.mark.parametrize("name", ["context", "sentAt", "writeKey"])
@pytest.mark.parametrize("depth", [101, 985, 100_000])
def test_what_is_around_a_batch_may_not_be_nested_too_deep(call, name, depth):
    deep = "[" * depth + "]" * depth
    body = f'{{"batch": [{json.dumps(ORDER)}], "{name}": {deep}}}'

    response = call("/v1/batch", body.encode())

    assert response.status_code == 400
    assert f"`{name}` is nested too deep." in response.json()["detail"]
    assert not ReceivedEvent.objects.exists()


def test_depth_is_told_from_brackets_in_a_text_and_from_many_side_by_side(send):
    send({**ORDER, "properties": {"a": "[{" * 500, "b": '\\"[' * 200, "c": [[]] * 500}})
    send({**ORDER, "userId": "u2", "properties": json.loads("[" * 98 + "]" * 98)})

    assert Touchpoint.objects.count() == 2


@pytest.mark.parametrize("rest", ['"', '"\\', '\\"' * 9, "]" * 2_000, "{" * 9, "\xff"])
def test_a_deep_body_that_breaks_off_is_malformed(call, rest):
    assert call("/v1/batch", f'{{"batch": [{"[" * 2_000}{rest}'.encode()).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 16_000_000,
        b"[" * 500 + b"[]," * 5_000_000,
        b"[" * 500 + b'"",' * 5_000_000,
        b"[" * 500 + b'"' + b'\\"' * 7_000_000,
        b"[" * 500 + b'"' + b"\\" * 15_000_000,
    ],
    ids=["deep", "deep and wide", "texts", "a text of quotes", "a text of backslashes"],
)
def test_of_a_body_made_to_be_slow_only_what_is_too_deep_is_cut(body):
    left = cut(body)

    assert len(left) == len(body)
    assert left.count(b"[") == CUT_BELOW


def test_a_call_may_begin_with_the_mark_of_utf_8(call):
    body = json.dumps({"userId": "u1", "event": "Order Completed"}).encode()

    assert call("/v1/track", b"\xef\xbb\xbf" + body).status_code == 200

    assert Touchpoint.objects.count() == 1


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    message=st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(
            st.sampled_from(
                ["type", "userId", "anonymousId", "groupId", "previousId", "event", "traits",
                 "context", "properties", "timestamp", "sentAt", "messageId", "email", "phone",
                 "name", "company", "id", "category", "total"]
            ),
            inner,
        ),
        max_leaves=12,
    ),
    kind=st.sampled_from(["track", "page", "identify", "group", "alias", "batch"]),
)  # fmt: skip
def test_no_garbage_is_a_defect_or_stops_the_good(call, message, kind):
    garbage = {"event": "Order Completed", **(message if isinstance(message, dict) else {})}
    garbage.setdefault("type", kind)
    response = call("/v1/batch", {"batch": [garbage, message, ORDER]})
    assert response.status_code == 200
    assert not ReceivedEvent.objects.filter(reason=settling.DEFECT).exists()
    assert not ReceivedEvent.objects.filter(status=ReceivedEvent.Status.PENDING).exists()
    assert Touchpoint.objects.filter(external_id__startswith="digest:").exists()


@pytest.mark.parametrize("text", [r'"\u0000"', r'"\ud800"', "NaN", "1e999", "9" * 400])
def test_what_postgresql_cannot_keep_stops_nothing(call, text):
    body = """{"batch": [
        {"type": "track", "userId": X, "event": "Order Completed"},
        {"type": "identify", "userId": "u2", "traits": {"name": X, "email": X}},
        {"type": "track", "userId": "u2", "event": "Order Completed", "properties": {"total": X}}
    ]}""".replace("X", text)
    assert call("/v1/batch", body.encode()).status_code == 200
    assert Touchpoint.objects.filter(contact__identities__value="u2").count() == 1


def said(**times):
    return {**ORDER, **times}


def ago(**span):
    return (NOW - timedelta(**span)).isoformat()


@pytest.mark.parametrize(
    ("message", "around", "expected"),
    [
        (said(), {}, NOW),
        (said(timestamp=ago(hours=2)), {}, NOW - timedelta(hours=2)),
        (said(timestamp=ago(hours=2)), {"sentAt": ago(hours=1)}, NOW - timedelta(hours=1)),
        (said(timestamp=ago(hours=-5)), {"sentAt": ago(hours=-6)}, NOW - timedelta(hours=1)),
        (said(originalTimestamp=ago(days=2), sentAt=ago(days=1)), {}, NOW - timedelta(days=1)),
        (said(timestamp=ago(hours=-5)), {}, NOW),
        (said(timestamp="yesterday"), {}, NOW),
        (said(timestamp={"a": 1}), {"sentAt": []}, NOW),
        (said(timestamp="2026-03-02T11:00:00"), {}, NOW - timedelta(hours=1)),
        (said(timestamp=NOW.timestamp() * 1000), {}, NOW),
        (
            said(timestamp=ago(hours=1)),
            {"sentAt": "1970-01-01T00:00:00Z"},
            NOW - timedelta(hours=1),
        ),
        (
            said(timestamp="1970-01-01T00:00:00Z"),
            {"sentAt": "1970-01-01T00:10:00Z"},
            NOW - timedelta(minutes=10),
        ),
    ],
)
def test_times_are_by_our_clock(send, message, around, expected):
    send(message, **around)
    assert Touchpoint.objects.get().occurred_at == expected


@pytest.mark.parametrize("year", ["2126", "1926", "0001", "9999"])
def test_a_clock_a_century_off_is_refused_or_left_out(send, year):
    send(said(timestamp=f"{year}-03-02T12:00:00Z"), {**ORDER, "event": "Signed In"})
    assert Touchpoint.objects.filter(type__key="app.used").count() == 1
    assert not Touchpoint.objects.filter(occurred_at__lt=NOW - timedelta(days=1)).exists()


def test_a_batch_sent_again_changes_nothing(send):
    messages = [
        {**ORDER, "messageId": "m1"}, {**ORDER, "messageId": "m1"},
        {**ORDER, "timestamp": ago(hours=1)}, {**ORDER, "timestamp": ago(hours=1)}, ORDER,
        {"type": "page", "anonymousId": "a1", "messageId": "x" * 300},
    ]  # fmt: skip
    send(*messages, sentAt=ago(seconds=1))
    assert Touchpoint.objects.count() == 4
    send(*messages, sentAt=ago(seconds=1))
    assert (Touchpoint.objects.count(), ReceivedEvent.objects.count()) == (4, 5)


def test_a_batch_takes_as_many_statements_for_many_as_for_few(send, django_assert_max_num_queries):
    users = [
        {
            "type": "identify",
            "userId": f"u{n}",
            "anonymousId": f"a{n}",
            "traits": {"name": f"N {n}", "email": f"n{n}@example.com"},
        }
        for n in range(200)
    ]
    orders = [
        {"type": "track", "userId": f"u{n}", "anonymousId": f"a{n}", "event": "Order Completed"}
        for n in range(200)
    ]
    with django_assert_max_num_queries(75):
        send(*users, *orders)
    with django_assert_max_num_queries(55):
        send(*({**one, "messageId": str(n)} for n, one in enumerate(orders)))
    assert Touchpoint.objects.count() == 400


def test_what_is_kept_is_acknowledged_although_it_cannot_be_settled(call, monkeypatch):
    def fail(**_):
        raise RuntimeError("a defect")

    monkeypatch.setattr("interactions.api.segment.settle", fail)
    assert call("/v1/batch", {"batch": [ORDER]}).status_code == 200
    assert fates() == [("Order Completed", "To be settled")]

    settle_events()
    assert fates() == [("Order Completed", "Recorded")]


def test_an_event_that_is_a_defect_keeps_no_other_from_being_settled(send, monkeypatch):
    read = settling.read_message

    def fail_on_one(event, spaces):
        if "poison" in event.payload:
            raise RuntimeError("a defect")
        return read(event, spaces)

    monkeypatch.setattr(settling, "read_message", fail_on_one)
    send(ORDER, {**ORDER, "userId": "poison"}, {**ORDER, "userId": "u2"})
    assert [fate for _, fate in fates()] == ["Recorded", "Refused", "Recorded"]
