"""What is declared of a kind of thing so that it can be listed, narrowed and sorted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

from relationships.api.filters import Filter
from relationships.models import Person
from relationships.selectors.pages import Page

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Sort:
    """What a list can be sorted by: a path with an index, and the type of its values.

    Equal values go by id the same way, or `turned`: against it, as some indexes have it.
    """

    path: str
    kind: type
    may_be_empty: bool = False
    is_turned: bool = False


@dataclass(frozen=True, slots=True)
class Hidden:
    """Rows that are left out unless asked for, by `include` or by `updated_since`."""

    word: str
    shown: Q


@dataclass(frozen=True, kw_only=True)
class Collection(Generic[M]):
    """A kind of thing to be listed: what it is told as, and how a list of it can be asked for.

    `item` is a Struct that begins with the name of each and makes itself `of` a row; `rows` are
    what a person may see; `example` is told in the OpenAPI document. `page` answers a question
    about rows where one key after the other is not the way.
    """

    singular: str
    plural: str
    tag: str
    item: type[Any]
    rows: Callable[[Person], QuerySet[M]]
    example: Mapping[str, Any]
    filters: Mapping[str, Filter] = field(default_factory=dict)
    sorts: Mapping[str, Sort] = field(default_factory=dict)
    default_sort: str = "id"
    hidden: Hidden | None = None
    page_size: int = 50
    page: Callable[[QuerySet[M], Any], Page[M]] | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of each, the one that names it first."""
        return self.item.__struct_fields__  # type: ignore[no-any-return]

    @property
    def orders(self) -> list[str]:
        """Every way to sort, with a minus for the largest first."""
        return [sign + name for name in self.sorts for sign in ("", "-")]
