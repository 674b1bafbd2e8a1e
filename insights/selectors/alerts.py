"""The warnings of past weeks, for whoever may see their customers."""

from django.db.models import QuerySet

from insights.models import Alert
from relationships.access import customers_visible_to
from relationships.models import Person


def alerts_visible_to(person: Person) -> QuerySet[Alert]:
    """Return the alerts of the customers `person` may see; of merged customers the survivors'."""
    alerts = Alert.objects.filter(customer__in=customers_visible_to(person))
    return alerts.select_related("customer__team", "customer__owner")
