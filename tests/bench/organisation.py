"""An organisation of a million: the demonstration over and over, touchpoints and scores and all.

Everything is repeated in the database: a copy is numbered as what it is like, some steps on.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import Model

from insights.models import (
    EVERY_TEAM,
    Acquaintance,
    Attention,
    CareTrace,
    CustomerState,
    DayMet,
    MonthlyCare,
    MonthlyHours,
    MonthlyTouchpoints,
    PersonYear,
    Reading,
)
from insights.services.rollups import recount_readings
from interactions.models import Loop, Touchpoint
from relationships.models import Contact, Customer, Person, Team

CUSTOMERS_A_COPY = 25_000
"""For so many customers there is one more of each team and person."""

TOUCHPOINTS_EACH = 20
"""Of a customer, the newest."""

Copies = Sequence[tuple[int, int, int]]
"""The id of each copy, that of whom it is a copy of, and its number."""

_PAIRS = """
    CREATE TEMP TABLE pair AS
    SELECT last + (n - 1) * few + rank AS id, customer.id AS like_id, n
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS rank
          FROM relationships_customer) AS customer
    CROSS JOIN (SELECT max(id) AS last, count(*) AS few FROM relationships_customer) AS there
    CROSS JOIN LATERAL generate_series(1, %s / few) AS n
"""
_NEWEST = f"""
    CREATE TEMP TABLE newest AS
    SELECT id FROM (
        SELECT id, row_number() OVER (PARTITION BY customer_id ORDER BY occurred_at DESC, id)
        FROM interactions_touchpoint
    ) AS placed WHERE row_number <= {TOUCHPOINTS_EACH}
"""
_OF_PAIR = "JOIN pair ON like_id = old.customer_id"
_NEWEST_OF_PAIR = f"JOIN newest USING (id) {_OF_PAIR}"
_OPENED = f"JOIN newest ON newest.id = opened_by_id {_OF_PAIR}"
_OF_COPY = """
    LEFT JOIN team ON (team.like_id, team.copy) = (old.team_id, pair.n %% {copies})
"""
_OF_OWNER = """
    LEFT JOIN owner ON (owner.like_id, owner.copy) = (old.owner_id, pair.n %% {copies})
"""
_OF_TEAM = "JOIN team ON like_id = team_id AND copy > 0"
_BY_PERSON = """
    LEFT JOIN owner ON (owner.like_id, owner.copy) = (old.person_id, pair.n %% {copies})
"""
_ATTENTION_OF_ALL = """
    UPDATE insights_attention AS known
    SET touchpoints = given.touchpoints, timed = given.timed, minutes = given.minutes
    FROM (
        SELECT is_month, since, stage, sum(touchpoints) AS touchpoints, sum(timed) AS timed,
               sum(minutes) AS minutes
        FROM insights_attention WHERE team_id <> %(every)s GROUP BY 1, 2, 3
    ) AS given
    WHERE known.team_id = %(every)s
      AND (known.is_month, known.since, known.stage) = (given.is_month, given.since, given.stage)
"""
_OF_PERSON = "JOIN owner ON like_id = person_id AND copy > 0"


def multiply(customers: int, *, has_touchpoints: bool = True) -> None:
    """Repeat all there is, scores included, until there are so many customers.

    Without touchpoints it takes a third of the time, and leaves out timelines and loops alone.
    """
    copies = max(customers // CUSTOMERS_A_COPY, 1)
    with connection.cursor() as cursor, _bare(cursor):
        cursor.execute(_PAIRS, [customers])
        cursor.execute("CREATE UNIQUE INDEX ON pair (like_id, n)")
        cursor.execute(_NEWEST)
        cursor.execute("CREATE UNIQUE INDEX ON newest (id)")
        _keep(cursor, "team", _repeat_teams(copies))
        _keep(cursor, "owner", _repeat_people(copies))
        of_copy, held_by, by_person = (
            join.format(copies=copies) for join in (_OF_COPY, _OF_COPY + _OF_OWNER, _BY_PERSON)
        )
        _repeat(
            cursor, Customer, f"JOIN pair ON like_id = old.id {held_by}",
            id="pair.id", name="old.name || ' ' || n", search_name="search_name || ' ' || n",
            team_id="team.id", owner_id="owner.id",
        )  # fmt: skip
        _repeat(
            cursor, Contact, f"{_OF_PAIR} {of_copy}",
            customer_id="pair.id", home_id="NULL", team_id="team.id",
        )  # fmt: skip
        _repeat(cursor, CustomerState, _OF_PAIR, customer_id="pair.id")
        # With what is remembered of a year of Mondays, which states do not have.
        _repeat(
            cursor, Reading, f"{_OF_PAIR} {held_by}",
            customer_id="pair.id", team_id="team.id", owner_id="owner.id",
        )  # fmt: skip
        if has_touchpoints:
            _repeat_touchpoints(cursor, by_person)
        for met in (DayMet, Acquaintance):
            _repeat(
                cursor, met, f"{_OF_PAIR} {by_person}",
                customer_id="pair.id", person_id="coalesce(owner.id, 0)",
            )  # fmt: skip
        _repeat(cursor, CareTrace, _OF_PAIR, customer_id="pair.id")
        for rollup in (MonthlyTouchpoints, MonthlyCare, MonthlyHours, Attention):
            _repeat(cursor, rollup, _OF_TEAM, team_id="team.id")
        cursor.execute(_ATTENTION_OF_ALL, {"every": EVERY_TEAM})
        _repeat(cursor, PersonYear, _OF_PERSON, person_id="owner.id")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        recount_readings(cursor)
        # As autovacuum does within a minute of so many rows: until then no index is read alone.
        cursor.execute("VACUUM (ANALYZE)")


@contextmanager
def _bare(cursor: Any) -> Iterator[None]:
    """Leave out indexes, foreign keys and triggers while rows come in; indexes are made after."""
    models = (
        Customer, Contact, CustomerState, Reading, Touchpoint, Loop, DayMet, Acquaintance,
        CareTrace,
    )  # fmt: skip
    tables = [model._meta.db_table for model in models]
    cursor.execute(
        """
        SELECT indexdef, format('%%I', indexrelid::regclass::text)
        FROM pg_index JOIN pg_indexes ON indexname = indexrelid::regclass::text
        WHERE tablename = ANY(%s)
            AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
        """,
        [tables],
    )
    indexes = cursor.fetchall()
    for _, name in indexes:
        cursor.execute(f"DROP INDEX {name}")
    cursor.execute("SET session_replication_role = replica")
    yield
    cursor.execute("SET session_replication_role = origin")
    cursor.execute("SET maintenance_work_mem = '1GB'")
    for made_by, _ in indexes:
        cursor.execute(made_by)
    cursor.execute("RESET maintenance_work_mem")


def _repeat_touchpoints(cursor: Any, by_person: str) -> None:
    far = f"+ n * {_step(cursor, Touchpoint)}"
    _repeat(
        cursor, Touchpoint, f"{_NEWEST_OF_PAIR} {by_person}", id=f"old.id {far}",
        customer_id="pair.id", external_id="external_id || ' ' || n", person_id="owner.id",
        contact_id="NULL", home_id="NULL",
    )  # fmt: skip
    _repeat(
        cursor, Loop, f"{_OPENED} {by_person}", customer_id="pair.id", person_id="owner.id",
        opened_by_id=f"opened_by_id {far}",
        closed_by_id=f"(SELECT id {far} FROM newest AS closing WHERE id = closed_by_id)",
    )  # fmt: skip


def _repeat(cursor: Any, model: type[Model], join: str, **changed: str) -> None:
    """Repeat rows of a table as often as it is joined, with some columns as SQL says."""
    table = model._meta.db_table
    columns = [field.column for field in model._meta.concrete_fields if not field.generated]
    if "updated_at" in columns:
        changed["updated_at"] = "now()"
    if "id" in columns and "id" not in changed:
        changed["id"] = f"{_step(cursor, model)} + row_number() OVER ()"
    chosen = ", ".join(f"{changed.get(name, f'old.{name}')} AS {name}" for name in columns)
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {chosen} FROM {table} AS old {join}", []
    )
    if "id" in columns:
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT max(id) FROM {table}))",
            [table],
        )


def _step(cursor: Any, model: type[Model]) -> int:
    """Return how far on the first copy of a row is numbered."""
    cursor.execute(f"SELECT max(id) + 1 FROM {model._meta.db_table}")
    (step,) = cursor.fetchone()
    return int(step)


def _repeat_teams(copies: int) -> Copies:
    there = list(Team.objects.order_by("pk"))
    made = Team.objects.bulk_create(
        Team(name=f"{team.name} {copy}", is_demo=True)
        for team in there
        for copy in range(1, copies)
    )
    return _numbered(there, made, copies)


def _repeat_people(copies: int) -> Copies:
    """Make each person so many times, each in a copy of their team."""
    there = list(Person.objects.order_by("pk").select_related("team"))
    teams = Team.objects.in_bulk(field_name="name")
    made = Person.objects.bulk_create(
        Person(
            email=f"{copy}.{one.email}",
            name=f"{one.name} {copy}",
            role=one.role,
            team=teams[f"{one.team.name} {copy}"] if one.team else None,
            is_active=one.is_active,
            is_demo=one.is_demo,
        )
        for one in there
        for copy in range(1, copies)
    )
    return _numbered(there, made, copies)


def _numbered(there: Sequence[Model], made: Sequence[Model], copies: int) -> Copies:
    """Return all copies; number 0 is what was there."""
    like = [(one, copy) for one in there for copy in range(1, copies)]
    return [(one.pk, one.pk, 0) for one in there] + [
        (new.pk, old.pk, copy) for new, (old, copy) in zip(made, like, strict=True)
    ]


def _keep(cursor: Any, table: str, copies: Copies) -> None:
    cursor.execute(f"CREATE TEMP TABLE {table} (id bigint, like_id bigint, copy integer)")
    cursor.executemany(f"INSERT INTO {table} VALUES (%s, %s, %s)", copies)
