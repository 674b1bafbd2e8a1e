"""Reads about people of ours."""

from relationships.models import Person


def function_as_written(function: str) -> str:
    """Return a function as it is spelt already, whatever its case; itself where it is new."""
    known = Person.objects.filter(function__iexact=function).order_by("pk").first()
    return known.function if known else function
