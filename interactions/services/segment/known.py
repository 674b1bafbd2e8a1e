"""Whom the ids of a batch mean, as far as its sender may know."""

from collections.abc import Collection
from typing import NamedTuple

from relationships import access
from relationships.models import Contact, Customer, Identity, Person
from relationships.selectors import IdentityRef, customers_by_identity, survivors_of


class Whose(NamedTuple):
    """A customer, beneath all merges, and a contact there."""

    home_id: int
    contact_id: int | None


class Known:
    """Looks identities up, many at once, and remembers them while a batch is settled."""

    def __init__(self, by: Person) -> None:
        self.by = by
        self._whose: dict[IdentityRef, Whose] = {}
        self.survivors: dict[int, int] = {}
        self._writable: set[int] = set()

    def look_up(self, refs: Collection[IdentityRef]) -> None:
        """Ask whom these mean now."""
        if not refs:
            return
        found = customers_by_identity(refs)
        self._whose |= {ref: Whose(*whose) for ref, whose in found.items()}
        self._survive({whose.home_id for whose in self._whose.values()})

    def remember(self, ref: IdentityRef, whose: Whose) -> None:
        """Note whom an identity means from now on."""
        self._whose[ref] = whose
        if whose.home_id not in self.survivors:
            self._survive({whose.home_id})

    def merged(self) -> None:
        """Ask again who everybody is, after a merge."""
        self._survive(set(self.survivors))

    def get(self, ref: IdentityRef | None) -> Whose | None:
        """Return whom an identity means; None for nobody, or nobody the sender may write to."""
        whose = self._whose.get(ref) if ref else None
        return whose if whose and self.may_write(whose.home_id) else None

    def is_taken(self, ref: IdentityRef) -> bool:
        """Whether an identity means somebody the sender may not write to."""
        return ref in self._whose and self.get(ref) is None

    def may_write(self, home_id: int) -> bool:
        """Whether the sender may write to a customer."""
        return self.survivors.get(home_id) in self._writable

    def are_one(self, home_id: int, other_id: int) -> bool:
        """Whether two customers are one by now."""
        return self.survivors.get(home_id) == self.survivors.get(other_id)

    def is_one_person(self, home_id: int) -> bool:
        """Whether a customer is one contact, of whom nobody of us said anything more."""
        untouched = Customer.objects.filter(
            pk=home_id, merged_into=None, owner=None, segment=None, style="", yearly_value=0
        )
        if not untouched.exists():
            return False
        contacts = Contact.objects.filter(customer=home_id)
        for_all = Identity.objects.filter(customer=home_id, contact=None)
        has_absorbed = Customer.objects.filter(merged_into=home_id)
        return contacts.count() == 1 and not for_all.exists() and not has_absorbed.exists()

    def contacts(self, ids: Collection[int]) -> dict[int, Contact]:
        """Return contacts by id."""
        return Contact.objects.in_bulk(ids)

    def names(self, home_ids: Collection[int]) -> dict[int, str]:
        """Return what customers are called."""
        rows = Customer.objects.filter(pk__in=home_ids)
        return dict(rows.values_list("pk", "name"))

    def _survive(self, home_ids: set[int]) -> None:
        self.survivors |= survivors_of(home_ids)
        visible = access.customers_visible_to(self.by)
        now_ids = set(self.survivors.values())
        self._writable = set(visible.filter(pk__in=now_ids).values_list("pk", flat=True))
