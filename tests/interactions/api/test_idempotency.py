"""`Idempotency-Key`: what is sent again is answered as before, and nothing happens twice."""

import gzip
import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from interactions.models import Touchpoint
from relationships.models import AnsweredRequest, Customer, Person
from relationships.services import create_key, idempotency
from relationships.services.idempotency import Answer, answer_once
from relationships.tasks import forget_old_answers
from tests.factories import IdentityFactory, PersonFactory, ServiceFactory

ONE, MANY = "/api/v1/touchpoints/", "/api/v1/touchpoints/batch/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer() -> Customer:
    return IdentityFactory(namespace="shop", value="C-1001").customer


def client(name: str = "shop", *scopes: str) -> Client:
    key = create_key(name=name, scopes=["touchpoints:write", *scopes])
    return Client(headers={"Authorization": f"Bearer {key.secret}"})


@pytest.fixture
def shop() -> Client:
    return client()


def call(**fields: Any) -> dict[str, Any]:
    an_hour_ago = (timezone.now() - timedelta(hours=1)).isoformat()
    foreign = {"foreign_id": "C-1001", "namespace": "shop"}
    return {"type": "call.phone", "customer": foreign, "occurred_at": an_hour_ago} | fields


def post(sender: Client, url: str, body: Any, key: str | None = "k-1", **headers: str):
    if key is not None:
        headers["Idempotency-Key"] = key
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return sender.post(url, content, content_type="application/json", headers=headers)


def test_request_sent_again_is_answered_as_before(shop, customer):
    item = call()

    first, again = post(shop, ONE, item), post(shop, ONE, item)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again.headers["Content-Type"] == "application/json"
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Touchpoint.objects.count() == 1


def test_headers_of_the_answer_are_part_of_it():
    sender = client("shop", "customers:write", "customers:read")
    first, again = (post(sender, "/api/v1/customers/", {"name": "Acme"}) for _ in range(2))

    assert first.status_code == again.status_code == 201
    assert first.headers["ETag"] == again.headers["ETag"]
    assert first.headers["Location"] == again.headers["Location"]


def test_batch_sent_again_is_answered_as_before_with_its_refusals(shop, customer):
    batch = [call(), call(type="call.fone")]

    first, again = post(shop, MANY, batch), post(shop, MANY, batch)

    assert first.json()["recorded"] == first.json()["refused"] == 1
    assert again.content == first.content
    assert Touchpoint.objects.count() == 1


def test_without_a_key_nothing_is_kept(shop, customer):
    post(shop, ONE, call(), key=None)

    assert not AnsweredRequest.objects.exists()


def test_compression_does_not_make_another_request(shop, customer):
    body = json.dumps(call()).encode()

    post(shop, ONE, body)
    again = post(shop, ONE, gzip.compress(body), **{"Content-Encoding": "gzip"})

    assert again.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("other", [call(text="other"), call(external_id="x")])
def test_key_of_another_request_is_refused(shop, customer, other):
    post(shop, ONE, call())

    response = post(shop, ONE, other)

    assert response.status_code == 422
    assert response.headers["Content-Type"] == "application/problem+json"
    assert "new key" in response.json()["detail"]
    assert Touchpoint.objects.count() == 1


def test_key_at_another_address_is_of_another_request(shop, customer):
    body = json.dumps([call()]).encode()
    post(shop, MANY, body)

    assert post(shop, f"{MANY}?x=1", body).status_code == 422


def test_keys_of_two_accounts_are_two_keys(customer):
    item = call()

    first, other = post(client("shop"), ONE, item), post(client("crm"), ONE, item)

    assert (first.status_code, other.status_code) == (201, 201)
    assert first.json()["id"] != other.json()["id"]


def test_quotes_of_a_structured_header_do_not_count(shop, customer):
    item = call()
    post(shop, ONE, item, key='"8e03978e-40d5"')

    again = post(shop, ONE, item, key="8e03978e-40d5")

    assert again.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("key", ["", " ", '""', "x" * 256, "a b", "\xe9", "a\x00", "a\tb"])
def test_key_that_is_none_is_400(shop, customer, key):
    response = post(shop, ONE, call(), key=key)

    assert response.status_code == 400
    assert "255" in response.json()["detail"]
    assert not Touchpoint.objects.exists()


def test_refused_request_leaves_its_key_free(shop, customer):
    refused = post(shop, ONE, call(type="call.fone"))
    mended = post(shop, ONE, call())

    assert (refused.status_code, mended.status_code) == (422, 201)


def test_refused_request_makes_no_customer():
    crm = client("crm", "customers:write")

    response = post(crm, ONE, call(customer={"foreign_id": "new"}, type="call.fone"))

    assert response.status_code == 422
    assert not Customer.objects.exists()


def test_answer_is_given_for_a_day(shop, customer):
    item = call()
    post(shop, ONE, item)
    AnsweredRequest.objects.update(answered_at=timezone.now() - timedelta(hours=23, minutes=59))
    assert "Idempotency-Replayed" in post(shop, ONE, item).headers
    AnsweredRequest.objects.update(answered_at=timezone.now() - timedelta(hours=24))

    later = post(shop, ONE, item | {"text": "another"})

    assert later.status_code == 201
    assert Touchpoint.objects.count() == 2
    assert AnsweredRequest.objects.get().answered_at > timezone.now() - timedelta(minutes=1)


def test_old_answers_are_forgotten(shop, customer):
    post(shop, ONE, call(), key="old")
    AnsweredRequest.objects.update(answered_at=timezone.now() - timedelta(hours=25))
    post(shop, ONE, call(), key="new")

    forget_old_answers()

    assert AnsweredRequest.objects.get().key == "new"


def test_person_in_the_browser_may_send_a_key_too(customer):
    browser = Client()
    browser.force_login(PersonFactory(team=customer.team))
    item = call(customer={"id": customer.pk})

    assert post(browser, ONE, item).content == post(browser, ONE, item).content


def test_crash_keeps_neither_the_touchpoint_nor_the_answer(shop, customer, monkeypatch):
    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(idempotency, "_keep", crash)
    assert post(shop, ONE, call()).status_code == 500
    assert not Touchpoint.objects.exists()
    monkeypatch.undo()

    assert post(shop, ONE, call()).status_code == 201
    assert Touchpoint.objects.count() == AnsweredRequest.objects.count() == 1


def test_header_costs_three_queries(shop, customer, django_assert_max_num_queries):
    items = [call(external_id=str(number)) for number in range(100)]
    post(shop, MANY, [call()], key=None)

    with django_assert_max_num_queries(15):
        response = post(shop, MANY, items)

    assert response.json()["recorded"] == 100


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_request_that_still_runs_is_409_and_told_when_to_come_again():
    IdentityFactory(namespace="shop", value="C-1001")
    shop, item = client(), call()
    answers = []

    def meanwhile() -> None:
        answers.append(post(shop, ONE, item))
        connection.close()

    def answer() -> Answer:
        thread = threading.Thread(target=meanwhile)
        thread.start()
        thread.join()
        return Answer(200, b"{}", {})

    account = Person.objects.get(name="shop")
    fields = {"account": account, "key": "k-1", "fingerprint": b"x", "now": timezone.now()}
    answer_once(**fields, answer=answer)

    (response,) = answers
    assert response.status_code == 409
    assert response.headers["Content-Type"] == "application/problem+json"
    assert int(response.headers["Retry-After"]) > 0
    assert not Touchpoint.objects.exists()


def test_database_keeps_one_answer_a_key():
    account = ServiceFactory()
    row = {"account": account, "fingerprint": b"x", "status": 200, "content": b""}
    row["answered_at"] = timezone.now()
    AnsweredRequest.objects.create(key="k", **row)

    for key in ("k", ""):
        with pytest.raises(IntegrityError), transaction.atomic():
            AnsweredRequest.objects.create(key=key, **row)
