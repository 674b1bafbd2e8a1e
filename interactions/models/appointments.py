"""What is planned with customers."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from interactions.models.catalogue import TouchpointType
from relationships.models import Contact, Customer, Person


class Appointment(models.Model):
    """Something planned with a customer, such as a meeting, until it is said how it went.

    Nothing planned warms. What took place is a touchpoint of the same type with the same customer
    at about that time, whoever logged it; so there is no mark here that could say otherwise.
    """

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="appointments")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")
    person = models.ForeignKey(
        Person,
        models.SET_NULL,
        null=True,
        related_name="appointments",
        db_index=False,
        help_text="Who of us will be there.",
    )
    type = models.ForeignKey(TouchpointType, models.PROTECT, related_name="+", db_index=False)
    starts_at = models.DateTimeField()
    duration_minutes = models.IntegerField(null=True)
    text = models.TextField(blank=True)
    form_id = models.UUIDField(unique=True, help_text="Of the form that was sent, once or again.")
    planned_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    planned_at = models.DateTimeField(db_default=Now(), editable=False)
    called_off_at = models.DateTimeField(null=True)
    home_id = models.BigIntegerField(
        null=True,
        help_text="With whom it was planned beneath a merge; empty when that is `customer`.",
    )

    class Meta:
        indexes = (
            models.Index(
                fields=("person", "starts_at"),
                condition=Q(called_off_at__isnull=True),
                name="appointment_of_person",
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="appointment_takes_a_while",
                condition=Q(duration_minutes__isnull=True) | Q(duration_minutes__gt=0),
            ),
        )

    def __str__(self) -> str:
        return f"{self.what} {self.starts_at:%Y-%m-%d}"

    @property
    def what(self) -> str:
        """What it is called before it took place: nobody has met yet."""
        return "Meeting" if self.type.key == "meeting.in_person" else self.type.label
