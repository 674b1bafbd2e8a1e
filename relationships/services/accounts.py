"""Writes about service accounts."""

from django.db import IntegrityError, transaction

from relationships.models import Person, Team
from relationships.names import BY_HAND, BY_HAND_TOO, searchable

LONGEST_SOURCE = 100
"""Characters of the name of a source, which is that of its service account."""


class NotAServiceAccountError(ValueError):
    """A service account cannot have this name, or not this team; or it is none."""


class UnknownTeamError(LookupError):
    """There is no team with this name."""


def service_account(*, name: str, team: Team | None = None) -> Person:
    """Return the service account `name`, created when it does not exist.

    One that belongs to a team sees that team's customers alone, and stays with it.
    """
    email = account_address(name)
    person = Person.objects.filter(email=email).first() or _new_account(email, name, team)
    if person.role != Person.Role.SERVICE:
        raise NotAServiceAccountError(f"{email} belongs to a person; use another name.")
    if team is not None and person.team_id != team.pk:
        bound = f"belongs to the team {person.team}" if person.team_id else "belongs to no team"
        raise NotAServiceAccountError(f"The service account {name} {bound}; use another name.")
    return person


def account_address(name: str) -> str:
    """Return the address that a service account of this name has; no mail ever goes there."""
    slug = "-".join(searchable(name).split())
    if not slug or len(name) > LONGEST_SOURCE or "\x00" in name:
        raise NotAServiceAccountError(f"Use a name of 1 to {LONGEST_SOURCE} characters.")
    return f"{slug}@service.invalid"


def check_new_account(email: str) -> None:
    """Raise `NotAServiceAccountError` where what it sends would pass for what people log here."""
    if email in map(account_address, (BY_HAND, BY_HAND_TOO)):
        raise NotAServiceAccountError(
            f"{BY_HAND} is the source of what people log here; use another name."
        )


def _new_account(email: str, name: str, team: Team | None) -> Person:
    check_new_account(email)
    try:
        with transaction.atomic():
            return Person.objects.create_user(email, name=name, role=Person.Role.SERVICE, team=team)
    except IntegrityError:
        # Somebody else made it between our question and this.
        return Person.objects.get(email=email)


def team_named(name: str) -> Team:
    """Return the team with this name, or raise `UnknownTeamError` with those there are."""
    team = Team.objects.filter(name=name.replace("\x00", "")).first()
    if team is None:
        names = list(Team.objects.values_list("name", flat=True)[:10])
        known = f"use {' or '.join(names)}." if names else "an administrator can make one."
        raise UnknownTeamError(f"There is no such team; {known}")
    return team


def switch_account(*, account: Person, is_on: bool) -> None:
    """Let the keys of a service account work, or none of them, from the next request on."""
    changed = Person.objects.filter(pk=account.pk, role=Person.Role.SERVICE).update(is_active=is_on)
    if not changed:
        raise NotAServiceAccountError(f"{account} is no service account.")
