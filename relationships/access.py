"""What each person may see and do: the one place where access is decided."""

from django.core.exceptions import PermissionDenied
from django.db.models import BigIntegerField, Q, QuerySet
from django.db.models.functions import Cast

from relationships.models import Contact, Customer, Person, Team

_SEES_ALL = {Person.Role.EXECUTIVE, Person.Role.ADMINISTRATOR}


def sees_every_customer(person: Person) -> bool:
    """Whether `person` sees the customers of all teams.

    A service account that belongs to no team works for the whole organisation.
    """
    is_unbound_service = person.role == Person.Role.SERVICE and person.team_id is None
    return person.is_active and (person.role in _SEES_ALL or is_unbound_service)


def customer_scope(person: Person, path: str = "") -> Q:
    """Return the condition that a row with `team_id` must meet for `person` to see its customer.

    `path` leads from the row to where its `team_id` is, such as `customer__`.
    """
    if sees_every_customer(person):
        return Q()
    if not person.is_active or person.team_id is None:
        return Q(pk__in=())
    return Q(**{f"{path}team_id": person.team_id})


def sees_customers_of(person: Person, team_id: int | None) -> bool:
    """Whether `person` sees the customers of a team, or for None those of none."""
    if sees_every_customer(person):
        return True
    return person.is_active and team_id is not None and team_id == person.team_id


def customers_visible_to(person: Person) -> QuerySet[Customer]:
    """Return the customers `person` may see; whoever was merged into another is that other."""
    return Customer.objects.filter(customer_scope(person), merged_into=None)


def contacts_searched_by(person: Person) -> QuerySet[Contact]:
    """Return the contacts at customers `person` may see, for whoever looks for some by name.

    Whose they are the team of their customer decides. Their own finds them, by an index that has it
    beside their names, and that knows no numbers of another width.
    """
    visible = customer_scope(person, "customer__")
    if person.team_id is not None and not sees_every_customer(person):
        visible &= Q(team_id=Cast(person.team_id, BigIntegerField()))
    return Contact.objects.filter(visible)


def teams_visible_to(person: Person) -> QuerySet[Team]:
    """Return the teams whose customers `person` may see."""
    if sees_every_customer(person):
        return Team.objects.all()
    return Team.objects.filter(pk=person.team_id) if person.is_active else Team.objects.none()


def people_visible_to(person: Person) -> QuerySet[Person]:
    """Return the people of ours, without service accounts, that `person` may see."""
    people = Person.objects.exclude(role=Person.Role.SERVICE)
    if sees_every_customer(person):
        return people
    ours = Q(team_id=person.team_id) if person.team_id else Q(pk=person.pk)
    return people.filter(ours) if person.is_active else people.none()


def customers_changeable_by(person: Person) -> QuerySet[Customer]:
    """Return the customers whose owner, style and segment `person` may say: whom they see."""
    return customers_visible_to(person)


def people_who_may_own(person: Person) -> QuerySet[Person]:
    """Return whom `person` may make the owner of those customers that the owner would see too."""
    return people_visible_to(person).filter(is_active=True)


def may_move_customers(person: Person) -> bool:
    """Whether `person` may say which team customers belong to, which is who sees them."""
    return sees_every_customer(person)


def may_see_organisation(person: Person) -> bool:
    """Whether `person` may see dashboards of the whole organisation."""
    return person.is_active and person.role in _SEES_ALL


def check_may_see_organisation(person: Person) -> None:
    """Raise `PermissionDenied` unless `person` may see the whole organisation."""
    if not may_see_organisation(person):
        raise PermissionDenied(
            "This page shows the whole organisation, so it is for executives and administrators. "
            "Your own customers are under Today and Customers."
        )


def may_administer(person: Person) -> bool:
    """Whether `person` may change how Hearth itself is set up."""
    return person.is_active and person.is_administrator


def may_see_policy(person: Person) -> bool:
    """Whether `person` may see how scores are made: administrators, and keys with the scope."""
    return may_administer(person) or (person.is_active and person.role == Person.Role.SERVICE)


def may_manage_webhooks(person: Person) -> bool:
    """Whether `person` may say whom Hearth tells: administrators, and keys with the scope."""
    return may_administer(person) or (person.is_active and person.role == Person.Role.SERVICE)


def may_write_customers(person: Person) -> bool:
    """Whether `person` may write what we hold of customers: administrators, and keys."""
    return may_administer(person) or (person.is_active and person.role == Person.Role.SERVICE)


def saved_view_scope(person: Person) -> Q:
    """Return the condition that a saved view must meet for `person` to open it.

    A row has `made_by_id` and `team_id`, which is empty for what is private.
    """
    if not person.is_active:
        return Q(pk__in=())
    if sees_every_customer(person):
        return Q(made_by=person.pk) | Q(team__isnull=False)
    shared = Q(team_id=person.team_id) if person.team_id is not None else Q(pk__in=())
    return Q(made_by=person.pk, team__isnull=True) | shared


def may_change_saved_view(person: Person, made_by_id: int) -> bool:
    """Whether `person`, who can open a saved view, may also change it for all who can."""
    return person.is_active and (person.pk == made_by_id or person.role in _SEES_ALL)


def may_hand_over(person: Person, leaver: Person) -> bool:
    """Whether `person` may hand over the customers of `leaver`: one's own, or a colleague's."""
    if not person.is_active or Person.Role.SERVICE in {person.role, leaver.role}:
        return False
    return person.pk == leaver.pk or people_visible_to(person).filter(pk=leaver.pk).exists()


def handover_scope(person: Person) -> Q:
    """Return the condition that a handover must meet for `person` to work at it."""
    if not person.is_active or person.role == Person.Role.SERVICE:
        return Q(pk__in=())
    if sees_every_customer(person):
        return Q()
    ours = Q(person__team_id=person.team_id) if person.team_id else Q(pk__in=())
    return Q(person=person.pk) | ours


def webhook_scope(person: Person) -> Q:
    """Return the condition that an endpoint must meet for `person` to manage it.

    A service account of a team has those of its team alone.
    """
    return customer_scope(person) if may_manage_webhooks(person) else Q(pk__in=())


def check_may_administer(person: Person) -> None:
    """Raise `PermissionDenied` unless `person` is an administrator."""
    if not may_administer(person):
        raise PermissionDenied("This is for administrators. Ask one of them to do it for you.")
