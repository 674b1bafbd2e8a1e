"""The customer that an address names."""

from django.http import Http404

from relationships.models import Customer, Person
from relationships.selectors import visible_customer


def customer_or_404(person: Person, pk: int) -> Customer:
    """Return a customer that `person` may see, or whom it was merged into."""
    found = visible_customer(person, pk)
    if found is None:
        raise Http404("There is no such customer that you may see.")
    return found
