"""What a refit learns from: everyone, or a sample, and invented customers only among themselves."""

from datetime import timedelta

import pytest

from insights.demo import remove_demonstration
from insights.models import SilenceVersion
from insights.scoring import Silence
from insights.selectors import learning
from insights.selectors import silence as selectors
from insights.selectors.lens import current_lens
from insights.services import refit as services
from insights.services.drain import drain
from interactions.services import NewTouchpoint, record, source_named
from tests.factories import (
    AdministratorFactory,
    CustomerFactory,
    ExecutiveFactory,
)
from tests.insights.made_up_silence import NOW, calls, found, signed_in, version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_nothing_said")]


def test_pieces_become_one_history(monkeypatch):
    monkeypatch.setattr(learning, "CHUNK", 2)
    calls(CustomerFactory.create_batch(5), days=(30, 20, 10))
    said = []

    lessons = learning.lessons(current_lens().row_of_type, said.append)

    assert lessons.events.customers == lessons.customers == lessons.customers_in_all == 5
    assert lessons.events.offsets.tolist() == [0, 3, 6, 9, 12, 15]
    lessons.events.validate()
    assert said == [0.4, 0.8, 1.0]


def test_openers_are_found_in_the_joined_history(monkeypatch):
    monkeypatch.setattr(learning, "CHUNK", 1)
    for one in CustomerFactory.create_batch(2):
        late = NewTouchpoint(
            type="order.late", customer=one.pk, occurred_at=NOW - timedelta(days=5),
            external_id=f"late-{one.pk}",
        )  # fmt: skip
        mended = NewTouchpoint(
            type="call.phone", customer=one.pk, occurred_at=NOW - timedelta(days=4),
            closes=f"late-{one.pk}",
        )  # fmt: skip
        for item in (late, mended):
            record(source=source_named("t"), items=[item], by=AdministratorFactory(), now=NOW)
        drain(now=NOW)

    events = learning.lessons(current_lens().row_of_type).events

    assert events.opener.tolist() == [-1, 0, -1, 2]
    events.validate()


@pytest.mark.parametrize(("name", "most"), [("MOST_CUSTOMERS", 4), ("MOST_TOUCHPOINTS", 8)])
def test_above_a_cap_a_sample_is_learned_from_and_that_is_said(monkeypatch, learns, name, most):
    monkeypatch.setattr(learning, "CHUNK", 2)
    monkeypatch.setattr(learning, name, most)
    calls(CustomerFactory.create_batch(6), days=(30, 20))
    given = learns(found())

    learned = services.refit_silence(as_of=NOW, by=None)

    assert given["events"].customers == 4
    assert learned.metrics["sampled"] == 4
    assert learned.metrics["customers_in_all"] == 6
    assert "(a sample of 6)" in signed_in(ExecutiveFactory()).get("/silence/").text


def test_the_sample_is_the_same_each_time(monkeypatch):
    monkeypatch.setattr(learning, "MOST_CUSTOMERS", 3)
    calls(CustomerFactory.create_batch(6), days=(30,))
    calls(CustomerFactory.create_batch(6), days=(20,))
    rows = current_lens().row_of_type
    first, second = (learning.lessons(rows).events.at for _ in range(2))
    assert first.tolist() == second.tolist()


def test_nobody_to_learn_from_is_no_error():
    lessons = learning.lessons(current_lens().row_of_type)
    assert (lessons.events.customers, len(lessons.events)) == (0, 0)


def test_invented_customers_are_left_out_as_soon_as_there_are_real_ones(learns):
    learns(found())
    calls(CustomerFactory.create_batch(2, is_demo=True))
    assert services.refit_silence(as_of=NOW, by=None).is_demo
    calls(CustomerFactory.create_batch(1))
    learned = services.refit_silence(as_of=NOW, by=None)
    assert not learned.is_demo
    assert learned.metrics["customers_in_all"] == 1


def test_what_was_learned_from_the_demonstration_goes_with_it():
    administrator = AdministratorFactory()
    version(is_in_use=True, is_demo=True)
    kept = version()

    remove_demonstration(by=administrator)

    assert list(SilenceVersion.objects.all()) == [kept]
    assert current_lens().silence == Silence.prior()
    assert selectors.awaits_reading().chosen_by == administrator
