"""The demonstration with all that its pages can show, and the addresses of those pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.urls import reverse
from django.utils import timezone

from insights.demo import load_demonstration
from insights.drafts import Draft, keep_draft, keep_preview
from insights.models import Reading, WallEvent
from insights.selectors.policy import Place, newest_version
from insights.selectors.proof import Question
from insights.selectors.reports import months_to_report
from insights.services.alerts import raise_alerts, weeks_due
from insights.services.drain import drain
from insights.services.handovers import start_handover
from insights.services.nightly import read_everyone_again
from insights.services.policy import save_policy
from insights.services.preview import preview
from insights.services.prove import start_proof, work_out
from insights.services.refold import refold_outdated
from insights.services.reports import ask_for_report, mail_to, make_report
from insights.services.saved_views import save_view
from interactions.models import EventRule
from interactions.services import log_now
from relationships.models import Customer, Person, WebhookDelivery
from relationships.services import create_key
from relationships.services.announcements import Announcement, announce
from relationships.services.duplicates import find_duplicates
from relationships.services.facts import Said, write_fact
from tests.factories import AdministratorFactory, DuplicatePairFactory, WebhookEndpointFactory
from tests.pages import ADMINISTRATOR, EXECUTIVE, MANAGER, Page


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who signs in, and what addresses name."""

    people: Mapping[str, Person]
    things: Mapping[str, int | str]

    def address(self, page: Page) -> str:
        """Return where a page is."""
        query = page.query.replace("newest", str(self.things["version"]))
        return reverse(page.name, args=[self.things[name] for name in page.about]) + query


def demonstration() -> Organisation:
    """Load the demonstration, score it, and add a little of everything it has none of."""
    now = timezone.now()
    loaded = load_demonstration(today=timezone.localdate(), password="not kept")
    score(now)
    manager = Person.objects.get(email=loaded.account_manager.email)
    executive = Person.objects.get(email=loaded.executive.email)
    administrator = AdministratorFactory(name="Administrator", email="admin@hearth.example")
    run, _ = start_proof(question=Question(), by=None, now=now)
    work_out(proof_id=run.pk)
    save_view(name="Walled off", query="quarter=walled_off", is_for_team=False, by=manager)
    save_view(name="North, drifting", query="band=drifting", is_for_team=True, by=manager)
    find_duplicates(now=now)
    reports(executive, now)
    return Organisation(
        people={MANAGER: manager, EXECUTIVE: executive, ADMINISTRATOR: administrator},
        things=things(manager, administrator, now),
    )


def reports(reader: Person, now: datetime) -> None:
    """Make the reports of two months, and let somebody want all that come."""
    for month in months_to_report(now):
        wanted, _ = ask_for_report(month=month, by=reader, now=now)
        make_report(report_id=wanted.pk, now=now)
    mail_to(person=reader, is_wanted=True)


def by_number(customer: Customer) -> int:
    """Return what customers of a pair are ordered by."""
    return customer.pk


def score(now: datetime) -> None:
    """Do what workers would have done by now."""
    while drain(now=now):
        pass
    read_everyone_again(now=now)
    for week in weeks_due(now):
        raise_alerts(week=week, now=now)


def things(manager: Person, administrator: Person, now: datetime) -> Mapping[str, int | str]:
    """Make what the pages with a number in their address show, and return those numbers."""
    mine = Reading.objects.filter(customer__owner=manager).order_by("-at_risk", "pk")
    customer, other = (reading.customer for reading in mine.select_related("customer")[:2])
    outcome = log_now(
        page=uuid4(), customer_id=mine[2].customer_id, type_key="call.phone", by=manager, now=now
    )
    DuplicatePairFactory(
        first=min(customer, other, key=by_number),
        second=max(customer, other, key=by_number),
        score=60,
        evidence=[{"kind": "domain", "value": "group.example.com", "likeness": 100}],
        found_at=now,
    )
    endpoint = WebhookEndpointFactory(url="https://crm.example.com/hooks/hearth")
    announce([_promise_opened(customer, now)])
    leaver = Person.objects.exclude(pk=manager.pk).filter(team=manager.team, customers__gt=0)[0]
    handover, _ = start_handover(
        person_id=leaver.pk,
        leaves_on=timezone.localdate(now) + timedelta(days=40),
        by=administrator,
        now=now,
    )
    fact = write_fact(
        customer_id=customer.pk,
        said=Said("Delivery hours", "before 9"),
        by=manager,
        now=now,
    )
    return {
        "customer": customer.pk,
        "contact": customer.contacts.order_by("pk")[0].pk,
        "fact": fact.pk,
        "handover": handover.pk,
        "care": "answered",
        "wall_event": WallEvent.objects.order_by("pk")[0].pk,
        "other": other.pk,
        "touchpoint": outcome.touchpoint_id or 0,
        "endpoint": endpoint.pk,
        "delivery": WebhookDelivery.objects.latest("pk").pk,
        "rule": EventRule.objects.order_by("pk")[0].pk,
        **_policy(administrator, now),
        **_keys(administrator, now),
    }


def _promise_opened(customer: Customer, now: datetime) -> Announcement:
    loop = {"id": 1, "kind": "promise", "text": "A quote", "due_at": now.isoformat()}
    return Announcement("loop.opened", customer.pk, now, {"loop": loop, "is_reopened": False})


def _policy(by: Person, now: datetime) -> Mapping[str, int | str]:
    """Save a version, and work out what another draft would do."""
    place = Place("everyone", "", "connection_half_life")
    save_policy(settings={place: 40.0}, based_on=0, note="Meetings fade faster.", by=by)
    while refold_outdated(now=now):
        pass
    newest = newest_version()
    version = newest.pk if newest else 0
    draft = Draft({place: 30.0}, version, "Faster still.")
    keep_preview(draft.digest, preview(settings=draft.settings, now=now))
    return {"version": version, "digest": keep_draft(draft)}


def _keys(by: Person, now: datetime) -> Mapping[str, int]:
    """Make two keys, one of which ends soon."""
    scopes = ("touchpoints:write", "customers:write")
    made = create_key(name="Web shop", scopes=scopes, by=by)
    create_key(name="CRM", scopes=scopes[1:], by=by, expires_at=now + timedelta(days=5))
    return {"key": made.key.pk}
