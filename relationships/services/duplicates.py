"""Customers who may be one and the same: found by what they share, and told apart by people."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from relationships.likeness import LEGAL_FORMS, PUBLIC_MAIL
from relationships.models import Customer, DuplicatePair, Identity, Person
from relationships.selectors.duplicates import pairs_visible_to
from relationships.services.merges import keep_customers

MOST_KEPT = 20_000
"""Pairs that wait to be looked at, the likeliest: nobody gets to the end of more."""

LIKE_ENOUGH = 0.65
"""Trigram similarity of folded names from which they are near-same."""

WEIGHTS = {"email": 0.9, "phone": 0.85, "domain": 0.5, "name": 0.9}
"""How likely two are one by this alone; a name's counts in proportion to its likeness."""

MOST_SHARING = {"email": 5, "phone": 5, "domain": 10, "name": 20}
"""What more customers than these share says nothing, and bounds the pairs looked at."""

LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('relationships.duplicates'))"
"""Had by whoever looks for pairs: two would do the same work and wait for each other's rows."""


class DuplicateGoneError(LookupError):
    """There is no such pair that this person may judge."""


@transaction.atomic
def find_duplicates(*, now: datetime) -> int | None:
    """Find the pairs anew and return how many wait to be looked at; None while another does.

    Whoever shares an e-mail address, phone number, mail domain, or a word, beginning or end of
    the name that few have, is compared; never all with all. Dismissed pairs stay as they are.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        if not cursor.fetchone()[0]:
            return None
        # Sorts and joins of a million names; only in this transaction.
        cursor.execute("SET LOCAL work_mem = '64MB'")
        for statement in (_NAMES, _KEYS, _FOUND):
            cursor.execute(statement, _params())
        # Only now: to find them takes a while, in which others merge and delete.
        keep_customers()
        cursor.execute(_KEEP, {"now": now})
        cursor.execute(_FORGET)
        cursor.execute("DROP TABLE duplicate_name, duplicate_key, duplicate_found")
    return DuplicatePair.objects.filter(dismissed_at=None).count()


@transaction.atomic
def dismiss_duplicate(*, pair_id: int, by: Person, now: datetime) -> DuplicatePair:
    """Say that a pair are two; whoever said so first is remembered.

    Raises `DuplicateGoneError` unless `by` sees both.
    """
    pair = _pair(pair_id, by)
    if pair.dismissed_at is None:
        pair.dismissed_at, pair.dismissed_by = now, by
        pair.save(update_fields=["dismissed_at", "dismissed_by"])
    return pair


@transaction.atomic
def restore_duplicate(*, pair_id: int, by: Person) -> DuplicatePair:
    """Take back that a pair are two.

    Raises `DuplicateGoneError` unless `by` sees both.
    """
    pair = _pair(pair_id, by)
    pair.dismissed_at = pair.dismissed_by = None
    pair.save(update_fields=["dismissed_at", "dismissed_by"])
    return pair


def _pair(pair_id: int, by: Person) -> DuplicatePair:
    pair = pairs_visible_to(by).select_for_update(of=("self",)).filter(pk=pair_id).first()
    if pair is None:
        raise DuplicateGoneError("There is no such pair any more that you may judge.")
    return pair


def _params() -> dict[str, str | int | float | list[Any]]:
    return {
        "forms": rf"\m({'|'.join(LEGAL_FORMS)})\M",
        "public": list(PUBLIC_MAIL),
        "like_enough": LIKE_ENOUGH,
        "most_kept": MOST_KEPT,
        "kinds": list(WEIGHTS),
        "weights": list(WEIGHTS.values()),
        "most": [MOST_SHARING[kind] for kind in WEIGHTS],
    }


# "A/S" and "S.A." are one word; whatever else is no letter or digit parts words. A name that is
# nothing but a legal form stays.
_NAMES = f"""
    CREATE TEMPORARY TABLE duplicate_name ON COMMIT DROP AS
    SELECT id, is_demo, name, replace(name, ' ', '') AS squeezed,
           btrim(regexp_replace(name, '[^0-9]+', ' ', 'g')) AS digits
    FROM (
        SELECT id, is_demo, coalesce(nullif(btrim(regexp_replace(
            regexp_replace(plain, %(forms)s, ' ', 'g'), ' +', ' ', 'g')), ''), plain) AS name
        FROM (
            SELECT id, is_demo, btrim(regexp_replace(
                translate(search_name, './''', ''), '[^[:alnum:]]+', ' ', 'g')) AS plain
            FROM {Customer._meta.db_table} WHERE merged_into_id IS NULL
        ) AS plain
    ) AS folded;
    ANALYZE duplicate_name
"""

# An address or number is one customer's alone, but somebody else's id may be one, and one person
# writes zoe+shop@ to one and zoe@ to another.
_KEYS = f"""
    CREATE TEMPORARY TABLE duplicate_key ON COMMIT DROP AS
    WITH address AS (
        SELECT customer_id, regexp_replace(lower(value), '\\+[^@]*@', '@') AS value
        FROM {Identity._meta.db_table}
        WHERE kind = 'email'
           OR kind = 'foreign' AND value ~ '^[^@[:space:]]+@[^@[:space:]]+[.][^@[:space:]]+$'
    ), said AS (
        SELECT customer_id, 'email' AS kind, value COLLATE "C" AS value FROM address
        UNION
        SELECT customer_id, 'domain', split_part(value, '@', 2) COLLATE "C" FROM address
        WHERE split_part(value, '@', 2) <> ALL (%(public)s::text[])
        UNION
        SELECT customer_id, 'phone', regexp_replace(value, '[^0-9]', '', 'g') COLLATE "C"
        FROM {Identity._meta.db_table}
        WHERE kind = 'phone' OR kind = 'foreign' AND value ~ '^[+][0-9 ()/.-]{{8,24}}$'
        UNION
        SELECT id, 'name', ('word ' || word) COLLATE "C"
        FROM duplicate_name, string_to_table(name, ' ') AS word WHERE length(word) >= 3
        UNION
        SELECT id, 'name', ('whole ' || name) COLLATE "C" FROM duplicate_name WHERE name <> ''
        UNION
        SELECT id, 'name', ('start ' || left(squeezed, 5)) COLLATE "C"
        FROM duplicate_name WHERE length(squeezed) >= 6
        UNION
        SELECT id, 'name', ('end ' || right(squeezed, 5)) COLLATE "C"
        FROM duplicate_name WHERE length(squeezed) >= 6
    ), counted AS (
        SELECT said.*, is_demo, count(*) OVER (PARTITION BY is_demo, kind, value) AS sharing
        FROM said JOIN duplicate_name ON duplicate_name.id = customer_id
    )
    SELECT customer_id, is_demo, kind, value
    FROM counted JOIN unnest(%(kinds)s::text[], %(most)s::int[]) AS bound (kind, most) USING (kind)
    WHERE sharing BETWEEN 2 AND most;
    ANALYZE duplicate_key
"""

# Names with other numbers in them, as of branches, are those of others. Independent evidence adds
# up: what remains is the likelihood that all of it misleads.
_FOUND = f"""
    CREATE TEMPORARY TABLE duplicate_found ON COMMIT DROP AS
    WITH shared AS (
        SELECT one.customer_id AS first_id, other.customer_id AS second_id, one.kind,
               min(one.value) AS value
        FROM duplicate_key AS one
        JOIN duplicate_key AS other USING (is_demo, kind, value)
        WHERE one.customer_id < other.customer_id
        GROUP BY one.customer_id, other.customer_id, one.kind
    ), alike AS (
        SELECT first_id, second_id, first.name AS value,
               similarity(first.name, second.name) AS likeness
        FROM (SELECT DISTINCT first_id, second_id FROM shared) AS pair
        JOIN duplicate_name AS first ON first.id = first_id
        JOIN duplicate_name AS second ON second.id = second_id
        WHERE first.digits = second.digits
    ), evidence AS (
        SELECT first_id, second_id, kind, value, 1.0 AS likeness FROM shared WHERE kind <> 'name'
        UNION ALL
        SELECT first_id, second_id, 'name', value, likeness FROM alike
        WHERE likeness >= %(like_enough)s
    )
    SELECT first_id, second_id,
           round(100 * (1 - exp(sum(ln(1 - weight * likeness)))))::smallint AS score,
           jsonb_agg(jsonb_build_object(
               'kind', kind, 'value', value, 'likeness', round(100 * likeness)
           ) ORDER BY weight * likeness DESC, kind) AS evidence
    FROM evidence
    JOIN unnest(%(kinds)s::text[], %(weights)s::float8[]) AS weighed (kind, weight) USING (kind)
    WHERE NOT EXISTS (
        SELECT FROM {DuplicatePair._meta.db_table} AS told
        WHERE told.first_id = evidence.first_id AND told.second_id = evidence.second_id
          AND told.dismissed_at IS NOT NULL
    )
    GROUP BY first_id, second_id
    ORDER BY score DESC, first_id, second_id
    LIMIT %(most_kept)s
"""

_KEEP = f"""
    INSERT INTO {DuplicatePair._meta.db_table} AS kept
        (first_id, second_id, score, evidence, found_at)
    SELECT first_id, second_id, score, evidence, %(now)s
    FROM duplicate_found
    JOIN {Customer._meta.db_table} AS first ON first.id = first_id
    JOIN {Customer._meta.db_table} AS second ON second.id = second_id
    WHERE first.merged_into_id IS NULL AND second.merged_into_id IS NULL
    ORDER BY first_id, second_id
    ON CONFLICT (first_id, second_id) DO UPDATE
    SET score = excluded.score, evidence = excluded.evidence, found_at = excluded.found_at
    WHERE kept.dismissed_at IS NULL
"""

_FORGET = f"""
    DELETE FROM {DuplicatePair._meta.db_table} AS kept
    WHERE dismissed_at IS NULL AND NOT EXISTS (
        SELECT FROM duplicate_found AS found
        WHERE found.first_id = kept.first_id AND found.second_id = kept.second_id
    )
"""
