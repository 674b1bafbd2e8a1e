"""Reads about service accounts and their keys."""

from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, Prefetch, QuerySet

from relationships.models import AccessKey, Person, Team
from relationships.selectors.roster import Roster

M = TypeVar("M", bound=Model)


def key_by_digest(digest: str, *, at: Roster) -> AccessKey | None:
    """Return the key with this digest, with its account and team, whether or not it works.

    Every request asks for it, so it is remembered as long as no key and no account changed.
    """
    return at.fact(("key", digest), partial(_find_key, digest))


def _find_key(digest: str) -> AccessKey | None:
    with connection.cursor() as cursor:
        cursor.execute(_KEY_BY_DIGEST, [digest])
        row = cursor.fetchone()
    if row is None:
        return None
    values = iter(row)
    key = _read(AccessKey, values)
    key.person = _read(Person, values)
    team = _read(Team, values)
    key.person.team = team if team.pk else None
    return key


def _read(model: type[M], values: Iterator[Any]) -> M:
    names = _NAMES[model]
    return model.from_db(DEFAULT_DB_ALIAS, names, list(islice(values, len(names))))


_NAMES: dict[type[Model], list[str]] = {
    model: [field.attname for field in model._meta.concrete_fields]
    for model in (AccessKey, Person, Team)
}
_COLUMNS = ", ".join(
    f"{model._meta.db_table}.{field.column}"
    for model in _NAMES
    for field in model._meta.concrete_fields
)
_KEY_BY_DIGEST = f"""
    SELECT {_COLUMNS}
    FROM {AccessKey._meta.db_table}
    JOIN {Person._meta.db_table} ON {Person._meta.db_table}.id = person_id
    LEFT JOIN {Team._meta.db_table} ON {Team._meta.db_table}.id = team_id
    WHERE digest = %s
"""


def service_accounts() -> QuerySet[Person]:
    """Return the service accounts by name, with their team and their keys, the newest first."""
    keys = AccessKey.objects.select_related("created_by", "revoked_by", "replaces", "replacement")
    return (
        Person.objects.filter(role=Person.Role.SERVICE)
        .select_related("team")
        .prefetch_related(Prefetch("keys", keys))
        .order_by("name", "pk")
    )


def service_account_at(email: str) -> Person | None:
    """Return the service account or person with this address."""
    return Person.objects.filter(email=email).first()


def is_origin_of_a_key(origin: str) -> bool:
    """Whether any key that was not revoked may be used from web pages of this origin."""
    return AccessKey.objects.filter(origins__contains=[origin], revoked_at=None).exists()


def service_account_with(pk: int) -> Person | None:
    """Return the service account with this id."""
    accounts = Person.objects.filter(role=Person.Role.SERVICE).select_related("team")
    return accounts.filter(pk=pk).first()


def key_with(pk: int) -> AccessKey | None:
    """Return the key with this id, with its account and all that is said of it."""
    related = ("person__team", "created_by", "revoked_by", "replaces", "replacement")
    return AccessKey.objects.select_related(*related).filter(pk=pk).first()


def keys_called(account_name: str, start: str) -> QuerySet[AccessKey]:
    """Return the keys of this service account that start so."""
    of_account = AccessKey.objects.filter(
        person__name=account_name.replace("\x00", ""), person__role=Person.Role.SERVICE
    )
    return of_account.filter(prefix__startswith=start.replace("\x00", "").rstrip("…")[:12])
