"""Reads of what a source recorded, by the external ids that it gave."""

from interactions.models import Source, Touchpoint
from interactions.selectors.touchpoints import BY_HAND
from relationships import access
from relationships.models import Person


def source_used_by(person: Person, *, is_key: bool) -> Source | None:
    """Return the source of a service account, or of what people log; None when it has nothing."""
    if not is_key:
        return Source.objects.filter(name=BY_HAND).first()
    own = Source.objects.filter(service_account=person).first()
    return own or Source.objects.filter(name=person.name).first()


def recorded_as(source: Source | None, external_id: str, person: Person) -> Touchpoint | None:
    """Return what a source recorded with this external id, deleted or not, if `person` may see it.

    It comes with its type and source.
    """
    if source is None or not is_storable(external_id):
        return None
    return (
        Touchpoint.objects.filter(
            source=source,
            external_id=external_id,
            customer__in=access.customers_visible_to(person),
        )
        .select_related("source", "type")
        .first()
    )


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can be asked for a text at all: it has no NUL, and UTF-8 no surrogates."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
