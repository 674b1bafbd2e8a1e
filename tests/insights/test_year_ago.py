"""Where customers stood a year ago is where their readings would have been on that day."""

from datetime import UTC, datetime, time

import pytest
from django.utils import timezone

from insights import demo
from insights.demo import build
from insights.models import Band, CustomerState, Reading, YearAgo
from insights.selectors.organisation import comparison_days
from insights.services import year_ago as services
from insights.services.drain import drain
from insights.services.refold import outdate_everyone, refold_outdated
from insights.services.year_ago import look_back_a_year
from interactions.models import Touchpoint
from tests.factories import AdministratorFactory, CustomerFactory
from tests.insights.test_drain import NOW, send, touch

pytestmark = pytest.mark.django_db
CAST = build.profiles(build.SEED)


def drain_all(now):
    while drain(now=now):
        pass


@pytest.fixture
def customers(monkeypatch):
    """Load every 12th customer of the demonstration, and score all."""
    monkeypatch.setattr(build, "profiles", lambda seed: CAST[::12])
    demo.load_demonstration(today=timezone.localdate())
    drain_all(timezone.now())


def test_it_is_the_reading_of_that_day_with_all_that_came_later_taken_away(customers, monkeypatch):
    monkeypatch.setattr(services, "ARROWS_SHOWN", 1_000)
    now = timezone.now()
    _, monday = comparison_days(now)
    midnight = datetime.combine(monday, time(), tzinfo=UTC)
    valued = Reading.objects.filter(yearly_value__gt=0).exclude(band=Band.UNKNOWN)
    candidates = set(valued.values_list("pk", flat=True))

    kept = look_back_a_year(now=now)

    found = {one.pk: one for one in YearAgo.objects.all()}
    assert kept == len(found) > 10
    assert {one.on_date for one in found.values()} == {monday}
    later = Touchpoint.objects.filter(occurred_at__gte=midnight)
    assert later.count() > 100
    later.update(deleted_at=now)
    CustomerState.objects.update(folded_to=None)
    outdate_everyone()
    while refold_outdated(now=midnight):
        pass
    then = Reading.objects.exclude(band=Band.UNKNOWN).in_bulk()
    assert set(found) == candidates & set(then)
    for pk, one in found.items():
        assert one.doors == pytest.approx(then[pk].doors), pk
        assert one.windows == pytest.approx(then[pk].windows), pk


def test_of_each_group_those_of_the_most_value_are_kept(monkeypatch):
    by = AdministratorFactory()
    many = CustomerFactory.create_batch(3, team=None, segment=None)
    other = CustomerFactory(team=None, currency="USD", yearly_value=1)
    new, worthless = CustomerFactory(yearly_value=999), CustomerFactory(yearly_value=0)
    for number, one in enumerate(many):
        one.yearly_value = 100 * number + 1
        one.save()
    for one in (*many, other, worthless):
        send(by, touch(one, 500), touch(one, 3))
    send(by, touch(new, 30))
    drain_all(NOW)
    monkeypatch.setattr(services, "ARROWS_SHOWN", 2)

    assert look_back_a_year(now=NOW) == 3

    assert {one.customer_id for one in YearAgo.objects.all()} == {many[1].pk, many[2].pk, other.pk}
