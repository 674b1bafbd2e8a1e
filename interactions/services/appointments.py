"""Planning something with a customer, and saying what became of it."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from msgspec.structs import replace

from interactions.models import Appointment, TouchpointType
from interactions.selectors import BY_HAND
from interactions.selectors.appointments import appointment_of, promise_name
from interactions.services.columns import NewTouchpoint
from interactions.services.flaws import LONGEST_TEXT
from interactions.services.log_now import record_pressed
from interactions.services.record import Outcome, record, source_named
from relationships.models import Contact, Customer, Person
from relationships.selectors import colleagues, contacts_of, visible_customer

FURTHEST_AHEAD = timedelta(days=2 * 365)


class CannotPlanError(ValueError):
    """That cannot be planned; the message says why, `field` what it is about."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


class NoSuchAppointmentError(LookupError):
    """Nothing like that is planned with a customer whom this person may see."""


@transaction.atomic
def plan(
    *,
    form_id: uuid.UUID,
    customer_id: int,
    type_key: str,
    starts_at: datetime,
    by: Person,
    now: datetime,
    contact_id: int | None = None,
    person_id: int | None = None,
    duration_minutes: int | None = None,
    text: str = "",
    promise: NewTouchpoint | None = None,
) -> tuple[Appointment, bool]:
    """Plan something; return it, and whether it is new: a form that is sent twice plans once.

    A `promise` that was made with it is recorded at once, for it is owed whatever becomes of the
    plan. Raises `CannotPlanError`; then neither is kept.
    """
    customer = _customer(by, customer_id)
    type_ = TouchpointType.objects.filter(key=type_key, is_active=True).first()
    if type_ is None or type_.mode != TouchpointType.Mode.HUMAN:
        raise CannotPlanError("type", "Only what people do together can be planned.")
    if not now < starts_at <= now + FURTHEST_AHEAD:
        raise CannotPlanError("occurred_at", "Plan it for some day within the next two years.")
    if duration_minutes is not None and not 0 < duration_minutes <= 24 * 60:
        raise CannotPlanError("duration_minutes", "Give 1 to 1,440 minutes.")
    if len(text) > LONGEST_TEXT:
        raise CannotPlanError("text", f"Use at most {LONGEST_TEXT:,} characters.")
    appointment, is_new = Appointment.objects.get_or_create(
        form_id=form_id,
        defaults={
            "customer": customer,
            "contact": _contact(customer, contact_id),
            "person": _colleague(by, person_id),
            "type": type_,
            "starts_at": starts_at,
            "duration_minutes": duration_minutes,
            "text": text,
            "planned_by": by,
            "planned_at": now,
        },
    )
    if is_new and promise is not None:
        _record(replace(promise, external_id=promise_name(form_id)), by, now)
    return appointment, is_new


def took_place(*, appointment_id: int, by: Person, now: datetime) -> Outcome:
    """Record what was planned as it was planned; said twice, it is recorded once.

    Raises `NoSuchAppointmentError`.
    """
    found = _found(appointment_id, by)
    item = NewTouchpoint(
        type=found.type.key,
        customer=found.customer_id,
        occurred_at=found.starts_at,
        contact_id=found.contact_id,
        person_id=found.person_id or by.pk,
        duration_minutes=found.duration_minutes,
        text=found.text,
    )
    return record_pressed(page=found.form_id, name="took place", item=item, by=by, now=now)


@transaction.atomic
def call_off(*, appointment_id: int, by: Person, now: datetime) -> Appointment:
    """Say that something will not take place, or did not. Raises `NoSuchAppointmentError`."""
    return _called_off(appointment_id, by, now)


@transaction.atomic
def plan_again(*, appointment_id: int, by: Person) -> Appointment:
    """Take back that something was called off. Raises `NoSuchAppointmentError`."""
    return _called_off(appointment_id, by, None)


def _record(promise: NewTouchpoint, by: Person, now: datetime) -> None:
    (outcome,) = record(source=source_named(BY_HAND), items=[promise], by=by, now=now)
    if outcome.status == "refused":
        refusal = outcome.refusals[0]
        raise CannotPlanError(refusal.field, refusal.reason)


def _called_off(appointment_id: int, by: Person, at: datetime | None) -> Appointment:
    found = _found(appointment_id, by)
    found.called_off_at = at
    found.save(update_fields=["called_off_at"])
    return found


def _found(appointment_id: int, by: Person) -> Appointment:
    found = appointment_of(by, appointment_id)
    if found is None:
        raise NoSuchAppointmentError("Nothing like that is planned.")
    return found


def _customer(by: Person, customer_id: int) -> Customer:
    customer = visible_customer(by, customer_id)
    if customer is None:
        raise CannotPlanError("customer", "There is no such customer that you may see.")
    return customer


def _contact(customer: Customer, contact_id: int | None) -> Contact | None:
    if contact_id is None:
        return None
    contact = contacts_of(customer).filter(pk=contact_id).first()
    if contact is None:
        raise CannotPlanError("contact_id", "That is nobody there.")
    return contact


def _colleague(by: Person, person_id: int | None) -> Person | None:
    if person_id is None:
        return by
    colleague = colleagues(by).filter(pk=person_id).first()
    if colleague is None:
        raise CannotPlanError("person_id", "That is nobody of us whom you may see.")
    return colleague
