"""What can be exported: its columns, where they come from, and what narrows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from insights.models import Band
from interactions.models import Direction, LoopKind


class Kind(Enum):
    """How the values of a column are written."""

    PLAIN = "plain"
    TEXT = "text"
    """What people wrote, or other systems: a spreadsheet must not run it."""
    MOMENT = "moment"
    JSON = "json"
    EXACT = "exact"
    """A number that floating point would spoil: a text in JSON."""


class Column(NamedTuple):
    """A column, the SQL of its values, and how they are written."""

    name: str
    sql: str
    kind: Kind = Kind.PLAIN


@dataclass(frozen=True, slots=True)
class Table:
    """Rows to be exported in the order of a number that each has one of.

    `usual` leaves rows out that only tell of a change; `narrowings` are the parameters it takes,
    each with its condition.
    """

    name: str
    scope: str
    source: str
    key: str
    customer: str
    columns: tuple[Column, ...]
    narrowings: Mapping[str, str]
    usual: str = "true"
    about: str = field(default="", kw_only=True)


def _words(names: list[str], number: str, first: int) -> str:
    """Return the SQL that turns a small number into its word."""
    listed = ", ".join(f"'{name.lower()}'" for name in names)
    return f"(ARRAY[{listed}])[{number} + {1 - first}]"


def _moments(table: str, *names: str) -> tuple[Column, ...]:
    return tuple(Column(name, f"{table}.{name}", Kind.MOMENT) for name in names)


def _plain(table: str, *names: str) -> tuple[Column, ...]:
    return tuple(Column(name, f"{table}.{name}") for name in names)


def _texts(table: str, *names: str) -> tuple[Column, ...]:
    return tuple(Column(name, f"{table}.{name}", Kind.TEXT) for name in names)


def _identities(condition: str) -> Column:
    return Column(
        "identities",
        f"""(
            SELECT coalesce(json_agg(json_build_object(
                'kind', kind, 'value', value, 'namespace', namespace
            ) ORDER BY id), '[]') FROM relationships_identity AS identity WHERE {condition}
        )""",
        Kind.JSON,
    )


_BELONGING = (
    Column("team_id", "team.id"),
    Column("team", "team.name", Kind.TEXT),
    Column("owner_id", "owner.id"),
    Column("owner", "owner.name", Kind.TEXT),
    Column("segment_id", "segment.id"),
    Column("segment", "segment.name", Kind.TEXT),
)


def _belonging(of: str) -> str:
    return f"""
        LEFT JOIN relationships_team AS team ON team.id = {of}.team_id
        LEFT JOIN relationships_person AS owner ON owner.id = {of}.owner_id
        LEFT JOIN relationships_segment AS segment ON segment.id = {of}.segment_id
    """


CUSTOMERS = Table(
    "customers",
    "customers:read",
    f"relationships_customer AS customer {_belonging('customer')}",
    "customer.id",
    "customer.id",
    (
        *_plain("customer", "id"),
        *_texts("customer", "name"),
        *_plain("customer", "stage", "style"),
        *_BELONGING,
        Column("yearly_value", "customer.yearly_value", Kind.EXACT),
        *_plain("customer", "currency"),
        _identities("customer_id = customer.id AND contact_id IS NULL"),
        Column("merged_into", "customer.merged_into_id"),
        *_moments("customer", "created_at", "updated_at"),
    ),
    {"updated_since": "customer.updated_at >= %s"},
    "customer.merged_into_id IS NULL",
    about="With `updated_since` also those who were merged into another.",
)
CONTACTS = Table(
    "contacts",
    "contacts:read",
    "relationships_contact AS contact",
    "contact.id",
    "contact.customer_id",
    (
        *_plain("contact", "id", "customer_id"),
        *_texts("contact", "name", "job_title"),
        *_plain("contact", "left_on"),
        _identities("contact_id = contact.id"),
        *_moments("contact", "updated_at"),
    ),
    {"updated_since": "contact.updated_at >= %s"},
)
TOUCHPOINTS = Table(
    "touchpoints",
    "touchpoints:read",
    """
        interactions_touchpoint AS touchpoint
        LEFT JOIN interactions_source AS source ON source.id = touchpoint.source_id
        LEFT JOIN interactions_source AS closes ON closes.id = touchpoint.closes_source_id
        LEFT JOIN interactions_touchpointtype AS type ON type.id = touchpoint.type_id
    """,
    "touchpoint.id",
    "touchpoint.customer_id",
    (
        *_plain("touchpoint", "id"),
        Column("source", "source.name", Kind.TEXT),
        *_texts("touchpoint", "external_id"),
        *_plain("touchpoint", "customer_id", "contact_id", "person_id", "team_id"),
        Column("type", "type.key", Kind.TEXT),
        Column("direction", _words(Direction.names, "touchpoint.direction", 0)),
        *_moments("touchpoint", "occurred_at"),
        *_plain("touchpoint", "duration_minutes", "customers_in_room", "sentiment"),
        *_texts("touchpoint", "via", "text"),
        *_plain("touchpoint", "is_template"),
        Column("value", "touchpoint.value", Kind.EXACT),
        *_plain("touchpoint", "severity"),
        Column("opens", _words(LoopKind.names, "touchpoint.opens", 1)),
        *_moments("touchpoint", "due_at"),
        Column("closes_source", "closes.name", Kind.TEXT),
        Column("closes", "touchpoint.closes_external_id", Kind.TEXT),
        *_moments("touchpoint", "recorded_at", "edited_at", "deleted_at"),
    ),
    {
        "since": "touchpoint.occurred_at >= %s",
        "until": "touchpoint.occurred_at < %s",
        "updated_since": "(touchpoint.recorded_at >= %s OR touchpoint.updated_at >= %s)",
    },
    "touchpoint.deleted_at IS NULL",
    about="With `updated_since` also those deleted since.",
)
LOOPS = Table(
    "loops",
    "touchpoints:read",
    """
        interactions_loop AS loop
        LEFT JOIN interactions_touchpoint AS opener ON opener.id = loop.opened_by_id
        LEFT JOIN interactions_source AS source ON source.id = opener.source_id
    """,
    "loop.id",
    "loop.customer_id",
    (
        *_plain("loop", "id", "customer_id"),
        Column("kind", _words(LoopKind.names, "loop.kind", 1)),
        *_texts("loop", "text"),
        *_plain("loop", "person_id"),
        Column("opened_by", "loop.opened_by_id"),
        Column("source", "source.name", Kind.TEXT),
        Column("external_id", "opener.external_id", Kind.TEXT),
        *_moments("loop", "opened_at", "due_at"),
        Column("closed_by", "loop.closed_by_id"),
        *_moments("loop", "closed_at", "updated_at"),
    ),
    {
        "since": "loop.opened_at >= %s",
        "until": "loop.opened_at < %s",
        "updated_since": "loop.updated_at >= %s",
    },
)
READINGS = Table(
    "readings",
    "customers:read",
    f"""
        insights_reading AS reading
        LEFT JOIN relationships_customer AS customer ON customer.id = reading.customer_id
        {_belonging("reading")}
    """,
    "reading.customer_id",
    "reading.customer_id",
    (
        *_plain("reading", "customer_id"),
        Column("customer", "customer.name", Kind.TEXT),
        *_BELONGING,
        *_plain("reading", "stage"),
        Column("yearly_value", "reading.yearly_value", Kind.EXACT),
        *_plain("reading", "currency"),
        Column("band", _words([band.name for band in Band], "reading.band", 0)),
        *_plain(
            "reading", "distance", "drift", "warmth", "baseline", "presence", "silence",
        ),
        Column(
            "at_risk", "CASE WHEN reading.distance IS NOT NULL THEN reading.at_risk END", Kind.EXACT
        ),
        *_plain(
            "reading", "part_presence", "part_cooling", "part_wall", "part_unhealed", "doors",
            "windows", "connection", "care", "served", "goodwill", "noise", "hurt", "active_days",
            "silent_days", "usual_gap_days",
        ),
        *_moments("reading", "first_at", "last_at"),
        *_plain("reading", "policy_version"),
        *_moments("reading", "as_of", "updated_at"),
    ),
    {"updated_since": "reading.updated_at >= %s"},
)  # fmt: skip
TABLES = (CUSTOMERS, CONTACTS, TOUCHPOINTS, LOOPS, READINGS)
