"""Reads of what a source recorded, by the external ids that it gave."""

from collections.abc import Sequence

from django.db.models import QuerySet

from interactions.models import Source, Touchpoint
from relationships import access
from relationships.models import Person
from relationships.names import BY_HAND, BY_HAND_TOO


def sources_by_hand() -> QuerySet[Source]:
    """Return the source of what people log here; one of this name may be an account's instead."""
    return Source.objects.filter(name__in=(BY_HAND, BY_HAND_TOO), service_account=None)


def source_names(name: str, account: Person | None) -> Sequence[str]:
    """Return what a source is called: the first of these names that no account else has.

    What an account sends never passes for what people log, nor for what another account sent.
    """
    if account is None:
        return (BY_HAND, BY_HAND_TOO) if name == BY_HAND else (name,)
    apart = f"{name[:80]} ({account.pk})"
    return (apart,) if name in (BY_HAND, BY_HAND_TOO) else (name, apart)


def source_used_by(person: Person, *, is_key: bool) -> Source | None:
    """Return the source of a service account, or of what people log; None when it has nothing."""
    if not is_key:
        return sources_by_hand().first()
    own = Source.objects.filter(service_account=person).first()
    if own:
        return own
    names = source_names(person.name, person)
    return Source.objects.filter(name__in=names, service_account=None).first()


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
